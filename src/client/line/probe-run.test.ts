import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { PROBE_HEAD_BYTES, ProbeWriter } from "../../protocol/probe.ts"
import { ProbeReplies } from "../../protocol/probe-replies.ts"
import { ProbeRun } from "./probe-run.ts"
import { MARKS, type RunCounts } from "./run.ts"

const seed = Number(process.env["SEED"] ?? 1)
const LATE_MS = 100
const RUN = 2 ** 52 + 12_345
const ABOUT = {
  transport: "udp",
  address: "127.0.0.1",
  port: 7300,
  startedMs: 0,
  closed: false,
  intervalMs: 1,
  broke: false,
  own: {
    loopDelay: { meanMs: 0, p99Ms: 0, maxMs: 0 },
    collections: { count: 0, totalMs: 0, maxMs: 0 },
  },
} as const

/** A hub and its clock, without a line. */
function newHub() {
  let time = 1_000_000
  const replies = new ProbeReplies({ now: () => ++time, runsMax: 2 })
  return (bytes: Uint8Array) => {
    const reply = bytes.slice()
    return replies.answer(reply, time) ? reply : undefined
  }
}

const flip = (bytes: Uint8Array, bit: number) => {
  bytes[bit >> 3]! ^= 0x80 >> (bit & 7)
}
const placeOf = (bit: number) => ({ byte: bit >> 3, bit: 7 - (bit & 7) })

/** What happens to one copy of a probe, or of a reply. */
interface Fate {
  readonly delayMs: number
  /** Bits that are flipped, as parts of the whole that can be. */
  readonly flips: readonly number[]
}

const fates = fc.array(
  fc.record({
    delayMs: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })),
    flips: fc.oneof(
      { weight: 4, arbitrary: fc.constant([] as number[]) },
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 3 }),
    ),
  }),
  { maxLength: 3 }, // none: lost; more than one: duplicates
)
const probes = fc.array(fc.record({ up: fates, down: fc.array(fates, { minLength: 3, maxLength: 3 }) }), {
  minLength: 1,
  maxLength: 60,
})

interface Travelling {
  readonly atMs: number
  readonly bytes: Uint8Array
  readonly seq: number
  readonly flipped: readonly string[]
}

const inOrder = (a: Travelling, b: Travelling) => a.atMs - b.atMs

/** Carries copies as their fates say. @param from the first bit that may be flipped @param most flips of one copy */
function carry(
  sent: Travelling,
  fates: readonly Fate[],
  way: string,
  from: number,
  most: number,
): Travelling[] {
  return fates.map(({ delayMs, flips }) => {
    const bytes = sent.bytes.slice()
    const room = bytes.length * 8 - from
    const bits = room > 0 ? new Set(flips.slice(0, most).map((part) => from + Math.floor(part * room))) : []
    const flipped = [...bits].map((bit) => {
      flip(bytes, bit)
      return JSON.stringify({ seq: sent.seq, direction: way, ...placeOf(bit) })
    })
    return { atMs: sent.atMs + delayMs, bytes, seq: sent.seq, flipped: [...sent.flipped, ...flipped] }
  })
}

/** Those that come after a later one, each the first of its kind. */
function overtaken(arrivals: readonly { id: number }[]): { distinct: number; reordered: number } {
  const seen = new Set<number>()
  let reordered = 0
  for (const { id } of arrivals) {
    if (!seen.has(id) && [...seen].some((other) => other > id)) reordered++
    seen.add(id)
  }
  return { distinct: seen.size, reordered }
}

