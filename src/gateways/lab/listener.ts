import { lookup } from "node:dns/promises"
import { createServer, type Server, type Socket } from "node:net"
import { LandlineError } from "../../protocol/errors.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"

export interface Address {
  /** A name or an address; `localhost` means both families. */
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

export interface ListenerOptions extends Address {
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
export function listen(options: ListenerOptions): Promise<Listener> {
  return inWords(options, () => listenOnAll(options))
}

/** Opens sockets, again where port 0 gave one that is taken. @throws LandlineError port_in_use | usage */
export async function inWords<T>(address: Address, open: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open()
    } catch (error) {
      const again = address.port === 0 && attempt < PORT_TRIES && codeOf(error) === "EADDRINUSE"
      if (!again) throw sentence(error, address)
    }
  }
}

async function listenOnAll(options: ListenerOptions): Promise<Listener> {
  const servers: Server[] = []
  const close = () => {
    for (const server of servers) server.close()
  }
  const port = await onEach(options, close, async (address, port) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, options.onConnection)
    server.maxConnections = labLimits.connectionsMax
    server.on("drop", (peer) => options.onRefused(addressText(peer?.remoteAddress, peer?.remotePort)))
    const taken = await listenOn(server, address, port)
    servers.push(server)
    return taken
  })
  return { port, close }
}

/**
 * Opens a socket on every address that the host's name stands for, all on one port.
 * @param open resolves with the port that it got
 * @param close closes those that are open, when another cannot be
 */
export async function onEach(
  { host, port: wanted }: Address,
  close: () => void,
  open: (address: string, port: number) => Promise<number>,
): Promise<number> {
  let port = wanted
  let missing: unknown
  let opened = 0
  for (const address of await addressesOf(host))
    try {
      port = await open(address, port)
      opened++
    } catch (error) {
      // A machine without IPv6 still has the other half of localhost.
      if (codeOf(error) !== "EADDRNOTAVAIL" && codeOf(error) !== "EAFNOSUPPORT") {
        close()
        throw error
      }
      missing = error
    }
  if (opened === 0) throw missing
  return port
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

function sentence(error: unknown, { host, port }: Address): unknown {
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

const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, "")

/** `('127.0.0.1', 5000)`, as the coursework's programs print an address. */
export function addressTuple(address = "unknown", port = 0): string {
  return `('${plainAddress(address)}', ${port})`
}

/** `127.0.0.1:5000` or `[::1]:5000`. */
export function addressText(address = "unknown", port = 0): string {
  const plain = plainAddress(address)
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}
