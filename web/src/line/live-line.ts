import { type Bucket, histogram } from "../../../src/client/line/histogram.ts"
import type { LineRun } from "../../../src/client/line/run.ts"
import { jitter, roundTrips, type Summary, summarize } from "../../../src/client/line/statistics.ts"

/** A moment of the history: the longest round trip of a short while; undefined where none was lost and none came. */
export interface Moment {
  /** Seconds before now. */
  readonly ageS: number
  readonly ms: number | undefined
  readonly lost: number
}

/** What a person sees of a run while it goes on. */
export interface LiveLine {
  readonly sent: number
  readonly received: number
  /** Given up: the time for their reply is over. */
  readonly lost: number
  readonly duplicated: number
  readonly overtaken: number
  readonly damaged: number
  /** Of the newest reply. */
  readonly lastMs: number | undefined
  readonly summary: Summary | undefined
  /** Mean |IPDV|, RFC 3393. */
  readonly jitterMs: number | undefined
  readonly buckets: readonly Bucket[]
  readonly history: readonly Moment[]
  /** How late this browser's own timers came, 99 of 100 times. */
  readonly ownP99Ms: number
  readonly broke: boolean
}

export const HISTORY_S = 60
const MOMENTS = 120
const ROWS_MAX = 14

/** @param nowMs from the beginning of the run */
export function liveLine(run: LineRun, nowMs: number, lateMs: number): LiveLine {
  const times = roundTrips(run)
  const { counts, samples } = run
  let [lost, newest] = [0, -1]
  times.forEach((ms, at) => {
    if (Number.isNaN(ms)) lost += nowMs - samples.sentMs[at]! > lateMs ? 1 : 0
    else if (newest < 0 || samples.receivedMs[at]! > samples.receivedMs[newest]!) newest = at
  })
  return {
    sent: counts.sent,
    received: counts.received,
    lost,
    duplicated: (counts.duplicatesUp ?? 0) + counts.duplicatesDown,
    overtaken: (counts.reorderedUp ?? 0) + counts.reorderedDown,
    damaged: counts.damaged,
    lastMs: times[newest],
    summary: summarize(times),
    jitterMs: jitter(times).ipdvMs,
    buckets: histogram(times, ROWS_MAX),
    history: historyOf(times, samples.sentMs, nowMs, lateMs),
    ownP99Ms: run.own.loopDelay.p99Ms,
    broke: run.broke,
  }
}

/** The last minute in equal pieces, the oldest first, from the first in which something was sent. */
function historyOf(times: Float64Array, sentMs: Float64Array, nowMs: number, lateMs: number): Moment[] {
  const pieceMs = (HISTORY_S * 1_000) / MOMENTS
  const pieces: { ms: number | undefined; lost: number }[] = []
  for (let at = times.length - 1; at >= 0; at--) {
    const ageMs = nowMs - sentMs[at]!
    const index = Math.floor(ageMs / pieceMs)
    if (index >= MOMENTS) break
    pieces[index] ??= { ms: undefined, lost: 0 }
    const piece = pieces[index]
    if (!Number.isNaN(times[at]!)) piece.ms = Math.max(piece.ms ?? 0, times[at]!)
    else if (ageMs > lateMs) piece.lost++
  }
  return Array.from(pieces, (piece, index) => ({
    ageS: ((index + 0.5) * pieceMs) / 1_000,
    ms: piece?.ms,
    lost: piece?.lost ?? 0,
  })).reverse()
}
