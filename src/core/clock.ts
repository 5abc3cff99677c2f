/** Time as the hub sees it; tests put their own in its place. */
export interface Clock {
  /** ms since 1970. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
