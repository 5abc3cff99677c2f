import { type HeaderBytes, parseLength } from "./chat-frames.ts"
import { decodeText, shownBytes } from "./diagnosis.ts"
import { labLimits } from "./lab-limits.ts"
import type { Part } from "./parts.ts"

/** Draws both directions of a chat connection, headers and bodies. */
export function chatParts(client: Uint8Array, server: Uint8Array) {
  const headerBytes = widthOf(client)
  const wide = headerBytes === 64
  const frames = framesOf(client, headerBytes, (index) => (index === 0 && !wide ? "username" : "message"))
  const [first] = frames.bodies
  return {
    client: frames.parts,
    server: wide
      ? server.length > 0
        ? [{ at: 0, bytes: server.length, say: `answers ${shownBytes(server)}` }]
        : []
      : framesOf(server, 10, (index) => (index % 2 === 0 ? "username" : "message")).parts,
    /** Undefined where the client gave none. */
    name: wide || !first ? undefined : decodeText(first),
  }
}

/** As the server tells the families apart: a length, and then blanks up to the 64th byte. */
function widthOf(bytes: Uint8Array): HeaderBytes {
  const wide = bytes.length >= 64 && parseLength(bytes.subarray(0, 10)) !== undefined
  return wide && bytes.subarray(10, 64).every((byte) => byte === 0x20) ? 64 : 10
}

function framesOf(bytes: Uint8Array, headerBytes: HeaderBytes, what: (index: number) => string) {
  const parts: Part[] = []
  const bodies: Uint8Array[] = []
  for (let at = 0; at < bytes.length && parts.length < labLimits.partsDrawnMax; ) {
    const header = bytes.subarray(at, at + headerBytes)
    const length = header.length < headerBytes ? undefined : parseLength(header)
    if (length === undefined || length < 0) {
      const say =
        header.length < headerBytes ? "the beginning of a header" : `no header: ${shownBytes(header)}`
      parts.push({ at, bytes: bytes.length - at, say })
      break
    }
    parts.push({
      at,
      bytes: headerBytes,
      say: `header: ${length} ${length === 1 ? "byte" : "bytes"} of body`,
    })
    const from = at + headerBytes
    const body = bytes.subarray(from, from + length)
    const cut = body.length < length ? `, ${body.length} of ${length} bytes` : ""
    if (body.length > 0)
      parts.push({ at: from, bytes: body.length, say: `${what(bodies.length)} ${shownBytes(body)}${cut}` })
    if (!cut) bodies.push(body)
    at = from + length
  }
  return { parts, bodies }
}
