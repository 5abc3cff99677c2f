import type { LineRun, RunCounts } from "../../src/client/line/run.ts"

/** What a test says of a run; all else is a healthy line. */
export interface RunOptions extends Partial<Omit<LineRun, "counts" | "samples">> {
  /** Of each probe; NaN where no reply came. */
  readonly roundTripsMs: readonly number[]
  /** How much later than planned each probe was sent; 0 where it is not said. */
  readonly sendDelaysMs?: readonly number[]
  readonly marks?: readonly number[]
  /** The hub's clock less ours. */
  readonly offsetMs?: number
  /** Share of the way up in what a round trip takes on the line. */
  readonly up?: number
  readonly hubMs?: number
  readonly counts?: Partial<RunCounts>
}

/** A run as a measurement gives it back. */
export function lineRun(options: RunOptions): LineRun {
  const {
    roundTripsMs,
    sendDelaysMs = [],
    marks = [],
    offsetMs = 0,
    up = 0.5,
    hubMs = 0,
    counts,
    ...rest
  } = options
  const { startedMs = Date.UTC(2026, 0, 2, 3, 4, 5), intervalMs = 100 } = rest
  const plannedMs = Float64Array.from(roundTripsMs, (_, at) => at * intervalMs)
  const sentMs = plannedMs.map((planned, at) => planned + (sendDelaysMs[at] ?? 0))
  const receivedMs = sentMs.map((sent, at) => sent + roundTripsMs[at]!)
  const hubReceivedMs = receivedMs.map(
    (received, at) => startedMs + sentMs[at]! + (received - sentMs[at]! - hubMs) * up + offsetMs,
  )
  const received = roundTripsMs.filter((ms) => !Number.isNaN(ms)).length
  const lost = roundTripsMs.length - received
  return {
    transport: "udp",
    address: "127.0.0.1",
    port: 7300,
    startedMs,
    closed: false,
    intervalMs,
    broke: false,
    bytes: 64,
    damages: [],
    own: {
      loopDelay: { meanMs: 0.05, p99Ms: 0.4, maxMs: 1.2 },
      collections: { count: 0, totalMs: 0, maxMs: 0 },
    },
    ...rest,
    samples: {
      plannedMs,
      sentMs,
      receivedMs,
      hubReceivedMs,
      hubSentMs: hubReceivedMs.map((hubReceived) => hubReceived + hubMs),
      marks: Uint8Array.from(roundTripsMs, (_, at) => marks[at] ?? 0),
    },
    counts: {
      sent: roundTripsMs.length,
      received,
      lost,
      lostUp: lost,
      lostDown: 0,
      duplicatesUp: 0,
      duplicatesDown: 0,
      reorderedUp: 0,
      reorderedDown: 0,
      late: 0,
      damaged: 0,
      strangers: 0,
      ...counts,
    },
  }
}
