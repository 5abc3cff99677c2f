/** A row of a histogram: how many values there are from `fromMs` on, below `toMs`. */
export interface Bucket {
  readonly fromMs: number
  readonly toMs: number
  readonly count: number
}

/** Buckets of a decade, from coarse to fine; each is as wide on a logarithmic scale as the next (IEC 60063). */
const RESOLUTIONS = [1, 2, 3, 6, 12, 24, 48, 96, 192] as const
/** What is shorter counts as this long: a logarithm needs something, and no clock tells less. */
const LEAST_MS = 0.000_1

/**
 * Buckets in rising order, from the one of the least value to the one of the greatest. Their upper ends are all the
 * same multiple of their lower ones, the smallest with which `rowsMax` buckets do: a long tail and a narrow body fit
 * both. A stretch in which there is nothing is one bucket with a count of 0.
 * @param values ms; NaN is none
 * @param rowsMax more only where no resolution is coarse enough
 */
export function histogram(values: Float64Array, rowsMax: number): Bucket[] {
  const known = values.filter((value) => !Number.isNaN(value))
  let best: Bucket[] = []
  for (const perDecade of RESOLUTIONS) {
    const buckets = bucketsOf(known, perDecade)
    if (best.length > 0 && buckets.length > rowsMax) break
    best = buckets
  }
  return best
}

/** Rows that so many values are worth (Rice's rule): with more of them, each row would hold chance. */
export const rowsFor = (count: number): number => Math.ceil(2 * Math.cbrt(count))

function bucketsOf(values: Float64Array, perDecade: number): Bucket[] {
  const counts = new Map<number, number>()
  for (const value of values) {
    const bucket = Math.floor(Math.log10(Math.max(value, LEAST_MS)) * perDecade)
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  const edge = (bucket: number) => 10 ** (bucket / perDecade)
  const buckets: Bucket[] = []
  let next: number | undefined
  for (const [bucket, count] of [...counts].sort(([one], [other]) => one - other)) {
    if (next !== undefined && bucket > next)
      buckets.push({ fromMs: edge(next), toMs: edge(bucket), count: 0 })
    next = bucket + 1
    buckets.push({ fromMs: edge(bucket), toMs: edge(next), count })
  }
  return buckets
}
