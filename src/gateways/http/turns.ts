/**
 * Bytes that all uploads together take in one turn of the event loop. A socket on which bytes wait would give two
 * MiB at once; with sixteen of them, everybody else would wait for all that.
 */
const TURN_BYTES = 256 * 1024

/** Shares the event loop between uploads and everything else. */
export class Turns {
  #left = TURN_BYTES
  #waiting: (() => void)[] = []
  #scheduled = false

  /** Accounts for bytes that came. @returns whether there may be more in this turn */
  spend(bytes: number): boolean {
    this.#left -= bytes
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#next)
    }
    return this.#left > 0
  }

  /** Calls back in the next turn. To be called after `spend`. */
  wait(goOn: () => void): void {
    this.#waiting.push(goOn)
  }

  readonly #next = (): void => {
    this.#scheduled = false
    this.#left = TURN_BYTES
    const ready = this.#waiting
    this.#waiting = []
    for (const goOn of ready) goOn()
  }
}
