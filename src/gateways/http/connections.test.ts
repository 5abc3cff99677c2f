import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { type RawSocket, rawSocket } from "../../../test/support/lab.ts"
import { startHub } from "../../hub/main.ts"

const request = (head: string, ...lines: string[]) =>
  `${[head, "Host: localhost", ...lines].join("\r\n")}\r\n\r\n`
const EVENTS = request("GET /rooms/lobby HTTP/1.1", "Accept: text/event-stream")

/** All that the gateway says to these bytes until it closes, where it does so by itself. */
async function answerTo(port: number, bytes: string): Promise<string> {
  using socket = await rawSocket(port)
  await socket.write(bytes)
  return await socket.closed()
}

/** Reads on until the text has come. */
async function heard(socket: RawSocket, text: string): Promise<void> {
  for (let all = ""; !all.includes(text); ) all += await socket.read(1)
}

const followers = async ({ topics }: TestGateway) => (await topics.followers()).all
const say = ({ address }: TestGateway, text: string) =>
  fetch(`${address}/rooms/lobby`, { method: "POST", body: text })

const LATE = /^HTTP\/1\.1 400 .*\r\n\r\nThe request did not come in time\.\n$/s

test("http: a connection that sends nothing, or half a head, is closed", async () => {
  await using gateway = await startGateway({ headTimeoutMs: 100 })
  assert.equal(await answerTo(gateway.port, ""), "")
  assert.match(await answerTo(gateway.port, "GET /rooms HT"), LATE)
})

test("http: half a request is closed; a stream and a session live on", async () => {
  await using gateway = await startGateway({ headTimeoutMs: 100, requestTimeoutMs: 200 })
  gateway.app.server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
    socket.pipe(socket)
  })
  using stream = await rawSocket(gateway.port)
  await stream.write(EVENTS)
  await heard(stream, "following")
  using session = await rawSocket(gateway.port)
  await session.write(request("GET /session HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"))
  await heard(session, "101 Switching Protocols\r\n\r\n")

  const half = `${request("POST /rooms/lobby HTTP/1.1", "Content-Length: 10")}ab`
  assert.match(await answerTo(gateway.port, half), LATE)

  await say(gateway, "still here")
  await heard(stream, "still here")
  await session.write("and here")
  await heard(session, "and here")
})

test("http: a peer that leaves while its stream is opened leaves no follower behind", async () => {
  await using gateway = await startGateway()
  const { chat } = gateway
  const follow = chat.follow.bind(chat)
  const asked = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  chat.follow = async (...wish) => {
    asked.resolve()
    await gone.promise
    queueMicrotask(() => setImmediate(opened.resolve))
    return follow(...wish)
  }
  gateway.app.server.once("connection", (socket) => socket.once("close", () => setImmediate(gone.resolve)))
  using socket = await rawSocket(gateway.port)
  await socket.write(EVENTS)
  await asked.promise
  socket.reset()
  await opened.promise
  assert.equal(await followers(gateway), 0)
  assert.deepEqual(gateway.defects, [])
})

test("http: one event stream above the limit is refused in words, until another ends", {
  timeout: 20_000,
}, async () => {
  await using gateway = await startGateway({ eventStreamsMax: 2 })
  const answered = async (socket: RawSocket) => {
    await socket.write(EVENTS)
    return (await socket.read("HTTP/1.1 200".length)).slice(-3)
  }
  using first = await rawSocket(gateway.port)
  using second = await rawSocket(gateway.port)
  using third = await rawSocket(gateway.port)
  assert.equal(await answered(first), "200")
  assert.equal(await answered(second), "200")
  assert.equal(await answered(third), "429")
  await heard(third, "The hub has reached a limit. Try again later.\n")
  assert.equal(await followers(gateway), 2)
  first.reset()
  while ((await followers(gateway)) > 1) await new Promise(setImmediate)
  assert.equal(await answered(third), "200")
})

test("http: a client that offers h2c, as curl --http2 and Java do, is served in HTTP/1.1", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const h2c = [
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
  ]
  using said = await rawSocket(hub.port)
  await said.write(`${request("POST /rooms/lobby HTTP/1.1", ...h2c, "Content-Length: 2")}hi`)
  await heard(said, "Said in lobby as ~guest.\n")
  using read = await rawSocket(hub.port)
  await read.write(request("GET /rooms/lobby HTTP/1.1", ...h2c))
  await heard(read, "~guest: hi\n")
})

test("http: a refused upgrade whose peer keeps its half open does not hold the hub back", {
  timeout: 20_000,
}, async (t) => {
  const hub = await startHub({ port: 0, data: ":memory:" })
  const peer = connect({ port: hub.port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {})
  t.after(() => peer.destroy())
  peer.write(request("GET /nothing HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"))
  peer.resume()
  await once(peer, "end")
  await hub.close()
})

test("http: a request without Host, or with an expectation that nobody meets, is refused in words", async () => {
  await using gateway = await startGateway()
  for (const bytes of [
    "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    request("PUT /files/x HTTP/1.1", "Expect: a miracle", "Content-Length: 0", "Connection: close"),
  ]) {
    const answer = await answerTo(gateway.port, bytes)
    assert.match(answer, /^HTTP\/1\.1 400 .*\r\n\r\nThe (request has no Host|only Expect)[^\n]*\.\n$/s)
    assert.match(answer, /\r\nx-content-type-options: nosniff\r\n/)
  }
})

test("http: what is no HTTP is refused in one sentence, with the headers of every answer", async () => {
  await using gateway = await startGateway()
  for (const bytes of [
    "hello\r\n\r\n",
    request("GET / HTTP/1.1", "X\u0001: \u0002"),
    request("GET / HTTP/1.1", `X: ${"x".repeat(20_000)}`),
  ]) {
    const answer = await answerTo(gateway.port, bytes)
    assert.match(answer, /^HTTP\/1\.1 400 .*\r\n\r\n[A-Z][^\n]*\.\n$/s)
    assert.match(answer, /\r\nX-Content-Type-Options: nosniff\r\n/)
    assert.match(answer, /\r\nConnection: close\r\n/)
  }
})
