import { concat } from "./bytes.ts"
import { decodeText, textPrefix } from "./diagnosis.ts"

/** The opcodes there are (RFC 6455 5.2). */
const OPCODES = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const
const CONTROL_BYTES_MAX = 125

/** A whole message of a client, its fragments joined, or a control frame. */
export type FeedFrame =
  | { readonly type: "text"; readonly text: string }
  /** @property at place of its frame in the stream */
  | { readonly type: "binary"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly type: "close" | "ping" | "pong"; readonly bytes: Uint8Array }

export type FrameFaultKind =
  | "reserved_bits"
  | "opcode"
  | "unmasked"
  | "control"
  | "no_beginning"
  | "begun_twice"
  | "too_long"
  | "encoding"

/** Why nothing more of a stream can be understood. */
export interface FrameFault {
  readonly kind: FrameFaultKind
  /** Place in the stream. */
  readonly byte: number
  /** What is there. */
  readonly bytes: Uint8Array
}

/** A message of which the last fragment has not come. */
interface Begun {
  readonly type: "text" | "binary"
  readonly at: number
  readonly fragments: { readonly at: number; readonly bytes: Uint8Array }[]
  size: number
}

/** What a client sends after the handshake: WebSocket frames (RFC 6455 5), however they arrive. No extension. */
export class FeedDecoder {
  /** Set when it can decode nothing more. */
  fault: FrameFault | undefined
  readonly #messageBytesMax: number
  #chunks: Uint8Array[] = []
  #held = 0
  #needed = 2 // bytes of the next frame without which there is nothing to see
  #at: number
  #begun: Begun | undefined

  /** @param at place in the stream at which the first frame begins */
  constructor({ at, messageBytesMax }: { readonly at: number; readonly messageBytesMax: number }) {
    this.#at = at
    this.#messageBytesMax = messageBytesMax
  }

  /** Place in the stream, and how many bytes come at least, where a frame or message has begun and not ended. */
  get awaited(): { readonly byte: number; readonly bytes: number } | undefined {
    if (this.#held === 0 && !this.#begun) return undefined
    return { byte: this.#at + this.#held, bytes: this.#needed - this.#held }
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length
  }

  /** The next message or control frame; undefined where it has not come yet, or there is a fault. */
  next(): FeedFrame | undefined {
    while (!this.fault && this.#held >= this.#needed) {
      if (this.#chunks.length > 1) this.#chunks = [concat(this.#chunks)]
      const frame = this.#read(this.#chunks[0]!)
      if (frame) return frame
    }
    return undefined
  }

  /** Reads a frame, or finds out how many bytes it needs. */
  #read(bytes: Uint8Array): FeedFrame | undefined {
    const [first, second] = [bytes[0]!, bytes[1]!]
    const final = (first & 0x80) !== 0
    const opcode = first & 0x0f
    const wrong = this.#wrongIn(first, second)
    if (wrong) return this.#fail(wrong, this.#at, bytes)
    const shortLength = second & 0x7f
    const lengthBytes = shortLength === 126 ? 2 : shortLength === 127 ? 8 : 0
    const bodyAt = 2 + lengthBytes + 4
    if (this.#lacks(bodyAt)) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bodyAt)
    const length =
      lengthBytes === 0
        ? shortLength
        : lengthBytes === 2
          ? view.getUint16(2)
          : view.getUint32(2) * 2 ** 32 + view.getUint32(6)
    if ((this.#begun?.size ?? 0) + length > this.#messageBytesMax)
      return this.#fail("too_long", this.#at, bytes.subarray(0, bodyAt))
    if (this.#lacks(bodyAt + length)) return undefined
    const body = unmasked(bytes.subarray(bodyAt, bodyAt + length), bytes.subarray(bodyAt - 4, bodyAt))
    const at = this.#at
    this.#skip(bodyAt + length)
    if (opcode === OPCODES.close) return { type: "close", bytes: body }
    if (opcode === OPCODES.ping) return { type: "ping", bytes: body }
    if (opcode === OPCODES.pong) return { type: "pong", bytes: body }
    this.#begun ??= { type: opcode === OPCODES.text ? "text" : "binary", at, fragments: [], size: 0 }
    if (length > 0) this.#begun.fragments.push({ at: at + bodyAt, bytes: body })
    this.#begun.size += length
    return final ? this.#whole(this.#begun) : undefined
  }

  /** What two bytes of a header tell already. */
  #wrongIn(first: number, second: number): FrameFaultKind | undefined {
    const opcode = first & 0x0f
    const control = (opcode & 0x08) !== 0
    if ((first & 0x70) !== 0) return "reserved_bits"
    if (!Object.values<number>(OPCODES).includes(opcode)) return "opcode"
    if ((second & 0x80) === 0) return "unmasked"
    if (control) return (first & 0x80) === 0 || (second & 0x7f) > CONTROL_BYTES_MAX ? "control" : undefined
    if (opcode === OPCODES.continuation) return this.#begun ? undefined : "no_beginning"
    return this.#begun ? "begun_twice" : undefined
  }

  #whole({ type, at, fragments }: Begun): FeedFrame | undefined {
    this.#begun = undefined
    const bytes = concat(fragments.map((fragment) => fragment.bytes))
    if (type === "binary") return { type, at, bytes }
    const text = decodeText(bytes)
    if (text !== undefined) return { type, text }
    let place = textPrefix(bytes)
    const wrong = bytes.subarray(place)
    // The masks and headers of fragments lie between their bodies.
    const there = fragments.find((fragment) => {
      if (place < fragment.bytes.length) return true
      place -= fragment.bytes.length
      return false
    })
    return this.#fail("encoding", (there?.at ?? at) + place, wrong)
  }

  /** Whether fewer bytes have come; then so many are waited for. */
  #lacks(bytes: number): boolean {
    if (this.#held >= bytes) return false
    this.#needed = bytes
    return true
  }

  #skip(bytes: number): void {
    this.#chunks = [this.#chunks[0]!.subarray(bytes)]
    this.#held -= bytes
    this.#at += bytes
    this.#needed = 2
  }

  #fail(kind: FrameFaultKind, byte: number, bytes: Uint8Array): undefined {
    this.fault = { kind, byte, bytes }
  }
}

function unmasked(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ mask[index & 3]!)
}

/** A frame as a server sends it: whole, and without a mask (RFC 6455 5.1). */
export function encodeFrame(
  type: Exclude<keyof typeof OPCODES, "continuation">,
  body: Uint8Array,
): Uint8Array {
  const lengthBytes = body.length < 126 ? 0 : body.length < 2 ** 16 ? 2 : 8
  const header = new Uint8Array(2 + lengthBytes)
  const view = new DataView(header.buffer)
  header[0] = 0x80 | OPCODES[type]
  header[1] = lengthBytes === 0 ? body.length : lengthBytes === 2 ? 126 : 127
  if (lengthBytes === 2) view.setUint16(2, body.length)
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(body.length))
  return concat([header, body])
}

const utf8 = new TextEncoder()

export const encodeText = (text: string): Uint8Array => encodeFrame("text", utf8.encode(text))

/** @param code RFC 6455 7.4.1 @param reason at most 123 bytes */
export function encodeClose(code: number, reason = ""): Uint8Array {
  return encodeFrame("close", concat([new Uint8Array([code >> 8, code & 0xff]), utf8.encode(reason)]))
}
