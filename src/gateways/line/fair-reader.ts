import type { Socket } from "node:net"
import { limits } from "../../protocol/limits.ts"

/** What can be read later: a socket, or the WebSocket over it. */
export interface Pausable {
  pause(): void
  resume(): void
}

/** Reads one peer a while at a time: not while it does not read itself, and not while it keeps everybody else waiting. */
export class FairReader {
  readonly #source: Pausable
  readonly #socket: Socket
  #bytes = 0 // since others had their turn

  constructor(source: Pausable, socket: Socket) {
    this.#source = source
    this.#socket = socket
    socket.on("drain", () => source.resume())
  }

  /** So many bytes came, and what is said to them is written. */
  took(bytes: number): void {
    this.#bytes += bytes
    const isMuch = this.#bytes >= limits.lineBytesPerTurn
    if (isMuch || this.#socket.writableNeedDrain) this.#source.pause()
    if (!isMuch) return
    this.#bytes = 0
    setImmediate(() => {
      if (!this.#socket.writableNeedDrain) this.#source.resume()
    })
  }
}
