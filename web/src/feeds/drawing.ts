import { type Bucket, firstSince } from "./points.ts"

/**
 * What a chart draws: times in s, and for each series a value at each of them. `null` is a gap in the line,
 * undefined a place where another series has a value and the line of this one goes on.
 */
export interface Drawing {
  readonly times: number[]
  readonly values: (number | null | undefined)[][]
}

export interface Span {
  /** ms since 1970. */
  readonly from: number
  readonly to: number
}

/** What fell into one column of pixels. */
interface Column {
  first: number
  last: number
  readonly low: (number | undefined)[]
  readonly high: (number | undefined)[]
}

/**
 * Draws series with at most two points in each column of pixels, the least and the greatest value, so that no peak is
 * lost however many values there are. Wherever nothing came for longer than `gapMs`, or at a break, the line is cut.
 * @param columns pixels across @param breaks times at which the line is cut
 */
export function drawingOf(
  series: readonly (readonly Bucket[])[],
  { from, to }: Span,
  columns: number,
  gapMs: number,
  breaks: readonly number[] = [],
): Drawing {
  const filled = columnsOf(series, { from, to }, columns)
  const drawing: Drawing = { times: [], values: series.map(() => []) }
  let before: Column | undefined
  for (const column of filled) {
    if (before !== undefined && isCut(before.last, column.first, gapMs, breaks))
      point(drawing, (before.last + column.first) / 2, () => null)
    point(drawing, column.first, (index) => column.low[index])
    if (column.low.some((low, index) => low !== column.high[index]))
      point(drawing, column.last, (index) => column.high[index])
    before = column
  }
  return drawing
}

function columnsOf(series: readonly (readonly Bucket[])[], { from, to }: Span, columns: number): Column[] {
  const filled = new Map<number, Column>()
  const widthMs = Math.max(1, to - from) / Math.max(1, columns)
  for (const [index, buckets] of series.entries())
    for (let at = firstSince(buckets, from); at < buckets.length && buckets[at]!.from <= to; at++) {
      const bucket = buckets[at]!
      const place = Math.floor(((bucket.from + bucket.to) / 2 - from) / widthMs)
      const column = filled.get(place)
      if (column === undefined) {
        const fresh: Column = { first: bucket.from, last: bucket.to, low: [], high: [] }
        fresh.low[index] = bucket.min
        fresh.high[index] = bucket.max
        filled.set(place, fresh)
      } else {
        column.first = Math.min(column.first, bucket.from)
        column.last = Math.max(column.last, bucket.to)
        column.low[index] = Math.min(column.low[index] ?? bucket.min, bucket.min)
        column.high[index] = Math.max(column.high[index] ?? bucket.max, bucket.max)
      }
    }
  return [...filled].sort(([one], [other]) => one - other).map(([, column]) => column)
}

const isCut = (last: number, next: number, gapMs: number, breaks: readonly number[]): boolean =>
  next - last > gapMs || breaks.some((time) => last < time && time <= next)

function point(drawing: Drawing, time: number, value: (index: number) => number | null | undefined): void {
  // Columns of coarse buckets can overlap a little; a chart needs times that only rise.
  const least = drawing.times.at(-1) ?? Number.NEGATIVE_INFINITY
  drawing.times.push(Math.max(least, time / 1_000))
  for (const [index, values] of drawing.values.entries()) values.push(value(index))
}

const LONG_WAIT = 5
const GAP_MS_MIN = 3_000
/** Waits looked at, the last ones. */
const WAITS_MAX = 501

/**
 * After how long without a message the line is cut: what the feed is expected to keep, else several times its usual
 * wait.
 */
export function gapAfterMs(buckets: readonly Bucket[], expectMs: number): number {
  if (expectMs > 0) return expectMs
  const last = buckets.slice(-WAITS_MAX)
  const waits = last.slice(1).map((bucket, at) => bucket.from - last[at]!.to)
  if (waits.length === 0) return Number.POSITIVE_INFINITY
  waits.sort((one, other) => one - other)
  return Math.max(GAP_MS_MIN, LONG_WAIT * waits[waits.length >> 1]!)
}

/** Relative to its size a range must be this wide, else a chart finds no numbers between its ends. */
const RANGE_MIN = 1e-9
/** What is smaller is nothing, to an axis. */
const SIZE_MIN = 1e-100

/** The range of an axis: some room above and below, and never so narrow that it has no steps. */
export function axisRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1]
  const size = Math.max(Math.abs(min), Math.abs(max))
  if (size < SIZE_MIN) return [-1, 1]
  const room = max - min > size * RANGE_MIN ? (max - min) * 0.08 : size * 0.1
  return [min - room, max + room]
}
