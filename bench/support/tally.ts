import { type Burst, tagBytes, textBytesOf } from "./words.ts"

const caret = 0x5e
const dollar = 0x24
const zero = 0x30
const none = Buffer.alloc(0)

/**
 * Counts the messages of a burst in the bytes of one receiver while they come, whatever the protocol around them:
 * each is to come once, in order and in its whole length. What is inside a message is passed over, so this costs
 * little where messages are long.
 */
export class Tally {
  readonly #letter: number
  readonly #textBytes: number
  /** Messages that have come whole. */
  count = 0
  /** What came is not what was sent. */
  faulty = false
  /** Bytes from the next chunk's start to where to look next. */
  #ahead = 0
  #inText = false
  /** The start of a tag that was cut. */
  #rest = none

  constructor(burst: Burst) {
    this.#letter = burst.letter.charCodeAt(0)
    this.#textBytes = textBytesOf(burst)
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = this.#ahead
    this.#rest = none
    while (at < bytes.length) {
      if (this.#inText) {
        if (bytes[at++] === dollar) this.count++
        else this.faulty = true
        this.#inText = false
      } else if (bytes[at] !== caret) {
        at++
      } else if (bytes.length - at < tagBytes) {
        this.#rest = Buffer.from(bytes.subarray(at))
        at = bytes.length
      } else if (bytes[at + 1] !== this.#letter) {
        at++ // a byte of the protocol, such as a frame's length
      } else {
        if (numberAt(bytes, at) !== this.count) this.faulty = true
        this.#inText = true
        at += this.#textBytes - 1
      }
    }
    this.#ahead = at - bytes.length
  }
}

function numberAt(bytes: Buffer, tagAt: number): number {
  let number = 0
  for (let at = tagAt + 2; at < tagAt + tagBytes; at++) number = number * 10 + bytes[at]! - zero
  return number
}
