import type { Sha256 } from "./exchange.ts"

/**
 * A transcript: what one end holds of a run, one line of JSON for each exchange, in order. The first line is a
 * `TranscriptHead`. The first field of every other line is `hash`, 64 hex digits: the SHA-256 of the hash before it, as
 * its 64 digits, and then the rest of the line, from byte `HASH_HEAD_BYTES` to its end without the line feed. Before the
 * first stands the SHA-256 of `landline sum 1`, a line feed, and the run. In Python:
 * `hash = hashlib.sha256(hash.encode() + line[75:]).hexdigest()`. So equal last hashes mean equal transcripts.
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

/** The hash of a line. @param rest the line from `HASH_HEAD_BYTES` on */
export const nextHash = (before: string, rest: string, sha256: Sha256): string => sha256(before + rest)

/** Adds lines to a transcript. */
export class Transcript {
  readonly head: string
  readonly #sha256: Sha256
  #hash: string

  constructor(head: TranscriptHead, sha256: Sha256) {
    this.head = JSON.stringify(head)
    this.#sha256 = sha256
    this.#hash = firstHash(head.run, sha256)
  }

  /** Of all lines so far. */
  get hash(): string {
    return this.#hash
  }

  /** @returns the line as it is written */
  add(line: TranscriptLine): string {
    const rest = JSON.stringify(line).slice(1)
    this.#hash = nextHash(this.#hash, rest, this.#sha256)
    return `{"hash":"${this.#hash}",${rest}`
  }
}
