import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { checkDoor } from "../core/door.ts"
import { ERRORS, LandlineError, toLandlineError } from "../protocol/errors.ts"

/** What takes over a connection that began as an HTTP request. */
export interface UpgradeDoor {
  /** @throws LandlineError where it does not want it; the peer is told so */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
}

/**
 * Hands each upgrade to the door of its path.
 * @param doors by path
 * @param names names that the hub goes by, for `checkDoor`
 * @returns for the HTTP server's `upgrade` event
 */
export function upgrades(doors: ReadonlyMap<string, UpgradeDoor>, names: ReadonlySet<string>) {
  return (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    try {
      checkDoor(request.headers, names)
      const door = doors.get(request.url?.split("?")[0] ?? "")
      if (!door) throw new LandlineError("not_found")
      door.upgrade(request, socket, head)
    } catch (error) {
      refuse(socket, toLandlineError(error))
    }
  }
}

function refuse(socket: Socket, { code, message }: LandlineError): void {
  const body = `${message}\n`
  socket.on("error", () => {})
  socket.write(
    `HTTP/1.1 ${ERRORS[code].http} ${code}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.destroySoon() // a peer that keeps its half open must not keep the hub from closing
}
