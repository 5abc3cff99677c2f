import { concat } from "./bytes.ts"
import { labLimits } from "./lab-limits.ts"

/**
 * Chat frames of the lab: the body's length in bytes as decimal ASCII, padded with blanks to a fixed width,
 * then the body. Two families are met: headers of 10 bytes, and headers of 64.
 */
export type HeaderBytes = 10 | 64

/** Why a header was refused. */
export type LengthFault = "not_a_length" | "negative" | "too_large"

const LENGTH = /^[ \t-\r]*([+-]?\d+)[ \t-\r]*$/
const LENGTH_BEGUN = /^[ \t-\r]*(?:[+-]?\d*|[+-]?\d+[ \t-\r]*)$/

const ascii = new TextDecoder("latin1")
const utf8 = new TextEncoder()

/** One frame. @param body text, or bytes as they are */
export function encodeFrame(body: string | Uint8Array, headerBytes: HeaderBytes = 10): Uint8Array {
  const bytes = typeof body === "string" ? utf8.encode(body) : body
  return concat([utf8.encode(String(bytes.length).padEnd(headerBytes)), bytes])
}

/** Reads a whole header as Python's int() does: blanks around it and a sign are fine, `1_0` is not. */
export function parseLength(header: Uint8Array): number | undefined {
  const digits = LENGTH.exec(ascii.decode(header))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** How many of the bytes can still begin a header: all of them, or up to the first that cannot. */
export function headerPrefix(bytes: Uint8Array): number {
  const text = ascii.decode(bytes)
  let end = text.length
  while (!LENGTH_BEGUN.test(text.slice(0, end))) end--
  return end
}

/** What the decoder knows of a peer, for a diagnosis. */
export interface ChatEvidence {
  readonly headerBytes: HeaderBytes
  /** The last whole frames, headers included. */
  readonly frames: readonly Uint8Array[]
  /** Place of the first of them in the stream. */
  readonly from: number
  /** What came after them. */
  readonly rest: Uint8Array
}

export interface ChatDecoderOptions {
  /** Left out: told from the first header, see `settle`. */
  readonly headerBytes?: HeaderBytes | undefined
  /** Longer bodies are refused before they arrive. */
  readonly bodyBytesMax: number
}

/**
 * Bytes in, bodies out, whatever the cuts. States:
 * - `family`: the width of the header is not known yet.
 * - `header`: between frames, or inside a header.
 * - `body`: the header is complete.
 * - `refused`: `fault` says why; nothing is decoded any more, bytes are only collected as evidence.
 */
export class ChatDecoder {
  state: "family" | "header" | "body" | "refused"
  fault: LengthFault | undefined
  #headerBytes: HeaderBytes
  readonly #bodyBytesMax: number
  #chunks: Uint8Array[] = []
  #size = 0
  #frameBytes = 0 // header and body of the frame that state `body` is in
  #trail: Uint8Array[] = []
  #trailBytes = 0
  #consumed = 0

  constructor(options: ChatDecoderOptions) {
    this.state = options.headerBytes === undefined ? "family" : "header"
    this.#headerBytes = options.headerBytes ?? 10
    this.#bodyBytesMax = options.bodyBytesMax
  }

  /** The width of the peer's headers; 10 until it is known. */
  get headerBytes(): HeaderBytes {
    return this.#headerBytes
  }

  /** True between frames: no header or body has begun. */
  get idle(): boolean {
    return this.#size === 0
  }

  push(chunk: Uint8Array): void {
    // What comes after a fault only serves the diagnosis, so it is bounded.
    if (this.state === "refused" && this.#size >= labLimits.trailBytesMax) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  /** The next whole body, or undefined until more bytes are pushed. */
  next(): Uint8Array | undefined {
    if (this.state === "family") this.#tellFamily()
    if (this.state === "header") this.#readHeader()
    if (this.state !== "body" || this.#size < this.#frameBytes) return undefined
    const bytes = this.#joined()
    const frame = bytes.subarray(0, this.#frameBytes)
    this.#chunks = [bytes.subarray(this.#frameBytes)]
    this.#size -= this.#frameBytes
    this.#remember(frame)
    this.state = "header"
    return frame.subarray(this.#headerBytes)
  }

  /**
   * True where only a pause can tell the families apart: a whole ten-byte frame of nothing but blanks, or of
   * nothing at all, may also be the beginning of a wide header.
   */
  get undecided(): boolean {
    if (this.state !== "family" || this.#size < 10) return false
    const bytes = this.#joined()
    return bytes.length - 10 >= parseLength(bytes.subarray(0, 10))!
  }

  /** Called after a pause while `undecided`: nothing more came, so that was a whole frame. */
  settle(): void {
    if (this.undecided) this.state = "header"
  }

  evidence(): ChatEvidence {
    const from = this.#consumed - this.#trailBytes
    return { headerBytes: this.#headerBytes, frames: this.#trail, from, rest: this.#joined() }
  }

  // A wide header is a length in the first ten bytes and blanks in the other 54. A name of the narrow family
  // does not begin with blanks.
  #tellFamily(): void {
    const bytes = this.#joined()
    if (!this.#accepts(bytes.subarray(0, 10), 10)) return
    const padding = bytes.subarray(10, 64)
    if (padding.some((byte) => byte !== 0x20)) this.state = "header"
    else if (padding.length === 54) {
      this.#headerBytes = 64
      this.state = "header"
    }
  }

  #readHeader(): void {
    const header = this.#joined().subarray(0, this.#headerBytes)
    if (!this.#accepts(header, this.#headerBytes)) return
    this.#frameBytes = this.#headerBytes + parseLength(header)!
    this.state = "body"
  }

  /** True for a whole header; a bad one is refused at its first wrong byte, whole or not. */
  #accepts(header: Uint8Array, width: number): boolean {
    const length = parseLength(header)
    if (headerPrefix(header) < header.length) this.#refuse("not_a_length")
    else if (header.length < width) return false
    else if (length === undefined) this.#refuse("not_a_length")
    else if (length < 0) this.#refuse("negative")
    else if (length > this.#bodyBytesMax) this.#refuse("too_large")
    return this.state !== "refused"
  }

  #refuse(fault: LengthFault): void {
    this.fault = fault
    this.state = "refused"
  }

  #joined(): Uint8Array {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : concat(this.#chunks)
    this.#chunks = [bytes]
    return bytes
  }

  #remember(frame: Uint8Array): void {
    this.#consumed += frame.length
    this.#trail.push(frame.slice())
    this.#trailBytes += frame.length
    while (this.#trail.length > 1 && this.#trailBytes > labLimits.trailBytesMax)
      this.#trailBytes -= this.#trail.shift()!.length
  }
}
