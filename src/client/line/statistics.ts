import { type LineRun, MARKS } from "./run.ts"

/** What the values of a run come to. Percentiles are undefined where there are too few values: see `PERCENTILES`. */
export interface Summary {
  readonly count: number
  readonly minMs: number
  readonly meanMs: number
  /** Sample standard deviation; 0 of a single value. */
  readonly deviationMs: number
  readonly maxMs: number
  readonly p50Ms: number | undefined
  readonly p90Ms: number | undefined
  readonly p99Ms: number | undefined
  readonly p999Ms: number | undefined
}

/**
 * The percentiles of a summary, and how many values each needs: ten above it, 10 / (1 - p). As whole numbers, since
 * 10 / (1 - 0.9) is more than 100 in floating point.
 */
export const PERCENTILES = [
  { key: "p50Ms", name: "p50", perMille: 500, countMin: 20 },
  { key: "p90Ms", name: "p90", perMille: 900, countMin: 100 },
  { key: "p99Ms", name: "p99", perMille: 990, countMin: 1_000 },
  { key: "p999Ms", name: "p99.9", perMille: 999, countMin: 10_000 },
] as const

/** Undefined where there is no value; NaN is none. */
export function summarize(values: Float64Array): Summary | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const count = sorted.length
  if (count === 0) return undefined
  // Welford, Technometrics 4(3), 1962: no difference of large sums
  let meanMs = 0
  let squares = 0
  sorted.forEach((value, before) => {
    const delta = value - meanMs
    meanMs += delta / (before + 1)
    squares += delta * (value - meanMs)
  })
  const [p50Ms, p90Ms, p99Ms, p999Ms] = PERCENTILES.map(({ perMille, countMin }) =>
    count < countMin ? undefined : nearestRank(sorted, perMille),
  )
  return {
    count,
    minMs: sorted[0]!,
    meanMs,
    deviationMs: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    maxMs: sorted[count - 1]!,
    p50Ms,
    p90Ms,
    p99Ms,
    p999Ms,
  }
}

/** The least value that so many of all do not exceed. */
function nearestRank(sorted: Float64Array, perMille: number): number {
  return sorted[Math.ceil((perMille * sorted.length) / 1_000) - 1]!
}

/** From the moment at which each probe was to be sent, so that no stall is hidden. ms; NaN where no reply came. */
export const responseTimes = ({ samples }: LineRun): Float64Array =>
  samples.receivedMs.map((received, at) => received - samples.plannedMs[at]!)

/** User-space round trips: from the sending to the receiving in this program. ms; NaN where no reply came. */
export const roundTrips = ({ samples }: LineRun): Float64Array =>
  samples.receivedMs.map((received, at) => received - samples.sentMs[at]!)

/** What the hub itself took, from receiving to sending. ms; NaN where no reply came. */
export const hubTimes = ({ samples }: LineRun): Float64Array =>
  samples.hubSentMs.map((sent, at) => sent - samples.hubReceivedMs[at]!)

/** How much later than planned the probes were sent. ms */
export const sendDelays = ({ samples }: LineRun): Float64Array =>
  samples.sentMs.map((sent, at) => sent - samples.plannedMs[at]!)

export interface Jitter {
  /** Mean of the absolute IP packet delay variation (RFC 3393). */
  readonly ipdvMs: number | undefined
  /** The estimator of RFC 3550 section 6.4.1 after the last probe. */
  readonly rfc3550Ms: number | undefined
}

/**
 * Both from the round trips of probes that followed one another and were both answered; undefined where none did.
 * @param roundTrips ms, in the order of sending; NaN where no reply came
 */
export function jitter(roundTrips: Float64Array): Jitter {
  let pairs = 0
  let ipdvMs = 0
  let rfc3550Ms = 0
  for (let at = 1; at < roundTrips.length; at++) {
    const difference = Math.abs(roundTrips[at]! - roundTrips[at - 1]!)
    if (Number.isNaN(difference)) continue
    pairs++
    ipdvMs += (difference - ipdvMs) / pairs
    rfc3550Ms += (difference - rfc3550Ms) / 16
  }
  return pairs === 0 ? { ipdvMs: undefined, rfc3550Ms: undefined } : { ipdvMs, rfc3550Ms }
}

export interface ClockOffset {
  /** Positive: the hub's clock is ahead. */
  readonly offsetMs: number
  /** The true offset lies within `offsetMs` ± `boundMs`, however unlike the two ways are. */
  readonly boundMs: number
}

/**
 * RFC 5905 section 8: the offset that the sample with the least delay shows, where the delay is the round trip without
 * the hub's own time, and half of that delay as its bound. Undefined where no reply came.
 */
export function clockOffset({ startedMs, samples }: LineRun): ClockOffset | undefined {
  let best: ClockOffset | undefined
  samples.receivedMs.forEach((received, at) => {
    const sentMs = startedMs + samples.sentMs[at]!
    const hubReceivedMs = samples.hubReceivedMs[at]!
    const hubSentMs = samples.hubSentMs[at]!
    const boundMs = Math.max(0, received - samples.sentMs[at]! - (hubSentMs - hubReceivedMs)) / 2
    if (Number.isNaN(boundMs) || (best && best.boundMs <= boundMs)) return
    best = { offsetMs: (hubReceivedMs - sentMs + (hubSentMs - startedMs - received)) / 2, boundMs }
  })
  return best
}

/** How many samples bear which mark of `MARKS`, and how many any. */
export function touched({ samples }: LineRun): Record<keyof typeof MARKS | "any", number> {
  const having = (bits: number) => samples.marks.reduce((sum, marks) => sum + (marks & bits ? 1 : 0), 0)
  const { timer, collection, loop } = MARKS
  return {
    any: having(timer | collection | loop),
    timer: having(timer),
    collection: having(collection),
    loop: having(loop),
  }
}

/** The longest time without any reply, in a closed loop, which shows an outage as few probes and no more. ms */
export function standstill({ samples: { receivedMs, sentMs } }: LineRun): number {
  const last = sentMs.at(-1) ?? 0
  const moments = [...receivedMs.filter((at) => !Number.isNaN(at)).sort(), last]
  return moments.reduce((longest, at, index) => Math.max(longest, at - (moments[index - 1] ?? 0)), 0)
}
