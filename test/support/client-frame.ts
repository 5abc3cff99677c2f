import { concat } from "../../src/protocol/lab/bytes.ts"

const MASK = new Uint8Array([0x37, 0xfa, 0x21, 0x3d])

/** A WebSocket frame as a client sends it (RFC 6455 5.2), right or wrong. */
export function clientFrame(
  body: string | Uint8Array,
  { opcode = 1, final = true, reserved = 0 }: { opcode?: number; final?: boolean; reserved?: number } = {},
): Uint8Array {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const lengthBytes = bytes.length < 126 ? 0 : bytes.length < 2 ** 16 ? 2 : 8
  const header = new Uint8Array(2 + lengthBytes)
  const view = new DataView(header.buffer)
  header[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode
  header[1] = 0x80 | (lengthBytes === 0 ? bytes.length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) view.setUint16(2, bytes.length)
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(bytes.length))
  return concat([header, MASK, bytes.map((byte, index) => byte ^ MASK[index % 4]!)])
}
