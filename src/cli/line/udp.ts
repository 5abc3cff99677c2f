import { createSocket, type Socket } from "node:dgram"
import { lookup } from "node:dns/promises"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { isProbe, ProbeWriter } from "../../protocol/probe.ts"
import type { ProbePort, ProbePortEvents, ProbePortOptions } from "./probe-port.ts"

const KNOCKS = 3 // at an address, before the next of the name is tried
const KNOCK_MS = 150

/**
 * A connected UDP socket. Of a name with several addresses that one is taken which answers; where none does, the first
 * that does not refuse.
 * @throws what the system says, where it refuses every address
 */
export async function openUdp(options: ProbePortOptions, events: ProbePortEvents): Promise<ProbePort> {
  const { host, port, bytes } = options
  let silent: string | undefined
  let refusal: unknown
  for (const { address } of await lookup(host, { all: true, order: "verbatim" })) {
    try {
      if (await knock(address, port, bytes)) return new UdpPort(await connected(address, port), events)
      silent ??= address
    } catch (error) {
      refusal = error
    }
  }
  if (silent === undefined) throw refusal
  return new UdpPort(await connected(silent, port), events)
}

/** Whether a hub answers there. From a port of its own: what comes late is not mistaken for an answer to a probe. */
async function knock(address: string, port: number, bytes: number): Promise<boolean> {
  using socket = disposable(await connected(address, port))
  const writer = new ProbeWriter(1 + Math.floor(Math.random() * 2 ** 52), bytes)
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  promise.catch(() => {}) // it is awaited below
  socket.on("error", reject)
  socket.on("message", (message) => isProbe(message) && resolve(true))
  for (let knocks = 0; knocks < KNOCKS; knocks++) {
    writer.write("tally", 0, Date.now())
    socket.send(writer.bytes.slice(), (error) => error && reject(error))
    if (await Promise.race([promise, sleep(KNOCK_MS)])) return true
  }
  return false
}

async function connected(address: string, port: number): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4")
  socket.connect(port, address)
  await once(socket, "connect")
  return socket
}

const disposable = (socket: Socket): Socket & Disposable =>
  Object.assign(socket, { [Symbol.dispose]: () => void socket.close() })

class UdpPort implements ProbePort {
  readonly address: string
  readonly port: number
  readonly #socket: Socket

  constructor(socket: Socket, events: ProbePortEvents) {
    this.#socket = socket
    const { address, port } = socket.remoteAddress()
    this.address = address
    this.port = port
    socket.on("message", (bytes) => events.received(bytes, performance.now()))
    socket.on("error", () => {}) // nobody listens any more: what was sent is lost, and the hub may come back
  }

  send(probe: Uint8Array): boolean {
    this.#socket.send(probe) // without a callback it costs a third less; what cannot be sent is lost
    return this.#socket.getSendQueueCount() === 0
  }

  close(): void {
    this.#socket.close()
  }
}
