import { concat } from "./bytes.ts"
import { decodeText, textPrefix } from "./diagnosis.ts"
import { MORE, refused, type Silence, type SumReading, WHOLE } from "./sum-message.ts"
import { isText } from "./sum-text.ts"

/** `char[256]` and `int`. */
export const STRUCT_BYTES = 260
const STRUCT_NAME_BYTES = 256

const utf8 = new TextEncoder()

/** `writeUTF` and `writeInt` (java.io.DataOutput). */
export function readJava(bytes: Uint8Array, silence: Silence): SumReading {
  if (bytes.length < 2) return MORE
  const length = (bytes[0]! << 8) | bytes[1]!
  const end = 2 + length + 4
  if (bytes.length < end) return silence === "none" ? MORE : (javaMistake(bytes) ?? MORE)
  const encoded = bytes.subarray(2, 2 + length)
  const number = int32(bytes, 2 + length)
  // A struct with an empty name begins with zeros, too.
  if (length === 0 && number === 0n) {
    if (bytes.length >= STRUCT_BYTES) return readStruct(bytes, silence)
    if (silence === "none") return WHOLE
  }
  const name = decodeModified(encoded)
  // Where the length counted characters, the number is read too early.
  if (encoded.some((byte) => byte >= 0x80) && (name === undefined || number < 1n || number > 100n)) {
    if (silence === "none") return WHOLE
    const mistake = javaMistake(bytes)
    if (mistake) return mistake
  }
  if (name === undefined) return refused("encoding", 2 + textPrefix(encoded))
  return { state: "message", message: { name, number, format: { kind: "java" } }, bytes: end }
}

/** `char[256]`, of which what follows the first NUL may be anything, and `int` in network order. */
export function readStruct(bytes: Uint8Array, silence: Silence): SumReading {
  if (bytes.length < STRUCT_BYTES) {
    const text = bytes.subarray(0, bytes.indexOf(0))
    return silence !== "none" && isText(text) ? refused("nul", text.length) : MORE
  }
  const field = bytes.subarray(0, STRUCT_NAME_BYTES)
  const nul = field.indexOf(0)
  const encoded = nul === -1 ? field : field.subarray(0, nul)
  const name = decodeText(encoded)
  if (name === undefined) return refused("encoding", textPrefix(encoded))
  const number = int32(bytes, STRUCT_NAME_BYTES)
  // fgets() leaves the newline in the name.
  const message = { name: name.replace(/\r?\n$/, ""), number, format: { kind: "c260" } } as const
  return { state: "message", message, bytes: STRUCT_BYTES }
}

export function encodeJava(name: string, number: bigint): Uint8Array {
  const encoded = encodeModified(name)
  return concat([Uint8Array.of(encoded.length >> 8, encoded.length & 0xff), encoded, bytesOf(number)])
}

/** A name that does not fit is cut behind its last whole character. */
export function encodeStruct(name: string, number: bigint): Uint8Array {
  const field = new Uint8Array(STRUCT_NAME_BYTES)
  utf8.encodeInto(name, field.subarray(0, STRUCT_NAME_BYTES - 1))
  return concat([field, bytesOf(number)])
}

/** The number with its bytes in the other order. */
export function swapped(number: bigint): bigint {
  return int32(bytesOf(number).reverse(), 0)
}

function int32(bytes: Uint8Array, at: number): bigint {
  return BigInt(new DataView(bytes.buffer, bytes.byteOffset).getInt32(at))
}

function bytesOf(number: bigint): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, Number(number))
  return bytes
}

/** A length that is wrong in a known way, where all bytes fit it then. */
function javaMistake(bytes: Uint8Array): SumReading | undefined {
  const length = (bytes[0]! << 8) | bytes[1]!
  const swappedLength = (bytes[1]! << 8) | bytes[0]!
  const rest = bytes.subarray(2)
  const fits = (nameBytes: number) => {
    if (nameBytes < 1 || nameBytes + 4 !== rest.length) return undefined
    return decodeText(rest.subarray(0, nameBytes))
  }
  if (length !== swappedLength && fits(swappedLength) !== undefined) return refused("byte_order", 0, 2)
  const name = fits(rest.length - 4)
  if (name === undefined || name.length === rest.length - 4) return undefined
  return [name.length, [...name].length].includes(length) ? refused("characters", 0, 2) : undefined
}

/** "Modified UTF-8": NUL as two bytes, characters above U+FFFF as two surrogates of three bytes each. */
function encodeModified(name: string): Uint8Array {
  const bytes: number[] = []
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at)
    if (unit > 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Uint8Array.from(bytes)
}

/** Plain UTF-8 is taken as well: programs in other languages send that. */
function decodeModified(bytes: Uint8Array): string | undefined {
  const plain = decodeText(bytes)
  if (plain !== undefined) return plain
  const units: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [first, second, third] = bytes.subarray(at, at + 3) as unknown as [number, number?, number?]
    const follows = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80
    if (first < 0x80) units.push(first)
    else if ((first & 0xe0) === 0xc0 && follows(second)) units.push(((first & 0x1f) << 6) | (second! & 0x3f))
    else if ((first & 0xf0) === 0xe0 && follows(second) && follows(third))
      units.push(((first & 0x0f) << 12) | ((second! & 0x3f) << 6) | (third! & 0x3f))
    else return undefined
    at += first < 0x80 ? 1 : first < 0xe0 ? 2 : 3
  }
  return String.fromCharCode(...units)
}
