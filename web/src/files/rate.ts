/** For so long a change of pace is smoothed: short enough to be true, long enough to be read. */
const SMOOTH_MS = 4_000
/** Below this nothing moves that would be worth a guess. */
const RATE_MIN = 1

/** Bytes a second, smoothed: an average of which what is past weighs less and less. */
export class Rate {
  #last: { readonly time: number; readonly moved: number } | undefined
  #rate: number | undefined

  /**
   * @param time ms, later than the one before
   * @param moved bytes so far; fewer than before are a new beginning
   * @returns undefined until there is enough to tell
   */
  at(time: number, moved: number): number | undefined {
    const last = this.#last
    if (last && time <= last.time) return this.#rate
    this.#last = { time, moved }
    if (!last || moved < last.moved) return this.#rate
    const span = time - last.time
    const now = ((moved - last.moved) / span) * 1_000
    const weight = 1 - Math.exp(-span / SMOOTH_MS)
    this.#rate = this.#rate === undefined ? now : this.#rate + (now - this.#rate) * weight
    return this.#rate
  }

  /** Nothing is to be told of what was before. */
  reset(): void {
    this.#last = undefined
    this.#rate = undefined
  }
}

/** `3 s left`, `about 4 min left`, `about 2 h left`; undefined where nobody can know. */
export function timeLeft(bytes: number, rate: number | undefined): string | undefined {
  if (rate === undefined || rate < RATE_MIN) return undefined
  const seconds = Math.ceil(bytes / rate)
  if (seconds < 60) return `${Math.max(1, seconds)} s left`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `about ${minutes} min left`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `about ${hours} h left` : `about ${Math.round(hours / 24)} days left`
}
