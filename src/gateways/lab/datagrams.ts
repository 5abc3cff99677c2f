import { createSocket, type Socket } from "node:dgram"
import { lookup } from "node:dns/promises"
import { once } from "node:events"
import { isIPv6 } from "node:net"
import { LandlineError } from "../../protocol/errors.ts"
import { type Address, inWords, onEach } from "./listener.ts"

/** Where a datagram comes from, or goes to. */
export interface Peer {
  readonly address: string
  readonly port: number
}

/** All that a name stands for; IPv4 first, which more programs listen on. @throws LandlineError no_hub */
export async function peersOf({ host, port }: Address): Promise<Peer[]> {
  try {
    const found = await lookup(host, { all: true, order: "ipv4first" })
    return found.map(({ address }) => ({ address, port }))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new LandlineError(
      "no_hub",
      { host, port },
      `There is no way to ${host}:${port} (${code}). Is the address right?`,
    )
  }
}

export interface DatagramOptions extends Address {
  onDatagram(bytes: Uint8Array, from: Peer): void
  /** One could not be sent, or a socket failed: it stays open. */
  onError(error: Error): void
}

/** UDP on every address that a host's name stands for. */
export class Datagrams {
  readonly port: number
  readonly #sockets: ReadonlyMap<4 | 6, Socket>
  readonly #onError: (error: Error) => void
  #closed = false

  private constructor(port: number, sockets: ReadonlyMap<4 | 6, Socket>, onError: (error: Error) => void) {
    this.port = port
    this.#sockets = sockets
    this.#onError = onError
  }

  /** @throws LandlineError port_in_use | usage */
  static open(options: DatagramOptions): Promise<Datagrams> {
    return inWords(options, async () => {
      const sockets = new Map<4 | 6, Socket>()
      const close = () => {
        for (const socket of sockets.values()) socket.close()
      }
      const port = await onEach(options, close, async (address, port) => {
        const family = familyOf(address)
        const socket = createSocket({ type: `udp${family}`, ipv6Only: family === 6 })
        try {
          socket.bind({ address, port, exclusive: true })
          await once(socket, "listening")
        } catch (error) {
          socket.close()
          throw error
        }
        sockets.set(family, socket)
        socket.on("error", options.onError)
        socket.on("message", (bytes, { address, port }) => options.onDatagram(bytes, { address, port }))
        return socket.address().port
      })
      return new Datagrams(port, sockets, options.onError)
    })
  }

  /** There is a socket of its family; to others nothing is sent. */
  reaches({ address }: Peer): boolean {
    return this.#sockets.has(familyOf(address))
  }

  /** Resolves when it has left, or cannot. */
  send(bytes: Uint8Array, to: Peer): Promise<void> {
    return new Promise((resolve) => {
      const sent = (error: Error | null) => {
        if (error) this.#onError(error)
        resolve()
      }
      const socket = this.#sockets.get(familyOf(to.address))
      try {
        if (socket && !this.#closed) socket.send(bytes, to.port, to.address, sent)
        else resolve()
      } catch (error) {
        sent(error as Error) // port 0, which a forged datagram may come from
      }
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const socket of this.#sockets.values()) socket.close()
  }
}

const familyOf = (address: string) => (isIPv6(address) ? 6 : 4)
