import assert from "node:assert/strict"
import { hash, randomUUID } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { WebSocket } from "ws"
import { clientFrame } from "../../../test/support/client-frame.ts"
import { sumRun } from "../../../test/support/exchange-pair.ts"
import { rawSocket } from "../../../test/support/lab.ts"
import { type EndedRun, Exchanges } from "../../capabilities/check/exchanges.ts"
import { exchangeAll } from "../../cli/sum/exchanging.ts"
import { ExchangeWriter } from "../../protocol/exchange.ts"
import { ExchangePayloads } from "../../protocol/exchange-payloads.ts"
import { limits } from "../../protocol/limits.ts"
import { upgrades } from "../upgrades.ts"
import { SumDoor, type SumLimits } from "./sum-door.ts"

const timeout = 60_000

async function startDoor(bounds: Partial<SumLimits> = {}) {
  const ended: EndedRun[] = []
  const defects: unknown[] = []
  const exchanges = new Exchanges((run) => ended.push(run))
  const door = new SumDoor(
    { exchanges, hub: { name: "Hub" }, onDefect: (cause) => defects.push(cause) },
    bounds,
  )
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on("connection", (socket) => sockets.add(socket))
  server.on("upgrade", upgrades(new Map([["/sum", door]]), new Set()) as never)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    door,
    ended,
    defects,
    port,
    hub: `127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      await door.close()
      server.closeAllConnections()
      server.close()
      assert.deepEqual(defects, [])
    },
  }
}

const HANDSHAKE =
  "GET /sum HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/** Sends bytes after the handshake. @returns what the hub says until it closes */
async function answerTo(port: number, ...frames: Uint8Array[]): Promise<string> {
  using socket = await rawSocket(port)
  await socket.write(HANDSHAKE)
  for (const frame of frames) await socket.write(frame)
  return (await socket.closed()).replace(/^HTTP\/1\.1 101.*?\r\n\r\n/s, "")
}

const BINARY = 2

test("sum door: a run goes through, sequential and pipelined", { timeout }, async () => {
  await using server = await startDoor()
  for (const window of [1, 256]) {
    const run = sumRun({ count: 1_000, window })
    const { ms, bytesUp, bytesDown } = await exchangeAll(run, { hub: server.hub })
    assert.deepEqual([run.over, run.done, run.mismatchCount], [true, 1_000, 0])
    assert.equal(run.hubTranscript, run.transcript)
    assert.ok(ms > 0 && bytesUp > 1_000_000 && bytesDown > 1_000_000)
  }
  assert.deepEqual(
    server.ended.map(({ exchanges, complete }) => [exchanges, complete]),
    [
      [1_000, true],
      [1_000, true],
    ],
  )
})

test("sum door: what is no exchange is refused in words, and closed", { timeout }, async () => {
  await using server = await startDoor()
  const binary = (text: string) => clientFrame(text, { opcode: BINARY })
  assert.match(await answerTo(server.port, clientFrame("hello")), /"code":"bad_request".*binary/s)
  assert.match(
    await answerTo(server.port, binary(`${"x".repeat(100)}\n`)),
    /"code":"bad_request".*\x11\x30bad_request$/s,
  )
  assert.match(
    await answerTo(server.port, binary(`{"digest":"${"0".repeat(64)}","op":"begin"}\n`)),
    /damaged/,
  )
  assert.match(await answerTo(server.port, binary("x".repeat(20_000))), /too long/)
  // RFC 6455 7.4.1: more than is read at once; a frame that is none.
  assert.match(
    await answerTo(server.port, clientFrame(new Uint8Array(300_000), { opcode: BINARY })),
    /\x03\xf1|\x03\ufffd/,
  )
  assert.match(await answerTo(server.port, Buffer.from("GET / HTTP/1.1\r\n\r\n")), /^.\x02\x03\ufffd$/s)
  const run = sumRun()
  await exchangeAll(run, { hub: server.hub })
  assert.ok(run.over, "others are not disturbed")
})

test("sum door: a request that does not become a WebSocket is refused", { timeout }, async () => {
  await using server = await startDoor()
  using socket = await rawSocket(server.port)
  await socket.write(
    "GET /sum HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: landline-probe\r\n\r\n",
  )
  assert.match(await socket.closed(), /^HTTP\/1\.1 400 bad_request\r\n.*websocket/s)
})

test("sum door: so many connections and no more; a place that is left can be taken", {
  timeout,
}, async () => {
  await using server = await startDoor({ sumConnectionsMax: 8 }) // two of one address
  const held = [1, 2].map(() => new WebSocket(`ws://${server.hub}/sum`))
  for (const ws of held) await once(ws, "open")
  await assert.rejects(exchangeAll(sumRun(), { hub: server.hub }), { code: "too_many" })
  held[0]!.close()
  await once(held[0]!, "close")
  await exchangeAll(sumRun(), { hub: server.hub })
  held[1]!.terminate()
})