test(`probe run: loss, duplicates, reordering, lateness and flips are counted as they were, each way (SEED=${seed})`, () => {
  fc.assert(
    fc.property(probes, fc.constantFrom(64, 80, 200), (probes, size) => {
      const run = new ProbeRun({ run: RUN, bytes: size, lateMs: LATE_MS })
      const writer = new ProbeWriter(RUN, size)
      const hub = newHub()

      const up = probes.flatMap(({ up }, at) => {
        writer.write("probe", at + 1, 0)
        run.noteSent(at, at)
        const sent = { atMs: at, bytes: writer.bytes.slice(), seq: at + 1, flipped: [] }
        return carry(sent, up, "up", PROBE_HEAD_BYTES * 8, 2)
      })
      up.sort(inOrder)
      const down = up.flatMap((probe, id) => {
        const reply = { ...probe, bytes: hub(probe.bytes)! }
        const fate = probes[probe.seq - 1]!.down[id % 3]!
        return carry(reply, fate, "down", 0, 1).map((copy) => ({ ...copy, id }))
      })
      down.sort(inOrder)
      // A bit that is flipped and flipped back leaves no trace.
      const traced = down.filter(({ flipped }) => new Set(flipped.map(placeIn)).size === flipped.length)
      fc.pre(traced.length === down.length)
      for (const { bytes, atMs } of down) run.noteReceived(bytes.slice(), atMs)
      writer.write("tally", probes.length, 0)
      assert.equal(run.noteReceived(hub(writer.bytes)!, 1_000), 0)

      const atHub = overtaken(up.map(({ seq }) => ({ id: seq })))
      const here = overtaken(down)
      const first = new Map(down.toReversed().map((reply) => [reply.seq, reply.atMs]))
      const expected: RunCounts = {
        sent: probes.length,
        received: first.size,
        lost: probes.length - first.size,
        lostUp: probes.length - atHub.distinct,
        lostDown: atHub.distinct - first.size,
        duplicatesUp: up.length - atHub.distinct,
        duplicatesDown: down.length - here.distinct,
        reorderedUp: atHub.reordered,
        reorderedDown: here.reordered,
        late: [...first].filter(([seq, atMs]) => atMs - (seq - 1) > LATE_MS).length,
        damaged: down.filter(({ flipped }) => flipped.length > 0).length,
        strangers: 0,
      }
      const { counts, damages, samples } = run.toLineRun(ABOUT)
      assert.deepEqual(counts, expected)
      const found = damages.map(({ seq, direction, byte, bit }) =>
        JSON.stringify({ seq, direction, byte, bit }),
      )
      assert.deepEqual(found.sort(), down.flatMap(({ flipped }) => flipped).sort())
      assert.deepEqual(
        [...samples.receivedMs],
        probes.map((_, at) => first.get(at + 1) ?? Number.NaN),
      )
    }),
    { seed, numRuns: 500 },
  )
})

const placeIn = (flipped: string) => flipped.slice(flipped.indexOf('"byte"'))

test(`probe run: whatever comes that is no reply of this run is a stranger, and nothing else is touched (SEED=${seed})`, () => {
  const other = new ProbeWriter(RUN + 1, 64)
  const ours = new ProbeWriter(RUN, 64)
  const strangers: (() => Uint8Array)[] = [
    () => new Uint8Array(),
    () => {
      other.write("probe", 1, 0)
      return newHub()(other.bytes)!
    },
    // a probe that is not answered but thrown back, and a reply to a probe that was never sent
    () => {
      ours.write("probe", 1, 0)
      return ours.bytes.slice()
    },
    () => {
      ours.write("probe", 2, 0)
      return newHub()(ours.bytes)!
    },
    () => {
      ours.write("probe", 1, 0)
      return newHub()(ours.bytes)!.slice(0, 63)
    },
  ]
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => () => bytes)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...strangers), random)), (came) => {
      const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
      run.noteSent(0, 0)
      for (const bytes of came) assert.equal(run.noteReceived(bytes(), 1), 0)
      const { counts } = run.toLineRun(ABOUT)
      assert.deepEqual([counts.strangers, counts.received, counts.damaged], [came.length, 0, 0])
    }),
    { seed },
  )
})

test("probe run: a head that is damaged beyond repair counts as damaged, and answers nothing", () => {
  const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  const writer = new ProbeWriter(RUN, 64)
  writer.write("probe", 1, 0)
  run.noteSent(0, 0)
  const reply = newHub()(writer.bytes)!
  for (const bit of [170, 300]) flip(reply, bit)
  assert.equal(run.noteReceived(reply, 1), 0)
  const { counts, damages } = run.toLineRun(ABOUT)
  assert.deepEqual([counts.damaged, counts.received, counts.strangers, damages.length], [1, 0, 0, 0])
})

