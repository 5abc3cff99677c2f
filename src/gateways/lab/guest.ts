import type { Socket } from "node:net"
import { limits } from "../../protocol/limits.ts"
import { addressText, addressTuple } from "./listener.ts"
import type { LabLog } from "./log.ts"

/** A client's socket, and what is done about its end. */
export class Guest {
  readonly socket: Socket
  /** `127.0.0.1:5000` */
  readonly address: string
  /** `('127.0.0.1', 5000)` */
  readonly tuple: string
  /** Resolves when the socket is. */
  readonly closed: Promise<void>
  /** Nothing more is taken. */
  #over = false
  #deadline: NodeJS.Timeout | undefined

  /** @param from who tells of a connection that broke */
  constructor(socket: Socket, log: LabLog, from: string) {
    this.socket = socket
    this.address = addressText(socket.remoteAddress, socket.remotePort)
    this.tuple = addressTuple(socket.remoteAddress, socket.remotePort)
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#over) return
      const what = error.code === "ECONNRESET" ? "was reset by the peer" : `failed: ${error.message}`
      log.warning(from, `The connection from ${this.tuple} ${what}`)
    })
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.#over = true
        clearTimeout(this.#deadline)
        resolve()
      }),
    )
  }

  get over(): boolean {
    return this.#over
  }

  /** @param late called after so long, unless it is let go or told something else before */
  within(ms: number, late: () => void): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(late, ms)
  }

  /** Lets it go. What it still sends is thrown away for a moment, so that it sees a close and no reset. */
  leave(): void {
    if (this.#over) return
    this.#over = true
    this.socket.resume()
    this.socket.end()
    this.within(limits.closeTimeoutMs, () => this.socket.destroy())
  }
}
