import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  type Alter,
  ExchangePair,
  flipPayload,
  sumRun,
  type Way,
} from "../../../test/support/exchange-pair.ts"
import { SEED } from "../../../test/support/random.ts"
import { sha256 } from "../../cli/sum/sha256.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { ExchangeWriter, type HubExchange, PATTERNS } from "../../protocol/exchange.ts"
import { ExchangePayloads, PAYLOAD_SIZES } from "../../protocol/exchange-payloads.ts"
import { ExchangeFault, type SumRun } from "./sum-run.ts"

for (const window of [1, 64])
  test(`sum: both ends hold the same transcript after a run, ${window} in flight`, () => {
    const lines: string[] = []
    const pair = new ExchangePair(sumRun({ count: 500, window, onLine: (line) => lines.push(line) }))
    pair.exchange()
    const { run, ended, exchanges } = pair
    assert.deepEqual([run.over, run.done, run.mismatchCount, run.damaged], [true, 500, 0, 0])
    assert.equal(run.hubTranscript, run.transcript)
    assert.deepEqual(ended, [
      {
        run: run.run,
        client: "ada",
        hub: "Hub",
        exchanges: 500,
        damaged: 0,
        transcript: run.transcript,
        complete: true,
      },
    ])
    assert.deepEqual(exchanges.transcript(run.run), lines)
    const { number, answer, sum } = run.last!
    assert.deepEqual([number, sum], [100, 100 + answer])
  })

test("sum: a run that is stopped ends with what is in flight", () => {
  const run = sumRun({ count: 1_000, window: 8 })
  const pair = new ExchangePair(run, (_, bytes) => {
    if (run.done === 24) run.stop()
    return bytes
  })
  pair.exchange()
  assert.ok(run.over && run.done >= 24 && run.done < 1_000)
  assert.deepEqual([run.hubTranscript, run.mismatchCount], [run.transcript, 0])
})

test(`sum: a flipped bit of a payload is found at its place, either way, and the run goes on (SEED=${SEED})`, () => {
  const place = fc.record({
    way: fc.constantFrom<Way>("up", "down"),
    seq: fc.integer({ min: 1, max: 128 }),
    byte: fc.nat(),
    bit: fc.nat({ max: 7 }),
    window: fc.constantFrom(1, 16),
  })
  const sizes = new ExchangePayloads(1, PATTERNS)
  const property = fc.property(place, ({ way, seq, bit, window, ...at }) => {
    fc.pre(sizes.size(seq) > 0)
    const byte = at.byte % sizes.size(seq)
    const pair = new ExchangePair(sumRun({ count: 128, window }), flipPayload({ way, seq, byte, bit }))
    pair.exchange()
    const { run, ended } = pair
    assert.deepEqual(run.mismatches, [{ seq, direction: way, part: "payload", byte, bit }])
    assert.deepEqual([run.over, run.done, run.mismatchCount, run.damaged], [true, 128, 1, 1])
    assert.notEqual(run.hubTranscript, run.transcript)
    assert.equal(ended[0]?.damaged, 1)
  })
  fc.assert(property, { seed: SEED, numRuns: 60 })
})

test(`sum: a bit flipped anywhere never passes for a sound run (SEED=${SEED})`, () => {
  const outcomes = { found: 0, stopped: 0, stuck: 0 }
  const property = fc.property(
    fc.constantFrom<Way>("up", "down"),
    fc.nat({ max: 30_000 }),
    fc.nat({ max: 7 }),
    (wanted, place, bit) => {
      let flipped = false
      const alter: Alter = (way, bytes, at) => {
        if (way !== wanted || place < at || place >= at + bytes.length) return bytes
        flipped = true
        const copy = bytes.slice()
        copy[place - at]! ^= 1 << bit
        return copy
      }
      const { run, ...pair } = exchanged(sumRun({ count: 60, window: 4 }), alter)
      fc.pre(flipped)
      if (pair.error) outcomes.stopped++
      else if (!run.over) outcomes.stuck++
      else outcomes.found++
      assert.ok(pair.error || !run.over || run.mismatchCount > 0, "the run passed")
    },
  )
  fc.assert(property, { seed: SEED, numRuns: 400 })
  assert.ok(outcomes.found > 100 && outcomes.stopped > 50, JSON.stringify(outcomes))
})

function exchanged(run: SumRun, alter: Alter) {
  const pair = new ExchangePair(run, alter)
  try {
    pair.exchange()
    return { run, error: undefined }
  } catch (error) {
    assert.ok(error instanceof LandlineError || error instanceof ExchangeFault, String(error))
    return { run, error }
  }
}

test("sum: of a payload that is all wrong, all bits are counted and the first are told", () => {
  const seq = 4 * PAYLOAD_SIZES.indexOf(9_000) + 1 // zeros
  const pair = new ExchangePair(sumRun({ count: 128 }), (way, bytes) => {
    const text = Buffer.from(bytes)
    const line = text.indexOf(`"op":"request","seq":${seq},`)
    if (way === "up" && line >= 0) text.fill(0xff, text.indexOf("\n", line) + 1)
    return text
  })
  pair.exchange()
  assert.deepEqual([pair.run.mismatchCount, pair.run.mismatches.length, pair.run.damaged], [72_000, 64, 1])
})