test("probe run: where the hub's counts did not come, or it was started again, no loss is put down to a direction", () => {
  const answers = [newHub(), newHub()]
  const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  const writer = new ProbeWriter(RUN, 64)
  writer.write("tally", 0, 0) // before anything was sent
  run.noteReceived(answers[0]!(writer.bytes)!, 0)
  for (let seq = 1; seq <= 4; seq++) {
    run.noteSent(seq, seq)
    writer.write("probe", seq, 0)
    run.noteReceived(answers[seq > 2 ? 1 : 0]!(writer.bytes)!, seq + 1)
  }
  assert.equal(run.toLineRun(ABOUT).counts.lostUp, undefined)
  writer.write("tally", 4, 0)
  run.noteReceived(answers[1]!(writer.bytes)!, 10)
  const { counts } = run.toLineRun(ABOUT)
  assert.deepEqual([counts.received, counts.lost], [4, 0])
  assert.deepEqual(
    [counts.lostUp, counts.lostDown, counts.duplicatesUp, counts.reorderedUp],
    Array(4).fill(undefined),
  )
})

test("probe run: counts that the hub began anew do not put a loss down to a direction, however many came after", () => {
  let time = 1_000_000
  const hub = () => new ProbeReplies({ now: () => ++time, runsMax: 1 })
  let replies = hub()
  const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  const writer = new ProbeWriter(RUN, 64)
  const ask = (kind: "probe" | "tally", seq: number) => {
    writer.write(kind, seq, 0)
    const reply = writer.bytes.slice()
    assert.ok(replies.answer(reply, time))
    return reply
  }
  for (let seq = 1; seq <= 100; seq++) {
    if (seq === 4) replies = hub()
    run.noteSent(seq, seq)
    const reply = ask("probe", seq)
    if (seq <= 90) run.noteReceived(reply, seq + 1) // ten are lost on the way down, none on the way up
  }
  run.noteReceived(ask("tally", 100), 200)
  const { lost, lostUp, lostDown } = run.toLineRun(ABOUT).counts
  assert.deepEqual([lost, lostUp, lostDown], [10, undefined, undefined])
})

test("probe run: counts that the hub told before the end do not put a loss down to a direction", () => {
  const hub = newHub()
  const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  const writer = new ProbeWriter(RUN, 64)
  for (const [kind, seq] of [
    ["tally", 0],
    ["probe", 1],
    ["tally", 1],
  ] as const) {
    writer.write(kind, seq, 0)
    if (kind === "probe") run.noteSent(seq, seq)
    run.noteReceived(hub(writer.bytes)!, 2)
  }
  assert.equal(run.tallied, true)
  const early = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  writer.write("tally", 0, 0)
  early.noteReceived(hub(writer.bytes)!, 0)
  early.noteSent(1, 1)
  assert.equal(early.tallied, false)
})

test("probe run: a hub's clock that is set back, and a hub that is started again, overtake nothing", () => {
  for (const [restarted, setBackMs] of [
    [false, 5_000],
    [true, -5_000],
  ] as const) {
    const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
    const writer = new ProbeWriter(RUN, 64)
    let time = 1_000_000
    let replies = new ProbeReplies({ now: () => ++time, runsMax: 1 })
    for (let seq = 1; seq <= 20; seq++) {
      if (seq === 11) {
        time -= setBackMs
        if (restarted) replies = new ProbeReplies({ now: () => ++time, runsMax: 1 })
      }
      run.noteSent(seq, seq)
      writer.write("probe", seq, 0)
      const reply = writer.bytes.slice()
      replies.answer(reply, time)
      run.noteReceived(reply, seq + 1)
    }
    const { received, reorderedDown, duplicatesDown } = run.toLineRun(ABOUT).counts
    assert.deepEqual([received, reorderedDown, duplicatesDown], [20, 0, 0])
  }
})

test("probe run: the books grow without losing a stamp", () => {
  const run = new ProbeRun({ run: RUN, bytes: 64, lateMs: LATE_MS })
  for (let at = 0; at < 10_000; at++) run.noteSent(at, at + (at % 2))
  const { plannedMs, sentMs, receivedMs, marks } = run.toLineRun(ABOUT).samples
  assert.ok(plannedMs.every((ms, at) => ms === at) && sentMs.every((ms, at) => ms === at + (at % 2)))
  assert.ok(receivedMs.every((ms) => Number.isNaN(ms)))
  assert.ok(marks.every((mark, at) => mark === (at % 2 ? MARKS.timer : 0)))
})
