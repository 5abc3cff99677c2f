import { hash } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"
import {
  ExchangeReader,
  type ExchangeRequest,
  ExchangeWriter,
  type Fields,
  type HubExchange,
} from "../../src/protocol/exchange.ts"

const sha256 = (data: Uint8Array | string) => hash("sha256", data)

export interface FalseHub extends AsyncDisposable {
  readonly hub: string
}

/**
 * Speaks of sums as the test says; the client's payloads are empty.
 * @param answer to each message; `digest` is among its fields
 */
export async function startFalseHub(answer: (fields: Fields, ws: WebSocket) => readonly HubExchange[]) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 })
  server.on("connection", (ws) => {
    const reader = new ExchangeReader(({ bytes }) => (bytes as number | undefined) ?? 0)
    const writer = new ExchangeWriter(sha256)
    ws.on("error", () => {})
    ws.on("message", (data) => {
      reader.push(data as Buffer, ({ fields }) => {
        for (const message of answer(fields, ws)) writer.add(message)
      })
      const bytes = writer.take()
      if (bytes) ws.send(bytes)
    })
  })
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const falseHub: FalseHub = {
    hub: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const ws of server.clients) ws.terminate()
      server.close()
    },
  }
  return falseHub
}

type Asked = ExchangeRequest & { readonly digest: string }

/** What a hub says rightly to one exchange. */
export function rightly(fields: Fields): readonly HubExchange[] {
  if (fields.op === "begin") return [{ op: "begun", name: "False" }]
  if (fields.op === "end") return [{ op: "ended", exchanges: 1, transcript: "0".repeat(64), acks: [] }]
  if (fields.op !== "request") return []
  const { seq, number, nonce, digest } = fields as unknown as Asked
  const sum = number + 10
  return [{ op: "reply", seq, name: "False", number: 10, sum, nonce, request: digest, bytes: 0 }]
}

/** Takes TCP connections and says these bytes; without any it says nothing. @param end closes after them */
export async function startListener(bytes: Uint8Array | string | undefined, end = false): Promise<FalseHub> {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    if (bytes !== undefined) socket.write(bytes)
    if (end) socket.end()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    hub: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