test("sum door: a peer that stays silent is cut, and its run is over", { timeout }, async () => {
  await using server = await startDoor({ sumIdleMs: 200 })
  assert.equal(await answerTo(server.port), "")
})

test("sum door: a peer that reads nothing is not read, and then cut", { timeout }, async () => {
  await using server = await startDoor({ sumIdleMs: 1_000 })
  const ws = new WebSocket(`ws://${server.hub}/sum`)
  await once(ws, "open")
  const [socket] = server.sockets
  const closed = once(socket!, "close")
  let most = 0
  socket!.on("data", () => {
    most = Math.max(most, socket!.writableLength)
  })
  ws.on("error", () => {}) // it is cut
  ws.pause()
  const writer = new ExchangeWriter((data) => hash("sha256", data))
  const payloads = new ExchangePayloads(1, ["random"])
  writer.add({ op: "begin", version: 1, run: randomUUID(), name: "ada", seed: 1, patterns: ["random"] })
  // Acknowledged unread: without a bound the hub would hold all replies, 60 MB.
  for (let seq = 1; seq <= 30_000; seq++) {
    const payload = payloads.up(seq)
    writer.add({ op: "request", seq, nonce: "n", name: "ada", number: 1, bytes: payload.length }, payload)
    writer.add({ op: "ack", seq, sum: 2, reply: "" })
    if (writer.full) ws.send(writer.take()!)
  }
  await closed
  assert.ok(most >= socket!.writableHighWaterMark, "it did not fill")
  assert.ok(most <= 2 * limits.sumMessageBytesMax, `${most} bytes waited`)
  assert.equal(server.ended.length, 1)
  assert.equal(server.ended[0]!.complete, false)
  ws.terminate()
})

test("sum door: a peer that floods lets others have their turn", { timeout }, async () => {
  await using server = await startDoor()
  const writer = new ExchangeWriter((data) => hash("sha256", data))
  writer.add({ op: "begin", version: 1, run: randomUUID(), name: "ada", seed: 1, patterns: [] })
  const frames = [Buffer.from(HANDSHAKE), clientFrame(writer.take()!, { opcode: 2 })]
  for (let message = 0; message < 20; message++) {
    // Refused, and so answered without end.
    for (let n = 0; n < 200; n++)
      writer.add({ op: "request", seq: 1, nonce: "n", name: "ada", number: 0, bytes: 0 })
    frames.push(clientFrame(writer.take()!, { opcode: 2 }))
  }
  using peer = await rawSocket(server.port)
  const [socket] = server.sockets
  await peer.write(Buffer.concat(frames))
  const reading = peer.read(20 * 200 * 150)
  let [before, most] = [0, 0]
  while (before < 20 * 200 * 150) {
    await turn()
    most = Math.max(most, socket!.bytesWritten - before)
    before = socket!.bytesWritten
  }
  await reading
  assert.ok(most <= 192 * 1024, `${most} bytes in one turn`)
})

test("sum door: when the hub stops, runs are told so and end", { timeout }, async () => {
  await using server = await startDoor()
  const run = sumRun({ count: 1_000_000 })
  const going = exchangeAll(run, { hub: server.hub, onProgress: () => void server.door.close() })
  await assert.rejects(going, { code: "stopping" })
  await assert.rejects(exchangeAll(sumRun(), { hub: server.hub }), { code: "stopping" })
  assert.equal(server.ended[0]?.complete, false)
})
