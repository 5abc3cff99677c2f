const CHECK_MS = 1_000
const OFF_MS = 0.2

let originMs = origin()
let checkedMs = performance.now()

/** ms since 1970 by this machine's clock, to the microsecond; follows when that clock is set anew, within a second. */
export function unixMs(): number {
  const now = performance.now()
  if (now - checkedMs > CHECK_MS) {
    checkedMs = now
    const aheadMs = originMs + now - Date.now() // which counts whole ms, so 0 to 1 is right
    if (aheadMs < -OFF_MS || aheadMs > 1 + OFF_MS) originMs = origin()
  }
  return originMs + now
}

/** When `performance.now()` was 0: at the moment when a ms begins, both clocks are exact. */
function origin(): number {
  const ms = Date.now()
  while (Date.now() === ms);
  return Date.now() - performance.now()
}
