import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { Alter, Way } from "./exchange-pair.ts"

export interface AlteringLine extends AsyncDisposable {
  readonly address: string
}

/** A line between a client and a hub that changes bytes on their way. @param hub its address, `http://host:port` */
export async function openAlteringLine(hub: string, alter: Alter): Promise<AlteringLine> {
  const { hostname, port } = new URL(hub)
  const sockets = new Set<Socket>()
  const carry = (from: Socket, to: Socket, way: Way) => {
    let at = 0
    sockets.add(from)
    from.on("data", (bytes: Buffer) => {
      to.write(alter(way, bytes, at))
      at += bytes.length
    })
    from.on("error", () => {})
    from.once("close", () => to.destroy())
  }
  const server = createServer((client) => {
    const socket = connect(Number(port), hostname)
    carry(client, socket, "up")
    carry(socket, client, "down")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
