import { FIELDS_MAX, numbersOf } from "./fields.ts"
import { type Bucket, bucketOf, joined, Points } from "./points.ts"
import type { Reading } from "./reading.ts"

/** Places at which messages are missing; of more, the newest are told apart. */
const BREAKS_MAX = 1_000

/** The numbers of a feed over time: a series for each name they have. */
export class Charted {
  readonly #series = new Map<string, Points>()
  /** Times at which messages are missing: the line is cut there. */
  readonly breaks: number[] = []

  /** Cuts the line at a time. */
  cut(time: number): void {
    this.breaks.push(time)
    if (this.breaks.length > BREAKS_MAX) this.breaks.shift()
  }

  /** Names of the series, in the order in which they were met. */
  get fields(): string[] {
    return [...this.#series.keys()]
  }

  bucketsOf(field: string): readonly Bucket[] {
    return this.#series.get(field)?.buckets ?? []
  }

  /** Takes the next message. */
  add({ time, value }: Reading): void {
    for (const [field, number] of numbersOf(value)) this.#add(field, bucketOf(time, number))
  }

  /** Takes several messages as one point of each series. */
  addJoined(readings: readonly Reading[]): void {
    const together = new Map<string, Bucket>()
    for (const { time, value } of readings)
      for (const [field, number] of numbersOf(value)) {
        const bucket = bucketOf(time, number)
        const before = together.get(field)
        together.set(field, before === undefined ? bucket : joined(before, bucket))
      }
    for (const [field, bucket] of together) this.#add(field, bucket)
  }

  #add(field: string, bucket: Bucket): void {
    // Somebody may give each message fields of its own.
    if (this.#series.size >= FIELDS_MAX && !this.#series.has(field)) return
    const points = this.#series.get(field) ?? new Points()
    this.#series.set(field, points)
    points.add(bucket)
  }
}

/** What a chart is drawn from. */
export type Series = Pick<Charted, "fields" | "bucketsOf" | "breaks">

/** Series of the past, with those of the present after them, as they are now. */
export function together(past: Charted | undefined, now: Charted): Series {
  const { fields } = now
  if (past === undefined) return { fields, bucketsOf: (field) => now.bucketsOf(field), breaks: now.breaks }
  const all = new Map<string, readonly Bucket[]>()
  for (const field of [...past.fields, ...fields])
    if (!all.has(field)) all.set(field, [...past.bucketsOf(field), ...now.bucketsOf(field)])
  return {
    fields: [...all.keys()],
    bucketsOf: (field) => all.get(field) ?? [],
    breaks: [...past.breaks, ...now.breaks],
  }
}
