import type { Sha256 } from "./exchange.ts"

/**
 * A transcript: what one end holds of a run, one line of JSON for each exchange, in order. The first line is a
 * `TranscriptHead`. The first field of every other line is `hash`, 64 hex digits: the SHA-256 of the hash before it, as
 * its 64 digits, and then the line as it is without that field, a brace and all from byte `HASH_HEAD_BYTES` on, without
 * the line feed. Before the first stands the SHA-256 of `landline sum 1`, a line feed, and the run. In Python:
 * `hash = hashlib.sha256((hash + "{" + line[75:]).encode()).hexdigest()`. So equal last hashes mean equal transcripts.
 */
export interface TranscriptHead {
  readonly transcript: 1
  readonly run: string
  readonly client: string
  readonly hub: string
}

/** An exchange as one end saw it. The order of the fields is part of the line. */
export interface TranscriptLine {
  readonly seq: number
  /** Name and number of the client, then of the hub. */
  readonly client: string
  readonly number: number
  readonly hub: string
  readonly answer: number
  readonly sum: number
  readonly nonce: string
  /** Digests of request and reply, each as it was sent or as it came. */
  readonly request: string
  readonly reply: string
}

/** Of `{"hash":"`, 64 digits and `",`. */
export const HASH_HEAD_BYTES = 75

export const firstHash = (run: string, sha256: Sha256): string => sha256(`landline sum 1\n${run}`)

/** The hash of a line. @param text the line without its hash */
export const nextHash = (before: string, text: string, sha256: Sha256): string => sha256(before + text)

/** Adds lines to a transcript. */
export class Transcript {
  readonly #sha256: Sha256
  readonly #onLine: ((line: string) => void) | undefined
  #hash: string

  /** @param onLine is told of each line as it is written, the head first */
  constructor(head: TranscriptHead, sha256: Sha256, onLine?: (line: string) => void) {
    this.#sha256 = sha256
    this.#onLine = onLine
    this.#hash = firstHash(head.run, sha256)
    onLine?.(JSON.stringify(head))
  }

  /** Of all lines so far. */
  get hash(): string {
    return this.#hash
  }

  add(line: TranscriptLine): void {
    const text = JSON.stringify(line)
    this.#hash = nextHash(this.#hash, text, this.#sha256)
    this.#onLine?.(`{"hash":"${this.#hash}",${text.slice(1)}`)
  }
}
