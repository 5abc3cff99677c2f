import type { BlockReport } from "./feeds.ts"

/**
 * The time in which each block of messages reached a receiver, measured there. What is late is told apart from what
 * was published late: by the publisher's stamps, and relative to the first message that has one, so that the clocks
 * need not agree. Knows no clock; all times are in ms.
 */
export class BlockTimer {
  readonly #size: number
  #blocks = 0
  #messages = 0
  /** The last message of the block before; at first, the beginning. */
  #blockBeganMs: number
  #lastMs: number
  #longestGapMs = 0
  #latenessMs: number | undefined
  /** By which the first stamped message was received after its stamp, on two clocks. */
  #usualMs: number | undefined

  /** @param size messages of a block, 1 or more @param startedMs of the clock that `received` is told */
  constructor(size: number, startedMs: number) {
    this.#size = size
    this.#blockBeganMs = startedMs
    this.#lastMs = startedMs
  }

  /**
   * Takes a message.
   * @param receivedMs of a clock that never goes back
   * @param publishedMs the publisher's stamp, of any clock; left out, the message tells nothing of lateness
   * @returns the report on the block that it fills
   */
  received(receivedMs: number, publishedMs?: number): BlockReport | undefined {
    this.#messages++
    this.#longestGapMs = Math.max(this.#longestGapMs, receivedMs - this.#lastMs)
    this.#lastMs = receivedMs
    if (publishedMs !== undefined) {
      this.#usualMs ??= receivedMs - publishedMs
      const lateMs = receivedMs - publishedMs - this.#usualMs
      this.#latenessMs = Math.max(this.#latenessMs ?? -Infinity, lateMs)
    }
    return this.#messages < this.#size ? undefined : this.#report()
  }

  #report(): BlockReport {
    const report = {
      block: ++this.#blocks,
      messages: this.#messages,
      spanMs: whole(this.#lastMs - this.#blockBeganMs),
      longestGapMs: whole(this.#longestGapMs),
      ...(this.#latenessMs !== undefined && { latenessMs: whole(this.#latenessMs) }),
    }
    this.#messages = 0
    this.#blockBeganMs = this.#lastMs
    this.#longestGapMs = 0
    this.#latenessMs = undefined
    return report
  }
}

/** No clock tells less than a microsecond. */
const whole = (ms: number): number => Math.round(ms * 1000) / 1000
