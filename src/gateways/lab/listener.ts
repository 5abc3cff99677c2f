import { lookup } from "node:dns/promises"
import { createServer, type Server, type Socket } from "node:net"
import { LandlineError } from "../../protocol/errors.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"

export interface ListenerOptions {
  /** A name or an address; `localhost` means both families. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** The peer may end its half and still be answered: whoever takes the socket ends the other half. */
  onConnection(socket: Socket): void
  /** A connection above the limit was cut off. */
  onRefused(address: string): void
}

export interface Listener {
  readonly port: number
  /** Takes no more connections; those that are open stay. */
  close(): void
}

const PORT_TRIES = 5 // a port that is free in one family may be taken in the other

/** Listens on every address that the host's name stands for. @throws LandlineError port_in_use | usage */
export async function listen(options: ListenerOptions): Promise<Listener> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listenOnAll(options)
    } catch (error) {
      const again = options.port === 0 && attempt < PORT_TRIES && codeOf(error) === "EADDRINUSE"
      if (!again) throw inWords(error, options)
    }
  }
}

async function listenOnAll(options: ListenerOptions): Promise<Listener> {
  const servers: Server[] = []
  const close = () => {
    for (const server of servers) server.close()
  }
  let port = options.port
  let missing: unknown
  for (const address of await addressesOf(options.host)) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, options.onConnection)
    server.maxConnections = labLimits.connectionsMax
    server.on("drop", (peer) => options.onRefused(addressText(peer?.remoteAddress, peer?.remotePort)))
    try {
      port = await listenOn(server, address, port)
      servers.push(server)
    } catch (error) {
      // A machine without IPv6 still has the other half of localhost.
      if (codeOf(error) !== "EADDRNOTAVAIL" && codeOf(error) !== "EAFNOSUPPORT") {
        close()
        throw error
      }
      missing = error
    }
  }
  if (servers.length === 0) throw missing
  return { port, close }
}

async function addressesOf(host: string): Promise<string[]> {
  if (host === "localhost") return ["127.0.0.1", "::1"]
  const found = await lookup(host, { all: true })
  return [...new Set(found.map(({ address }) => address))]
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host, port }, () => {
      server.off("error", reject)
      const address = server.address()
      resolve(typeof address === "object" && address ? address.port : port)
    })
  })
}

function inWords(error: unknown, { host, port }: ListenerOptions): unknown {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new LandlineError(
        "port_in_use",
        { port },
        `Port ${port} is in use. Stop the other program, or choose another with --port.`,
      )
    case "EACCES":
      return new LandlineError(
        "usage",
        { port },
        `Port ${port} is not allowed to this user. Choose one above 1023.`,
      )
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EADDRNOTAVAIL":
      return new LandlineError(
        "usage",
        {},
        `This machine has no address ${host}. Choose another with --host.`,
      )
    default:
      return error
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** `127.0.0.1:5000` or `[::1]:5000`. */
export function addressText(address = "unknown", port = 0): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "")
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}
