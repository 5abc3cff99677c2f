import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../../test/support/random.ts"
import { byteRange, contentRange } from "./ranges.ts"

test("Range: first to last, open, and suffix, within the file", () => {
  for (const [header, expected] of [
    ["bytes=0-0", { from: 0, to: 1 }],
    ["bytes=2-5", { from: 2, to: 6 }],
    ["Bytes=2-", { from: 2, to: 10 }],
    ["bytes= 2-5 ", { from: 2, to: 6 }],
    ["bytes=2-999", { from: 2, to: 10 }],
    [`bytes=2-${"9".repeat(400)}`, { from: 2, to: 10 }],
    ["bytes=-3", { from: 7, to: 10 }],
    ["bytes=-30", { from: 0, to: 10 }],
    ["bytes=10-", "unsatisfiable"],
    [`bytes=${"9".repeat(400)}-`, "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
  ] as const)
    assert.deepEqual(byteRange(header, 10), expected, header)
})

test("Range: what cannot be read, and several ranges, mean the whole file", () => {
  for (const header of [
    undefined,
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=5-2",
    "bytes=a-b",
    "bytes=1-2=3",
    "bytes=0x1-2",
    "bytes=+1-2",
    "bytes=1.5-2",
    "bytes=1--2",
    "lines=1-2",
    "bytes=0-1,3-4",
    `bytes=${"0-0,".repeat(1_000_000)}`,
  ])
    assert.equal(byteRange(header, 10), undefined, String(header).slice(0, 40))
})

test("Range: of an empty file nothing is satisfiable but its last bytes", () => {
  assert.equal(byteRange("bytes=0-", 0), "unsatisfiable")
  assert.equal(byteRange("bytes=-5", 0), undefined)
})

test(`Range: whatever it says, what is served lies within the file (SEED=${SEED})`, () => {
  const digits = fc.oneof(fc.nat(30).map(String), fc.stringMatching(/^\d{0,20}$/))
  const header = fc.oneof(
    fc.string(),
    fc.tuple(digits, digits).map((ends) => `bytes=${ends.join("-")}`),
  )
  fc.assert(
    fc.property(header, fc.nat(20), (text, size) => {
      const range = byteRange(text, size)
      if (typeof range === "object") assert.ok(0 <= range.from && range.from < range.to && range.to <= size)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

test("Content-Range: where the bytes of a PUT belong", () => {
  assert.deepEqual(contentRange("bytes 0-4/10"), { from: 0, to: 5, size: 10 })
  assert.deepEqual(contentRange("bytes 5-9/*"), { from: 5, to: 10, size: undefined })
  for (const header of [
    "",
    "bytes */10",
    "bytes 5-4/10",
    "bytes 0-10/10",
    "bytes 0-4",
    "0-4/10",
    "bytes=0-4/10",
  ])
    assert.equal(contentRange(header), undefined, header)
})
