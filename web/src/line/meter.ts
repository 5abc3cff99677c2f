const BEGIN_MS = 700 // in which TCP feels its way

/** How much moved in which time: the beginning is left out where there is more. */
export class Meter {
  #base = { ms: 0, bytes: 0 }
  #last = { ms: 0, bytes: 0 }

  /** @param ms since the test began @param bytes that have moved by then, in all */
  note(ms: number, bytes: number): void {
    if (ms <= BEGIN_MS) this.#base = { ms, bytes }
    this.#last = { ms, bytes }
  }

  /** @param endMs when no more came: what stands still counts, up to the end of the test */
  result(endMs = this.#last.ms): { bytes: number; ms: number } {
    const [ms, bytes] = [endMs - this.#base.ms, this.#last.bytes - this.#base.bytes]
    if (bytes > 0 && endMs > BEGIN_MS) return { bytes, ms: Math.max(ms, 1) }
    return { bytes: this.#last.bytes, ms: Math.max(endMs, 1) }
  }
}
