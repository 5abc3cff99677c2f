import { createSocket, type Socket as UdpSocket } from "node:dgram"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"

/** What ails a line. */
export interface Ailments {
  /** Added to everything, each way. */
  readonly delayMs?: number
  /** Every so-manieth datagram is lost. */
  readonly dropEvery?: { readonly up?: number; readonly down?: number }
  /** How much of a connection is read. */
  readonly bytesPerSecond?: { readonly up?: number; readonly down?: number }
}

/** A bad line to a hub, TCP and UDP on one port number. */
export interface SlowLine extends AsyncDisposable {
  /** `host:port` */
  readonly address: string
}

type Way = "up" | "down"

const TRIES = 20

/** @param hub its address, `http://host:port` */
export async function openSlowLine(hub: string, ailments: Ailments): Promise<SlowLine> {
  const { hostname, port } = new URL(hub)
  const sockets = new Set<Socket>()
  const tcp = createServer((client) => {
    const socket = connect(Number(port), hostname)
    carry(client, socket, "up", ailments)
    carry(socket, client, "down", ailments)
    for (const end of [client, socket]) {
      sockets.add(end)
      end.setNoDelay(true)
      end.once("close", () => sockets.delete(end))
    }
  })
  const udp = await onOnePort(tcp)
  const closeUdp = forward(udp, Number(port), hostname, ailments)
  return {
    address: `127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      closeUdp()
      for (const socket of sockets) socket.destroy()
      tcp.close()
    },
  }
}

/** The number must be free for both. */
async function onOnePort(tcp: Server): Promise<UdpSocket> {
  for (let attempt = 1; ; attempt++) {
    tcp.listen(0, "127.0.0.1")
    await once(tcp, "listening")
    const udp = createSocket("udp4")
    try {
      udp.bind((tcp.address() as AddressInfo).port, "127.0.0.1")
      await once(udp, "listening")
      return udp
    } catch (error) {
      udp.close()
      tcp.close()
      await once(tcp, "close")
      if (attempt === TRIES) throw error
    }
  }
}

function carry(from: Socket, to: Socket, way: Way, { delayMs = 0, bytesPerSecond = {} }: Ailments): void {
  const rate = bytesPerSecond[way]
  const later = (use: () => void) => (delayMs > 0 ? void setTimeout(use, delayMs) : use())
  let resting = false
  const goOn = () => {
    if (!resting && !to.writableNeedDrain) from.resume()
  }
  from.on("data", (bytes) => {
    later(() => {
      if (!to.destroyed && !to.write(bytes)) from.pause()
    })
    if (rate === undefined) return
    resting = true
    from.pause()
    setTimeout(
      () => {
        resting = false
        goOn()
      },
      (bytes.length / rate) * 1_000,
    )
  })
  to.on("drain", goOn)
  from.on("error", () => {})
  from.once("end", () => later(() => to.end()))
  from.once("close", () => later(() => to.destroySoon()))
}

/** @returns what closes it */
function forward(door: UdpSocket, port: number, host: string, { delayMs = 0, dropEvery = {} }: Ailments) {
  const counts = { up: 0, down: 0 }
  const behind = new Map<string, UdpSocket>()
  let closed = false
  const pass = (way: Way, send: () => void) => {
    counts[way]++
    const every = dropEvery[way]
    if (every !== undefined && counts[way] % every === 0) return
    setTimeout(() => closed || send(), delayMs)
  }
  door.on("message", (bytes, { address, port: theirs }) => {
    const who = `${address}:${theirs}`
    let socket = behind.get(who)
    if (!socket) {
      socket = createSocket("udp4")
      socket.on("error", () => {})
      socket.on("message", (reply) => pass("down", () => door.send(reply, theirs, address)))
      behind.set(who, socket)
    }
    const out = socket
    pass("up", () => out.send(bytes, port, host))
  })
  door.on("error", () => {})
  return () => {
    closed = true
    door.close()
    for (const socket of behind.values()) socket.close()
  }
}
