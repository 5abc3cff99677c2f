import { roundTrips, summarize } from "../../client/line/statistics.ts"
import { PROBE_HEAD_BYTES } from "../../protocol/probe.ts"
import { amount } from "../files/amounts.ts"
import { measure } from "../line/measure.ts"
import { download, type Throughput, type ThroughputOptions, upload } from "../line/throughput.ts"
import { probeTransport } from "./probes.ts"
import { type Checking, fail, type Judged, pass, type Step, warn } from "./row.ts"
import { baseAt } from "./target.ts"

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

const PROBE_EVERY_MS = 20
const PROBES_MAX_MS = 30_000 // what the hub gives to one turn
const LATE_MS = 3_000

export const downloadStep: Step<"download"> = {
  title: "download",
  doing: "measuring how fast data comes from the hub",
  needs: ["hello"],
  run: (checking) => throughput(checking, download),
  judge: (facts) => judge(facts, "Data comes from the hub"),
}

export const uploadStep: Step<"upload"> = {
  title: "upload",
  doing: "measuring how fast data goes to the hub",
  needs: ["hello"],
  run: (checking) => throughput(checking, upload),
  judge: (facts) => judge(facts, "Data goes to the hub"),
}

function judge({ bytesPerSecond, bytes }: ThroughputFacts, way: string): Judged {
  if (bytes === 0) return fail(`${way} not at all: nothing arrived in the time of the test.`)
  const say = `${way} at ${amount(bytesPerSecond)} a second: ${fileTime(bytesPerSecond)}.`
  if (isTooSlow({ bytesPerSecond })) return fail(say)
  return bytesPerSecond < WARN ? warn(say) : pass(say)
}

export const isTooSlow = ({ bytesPerSecond }: Pick<ThroughputFacts, "bytesPerSecond">): boolean =>
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

/** With probes beside it, which tell how long an answer takes while the line is full. */
async function throughput(
  checking: Checking,
  move: (options: ThroughputOptions) => Promise<Throughput>,
): Promise<ThroughputFacts> {
  const { target, rows, as, together, signal, progress } = checking
  const address = rows.connect!.facts!.used!
  const over = new AbortController()
  let probes: ReturnType<typeof measure> | undefined
  const moved = await move({
    base: baseAt(target, address),
    as,
    together,
    signal,
    onWait: (ahead) => progress(0, waitingFor(ahead)),
    async onBegin() {
      if (!target.secure)
        probes = measure({
          host: address,
          port: target.port,
          transport: probeTransport(rows),
          closed: false,
          intervalMs: PROBE_EVERY_MS,
          durationMs: PROBES_MAX_MS,
          bytes: PROBE_HEAD_BYTES,
          lateMs: LATE_MS,
          signal: AbortSignal.any([signal, over.signal]),
        })
      probes?.catch(() => {}) // awaited below
      return () => over.abort()
    },
    onProgress: (share) => progress(Math.min(1, share)),
  })
  const run = await probes?.catch(() => undefined) // a line that is full may let none through
  const loadedP50Ms = run && summarize(roundTrips(run))?.p50Ms
  return {
    ...moved,
    bytesPerSecond: (moved.bytes / moved.ms) * 1000,
    ...(run && { loadedSamples: run.counts.sent, loadedLost: run.counts.lost }),
    ...(loadedP50Ms !== undefined && { loadedP50Ms }),
  }
}

const waitingFor = (ahead: number): string =>
  ahead === 1 ? "one other is measuring, and comes first" : `${ahead} others are measuring, and come first`
