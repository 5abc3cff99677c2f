import type { LineReport } from "../../protocol/line.ts"
import { jitter, summarize } from "./statistics.ts"

const PROBES = 20 // enough for a median
const PAUSE_MS = 50
const LOST_MS = 5_000

export interface SessionLine {
  /** Questions are answered now, and do not wait for the line to come back. */
  isLive(): boolean
  /** Asks the hub for a sign of life through the session. */
  probe(): Promise<unknown>
  /** Tells the hub what was measured. */
  report(report: LineReport): Promise<void>
}

/** Measures the line through a session: round trips of a few probes, one after the other, about a second in all. */
export async function measureSession(probe: () => Promise<unknown>): Promise<LineReport> {
  const roundTrips = new Float64Array(PROBES).fill(Number.NaN)
  for (let sent = 0; sent < PROBES; sent++) {
    if (sent > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    const begin = performance.now()
    if (await isAnswered(probe())) roundTrips[sent] = performance.now() - begin
  }
  const { count = 0, minMs, p50Ms, p90Ms, maxMs } = summarize(roundTrips) ?? {}
  const { ipdvMs: jitterMs } = jitter(roundTrips)
  return { samples: PROBES, lost: PROBES - count, minMs, p50Ms, p90Ms, maxMs, jitterMs }
}

/** The timer ends with the answer: a program that waits for nothing else must be able to end. */
async function isAnswered(answer: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LOST_MS)
  })
  try {
    return await Promise.race([answer.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Measures a session's line now and then, and tells the hub. What fails is tried again the next time. */
export class LineWatch {
  readonly #line: SessionLine
  #timer: ReturnType<typeof setTimeout> | undefined
  #measuring = false // on a bad line it may take longer than the pause between two

  constructor(line: SessionLine) {
    this.#line = line
  }

  /** @param everyMs 0: not at all. The first time is at random, so that a whole class does not measure at once. */
  begin(everyMs: number): void {
    this.end()
    if (everyMs > 0) this.#in(everyMs * (0.25 + 0.75 * Math.random()), everyMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #in(ms: number, everyMs: number): void {
    this.#timer = setTimeout(() => {
      this.#in(everyMs, everyMs)
      void this.#measure()
    }, ms)
  }

  async #measure(): Promise<void> {
    if (this.#measuring || !this.#line.isLive()) return
    this.#measuring = true
    try {
      await this.#line.report(await measureSession(() => this.#line.probe()))
    } catch {
      // the session is closed, or the line is down, which the hub sees by itself
    }
    this.#measuring = false
  }
}
