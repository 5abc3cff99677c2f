import assert from "node:assert/strict"
import { test } from "node:test"
import { ProbeWriter, readProbe } from "../../protocol/probe.ts"
import { ProbeSources } from "./probe-sources.ts"

function probe(run: number, seq: number): Uint8Array {
  const writer = new ProbeWriter(run, 64)
  writer.write("probe", seq, 0)
  return writer.bytes.slice()
}

const ada = { address: "10.0.0.1", port: 7 }

test("sources: so many a second of each, and one does not use up another's", () => {
  let now = 0
  const sources = new ProbeSources({ now: () => now, rate: 10, runsMax: 4, sourcesMax: 100 })
  const flood = (address: string, count: number) => {
    let answered = 0
    for (let seq = 1; seq <= count; seq++) if (sources.answer(probe(1, seq), { address, port: 7 })) answered++
    return answered
  }
  assert.equal(flood("10.0.0.1", 50), 10)
  assert.equal(flood("10.0.0.2", 5), 5)
  now += 500
  assert.equal(flood("10.0.0.1", 50), 5)
  now += 60_000
  assert.equal(flood("10.0.0.1", 50), 10) // no more than a second's worth is saved up
})

test("sources: what is no probe costs its source nothing", () => {
  const sources = new ProbeSources({ now: () => 0, rate: 1, runsMax: 4, sourcesMax: 100 })
  for (let count = 0; count < 20; count++) assert.equal(sources.answer(new Uint8Array(64), ada), false)
  assert.ok(sources.answer(probe(1, 1), ada))
})

test("sources: two that chose the same run are counted apart, and few are remembered", () => {
  const sources = new ProbeSources({ now: () => 0, rate: 100, runsMax: 4, sourcesMax: 2 })
  const received = (address: string, seq: number) => {
    const bytes = probe(1, seq)
    sources.answer(bytes, { address, port: 7 })
    return readProbe(bytes).received
  }
  assert.deepEqual([received("a", 1), received("b", 1), received("a", 2)], [1, 1, 2])
  assert.deepEqual([received("c", 1), received("a", 3), received("b", 2)], [1, 3, 1], "a was heard of later")
})

test("sources: nobody can be answered at port 0", () => {
  const sources = new ProbeSources({ now: () => 0, rate: 100, runsMax: 4, sourcesMax: 2 })
  assert.equal(sources.answer(probe(1, 1), { ...ada, port: 0 }), false)
  assert.ok(sources.answer(probe(1, 1), { ...ada, port: 1 }))
})

test("sources: a clock that is set back keeps nobody waiting until it has caught up", () => {
  let now = 7_200_000
  const sources = new ProbeSources({ now: () => now, rate: 10, runsMax: 4, sourcesMax: 2 })
  assert.ok(sources.answer(probe(1, 1), ada))
  now -= 3_600_000
  assert.ok(sources.answer(probe(1, 2), ada))
})
