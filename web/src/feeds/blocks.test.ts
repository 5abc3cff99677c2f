import assert from "node:assert/strict"
import { test } from "node:test"
import { blocksDrawing, ordered } from "./blocks.ts"

const receiver = (name: string, ...times: number[]) => ({
  receiver: name,
  blocks: times.map((time, at) => ({ block: at + 1, messages: 5, spanMs: time / 10, time })),
})

test("receivers: those heard of last come first, each by name, so that it keeps its colour", () => {
  const names = (all: ReturnType<typeof receiver>[]) => ordered(all).map(({ receiver }) => receiver)
  assert.deepEqual(names([receiver("b", 1_000), receiver("a", 500), receiver("none")]), ["a", "b"])
  const many = Array.from({ length: 8 }, (_, at) => receiver(`r${at}`, at * 1_000 + 1))
  assert.deepEqual(names(many), ["r2", "r3", "r4", "r5", "r6", "r7", "r1", "r0"])
})

test("receivers: each block stands at the time of its report, in the line of its receiver", () => {
  const { drawing, span } = blocksDrawing([receiver("a", 1_000, 3_000), receiver("b", 2_000)])
  assert.deepEqual(drawing.times, [1, 2, 3])
  assert.deepEqual(drawing.values, [
    [100, undefined, 300],
    [undefined, 200, undefined],
  ])
  assert.deepEqual(span, { from: 1_000, to: 3_000 })
  assert.deepEqual(blocksDrawing([]).drawing.times, [])
})
