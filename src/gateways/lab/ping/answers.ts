import { concat } from "../../../protocol/lab/bytes.ts"
import { cutBefore, decode, type Encoding, unitBytes } from "../../../protocol/lab/encodings.ts"
import { PONG } from "../../../protocol/lab/ping-words.ts"

/** What a server sent, as far as it can be told from what it sent before and after. */
export interface Answer {
  /** Place in what the server has sent. */
  readonly at: number
  readonly bytes: Uint8Array
}

const QUEUE_MAX = 1_000 // a server that talks without being asked

/** Answers in the order in which they came, and who waits for them. */
export class Answers {
  readonly #queue: Answer[] = []
  #waiting: (() => void) | undefined
  #ended = false

  /** @returns false when nobody takes them any more */
  push(answer: Answer): boolean {
    this.#queue.push(answer)
    this.#waiting?.()
    return this.#queue.length < QUEUE_MAX
  }

  end(): void {
    this.#ended = true
    this.#waiting?.()
  }

  /** No more will come, and none is left. */
  get ended(): boolean {
    return this.#ended && this.#queue.length === 0
  }

  /** One that is here already. */
  take(): Answer | undefined {
    return this.#queue.shift()
  }

  /** The next; undefined where it does not come in time, or never. */
  async next(timeoutMs: number): Promise<Answer | undefined> {
    if (this.#queue.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        this.#waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    this.#waiting = undefined
    return this.take()
  }
}

const PONGS = new RegExp(`^(?:${PONG}\\s*)+$`, "i")

/** Cuts a stream without frames into answers. `PONG` is one at once; anything else when it is over. */
export class AnswerReader {
  readonly #encoding: Encoding
  readonly #chunkBytes: number
  #rest: Uint8Array = new Uint8Array()
  #at = 0

  constructor(encoding: Encoding, chunkBytes: number) {
    this.#encoding = encoding
    this.#chunkBytes = chunkBytes
  }

  push(chunk: Uint8Array): void {
    this.#rest = concat([this.#rest, chunk])
  }

  /** Nothing has begun. */
  get idle(): boolean {
    return this.#rest.length === 0
  }

  /** @param silent nothing more comes for a while */
  read(silent: boolean): Answer[] {
    const answers: Answer[] = []
    const text = decode(this.#rest, this.#encoding)
    if (text !== undefined && PONGS.test(text))
      for (const [one] of text.matchAll(/\S+?(?=pong|\s|$)\s*/gi))
        answers.push(this.#take(one.length * unitBytes(this.#encoding)))
    while (this.#rest.length > this.#chunkBytes || (silent && !this.idle)) {
      const answer = this.#take(cutBefore(this.#rest, this.#chunkBytes, this.#encoding))
      if (decode(answer.bytes, this.#encoding)?.trim() !== "") answers.push(answer)
    }
    return answers
  }

  #take(size: number): Answer {
    const answer = { at: this.#at, bytes: this.#rest.subarray(0, size) }
    this.#rest = this.#rest.subarray(size)
    this.#at += size
    return answer
  }
}
