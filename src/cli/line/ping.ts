import { PROBES_MAX } from "../../client/line/probe-run.ts"
import type { LineRun, Transport } from "../../client/line/run.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { type Target, targetOf } from "../check/target.ts"
import { interrupted } from "../commands/lab-options.ts"
import { print, printJson } from "../output.ts"
import { spanWords } from "../spans.ts"
import { runJson } from "./json.ts"
import { placeText } from "./line-errors.ts"
import { type Plan, progressOf } from "./live.ts"
import { measure } from "./measure.ts"
import { reportLines } from "./report.ts"
import * as words from "./words.ts"

export interface PingOptions {
  readonly hub: string
  readonly transport: Transport
  readonly closed: boolean
  readonly intervalMs: number
  readonly count: number | undefined
  /** Undefined: ten seconds where there is no count either. */
  readonly durationMs: number | undefined
  readonly bytes: number
  readonly json: boolean
}

const DURATION_MS = 10_000
const LATE_MS = 2_000 // over a satellite and back is less
const COLUMNS = 80

/**
 * Measures the line to a hub, shows how it goes on stderr, and prints what came of it. Ctrl-C ends it early.
 * @throws LandlineError usage | no_hub, also where not one reply came, or the line ended before the run
 */
export async function ping(options: PingOptions): Promise<void> {
  const target = direct(targetOf(options.hub))
  const durationMs = options.durationMs ?? (options.count === undefined ? DURATION_MS : undefined)
  const plan = planOf(options, target, durationMs)
  const stopped = new AbortController()
  void interrupted().then(() => stopped.abort())
  const progress = progressOf(plan)
  let run: LineRun
  try {
    run = await measure({
      ...options,
      host: target.host,
      port: target.port,
      count: plan.probes,
      durationMs,
      lateMs: LATE_MS,
      signal: stopped.signal,
      onProgress: (samples) => progress.add(samples),
    })
  } finally {
    progress.close()
  }
  if (options.json) printJson(runJson(run))
  else for (const line of reportLines(run, process.stdout.columns || COLUMNS)) print(line)
  if (stopped.signal.aborted) return
  const { sent, received } = run.counts
  if (received === 0) throw new LandlineError("no_hub", {}, words.noReply(options.transport))
  const isTimed = options.closed && durationMs !== undefined // then nobody knows how many it will be
  if (run.broke || (!isTimed && plan.probes !== undefined && sent < plan.probes))
    throw new LandlineError("no_hub", {}, words.cutShort(sent, plan.probes))
}

/** @throws LandlineError usage for a hub whose own port is hidden */
function direct(target: Target): Target {
  if (!target.secure && target.base.pathname === "/") return target
  const say = `A probe goes to the hub itself, not through TLS or a proxy as ${target.hub} does: name its own host and port.`
  throw new LandlineError("usage", {}, say)
}

function planOf(
  { closed, count, intervalMs, transport }: PingOptions,
  target: Target,
  durationMs: number | undefined,
): Plan {
  const fitting = closed || durationMs === undefined ? undefined : Math.ceil(durationMs / intervalMs)
  const probes = count === undefined ? fitting : Math.min(count, fitting ?? count)
  if (probes !== undefined && probes > PROBES_MAX) {
    const say = `That would be ${probes.toLocaleString("en")} probes; one run sends at most ${PROBES_MAX.toLocaleString("en")}: choose a longer -i or a shorter --duration.`
    throw new LandlineError("usage", {}, say)
  }
  const pace = closed ? "one after the other" : `every ${spanWords(intervalMs)}`
  return { title: `${placeText(target)} over ${words.TRANSPORTS[transport]}, ${pace}`, probes, durationMs }
}
