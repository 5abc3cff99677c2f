import assert from "node:assert/strict"
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { request } from "node:http"
import type { Socket as TcpSocket } from "node:net"
import { test } from "node:test"
import { WebSocket } from "ws"
import { connect } from "../../src/client/main.ts"
import { type Hub, startHub } from "../../src/hub/hub.ts"
import { isProbe, ProbeWriter, readProbe } from "../../src/protocol/probe.ts"
import { ProbeStream } from "../../src/protocol/probe-stream.ts"

const timeout = 30_000
const memory = { port: 0, data: ":memory:" } as const

function probe(seq: number, size = 64, kind: "probe" | "tally" = "probe"): Uint8Array {
  const writer = new ProbeWriter(77, size)
  writer.write(kind, seq, 1_000)
  return writer.bytes.slice()
}

/** A UDP socket that keeps what comes. */
async function udp(port: number) {
  const socket: Socket = createSocket("udp4")
  const got: Buffer[] = []
  const waiting: (() => void)[] = []
  socket.on("message", (bytes) => {
    got.push(bytes)
    for (const look of waiting.splice(0)) look()
  })
  socket.connect(port, "127.0.0.1")
  await once(socket, "connect")
  return {
    send: (bytes: Uint8Array) => new Promise<void>((resolve) => socket.send(bytes, () => resolve())),
    got,
    async until(count: number) {
      while (got.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return got
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

test("UDP: answered at the hub's own port number, in just as many bytes", { timeout }, async () => {
  await using hub = await startHub(memory)
  using line = await udp(hub.port)
  for (const [index, size] of [64, 65, 1_472, 9_000, 60_000].entries())
    await line.send(probe(index + 1, size))
  const got = await line.until(5)
  assert.deepEqual(
    got.map((bytes) => [isProbe(bytes), readProbe(bytes).seq, bytes.length]).sort(),
    [64, 65, 1_472, 9_000, 60_000].map((size, index) => [true, index + 1, size]).sort(),
  )
})

test("UDP: what is no probe gets no answer, and disturbs nobody", { timeout }, async () => {
  await using hub = await startHub(memory)
  using line = await udp(hub.port)
  const reply = probe(1)
  reply[4] = 2 // of a hub that answers a hub
  const damaged = probe(1)
  damaged[40]! ^= 1
  const wrong = [Buffer.alloc(0), Buffer.from("PING"), probe(1).subarray(0, 63), reply, damaged]
  for (const bytes of [...wrong, Buffer.alloc(60_000, "x")]) await line.send(bytes)
  await line.send(probe(2))
  const [answer, ...more] = await line.until(1)
  assert.equal(readProbe(answer!).seq, 2)
  assert.equal(readProbe(answer!).received, 1)
  assert.deepEqual(more, [])
})

test("UDP: above the rate a source is not answered, and the hub says how many came", {
  timeout,
}, async () => {
  await using hub = await startHub({ ...memory, probeRate: 5 })
  using line = await udp(hub.port)
  for (let seq = 1; seq <= 50; seq++) await line.send(probe(seq))
  const got = await line.until(5)
  assert.ok(got.length < 50)
  assert.deepEqual(
    got.slice(0, 5).map((bytes) => readProbe(bytes).seq),
    [1, 2, 3, 4, 5],
  )
  while (line.got.at(-1)?.[4] !== 4) {
    await line.send(probe(1, 64, "tally"))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})

/** A plain connection after the upgrade. */
async function upgraded(hub: Hub, headers: Record<string, string>): Promise<TcpSocket> {
  const asking = request({ port: hub.port, host: "127.0.0.1", path: "/probe", headers })
  asking.end()
  const [, socket] = (await Promise.race([
    once(asking, "upgrade"),
    once(asking, "response").then(([{ statusCode }]) => Promise.reject(new Error(`status ${statusCode}`))),
  ])) as [unknown, TcpSocket]
  return socket
}
const UPGRADE = { Connection: "Upgrade", Upgrade: "landline-probe" }

test("TCP: probes glued, cut and long are answered in order", { timeout }, async () => {
  await using hub = await startHub(memory)
  const socket = await upgraded(hub, UPGRADE)
  const sent = [probe(1), probe(2, 5_000), probe(3), probe(4, 60_000), probe(5, 64, "tally")]
  const bytes = Buffer.concat(sent)
  for (let at = 0; at < bytes.length; at += 1_001) socket.write(bytes.subarray(at, at + 1_001))
  const got: [number, string, number][] = []
  const stream = new ProbeStream()
  for await (const chunk of socket) {
    assert.ok(
      stream.push(chunk, (reply) => {
        assert.ok(isProbe(reply))
        const { seq, kind, received } = readProbe(reply)
        got.push([seq, kind, received])
      }),
    )
    if (got.length === 5) break
  }
  assert.deepEqual(got, [
    [1, "reply", 1],
    [2, "reply", 2],
    [3, "reply", 3],
    [4, "reply", 4],
    [5, "tallied", 4],
  ])
})

test("TCP: garbage ends that connection, and another upgrade is refused in words", { timeout }, async () => {
  await using hub = await startHub(memory)
  const socket = await upgraded(hub, UPGRADE)
  socket.on("error", () => {})
  socket.resume().write("garbage, and much of it: ".repeat(20))
  await once(socket, "close")
  await assert.rejects(upgraded(hub, { ...UPGRADE, Origin: "http://elsewhere.example" }), /403/)
  await assert.rejects(upgraded(hub, { Connection: "Upgrade", Upgrade: "h2c" }), /404/)
})

test("WebSocket: one message is one probe; anything else ends the connection", { timeout }, async () => {
  await using hub = await startHub(memory)
  const ws = new WebSocket(`ws://127.0.0.1:${hub.port}/probe`)
  await once(ws, "open")
  ws.send(probe(1, 300))
  const [reply] = (await once(ws, "message")) as [Buffer]
  assert.equal(reply.length, 300)
  assert.equal(readProbe(reply).received, 1)
  ws.send("PING")
  assert.equal((await once(ws, "close"))[0], 4400)
})

interface Answer {
  readonly turn: string
  readonly ahead: number
  readonly bytes: number
  readonly hub: { readonly name: string }
  readonly address: string
  readonly error: { readonly code: string }
}

test("HTTP: hello, turns, and bytes each way only in one's turn", { timeout }, async () => {
  await using hub = await startHub({ ...memory, name: "cellar" })
  const call = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${hub.port}${path}`, init)
    return {
      status: answer.status,
      body: answer.status === 204 ? ({} as Answer) : ((await answer.json()) as Answer),
    }
  }
  const { body: hello } = await call("/hello")
  assert.equal(hello.hub.name, "cellar")
  assert.equal(hello.address, "127.0.0.1")
  const POST = { method: "POST" }
  const json = { headers: { Accept: "application/json" } }
  const first = (await call("/line/turns", POST)).body.turn
  const second = await call("/line/turns", POST)
  assert.deepEqual([second.status, second.body.ahead], [201, 1])
  const early = await call(`/line/download?turn=${second.body.turn}&bytes=10`, json)
  assert.deepEqual([early.status, early.body.error.code], [409, "not_your_turn"])
  const down = await fetch(`http://127.0.0.1:${hub.port}/line/download?turn=${first}&bytes=1000001`)
  assert.equal((await down.arrayBuffer()).byteLength, 1_000_001)
  const up = await call(`/line/upload?turn=${first}`, { ...POST, body: new Uint8Array(300_000) })
  assert.equal(up.body.bytes, 300_000)
  assert.equal((await call(`/line/turns/${first}`, { method: "DELETE" })).status, 204)
  assert.equal((await call(`/line/turns/${second.body.turn}`)).body.ahead, 0)
  assert.equal((await call(`/line/upload?turn=${first}`, { ...POST, ...json, body: "x" })).status, 404)
  assert.equal((await call(`/line/turns?together`, POST)).body.ahead, 0)
})

test("sessions: a line is measured and told, and everyone sees it", { timeout }, async () => {
  await using hub = await startHub(memory)
  const session = connect(`localhost:${hub.port}`, { name: "ada" })
  const report = await session.measureLine()
  assert.equal(report.samples, 20)
  assert.equal(report.lost, 0)
  assert.ok(report.minMs! > 0 && report.p50Ms! >= report.minMs! && report.maxMs! >= report.p50Ms!)
  await session.reportLine(report)
  const [line] = await session.lines()
  const { time, ...told } = line!
  assert.deepEqual(told, { ...JSON.parse(JSON.stringify(report)), name: "~ada" })
  await session.close()
})

test("sessions: one that watches its line tells by itself; the hub can turn it off", {
  timeout,
}, async () => {
  await using hub = await startHub({ ...memory, lineEvery: 1 })
  const watching = connect(`localhost:${hub.port}`, { name: "bob", line: true })
  const other = connect(`localhost:${hub.port}`, { name: "eve" })
  for (;;) {
    const lines = await other.lines()
    if (lines.length > 0) {
      assert.deepEqual(
        lines.map(({ name }) => name),
        ["~bob"],
      )
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await Promise.all([watching.close(), other.close()])
  await using quiet = await startHub({ ...memory, lineEvery: 0 })
  const session = connect(`localhost:${quiet.port}`, { line: true })
  assert.equal((await session.ready()).lineEveryMs, 0)
  await session.close()
})
