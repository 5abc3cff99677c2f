const FIRST_MS = 250
const MOST_MS = 15_000

/**
 * How long to wait before the try after `failures` failed ones (0: the first was lost just now). Exponential with
 * full jitter: after a restart of the hub its clients come back spread out, not all at once.
 */
export function backoffMs(failures: number): number {
  return Math.random() * Math.min(MOST_MS, FIRST_MS * 2 ** failures)
}
