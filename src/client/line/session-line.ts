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
  const roundTrips: number[] = []
  for (let sent = 0; sent < PROBES; sent++) {
    if (sent > 0) await sleep(PAUSE_MS)
    const begin = performance.now()
    const answered = await Promise.race([probe().then(() => true), sleep(LOST_MS)])
    if (answered) roundTrips.push(performance.now() - begin)
  }
  const values = Float64Array.from(roundTrips)
  const { minMs, p50Ms, p90Ms, maxMs } = summarize(values) ?? {}
  const { ipdvMs: jitterMs } = jitter(values)
  return { samples: PROBES, lost: PROBES - values.length, minMs, p50Ms, p90Ms, maxMs, jitterMs }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Measures a session's line now and then, and tells the hub. What fails is tried again the next time. */
export class LineWatch {
  readonly #line: SessionLine
  #timer: ReturnType<typeof setTimeout> | undefined

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
    if (!this.#line.isLive()) return
    try {
      await this.#line.report(await measureSession(() => this.#line.probe()))
    } catch {
      // the session is closed, or the line is down, which the hub sees by itself
    }
  }
}
