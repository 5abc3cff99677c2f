import { type RawSocket, rawSocket, type TestService } from "./lab.ts"

export const KEY = "dGhlIHNhbXBsZSBub25jZQ=="
/** What a client of a library sends first. */
export const HANDSHAKE = `GET /?want=users HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`

/** A bare socket that has shaken hands. */
export async function opened(service: TestService): Promise<RawSocket> {
  const socket = await rawSocket(service.port)
  await socket.write(HANDSHAKE)
  await service.lines.next(/^A client has connected/)
  return socket
}
