import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks"
import type { Span } from "../../client/line/marks.ts"
import type { OwnError } from "../../client/line/run.ts"

const RESOLUTION_MS = 10
const BEAT_MS = 2
const STALL_MS = 2 // what the event loop may be late without a mark
const SPANS_MAX = 100_000
const MS = 1e6 // ns

export interface OwnErrors {
  readonly own: OwnError
  readonly collections: readonly Span[]
  /** When the event loop was held up. */
  readonly stalls: readonly Span[]
}

/** Watches what this thread's own runtime adds to a measurement: collections of memory, and a loop that is held up. */
export class OwnErrorWatch {
  readonly #collections: Span[] = [] // by performance.now(), as are the stalls
  readonly #stalls: Span[] = []
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #observer = new PerformanceObserver((list) => this.#collect(list.getEntries()))
  readonly #beats: NodeJS.Timeout
  #lastMs = performance.now()

  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] })
    this.#delay.enable()
    this.#beats = setInterval(() => this.#beat(), BEAT_MS)
  }

  /** What was seen until now; nothing is watched any more. @param beginMs of `performance.now()`: 0 of all spans */
  stop(beginMs: number): OwnErrors {
    clearInterval(this.#beats)
    this.#beat()
    this.#delay.disable()
    this.#collect(this.#observer.takeRecords())
    this.#observer.disconnect()
    const beyond = (ns: number) => (Number.isNaN(ns) ? 0 : Math.max(0, ns / MS - RESOLUTION_MS))
    const lengths = this.#collections.map(({ beginMs, endMs }) => endMs - beginMs)
    const own = {
      loopDelay: {
        meanMs: beyond(this.#delay.mean),
        p99Ms: beyond(this.#delay.percentile(99)),
        maxMs: beyond(this.#delay.max),
      },
      collections: {
        count: lengths.length,
        totalMs: lengths.reduce((sum, length) => sum + length, 0),
        maxMs: lengths.reduce((most, length) => Math.max(most, length), 0),
      },
    }
    const sinceBegin = (span: Span) => ({ beginMs: span.beginMs - beginMs, endMs: span.endMs - beginMs })
    return { own, collections: this.#collections.map(sinceBegin), stalls: this.#stalls.map(sinceBegin) }
  }

  #beat(): void {
    const now = performance.now()
    const due = this.#lastMs + BEAT_MS + 1 // timers are whole ms
    if (now - due > STALL_MS) keep(this.#stalls, due, now)
    this.#lastMs = now
  }

  #collect(entries: readonly PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) keep(this.#collections, startTime, startTime + duration)
  }
}

function keep(spans: Span[], beginMs: number, endMs: number): void {
  if (spans.length < SPANS_MAX) spans.push({ beginMs, endMs })
}
