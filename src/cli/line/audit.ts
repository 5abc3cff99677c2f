import type { Damage, LineRun } from "../../client/line/run.ts"
import { isDelayed, median, Responder, type ResponderTruth } from "./audit-responder.ts"
import type { LineFaults } from "./faulty-line.ts"
import { measure } from "./measure.ts"

export interface AuditRow {
  /** Which faults were injected, such as `5 % lost on the way up`. */
  readonly case: string
  /** What is compared, such as `lost up`. */
  readonly what: string
  readonly unit: "ms" | ""
  readonly truth: number
  /** Undefined where the measurement could not tell. */
  readonly measured: number | undefined
  /** How far measurement may be from truth. 0: they must be equal. */
  readonly allowed: number
  readonly ok: boolean
}

export interface AuditOptions {
  /** The same seed injects the same. */
  readonly seed: number
  /** Told after each case. */
  onProgress?(done: number, of: number): void
}

interface Case {
  readonly name: string
  readonly delayMs?: number
  readonly faults?: LineFaults
  readonly bytes?: number
  readonly count?: number
}

const INTERVAL_MS = 4
const COUNT = 250
const LATE_MS = 300
const ALLOWED_MS = 0.2
const ALLOWED_PART = 0.05
const PART = 0.05

const both = (faults: NonNullable<LineFaults["up"]>): LineFaults => ({ up: faults, down: faults })

const CASES: readonly Case[] = [
  { name: "nothing" },
  { name: "delay of 1 ms", delayMs: 1 },
  { name: "delay of 5 ms", delayMs: 5 },
  { name: "delay of 20 ms", delayMs: 20 },
  { name: "5 % lost on the way up", faults: { up: { loss: PART } } },
  { name: "5 % lost on the way down", faults: { down: { loss: PART } } },
  { name: "5 % sent twice", faults: both({ duplication: PART }) },
  { name: "5 % overtaken", faults: both({ reordering: PART }) },
  { name: "one bit flipped in 5 %", faults: both({ corruption: PART }), bytes: 256 },
  {
    name: "all of it, and 10 ms",
    faults: both({ loss: PART, duplication: PART, reordering: PART, corruption: PART }),
    delayMs: 10,
    bytes: 256,
    count: 400,
  },
]

/**
 * Measures a line of which all is known: a responder on this machine that delays, loses, doubles, reorders and damages
 * probes, and keeps count. Takes less than 20 s.
 */
export async function runAudit({ seed, onProgress }: AuditOptions): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  for (const [at, audited] of CASES.entries()) {
    const { run, truth } = await measured(audited, seed + at)
    rows.push(...rowsOf(audited, run, truth))
    onProgress?.(at + 1, CASES.length)
  }
  return rows
}

async function measured({ delayMs = 0, faults = {}, bytes = 64, count = COUNT }: Case, seed: number) {
  await using responder = await Responder.open({ delayMs, faults, seed })
  const run = await measure({
    host: "127.0.0.1",
    port: responder.port,
    transport: "udp",
    closed: false,
    intervalMs: INTERVAL_MS,
    count,
    bytes,
    lateMs: LATE_MS,
  })
  return { run, truth: await responder.truth() }
}

/** What was injected, and what was found though it was not. */
function rowsOf({ name, delayMs }: Case, run: LineRun, truth: ResponderTruth): AuditRow[] {
  const { counts, damages } = run
  const rows: AuditRow[] = []
  if (delayMs !== undefined) {
    const addedMs = medianOf(run, true) - medianOf(run, false)
    const allowed = Math.max(ALLOWED_MS, truth.delayMs * ALLOWED_PART)
    const ok = Math.abs(addedMs - truth.delayMs) <= allowed
    const what = "median delay"
    rows.push({ case: name, what, unit: "ms", truth: truth.delayMs, measured: addedMs, allowed, ok })
  }
  const count = (what: string, truth: number, measured: number | undefined, ok = truth === measured) => {
    if (truth > 0 || !ok) rows.push({ case: name, what, unit: "", truth, measured, allowed: 0, ok })
  }
  count("lost up", truth.lostUp, counts.lostUp)
  count("lost down", truth.lostDown, counts.lostDown)
  count("duplicates up", truth.duplicatesUp, counts.duplicatesUp)
  count("duplicates down", truth.duplicatesDown, counts.duplicatesDown)
  count("overtaken up", truth.reorderedUp, counts.reorderedUp)
  count("overtaken down", truth.reorderedDown, counts.reorderedDown)
  for (const direction of ["up", "down"] as const) {
    const [flipped, found] = [placesOf(truth.damages, direction), placesOf(damages, direction)]
    const right = flipped.filter((place, at) => place === found[at]).length
    count(
      `flipped bits at their place, ${direction}`,
      flipped.length,
      right,
      right === found.length && right === flipped.length,
    )
  }
  count("strangers", 0, counts.strangers)
  if (rows.length === 0)
    rows.push({ case: name, what: "faults found", unit: "", truth: 0, measured: 0, allowed: 0, ok: true })
  return rows
}

/** The median round trip of the probes whose replies were delayed, or of the others. */
function medianOf({ samples }: LineRun, delayed: boolean): number {
  const roundTrips = samples.receivedMs.map((ms, at) => ms - samples.sentMs[at]!)
  return median(roundTrips.filter((_, at) => isDelayed(at + 1) === delayed))
}

const placesOf = (damages: readonly Damage[], direction: Damage["direction"]): string[] =>
  damages
    .filter((damage) => damage.direction === direction)
    .map(({ seq, byte, bit }) => `${seq}:${byte}:${bit}`)
    .sort()
