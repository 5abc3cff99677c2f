import assert from "node:assert/strict"
import { test } from "node:test"
import { amount, count, duration } from "./amounts.ts"

for (const [bytes, text] of [
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1 kB"],
  [1_234_567, "1.2 MB"],
  [12_345_678, "12.3 MB"],
  [123_456_789, "123 MB"],
  [999_600_000, "1 GB"],
  [6_000_000_000, "6 GB"],
  [2 ** 53, "9 PB"],
] as const)
  test(`amount: ${bytes} bytes are ${text}`, () => assert.equal(amount(bytes), text))

test("duration: minutes and seconds, and hours where there are some", () => {
  assert.deepEqual([0, 4.2, 65, 3_599, 3_600, 90_061].map(duration), [
    "0:00",
    "0:05",
    "1:05",
    "59:59",
    "1:00:00",
    "25:01:01",
  ])
})

test("count: one is not many", () => {
  assert.deepEqual(
    [1, 2, 12_345].map((number) => count(number, "file")),
    ["1 file", "2 files", "12,345 files"],
  )
})
