import { LandlineError } from "./errors.ts"
import { limits } from "./limits.ts"

/**
 * The verified exchange: what travels at `EXCHANGE_PATH`, in both directions (PROTOCOL.md section 13).
 *
 * A message is one line of JSON in UTF-8, ended by one line feed, then as many bytes of payload as its field `bytes`
 * says; without that field, none. Its first field is `digest`: 64 hex digits, the SHA-256 of every byte of the message
 * after that field, from byte `DIGEST_HEAD_BYTES` to the end of the payload. In Python:
 * `hashlib.sha256(message[77:]).hexdigest()`.
 */
export const EXCHANGE_PATH = "/sum"
export const EXCHANGE_VERSION = 1
/** Of `{"digest":"`, 64 digits and `",`. */
export const DIGEST_HEAD_BYTES = 77

export const PATTERNS = ["zeros", "alternating", "random", "swapped"] as const
export type Pattern = (typeof PATTERNS)[number]

/** The first message. Both ends make all payloads from `seed` and `patterns`; without patterns there are none. */
export interface Begin {
  readonly op: "begin"
  readonly version: number
  /** Made at random: whoever knows it may read the transcript. */
  readonly run: string
  readonly name: string
  readonly seed: number
  readonly patterns: readonly Pattern[]
}

export interface Begun {
  readonly op: "begun"
  /** The hub's. */
  readonly name: string
}

export interface ExchangeRequest {
  readonly op: "request"
  /** 1, 2, 3 ... of a run. */
  readonly seq: number
  readonly nonce: string
  readonly name: string
  readonly number: number
  readonly bytes: number
}

export interface ExchangeReply {
  readonly op: "reply"
  readonly seq: number
  readonly name: string
  readonly number: number
  readonly sum: number
  readonly nonce: string
  /** Digest of the request as it came. */
  readonly request: string
  readonly bytes: number
  /** The request's line came damaged. */
  readonly line?: true
  /** Bits of the request's payload that came wrong: byte and bit of each, as many as are told; and of how many. */
  readonly bits?: readonly (readonly [byte: number, bit: number])[]
  readonly wrong?: number
}

export interface ExchangeAck {
  readonly op: "ack"
  readonly seq: number
  readonly sum: number
  /** Digest of the reply as it came. */
  readonly reply: string
}

export interface End {
  readonly op: "end"
}

export interface Ended {
  readonly op: "ended"
  readonly exchanges: number
  /** The last hash of the hub's transcript. */
  readonly transcript: string
  /** Of acknowledgements that came damaged, as many as are told. */
  readonly acks: readonly number[]
}

/** The hub refuses: one number, with its `seq`; else it closes. */
export interface ExchangeError {
  readonly op: "error"
  readonly code: string
  readonly message: string
  readonly seq?: number
}

export type ClientExchange = Begin | ExchangeRequest | ExchangeAck | End
export type HubExchange = Begun | ExchangeReply | Ended | ExchangeError

/** SHA-256 as 64 hex digits in lower case; text counts as UTF-8. Given, since protocol has no way to hash. */
export type Sha256 = (data: Uint8Array | string) => string

/** Numbers are 1 to this, as in the coursework. */
export const NUMBER_MAX = 100

export const isExchangeNumber = (number: unknown): number is number =>
  Number.isInteger(number) && (number as number) >= 1 && (number as number) <= NUMBER_MAX

const NOTHING = new Uint8Array(0)
const PIECE_BYTES = 64 * 1024 // of messages that are sent together
const LINE_FEED = 10
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Encodes messages one behind the other, so that many can be sent at once. */
export class ExchangeWriter {
  readonly #sha256: Sha256
  #piece = new Uint8Array(PIECE_BYTES)
  #begin = 0
  #end = 0

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /** Bytes that wait to be taken. */
  get waitingBytes(): number {
    return this.#end - this.#begin
  }

  /** There is enough to be sent at once. */
  get full(): boolean {
    return this.waitingBytes >= PIECE_BYTES / 2
  }

