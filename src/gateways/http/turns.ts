/**
 * Bytes that all uploads together take in one turn of the event loop. A socket on which bytes wait would give two
 * MiB at once; with sixteen of them, everybody else would wait for all that.
 */
const TURN_BYTES = 256 * 1024

/** Uploads that go on in one turn: each takes up to 64 KiB before it can be told to rest. */
const TURN_UPLOADS = 4

/** Shares the event loop between uploads and everything else. */
export class Turns {
  #left = TURN_BYTES
  readonly #waiting: (() => void)[] = []
  #scheduled = false

  /** Accounts for bytes that came. @returns whether there may be more in this turn */
  spend(bytes: number): boolean {
    this.#left -= bytes
    this.#schedule()
    return this.#left > 0
  }

  /** Calls back in the next turn. To be called after `spend`. */
  wait(goOn: () => void): void {
    this.#waiting.push(goOn)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#next)
  }

  readonly #next = (): void => {
    this.#scheduled = false
    this.#left = TURN_BYTES
    const ready = this.#waiting.splice(0, TURN_UPLOADS)
    if (this.#waiting.length > 0) this.#schedule()
    for (const goOn of ready) goOn()
  }
}
