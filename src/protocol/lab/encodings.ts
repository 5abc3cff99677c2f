/** Encodings of text that lab programs agree on, by the names that Python and Node know them by. */
export const ENCODINGS = ["utf-8", "ascii", "latin1", "utf-16le"] as const
export type Encoding = (typeof ENCODINGS)[number]

const utf8 = new TextEncoder()
const decoders = {
  "utf-8": new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
  "utf-16le": new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true }),
}
/** Characters of the encodings that have one byte each. */
const ONE_BYTE = { ascii: 0x80, latin1: 0x100 }

/** Bytes of its smallest character. */
export const unitBytes = (encoding: Encoding): 1 | 2 => (encoding === "utf-16le" ? 2 : 1)

/** The text's bytes, or undefined where it holds a character that the encoding has not. */
export function encode(text: string, encoding: Encoding): Uint8Array | undefined {
  if (encoding === "utf-8") return utf8.encode(text)
  const codes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  if (encoding === "utf-16le") return Uint8Array.from(codes.flatMap((code) => [code & 0xff, code >> 8]))
  return codes.every((code) => code < ONE_BYTE[encoding]) ? Uint8Array.from(codes) : undefined
}

/** The text, or undefined where the bytes are none. */
export function decode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding === "ascii" || encoding === "latin1") {
    const valid = bytes.every((byte) => byte < ONE_BYTE[encoding])
    return valid ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join("") : undefined
  }
  try {
    return decoders[encoding].decode(bytes)
  } catch {
    return undefined
  }
}

/** The last place at which a text may be cut, that is not inside a character. @param most at least 4 bytes */
export function cutBefore(bytes: Uint8Array, most: number, encoding: Encoding): number {
  if (bytes.length <= most) return bytes.length
  if (encoding === "utf-8") {
    // RFC 3629: at most three bytes of the form 10xxxxxx go on with a character.
    for (let at = most; at > most - 4; at--) if ((bytes[at]! & 0xc0) !== 0x80) return at
    return most // it is no text anyway
  }
  if (encoding !== "utf-16le") return most
  const even = most - (most % 2)
  return (bytes[even - 1]! & 0xfc) === 0xd8 ? even - 2 : even
}