  /** @param payload as long as the message's `bytes` says @returns the message's digest */
  add(message: ClientExchange | HubExchange, payload: Uint8Array = NOTHING): string {
    const text = JSON.stringify(message)
    this.#reserve(DIGEST_HEAD_BYTES + 3 * text.length + payload.length)
    const piece = this.#piece
    const covered = this.#end + DIGEST_HEAD_BYTES
    // Its first byte, the brace, comes to stand where the digest's field ends, and is overwritten.
    const textEnd = covered - 1 + encoder.encodeInto(text, piece.subarray(covered - 1)).written
    piece[textEnd] = LINE_FEED
    const lineEnd = textEnd + 1
    piece.set(payload, lineEnd)
    const end = lineEnd + payload.length
    const digest = this.#sha256(piece.subarray(covered, end))
    encoder.encodeInto(`{"digest":"${digest}",`, piece.subarray(this.#end))
    this.#end = end
    return digest
  }

  /** All that waits, as one piece of bytes that is not written to again; undefined where nothing does. */
  take(): Uint8Array | undefined {
    if (this.#begin === this.#end) return undefined
    const taken = this.#piece.subarray(this.#begin, this.#end)
    this.#begin = this.#end
    return taken
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#piece.length) return
    const waiting = this.#piece.subarray(this.#begin, this.#end)
    // Twice as much, or each of many messages that wait together would copy all before it.
    this.#piece = new Uint8Array(Math.max(PIECE_BYTES, 2 * (waiting.length + bytes)))
    this.#piece.set(waiting)
    this.#begin = 0
    this.#end = waiting.length
  }
}

/** The fields of a message as it came: of any type, since the line may be damaged. */
export type Fields = { readonly [field: string]: unknown }

/** A message as it came. The bytes are valid until the next ones are pushed. */
export interface ReceivedExchange {
  readonly fields: Fields
  readonly payload: Uint8Array
  /** What the digest covers: the line after it, and the payload. */
  readonly covered: Uint8Array
}

/** Cuts a stream of bytes into messages. */
export class ExchangeReader {
  readonly #payloadBytes: (fields: Fields) => number
  #rest = NOTHING
  /** Of the message at the beginning of the rest, once its line is there. */
  #line: { readonly fields: Fields; readonly bytes: number; readonly payloadBytes: number } | undefined

  /** @param payloadBytes says how long a payload is to follow a line; throws where the line is out of place */
  constructor(payloadBytes: (fields: Fields) => number) {
    this.#payloadBytes = payloadBytes
  }

  /**
   * @param take is handed each message that is whole now
   * @throws LandlineError bad_request where no line can be read: whatever follows cannot be cut either
   */
  push(chunk: Uint8Array, take: (message: ReceivedExchange) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk)
    let at = 0
    for (;;) {
      this.#line ??= this.#readLine(bytes, at)
      if (!this.#line) break
      const { fields, bytes: lineBytes, payloadBytes } = this.#line
      const end = at + lineBytes + payloadBytes
      if (end > bytes.length) break
      this.#line = undefined
      const covered = bytes.subarray(at + DIGEST_HEAD_BYTES, end)
      take({ fields, payload: bytes.subarray(at + lineBytes, end), covered })
      at = end
    }
    this.#rest = bytes.slice(at)
  }

  #readLine(bytes: Uint8Array, at: number) {
    const lineEnd = bytes.indexOf(LINE_FEED, at)
    const length = (lineEnd < 0 ? bytes.length : lineEnd + 1) - at
    if (length > limits.sumLineBytesMax) throw unreadable("A line is too long")
    if (lineEnd < 0) return undefined
    const fields = parse(decoder.decode(bytes.subarray(at, lineEnd)))
    if (!fields || length <= DIGEST_HEAD_BYTES) throw unreadable("A line is damaged, or no message")
    const payloadBytes = this.#payloadBytes(fields)
    if ((fields.bytes ?? 0) !== payloadBytes) throw unreadable("A line announces a payload of another length")
    return { fields, bytes: length, payloadBytes }
  }
}

/** The error for bytes that are no messages of this protocol. @param what happened, without an end of the sentence */
export const unreadable = (what: string): LandlineError =>
  new LandlineError("bad_request", {}, `${what}: what follows cannot be read.`)

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined
  } catch {
    return undefined
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}

/** How a message came, against what was due. */
export interface Condition {
  /** Digest of what came. */
  readonly digest: string
  /** The line is as it was sent; its fields can be believed. */
  readonly line: boolean
  /** The payload is as it was to be. */
  readonly payload: boolean
}

/** @param due the payload that the message was to have */
export function conditionOf(
  { fields, payload, covered }: ReceivedExchange,
  due: Uint8Array,
  sha256: Sha256,
): Condition {
  const digest = sha256(covered)
  const same = sameBytes(payload, due)
  if (digest === fields.digest) return { digest, line: true, payload: same }
  // The digest covers both: with the due payload in place of the one that came, it tells whether the line is whole.
  const line = same ? false : sha256(joined(covered.subarray(0, -payload.length), due)) === fields.digest
  return { digest, line, payload: same }
}

/** Sixteen bytes at a time: every payload passes here. */
function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  const words = new DataView(one.buffer, one.byteOffset, one.length)
  const others = new DataView(other.buffer, other.byteOffset, other.length)
  let at = 0
  const differ = (at: number) => words.getInt32(at, true) ^ others.getInt32(at, true)
  for (; at + 16 <= one.length; at += 16)
    if (differ(at) | differ(at + 4) | differ(at + 8) | differ(at + 12)) return false
  for (; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}
