/** One or several values of a series that came one after the other. Times in ms since 1970. */
export interface Bucket {
  readonly from: number
  readonly to: number
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly count: number
  readonly last: number
}

/** Enough for two in each column of any screen. */
const BUCKETS_MAX = 8_000
/** A wait so many times longer than usual stays visible when buckets are joined. */
const LONG_WAIT = 8

export const bucketOf = (time: number, value: number): Bucket => ({
  ...{ from: time, to: time, min: value, max: value },
  ...{ sum: value, count: 1, last: value },
})

export const joined = (one: Bucket, next: Bucket): Bucket => ({
  from: one.from,
  to: Math.max(one.to, next.to),
  min: Math.min(one.min, next.min),
  max: Math.max(one.max, next.max),
  sum: one.sum + next.sum,
  count: one.count + next.count,
  last: next.last,
})

/**
 * A series in bounded memory: whatever comes, all of it stays to be seen, and what is older is kept in less detail.
 * No least and no greatest value is ever lost.
 */
export class Points {
  #buckets: Bucket[] = []

  get buckets(): readonly Bucket[] {
    return this.#buckets
  }

  /** Takes the next one. */
  add(bucket: Bucket): void {
    this.#buckets.push(bucket)
    if (this.#buckets.length >= BUCKETS_MAX) this.#thin()
  }

  /** Joins the older half in pairs, but not over a long wait. */
  #thin(): void {
    const half = this.#buckets.length >> 1
    const usualMs = (this.#buckets[half]!.from - this.#buckets[0]!.from) / half
    const kept: Bucket[] = []
    for (let at = 0; at < half; at++) {
      const one = this.#buckets[at]!
      const next = this.#buckets[at + 1]!
      if (at + 1 < half && next.from - one.to <= usualMs * LONG_WAIT) {
        kept.push(joined(one, next))
        at++
      } else kept.push(one)
    }
    this.#buckets = [...kept, ...this.#buckets.slice(half)]
  }
}

export interface Summary {
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly last: number
  readonly count: number
}

/** What there is in a span of time; undefined for nothing. */
export function summaryOf(buckets: readonly Bucket[], from: number, to: number): Summary | undefined {
  let all: Bucket | undefined
  for (let at = firstSince(buckets, from); at < buckets.length && buckets[at]!.from <= to; at++)
    all = all === undefined ? buckets[at] : joined(all, buckets[at]!)
  if (all === undefined) return undefined
  const { min, max, sum, count, last } = all
  return { min, mean: sum / count, max, last, count }
}

/** The first bucket that ends at this time or later. */
export function firstSince(buckets: readonly Bucket[], time: number): number {
  let low = 0
  let high = buckets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (buckets[middle]!.to < time) low = middle + 1
    else high = middle
  }
  return low
}
