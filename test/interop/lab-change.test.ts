import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, test } from "node:test"
import { WebSocketServer } from "ws"
import { type LabServiceName, type Tried, tryLabServer } from "../../src/hub/lab-try.ts"
import { clientFrame } from "../support/client-frame.ts"
import { rawSocket, startWith } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"

const timeout = 30_000
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
const ANSWER = "HTTP/1.1 400 Bad Request\r\n\r\n"
const HANDSHAKE = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n")

/** What a client of each service begins with, and how many bytes of the answer show that it was taken. */
const BEGINNINGS: Record<LabServiceName, readonly [string, number]> = {
  ping: ["PING", 4],
  sum: ['{"name": "Ada", "number": 25}\n', 20],
  hello: ["Hello Server!", 13],
  feed: [HANDSHAKE, 120],
  chat: ["3         ada5         hello", 0],
  file: ["a.txt<SEPARATOR>5hello", 0],
}

describe("lab: a client that changes its protocol in the middle is told so in words, with the byte", () => {
  for (const [service, [beginning, answerBytes]] of Object.entries(BEGINNINGS))
    test(service, { timeout }, async () => {
      await using hub = await startLabHub({ services: `${service}:0`, joined: false })
      using client = await rawSocket(hub.port)
      await client.write(beginning)
      await client.read(answerBytes)
      if (service === "chat") await hub.lines.next(/hello/)
      await client.write(REQUEST)
      await client.end()
      const { message, diagnosis } = await hub.lines.next(/changes to HTTP here; a connection speaks one/)
      assert.equal(diagnosis?.byte, beginning.length, message)
      const found = hub.lab.table()[0]?.results.find(({ case: name }) => name === "changed-protocol")
      assert.equal(found?.verdict, "fail")
    })

  test("a ping client may write what looks like the beginning of it", { timeout }, async () => {
    await using hub = await startLabHub({ services: "ping:0" })
    using client = await rawSocket(hub.port)
    await client.write("PING")
    await client.read(4)
    for (const text of ["GET / HTTP/1.1", "GET well soon\r\n", "a <SEPARATOR> b"]) {
      await client.write(text)
      assert.equal(await client.read(12), "Hello there!")
    }
    assert.deepEqual(hub.lines.diagnoses, [])
  })

  test("a feed client that goes on in frames may say anything in them", { timeout }, async () => {
    await using hub = await startLabHub({ services: "feed:0", joined: false })
    using client = await rawSocket(hub.port)
    await client.write(HANDSHAKE)
    await client.read(120)
    await client.write(clientFrame(REQUEST))
    await hub.lines.next(/GET \/ HTTP/)
    assert.deepEqual(hub.lines.diagnoses, [])
  })
})

describe("lab try: a server that answers right and then changes its protocol is told so in words", () => {
  const tried = (service: LabServiceName, port: number): Promise<Tried[]> =>
    tryLabServer(service, {
      ...{ host: "127.0.0.1", port, timeoutMs: 1_000, only: ["as-documented"] },
      signal: new AbortController().signal,
      onTried: () => {},
    })
  const isTold = ([one]: Tried[], byte?: number) => {
    const outcome = one!.outcome
    assert.ok(outcome.verdict === "fail")
    assert.match(outcome.what, / Byte \d+: The connection began as \w+ and changes to HTTP here; /)
    if (byte !== undefined) assert.equal(outcome.byte, byte)
  }

  test("ping", { timeout }, async () => {
    await using server = await startWith((socket) => {
      socket.on("error", () => {}).on("data", () => socket.write(`PONG${ANSWER}`))
    })
    isTold(await tried("ping", server.port), 4)
  })

  test("hello", { timeout }, async () => {
    await using server = await startWith((socket) => {
      socket.on("error", () => {}).write(`Hello client!${ANSWER}`)
    })
    isTold(await tried("hello", server.port), 13)
  })

  test("sum", { timeout }, async () => {
    const reply = '{"server_name": "Bob", "server_number": 10, "sum": 35}'
    await using server = await startWith((socket) => {
      socket.on("error", () => {}).on("data", () => socket.end(reply + ANSWER))
    })
    isTold(await tried("sum", server.port), reply.length)
  })

  test("chat", { timeout }, async () => {
    const guests: { write(text: string): unknown }[] = []
    await using server = await startWith((socket) => {
      guests.push(socket)
      let name = ""
      socket
        .on("error", () => {})
        .on("data", (chunk) => {
          if (name === "") name = chunk.toString()
          else for (const other of guests) if (other !== socket) other.write(`${name}${chunk}${ANSWER}`)
        })
    })
    isTold(await tried("chat", server.port))
  })

  test("feed", { timeout }, async () => {
    const sockets = new WebSocketServer({ noServer: true })
    await using server = createServer()
    server.on("upgrade", (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (feed) => {
        feed.on("error", () => {})
        feed.send("['Ada', 'street\\nplace', 'ada@example.org']", () => void socket.write(ANSWER))
      })
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    isTold(await tried("feed", (server.address() as AddressInfo).port))
    for (const feed of sockets.clients) feed.terminate()
  })
})
