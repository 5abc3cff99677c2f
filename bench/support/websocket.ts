/** The request that turns a connection into a WebSocket (RFC 6455 section 4.1). */
export function upgrade(port: number, path: string, protocol?: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
  ]
  if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`)
  return `${lines.join("\r\n")}\r\n\r\n`
}

const text = 0x81
const ping = 0x89
const pong = 0x8a
const masked = 0x80

/** A client's frame (section 5.2). The mask is all zeros: the server takes it off all the same. */
function frame(kind: number, payload: Buffer): Buffer {
  const { length } = payload
  if (length > 0xffff) throw new RangeError("A frame of the benchmarks holds at most 65535 bytes.")
  const header = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  header[0] = kind
  header[1] = masked | Math.min(length, 126)
  if (length >= 126) header.writeUInt16BE(length, 2)
  return Buffer.concat([header, payload])
}

export const textFrame = (payload: string): Buffer => frame(text, Buffer.from(payload))

/** The pong to a ping that came alone in a chunk. */
export function pongTo(chunk: Buffer): Buffer | undefined {
  return chunk[0] === ping ? frame(pong, chunk.subarray(2)) : undefined
}
