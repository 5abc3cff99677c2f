import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { isProbe, ProbeWriter, readProbe } from "./probe.ts"
import { ProbeReplies } from "./probe-replies.ts"

const seed = Number(process.env.SEED ?? 1)

function probe(run: number, seq: number, size = 64, kind: "probe" | "tally" = "probe"): Uint8Array {
  const writer = new ProbeWriter(run, size)
  writer.write(kind, seq, 1_000)
  return writer.bytes.slice()
}
const replies = (runsMax = 4) => new ProbeReplies({ now: () => 2_001, runsMax })

test("replies: just as long, with both stamps and the counts", () => {
  const to = replies()
  const bytes = probe(9, 1, 100)
  const payload = bytes.slice(64)
  assert.ok(to.answer(bytes, 2_000))
  assert.ok(isProbe(bytes))
  const { kind, received, hubReceivedMs, hubSentMs, sentMs } = readProbe(bytes)
  assert.deepEqual([kind, received, sentMs, hubReceivedMs, hubSentMs], ["reply", 1, 1_000, 2_000, 2_001])
  assert.deepEqual(bytes.slice(64), payload)
})

test("replies: nothing to what is damaged, cut, or a reply itself", () => {
  const to = replies()
  const damaged = probe(9, 1)
  damaged[20]! ^= 1
  const reply = probe(9, 1)
  assert.ok(to.answer(reply, 0))
  for (const bytes of [damaged, probe(9, 1).subarray(0, 63), new Uint8Array(64), new Uint8Array(), reply]) {
    const before = Uint8Array.from(bytes)
    assert.equal(to.answer(bytes, 0), false)
    assert.deepEqual(Uint8Array.from(bytes), before)
  }
})

test("replies: a damaged payload comes back as it came, with the checksum of what came", () => {
  const to = replies()
  const bytes = probe(9, 1, 80)
  const { payloadCrc } = readProbe(bytes)
  bytes[70]! ^= 4
  const came = bytes.slice(64)
  assert.ok(to.answer(bytes, 0))
  assert.deepEqual(bytes.slice(64), came)
  assert.notEqual(readProbe(bytes).payloadCrc, payloadCrc)
})

test(`replies: counts are those of a naive count, whatever comes (SEED=${seed})`, () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 60 })), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(runs, (sent) => {
      const to = replies()
      const seen = new Map<number, number[]>()
      for (const [run, seq] of sent) {
        assert.ok(to.answer(probe(run, seq), 0))
        seen.set(run, [...(seen.get(run) ?? []), seq])
      }
      for (const [run, all] of seen) {
        const question = probe(run, 1, 64, "tally")
        assert.ok(to.answer(question, 0))
        const { kind, received, duplicates, reordered } = readProbe(question)
        const first = all.filter((seq, at) => all.indexOf(seq) === at)
        const overtaken = first.filter((seq) => all.slice(0, all.indexOf(seq)).some((other) => other > seq))
        assert.deepEqual(
          { kind, received, duplicates, reordered },
          {
            kind: "tallied",
            received: first.length,
            duplicates: all.length - first.length,
            reordered: overtaken.length,
          },
        )
      }
    }),
    { seed },
  )
})

test("replies: a long run with gaps is counted right over the whole window", () => {
  const to = replies()
  for (let seq = 1; seq <= 5_000; seq += 3) to.answer(probe(1, seq), 0)
  for (const again of [4_999, 4_000]) to.answer(probe(1, again), 0)
  const late = probe(1, 4_001)
  to.answer(late, 0)
  const { received, duplicates, reordered } = readProbe(late)
  assert.deepEqual([received, duplicates, reordered], [1_668, 2, 1])
})

test("replies: of many runs the one begun first is forgotten", () => {
  const to = replies(2)
  for (const run of [1, 2, 3]) to.answer(probe(run, 1), 0)
  for (const [run, received] of [
    [3, 1],
    [2, 1],
    [1, 0],
  ] as const) {
    const question = probe(run, 1, 64, "tally")
    to.answer(question, 0)
    assert.equal(readProbe(question).received, received)
  }
})
