import { shownBytes } from "./diagnosis.ts"
import { labLimits } from "./lab-limits.ts"
import type { Part } from "./parts.ts"

const OPCODES: Record<number, string> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
}

/** Draws one direction of a feed connection: the handshake, then frames (RFC 6455 5.2), masked or not. */
export function feedParts(bytes: Uint8Array): Part[] {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 2 * labLimits.feedHeadBytesMax))
  if (bytes.length === 0) return []
  const end = head.indexOf("\r\n\r\n")
  const first = head.split("\r\n")[0]!
  if (end === -1) return [{ at: 0, bytes: bytes.length, say: `no whole handshake: ${shownBytes(bytes)}` }]
  const say = `handshake: ${shownBytes(new TextEncoder().encode(first))}`
  return [{ at: 0, bytes: end + 4, say }, ...framesOf(bytes, end + 4)]
}

function framesOf(bytes: Uint8Array, start: number): Part[] {
  const parts: Part[] = []
  for (let at = start; at < bytes.length && parts.length < labLimits.partsDrawnMax; ) {
    const header = headerAt(bytes, at)
    if (!header) return [...parts, { at, bytes: bytes.length - at, say: "the beginning of a frame" }]
    const { opcode, masked, final, length, bodyAt } = header
    const kind = OPCODES[opcode] ?? `unknown opcode ${opcode}`
    const words = [
      `frame: ${kind}`,
      final ? "" : "not the last of its message",
      masked ? "masked" : "not masked",
    ]
    parts.push({ at, bytes: bodyAt - at, say: `${words.filter(Boolean).join(", ")}, ${length} bytes` })
    const body = bytes.slice(bodyAt, bodyAt + length)
    if (masked) for (const [index] of body.entries()) body[index]! ^= bytes[bodyAt - 4 + (index & 3)]!
    if (body.length > 0) parts.push({ at: bodyAt, bytes: body.length, say: bodyWords(opcode, body) })
    at = bodyAt + length
  }
  return parts
}

function headerAt(bytes: Uint8Array, at: number) {
  const [first, second] = [bytes[at]!, bytes[at + 1] ?? 0]
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const masked = (second & 0x80) !== 0
  const bodyAt = at + 2 + lengthBytes + (masked ? 4 : 0)
  if (bodyAt > bytes.length || at + 2 > bytes.length) return undefined
  let length = lengthBytes === 0 ? short : 0
  for (const byte of bytes.subarray(at + 2, at + 2 + lengthBytes)) length = length * 256 + byte
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, masked, length, bodyAt }
}

function bodyWords(opcode: number, body: Uint8Array): string {
  if (opcode !== 8 || body.length < 2) return shownBytes(body)
  const reason = body.length > 2 ? ` ${shownBytes(body.subarray(2))}` : ""
  return `status ${(body[0]! << 8) | body[1]!}${reason}`
}
