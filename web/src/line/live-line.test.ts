import assert from "node:assert/strict"
import { test } from "node:test"
import type { LineRun } from "../../../src/client/line/run.ts"
import { HISTORY_S, liveLine } from "./live-line.ts"
import { pingSentence, pingValues } from "./ping-words.ts"

const LATE_MS = 5_000

/** A run that sent a probe each 50 ms. @param times ms to each reply; NaN where none came */
function run(times: readonly number[], counts: Partial<LineRun["counts"]> = {}): LineRun {
  const sentMs = Float64Array.from(times, (_, at) => at * 50)
  const received = times.filter((ms) => !Number.isNaN(ms)).length
  const nothing = new Float64Array(times.length).fill(Number.NaN)
  return {
    transport: "websocket",
    address: "127.0.0.1",
    port: 7300,
    startedMs: 0,
    closed: false,
    intervalMs: 50,
    broke: false,
    bytes: 64,
    samples: {
      plannedMs: sentMs,
      sentMs,
      receivedMs: sentMs.map((sent, at) => sent + times[at]!),
      hubReceivedMs: nothing,
      hubSentMs: nothing,
      marks: new Uint8Array(times.length),
    },
    counts: {
      ...{ sent: times.length, received, lost: times.length - received, late: 0, damaged: 0, strangers: 0 },
      ...{ lostUp: 0, lostDown: 0, duplicatesUp: 0, duplicatesDown: 0, reorderedUp: 0, reorderedDown: 0 },
      ...counts,
    },
    damages: [],
    own: {
      loopDelay: { meanMs: 1, p99Ms: 2, maxMs: 3 },
      collections: { count: 0, totalMs: 0, maxMs: 0 },
    },
  }
}

test("live line: what is on its way is not lost before its time is over", () => {
  const times = [1, Number.NaN, 3]
  assert.equal(liveLine(run(times), 200, LATE_MS).lost, 0)
  const later = liveLine(run(times), 6_000, LATE_MS)
  assert.deepEqual([later.lost, later.lastMs, later.summary?.maxMs], [1, 3, 3])
})

test("live line: the newest answer is the one that came last, not the one that was sent last", () => {
  assert.equal(liveLine(run([500, 1]), 600, LATE_MS).lastMs, 500)
})

test("live line: the history is the last minute, the longest answer of each half second", () => {
  const times = Array.from({ length: 40 }, (_, at) => (at === 25 ? 90 : 1)) // two seconds
  const { history } = liveLine(run(times), 2_000, LATE_MS)
  assert.deepEqual(
    history.map(({ ms }) => ms),
    [1, 1, 1, 90, 1],
  )
  const long = liveLine(run(Array(3_000).fill(1)), 150_000, LATE_MS).history
  assert.ok(long.length <= 120 && long.every(({ ageS }) => ageS <= HISTORY_S))
})

test("live line: a second without an answer is a hole in the history, and said as lost", () => {
  const times = Array.from({ length: 200 }, (_, at) => (at >= 10 && at < 30 ? Number.NaN : 1))
  const { history, lost } = liveLine(run(times), 10_000, LATE_MS)
  assert.equal(lost, 20)
  assert.equal(
    history.reduce((sum, moment) => sum + moment.lost, 0),
    20,
  )
  assert.ok(history.some(({ ms, lost }) => ms === undefined && lost > 0))
})

test("ping words: a percentile says how many answers it still needs", () => {
  const values = pingValues(liveLine(run(Array(120).fill(2)), 6_000, LATE_MS))
  const texts = Object.fromEntries(values.map(({ name, text }) => [name, text]))
  assert.deepEqual(texts, {
    ...{ p50: "2.0 ms", p90: "2.0 ms", p99: "after 880 more", max: "2.0 ms", jitter: "0.0 ms" },
    ...{ lost: "0", duplicated: "0", overtaken: "0" },
  })
})

test("ping words: duplicated and overtaken on both ways are told, and all of it in a sentence", () => {
  const live = liveLine(
    run([1, 2, Number.NaN], { duplicatesUp: 2, duplicatesDown: 1, reorderedUp: 0, reorderedDown: 4 }),
    9_000,
    LATE_MS,
  )
  const texts = Object.fromEntries(pingValues(live).map(({ name, text }) => [name, text]))
  assert.deepEqual([texts.duplicated, texts.overtaken, texts.lost], ["3", "4", "1"])
  assert.equal(
    pingSentence(live),
    "3 test packets sent, 2 answered. An answer takes 1.5 ms, at most 2.0 ms; 1 got none.",
  )
  assert.equal(
    pingSentence({ ...live, summary: undefined, broke: true }),
    "3 test packets sent, and no answer. Then the line broke.",
  )
})
