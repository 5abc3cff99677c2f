import assert from "node:assert/strict"
import { test } from "node:test"
import { Meter } from "./meter.ts"

const meter = (...notes: [number, number][]) => {
  const made = new Meter()
  for (const [ms, bytes] of notes) made.note(ms, bytes)
  return made
}

test("meter: the slow beginning is left out where there is more", () => {
  assert.deepEqual(meter([100, 10], [700, 50], [1_700, 1_050], [2_700, 2_050]).result(), {
    bytes: 2_000,
    ms: 2_000,
  })
})

test("meter: a short test counts from its beginning", () => {
  assert.deepEqual(meter([100, 10], [500, 50]).result(), { bytes: 50, ms: 500 })
})

test("meter: what stands still counts, up to the end of the test", () => {
  assert.deepEqual(meter([600, 100], [1_000, 500]).result(3_000), { bytes: 400, ms: 2_400 })
  assert.deepEqual(meter([600, 100]).result(3_000), { bytes: 100, ms: 3_000 })
})

test("meter: nothing that moved is nothing, and no division by zero", () => {
  assert.deepEqual(meter().result(), { bytes: 0, ms: 1 })
  assert.deepEqual(meter().result(3_000), { bytes: 0, ms: 3_000 })
})