test("sum: the mismatches that are told are bounded, and all are counted", () => {
  const pair = new ExchangePair(sumRun({ count: 400 }), (way, bytes) => {
    const text = Buffer.from(bytes)
    const line = text.indexOf('"op":"reply"')
    if (way === "down" && line >= 0) text.fill(0x00, text.indexOf("\n", line) + 1)
    return text
  })
  pair.exchange()
  assert.equal(pair.run.mismatches.length, 1_000)
  assert.ok(pair.run.mismatchCount > 100_000)
})

test("sum: a damaged line is told with its direction, and so is a damaged acknowledgement", () => {
  const flip =
    (from: string, to: string, wanted: Way): Alter =>
    (way, bytes) =>
      way === wanted ? Buffer.from(Buffer.from(bytes).toString("latin1").replace(from, to), "latin1") : bytes
  const found = (alter: Alter) => {
    const { run, error } = exchanged(sumRun({ patterns: [], count: 3 }), alter)
    return error?.message ?? run.mismatches
  }
  assert.deepEqual(found(flip('"number":2', '"number":6', "up")), [{ seq: 2, direction: "up", part: "line" }])
  assert.deepEqual(found(flip('"op":"reply","seq":2', '"op":"reply","seq":3', "down")), [
    { seq: 2, direction: "down", part: "line" },
  ])
  assert.deepEqual(found(flip('"op":"ack","seq":2', '"op":"ack","seq":3', "up")), [
    { seq: 2, direction: "up", part: "acknowledgement" },
  ])
  assert.match(
    String(found(flip('"op":"reply","seq":2', '"op"="reply","seq":2', "down"))),
    /^On the way down, after 1/,
  )
})

/** A hub that does as the test says. @param answers to the request `seq` with digest `request` and that nonce */
function answered(answers: (seq: number, request: string, nonce: string) => HubExchange[]): () => void {
  const run = sumRun({ patterns: [], count: 3 })
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()
  return () => {
    const writer = new ExchangeWriter(sha256)
    run.take()
    writer.add({ op: "begun", name: "Hub" })
    run.receive(writer.take()!)
    for (let seq = 1; seq <= 3; seq++) {
      const [line] = text(run.take()).split("\n").slice(-2)
      const { digest, nonce } = JSON.parse(line!)
      for (const answer of answers(seq, digest, nonce)) writer.add(answer)
      run.receive(writer.take()!)
    }
  }
}

const right = (seq: number, request: string, nonce: string) => ({
  op: "reply" as const,
  seq,
  name: "Hub",
  number: 10,
  sum: seq + 10,
  nonce,
  request,
  bytes: 0,
})

test("sum: a hub that answers wrongly is told in one sentence", () => {
  assert.doesNotThrow(answered((...asked) => [right(...asked)]))
  const say = (pattern: RegExp, answer: (reply: ReturnType<typeof right>) => HubExchange[]) =>
    assert.throws(
      answered((...asked) => answer(right(...asked))),
      (error: Error) => {
        assert.ok(error instanceof ExchangeFault)
        assert.match(error.message, pattern)
        return true
      },
    )
  say(/^The hub's sum is wrong in exchange 1: 1 and 10 are 11, it says 12\.$/, (reply) => [
    { ...reply, sum: 12 },
  ])
  say(/number in exchange 1 is none of 1 to 100/, (reply) => [{ ...reply, number: 200, sum: 201 }])
  say(/nonce is another/, (reply) => [{ ...reply, nonce: "x" }])
  say(/exchange 1 twice/, (reply) => [reply, reply])
  say(/exchange 1 twice/, (reply) => [{ ...reply, seq: 1 }, ...(reply.seq === 2 ? [reply] : [])])
  say(/another exchange than 1/, (reply) => [{ ...reply, seq: 2 }])
  say(/too early/, (reply) => [reply, { op: "ended", exchanges: 3, transcript: "", acks: [] }])
  say(/exchange 1 with something else/, () => [{ op: "begun", name: "Hub" }])
})

test("sum: a hub whose digest of the request is another than ours is found", () => {
  const run = sumRun({ patterns: [], count: 1 })
  const pair = new ExchangePair(run, (way, bytes) => {
    if (way === "up") return bytes
    const text = Buffer.from(bytes).toString()
    if (!text.includes('"request":"')) return bytes
    // Rewritten with a digest of its own that fits: the line is whole, and says something else.
    const rest = text.slice(77).replace(/"request":"\w{64}"/, `"request":"${"0".repeat(64)}"`)
    return Buffer.from(`{"digest":"${sha256(rest)}",${rest}`)
  })
  pair.exchange()
  assert.deepEqual(run.mismatches, [{ seq: 1, direction: "up", part: "line" }])
  assert.notEqual(run.transcript, run.hubTranscript)
})
