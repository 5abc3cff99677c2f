import { sparkline } from "../feeds/sparkline.ts"
import { clip } from "../width.ts"
import type { ProgressSample } from "./measure.ts"
import { time } from "./times.ts"

/** Slots of the chart that are kept; more than a terminal has columns. */
const SLOTS_MAX = 1_024
const TIME_WIDTH = 8 // `1,230 ms`
const LOST = "×"
/** Longer than any response time: where one of several was lost, that shows. */
const LOST_MS = Number.POSITIVE_INFINITY

/** What is known of a run while it goes on. Its memory does not grow with the run. */
export class Course {
  received = 0
  lost = 0
  lastMs = Number.NaN
  minMs = Number.NaN
  maxMs = Number.NaN
  meanMs = 0
  /** The longest response time of so many probes each; `LOST_MS` where one was lost, undefined where none is known. */
  #slots: (number | undefined)[] = []
  #perSlot = 1

  add(samples: readonly ProgressSample[]): void {
    for (const { seq, responseMs } of samples) {
      if (Number.isNaN(responseMs)) this.lost++
      else this.#answered(responseMs)
      this.#place(seq, Number.isNaN(responseMs) ? LOST_MS : responseMs)
    }
  }

  /** The longest response times in the order of sending, as `slots` at most, where the run has `total` probes in all. */
  chart(slots: number, total: number): (number | undefined)[] {
    const all = Math.max(this.#slots.length, Math.ceil(total / this.#perSlot))
    return joined(this.#slots, Math.ceil(all / slots))
  }

  #answered(ms: number): void {
    this.received++
    this.lastMs = ms
    this.minMs = this.received === 1 ? ms : Math.min(this.minMs, ms)
    this.maxMs = this.received === 1 ? ms : Math.max(this.maxMs, ms)
    this.meanMs += (ms - this.meanMs) / this.received
  }

  #place(seq: number, ms: number): void {
    while (Math.floor((seq - 1) / this.#perSlot) >= SLOTS_MAX) {
      this.#slots = joined(this.#slots, 2)
      this.#perSlot *= 2
    }
    const slot = Math.floor((seq - 1) / this.#perSlot)
    while (this.#slots.length <= slot) this.#slots.push(undefined)
    this.#slots[slot] = Math.max(this.#slots[slot] ?? 0, ms)
  }
}

/** The longest of so many neighbours each. */
function joined(slots: readonly (number | undefined)[], neighbours: number): (number | undefined)[] {
  return Array.from({ length: Math.ceil(slots.length / neighbours) }, (_, at) => {
    const known = slots.slice(at * neighbours, (at + 1) * neighbours).filter((ms) => ms !== undefined)
    return known.length > 0 ? Math.max(...known) : undefined
  })
}

/** What stands on the terminal while a run goes on: where it is, a chart, and numbers; no line wider than `columns`. */
export function liveLines(title: string, course: Course, total: number, columns: number): string[] {
  const { received, lost, lastMs, minMs, meanMs, maxMs } = course
  const shown = (name: string, ms: number) =>
    `${name} ${(received > 0 ? time(ms) : "-").padStart(TIME_WIDTH)}`
  const numbers = [
    `lost ${lost.toLocaleString("en")}`,
    shown("last", lastMs),
    shown("min", minMs),
    shown("mean", meanMs),
    shown("max", maxMs),
  ]
  return [title, bars(course.chart(columns, total)), numbers.join("   ")].map((line) => clip(line, columns))
}

function bars(chart: readonly (number | undefined)[]): string {
  const answered = chart.filter((ms): ms is number => ms !== undefined && ms !== LOST_MS)
  const drawn = [...sparkline(answered, answered.length)]
  return chart.map((ms) => (ms === undefined ? " " : ms === LOST_MS ? LOST : drawn.shift())).join("")
}
