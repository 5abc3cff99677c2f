import type { Samples } from "./run.ts"

/** A stretch of time, in ms from the beginning of the run. */
export interface Span {
  readonly beginMs: number
  readonly endMs: number
}

/**
 * Marks the samples that were on their way, or should have been, while any of these lasted.
 * @param mark of `MARKS`
 */
export function markSamples(samples: Samples, spans: readonly Span[], mark: number): void {
  const { plannedMs, receivedMs, marks } = samples
  // Replies overtake one another: how late one came that was planned no later tells how far back to look.
  const latestMs = new Float64Array(receivedMs.length)
  let latest = Number.NEGATIVE_INFINITY
  for (const [at, ms] of receivedMs.entries()) {
    if (ms > latest) latest = ms
    latestMs[at] = latest
  }
  for (const { beginMs, endMs } of spans)
    for (let at = plannedBefore(plannedMs, endMs) - 1; at >= 0 && latestMs[at]! >= beginMs; at--)
      if (receivedMs[at]! >= beginMs) marks[at]! |= mark
}

/** How many were planned before that, or at that moment. */
function plannedBefore(plannedMs: Float64Array, ms: number): number {
  let low = 0
  let high = plannedMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (plannedMs[middle]! <= ms) low = middle + 1
    else high = middle
  }
  return low
}
