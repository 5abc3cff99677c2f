import { type Bucket, histogram, rowsFor } from "../../client/line/histogram.ts"
import { time } from "./times.ts"

const ROWS_MIN = 12
const ROWS_MAX = 24
const BAR_MIN = 8
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

/**
 * A histogram of times, none of its lines wider than `columns`. A stretch without any value is one row of dots.
 * @param values ms; NaN is none
 */
export function histogramLines(values: Float64Array, columns: number): string[] {
  const count = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0)
  const buckets = histogram(values, Math.min(ROWS_MAX, Math.max(ROWS_MIN, rowsFor(count))))
  const most = Math.max(...buckets.map((bucket) => bucket.count))
  const froms = aligned(buckets.map(({ fromMs }) => time(fromMs)))
  const tos = aligned(buckets.map(({ toMs }) => time(toMs)))
  const counts = aligned(buckets.map((bucket) => bucket.count.toLocaleString("en")))
  return buckets.map((bucket, row) => {
    if (bucket.count === 0) return `${" ".repeat(froms[row]!.length + 1)}⋮`
    const left = `${froms[row]} to ${tos[row]}  ${counts[row]}  `
    return left + barOf(bucket, most, Math.max(BAR_MIN, columns - left.length))
  })
}

/** What there is shows, however little it is. */
function barOf({ count }: Bucket, most: number, width: number): string {
  const eighths = Math.max(1, Math.round((count / most) * width * 8))
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
}

function aligned(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map((text) => text.length))
  return texts.map((text) => text.padStart(width))
}
