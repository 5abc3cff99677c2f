import assert from "node:assert/strict"
import { test } from "node:test"
import { time } from "./times.ts"

test("time: three significant digits, in µs below a millisecond", () => {
  const told = [
    [0, "0 µs"],
    [0.000_08, "0.08 µs"],
    [0.009_994, "9.99 µs"],
    [0.009_996, "10.0 µs"],
    [0.123_4, "123 µs"],
    [0.999_4, "999 µs"],
    [0.999_6, "1.00 ms"],
    [1.234, "1.23 ms"],
    [99.96, "100 ms"],
    [1_234.5, "1,230 ms"],
  ] as const
  for (const [ms, words] of told) assert.equal(time(ms), words)
})
