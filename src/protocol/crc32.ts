const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/**
 * The checksum of RFC 1952 section 8, of the bytes from `begin` to `end`.
 * @param before that of the bytes before these
 */
export function crc32(bytes: Uint8Array, begin = 0, end = bytes.length, before = 0): number {
  let crc = ~before
  for (let at = begin; at < end; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
