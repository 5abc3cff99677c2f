import assert from "node:assert/strict"
import { test } from "node:test"
import { markSamples } from "./marks.ts"
import { MARKS, type Samples } from "./run.ts"

test("marks: every sample that was on its way meanwhile bears them, and no other", () => {
  const received = [1, 12, 3, Number.NaN, 5, 6]
  const samples = {
    plannedMs: Float64Array.from(received.keys()),
    receivedMs: Float64Array.from(received),
    marks: new Uint8Array(received.length),
  } as unknown as Samples
  markSamples(samples, [{ beginMs: 3.5, endMs: 4.5 }], MARKS.collection)
  assert.deepEqual([...samples.marks], [0, 2, 0, 0, 2, 0])
  markSamples(samples, [{ beginMs: 11, endMs: 20 }], MARKS.loop)
  assert.deepEqual([...samples.marks], [0, 6, 0, 0, 2, 0])
})
