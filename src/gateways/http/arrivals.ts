import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { HttpLimits } from "./gateway.ts"

/** A connection on which something is sent that must be known to arrive. */
interface Arrival extends Disposable {
  /** Whether what was handed to the kernel has arrived, as far as can be told; to be asked when all was. */
  confirmed(): Promise<boolean>
}

/**
 * Tells whether what was sent on a connection has arrived. HTTP has no word for it, and the kernel takes megabytes
 * for a peer that takes nothing. A peer that was killed resets the connection, as soon as it is sent more than it
 * has read; one that has everything ends it in order, sends its next request, or is quiet.
 */
export class Arrivals {
  readonly #bounds: Pick<HttpLimits, "linkConfirmMs" | "closeTimeoutMs">
  readonly #onRequest = new WeakMap<Socket, () => void>()

  constructor(server: Server, bounds: Pick<HttpLimits, "linkConfirmMs" | "closeTimeoutMs">) {
    this.#bounds = bounds
    server.on("request", ({ socket }) => this.#onRequest.get(socket)?.())
  }

  /**
   * To be called before anything is sent. Until it is disposed of, the peer's FIN is not answered by one of ours, as
   * Node would: a connection that is ended on this side no longer tells of a reset. For the same reason the answer
   * has to say `Connection: keep-alive`, also to who wants it closed.
   */
  watch({ socket }: IncomingMessage, response: ServerResponse): Arrival {
    const closes = !response.shouldKeepAlive
    const nodes = socket.listeners("end") as (() => void)[]
    socket.removeAllListeners("end")
    return {
      confirmed: () => this.#confirmed(socket),
      [Symbol.dispose]() {
        for (const listener of nodes) socket.on("end", listener)
        if (!closes && !socket.readableEnded) return
        if (response.writableEnded) socket.end()
        else response.once("finish", () => socket.end())
      },
    }
  }

  #confirmed(socket: Socket): Promise<boolean> {
    const { linkConfirmMs, closeTimeoutMs } = this.#bounds
    return new Promise((resolve) => {
      const settle = (arrived: boolean) => {
        clearTimeout(timer)
        this.#onRequest.delete(socket)
        socket.off("close", lost).off("end", ended)
        resolve(arrived)
      }
      const lost = () => settle(false)
      // Whoever closes with bytes still on the way sends FIN as well: the reset follows when they come. It is
      // noticed by writing.
      const ended = () => {
        clearTimeout(timer)
        timer = setTimeout(() => socket.write("\r\n", (error) => settle(!error)), closeTimeoutMs)
      }
      let timer = setTimeout(settle, linkConfirmMs, true)
      this.#onRequest.set(socket, () => settle(true))
      socket.once("close", lost).once("end", ended)
      if (socket.destroyed) lost()
      else if (socket.readableEnded) ended()
    })
  }
}
