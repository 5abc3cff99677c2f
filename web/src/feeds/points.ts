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

const BUCKETS_MAX = 12_000
/** What is kept when there are more, so that it is not thinned again at once. */
const BUCKETS_THINNED = 9_000
/** A bucket is so many times narrower than it is old: about a pixel, in a chart that reaches back to it. */
const FINENESS = 400

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

  #thin(): void {
    for (let fineness = FINENESS; this.#buckets.length > BUCKETS_THINNED; fineness /= 2)
      this.#buckets = coarser(this.#buckets, fineness)
  }
}

/** Joins neighbours, as far as a bucket stays so many times narrower than it is old. Long waits stay between them. */
function coarser(buckets: readonly Bucket[], fineness: number): Bucket[] {
  const newest = buckets.at(-1)!.to
  const kept: Bucket[] = []
  for (const bucket of buckets) {
    const before = kept.at(-1)
    if (before !== undefined && bucket.to - before.from <= (newest - bucket.to) / fineness)
      kept[kept.length - 1] = joined(before, bucket)
    else kept.push(bucket)
  }
  return kept
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
  const summary = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, last: 0, count: 0 }
  let sum = 0
  for (let at = firstSince(buckets, from); at < buckets.length && buckets[at]!.from <= to; at++) {
    const bucket = buckets[at]!
    summary.min = Math.min(summary.min, bucket.min)
    summary.max = Math.max(summary.max, bucket.max)
    summary.last = bucket.last
    summary.count += bucket.count
    sum += bucket.sum
  }
  return summary.count === 0 ? undefined : { ...summary, mean: sum / summary.count }
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
