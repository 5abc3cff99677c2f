import { amount } from "../amounts.ts"
import type { LineRun } from "../line/run.ts"
import { roundTrips, summarize } from "../line/statistics.ts"
import { fail, type Judged, pass, warn } from "./row.ts"

/** What went through one way. */
export interface Throughput {
  readonly bytes: number
  /** In which they went through: the beginning, in which TCP feels its way, is left out where there is more. */
  readonly ms: number
  /** How long others measured before. */
  readonly waitedMs: number
}

export interface ThroughputFacts extends Throughput {
  readonly bytesPerSecond: number
  /** Median round trip of probes in the meantime, and how many of them were lost. */
  readonly loadedP50Ms?: number
  readonly loadedLost?: number
  readonly loadedSamples?: number
}

/** Bytes a second. 1 Mbit/s takes a minute for a photo of 8 MB; below 10 Mbit/s a film stutters. */
const FAIL = 125_000
const WARN = 1_250_000

/** @param run of the probes that ran beside it, where they came through */
export function throughputFacts(moved: Throughput, run: LineRun | undefined): ThroughputFacts {
  const loadedP50Ms = run && summarize(roundTrips(run))?.p50Ms
  return {
    ...moved,
    bytesPerSecond: (moved.bytes / moved.ms) * 1000,
    ...(run && { loadedSamples: run.counts.sent, loadedLost: run.counts.lost }),
    ...(loadedP50Ms !== undefined && { loadedP50Ms }),
  }
}

export const judgeDownload = (facts: ThroughputFacts): Judged => judge(facts, "Data comes from the hub")
export const judgeUpload = (facts: ThroughputFacts): Judged => judge(facts, "Data goes to the hub")

function judge({ bytesPerSecond, bytes }: ThroughputFacts, way: string): Judged {
  if (bytes === 0) return fail(`${way} not at all: nothing arrived in the time of the test.`)
  const say = `${way} at ${amount(bytesPerSecond)} a second: ${fileTime(bytesPerSecond)}.`
  if (isTooSlow({ bytesPerSecond })) return fail(say)
  return bytesPerSecond < WARN ? warn(say) : pass(say)
}

const isTooSlow = ({ bytesPerSecond }: Pick<ThroughputFacts, "bytesPerSecond">): boolean =>
  bytesPerSecond < FAIL

/** `a file of 100 MB takes 8 seconds` */
export function fileTime(bytesPerSecond: number): string {
  const seconds = 100e6 / bytesPerSecond
  if (seconds < 1) return "a file of 100 MB takes less than a second"
  if (seconds < 100) return `a file of 100 MB takes ${plural(seconds, "second")}`
  if (seconds < 6_000) return `a file of 100 MB takes ${plural(seconds / 60, "minute")}`
  return `a file of 100 MB takes ${plural(seconds / 3600, "hour")}`
}

const plural = (value: number, unit: string): string => {
  const number = Math.round(value)
  return `${number.toLocaleString("en")} ${unit}${number === 1 ? "" : "s"}`
}

/** `2 others are measuring, and come first` */
export const waitingFor = (ahead: number): string =>
  ahead === 1 ? "one other is measuring, and comes first" : `${ahead} others are measuring, and come first`
