/** What a promise brings, or undefined after so long, or when it is to end. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  promise.catch(() => {}) // it may fail after nobody waits any more
  let stop = () => {}
  const late = new Promise<undefined>((resolve) => {
    const abort = () => resolve(undefined)
    const timer = setTimeout(abort, ms)
    signal.addEventListener("abort", abort)
    if (signal.aborted) abort()
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", abort)
    }
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    stop()
  }
}
