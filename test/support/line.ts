import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A line between a client and a hub that a test holds and cuts. */
export interface Line extends AsyncDisposable {
  readonly address: string
  /** Bytes that went through since the last `hold`, to the hub and from it. */
  readonly up: number
  readonly down: number
  /** Resolves when so many bytes have gone through one way; nothing more goes that way until `release`. */
  hold(way: "up" | "down", bytes: number): Promise<void>
  release(): void
  /** Cuts what is connected. */
  cut(): void
  /** Cuts what is connected, and whoever comes, until `mend`. */
  break(): void
  mend(): void
}

/** @param hub its address, `http://host:port` */
export async function openLine(hub: string): Promise<Line> {
  const { hostname, port } = new URL(hub)
  const sockets = new Set<Socket>()
  const through = { up: 0, down: 0 }
  let held: { way: "up" | "down"; bytes: number; reached: () => void } | undefined
  const waiting = new Set<Socket>()

  const carry = (from: Socket, to: Socket, way: "up" | "down") => {
    sockets.add(from)
    from.on("data", (bytes) => {
      through[way] += bytes.length
      if (!to.write(bytes)) {
        from.pause()
        to.once("drain", () => waiting.has(from) || from.resume())
      }
      if (held?.way !== way || through[way] < held.bytes) return
      from.pause()
      waiting.add(from)
      held.reached()
    })
    from.on("error", () => {})
    from.once("close", () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  let broken = false
  const server = createServer((client) => {
    if (broken) {
      client.destroy()
      return
    }
    const socket = connect(Number(port), hostname)
    carry(client, socket, "up")
    carry(socket, client, "down")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")

  const line: Line = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get up() {
      return through.up
    },
    get down() {
      return through.down
    },
    hold(way, bytes) {
      through.up = through.down = 0
      return new Promise((reached) => {
        held = { way, bytes, reached }
      })
    },
    release() {
      held = undefined
      for (const socket of waiting) socket.resume()
      waiting.clear()
    },
    cut() {
      held = undefined
      waiting.clear() // not resumed: what they hold would still come through, and count
      for (const socket of sockets) socket.destroy()
    },
    break() {
      broken = true
      line.cut()
    },
    mend() {
      broken = false
    },
    async [Symbol.asyncDispose]() {
      line.cut()
      server.close()
    },
  }
  return line
}
