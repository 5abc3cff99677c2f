/** So many a second, in seconds that are counted from the first one on. */
export class PerSecond {
  readonly #most: number
  #begun = Number.NEGATIVE_INFINITY // ms, as performance.now
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Counts one; false above the limit. */
  take(): boolean {
    const now = performance.now()
    if (now - this.#begun >= 1_000) {
      this.#begun = now
      this.#taken = 0
    }
    return ++this.#taken <= this.#most
  }

  /** The last one was the first above the limit. */
  get justFull(): boolean {
    return this.#taken === this.#most + 1
  }
}

/** So many a second of each source; the one that came first is forgotten when there are too many. */
export class PerSource {
  readonly #most: number
  readonly #sourcesMax: number
  readonly #sources = new Map<string, PerSecond>()

  constructor(most: number, sourcesMax: number) {
    this.#most = most
    this.#sourcesMax = sourcesMax
  }

  of(source: string): PerSecond {
    let rate = this.#sources.get(source)
    if (rate) return rate
    if (this.#sources.size >= this.#sourcesMax) this.#sources.delete(this.#sources.keys().next().value!)
    rate = new PerSecond(this.#most)
    this.#sources.set(source, rate)
    return rate
  }
}
