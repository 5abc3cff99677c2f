import assert from "node:assert/strict"
import { test } from "node:test"
import { damageCells, sumOutcome } from "./sum-words.ts"

const run = { done: 1_000, damaged: 0, mismatchCount: 0, over: true, transcript: "a", hubTranscript: "a" }

test("sum words: both ends hold the same transcript, or it is said what is otherwise", () => {
  assert.deepEqual(sumOutcome(run), {
    good: true,
    say: "Both ends hold the same transcript, of 1,000 exchanges.",
  })
  const otherwise: [Partial<typeof run>, string | undefined, RegExp][] = [
    [{ hubTranscript: "b" }, undefined, /^The two ends hold different transcripts/],
    [
      { damaged: 1, mismatchCount: 3 },
      undefined,
      /^1 of 1,000 exchanges came damaged, at 3 places\. Both ends hold/,
    ],
    [
      { hubTranscript: undefined as never },
      undefined,
      /^After 1,000 exchanges the hub's transcript is not known/,
    ],
    [{}, "The hub's sum is wrong.", /^The hub's sum is wrong\.$/],
  ]
  for (const [change, fault, say] of otherwise) {
    const outcome = sumOutcome({ ...run, ...change }, fault)
    assert.equal(outcome.good, false)
    assert.match(outcome.say, say)
  }
})

test("sum words: a place of damage says exchange, way, part, byte and bit", () => {
  assert.deepEqual(damageCells({ seq: 1_234, direction: "down", part: "payload", byte: 7, bit: 0 }), [
    ...["1,234", "from the hub", "payload", "7", "0"],
  ])
  assert.deepEqual(damageCells({ seq: 2, direction: "up", part: "line" }), [
    "2",
    "to the hub",
    "line",
    "",
    "",
  ])
})
