import { type HeaderBytes, headerPrefix, parseLength } from "./chat-frames.ts"
import { decodeText } from "./diagnosis.ts"

/**
 * Other ways to read the same bytes. Each is a mistake that chat programs make; when what a peer has sent makes
 * sense in one of them and not as it should be read, that is the mistake.
 */
export interface Reading {
  /** The frame at a place, or what is known of it when the bytes end inside it, or undefined: not so. */
  frame(bytes: Uint8Array, at: number): FrameRead | "begun" | undefined
  /** Only from a connection's first byte: a program does not change this on the way. */
  readonly fromStart?: boolean
}

export interface FrameRead {
  readonly end: number
  /** What the header says. */
  readonly length: number
  readonly body: Uint8Array
}

/** A whole frame whose header proves the reading, and where it stands. */
export interface ReadFrame extends FrameRead {
  readonly at: number
}

/**
 * The frames, where the bytes from `at` to their end can be read so: at least one whole frame of text.
 * @param whole the last frame must be whole too: the peer has stopped sending
 */
export function readAs(
  reading: Reading,
  bytes: Uint8Array,
  at: number,
  whole: boolean,
): ReadFrame[] | undefined {
  const frames: ReadFrame[] = []
  while (at < bytes.length) {
    const frame = reading.frame(bytes, at)
    if (frame === "begun" && !whole) break
    if (frame === undefined || frame === "begun" || decodeText(frame.body) === undefined) return undefined
    frames.push({ ...frame, at })
    at = frame.end
  }
  return frames.length > 0 ? frames : undefined
}

/** Lengths count characters instead of bytes: code points as Python does, or UTF-16 units as Java does. */
export const countsCharacters = (headerBytes: HeaderBytes, unitsOf: (lead: number) => number): Reading => ({
  frame: padded(headerBytes, (bytes, at, length) => {
    let end = at
    for (let units = 0; units < length; ) {
      const lead = bytes[end]
      if (lead === undefined) return end + 1 // more is to come
      units += unitsOf(lead)
      end += sequenceBytes(lead)
    }
    return end
  }),
})

export const codePoints = () => 1
export const utf16Units = (lead: number) => (sequenceBytes(lead) === 4 ? 2 : 1)

const sequenceBytes = (lead: number) => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)

/** Headers of the other family's width. */
export const otherWidth = (headerBytes: HeaderBytes): Reading => ({
  fromStart: true,
  frame: padded(headerBytes, (_, at, length) => at + length),
})

/** Lengths count the header too. */
export const countsHeader = (headerBytes: HeaderBytes): Reading => ({
  frame: padded(headerBytes, (_, at, length) =>
    length < headerBytes ? undefined : at + length - headerBytes,
  ),
})

/** A padded header, then a body that ends where `endOf` says: undefined where no body can be so. */
function padded(
  headerBytes: HeaderBytes,
  endOf: (bytes: Uint8Array, at: number, length: number) => number | undefined,
): Reading["frame"] {
  return (bytes, at) => {
    const header = bytes.subarray(at, at + headerBytes)
    if (headerPrefix(header) < header.length) return undefined
    if (header.length < headerBytes) return "begun"
    const length = parseLength(header)
    if (length === undefined || length < 0) return undefined
    const end = endOf(bytes, at + headerBytes, length)
    if (end === undefined) return undefined
    return end > bytes.length ? "begun" : { end, length, body: bytes.subarray(at + headerBytes, end) }
  }
}

/** The length without padding, then the body at once. */
export const unpadded: Reading = {
  fromStart: true,
  frame(bytes, at) {
    let digits = at
    while (isDigit(bytes[digits])) digits++
    if (digits === at) return undefined
    return sized(bytes, digits, Number(new TextDecoder().decode(bytes.subarray(at, digits))))
  },
}

/** The length padded with NUL bytes, as a C program does that sends its char array. */
export const paddedWithNul = (headerBytes: HeaderBytes): Reading => ({
  fromStart: true,
  frame(bytes, at) {
    const header = bytes.subarray(at, at + headerBytes)
    const text = /^(\d+)\0+$/.exec(new TextDecoder().decode(header))?.[1]
    if (text === undefined) return undefined
    return header.length < headerBytes ? "begun" : sized(bytes, at + headerBytes, Number(text))
  },
})

/** The length as a binary number, as struct.pack or writeInt give it. */
export const binary = (width: 2 | 4, littleEndian: boolean): Reading => ({
  fromStart: true,
  frame(bytes, at) {
    if (bytes.length - at < width) return "begun"
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, width)
    return sized(
      bytes,
      at + width,
      width === 2 ? view.getUint16(0, littleEndian) : view.getUint32(0, littleEndian),
    )
  },
})

/** No header at all: lines of text. */
export const lines: Reading = {
  fromStart: true,
  frame(bytes, at) {
    if (bytes[at]! < 0x20) return undefined
    const end = bytes.indexOf(0x0a, at)
    return end === -1 ? "begun" : { end: end + 1, length: end + 1 - at, body: bytes.subarray(at, end) }
  },
}

function sized(bytes: Uint8Array, at: number, length: number): FrameRead | "begun" {
  const end = at + length
  return end > bytes.length ? "begun" : { end, length, body: bytes.subarray(at, end) }
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39
