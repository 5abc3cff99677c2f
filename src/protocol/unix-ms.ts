const CHECK_MS = 1_000
const OFF_MS = 0.2
const TRIES = 5

let originMs = unixOrigin()
let checkedMs = performance.now()

/** ms since 1970 by this machine's clock, to the microsecond; follows when that clock is set anew, within a second. */
export function unixMs(): number {
  const now = performance.now()
  if (now - checkedMs > CHECK_MS) {
    checkedMs = now
    const aheadMs = originMs + now - Date.now() // which counts whole ms, so 0 to 1 is right
    if (aheadMs < -OFF_MS || aheadMs > 1 + OFF_MS) originMs = unixOrigin()
  }
  return originMs + now
}

/**
 * ms since 1970 at which `performance.now()` was 0, to a few microseconds. Both clocks are exact together only at the
 * moment when a ms begins; who is held up just then sees it too late, so the earliest of several is taken. It takes
 * five ms.
 */
export function unixOrigin(): number {
  let best = Number.NEGATIVE_INFINITY
  for (let tries = 0; tries < TRIES; tries++) {
    const ms = Date.now()
    while (Date.now() === ms);
    best = Math.max(best, Date.now() - performance.now())
  }
  return best
}
