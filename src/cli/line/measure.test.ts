import assert from "node:assert/strict"
import { createSocket, type Socket as UdpSocket } from "node:dgram"
import { once } from "node:events"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { test } from "node:test"
import type { Transport } from "../../client/line/run.ts"
import { startHub } from "../../hub/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { PROBE_UPGRADE, ProbeWriter } from "../../protocol/probe.ts"
import { ProbeReplies } from "../../protocol/probe-replies.ts"
import { ProbeStream } from "../../protocol/probe-stream.ts"
import { type MeasureOptions, measure } from "./measure.ts"

const TRANSPORTS: readonly Transport[] = ["udp", "tcp", "websocket"]
const QUICK = {
  host: "127.0.0.1",
  closed: false,
  intervalMs: 2,
  count: 20,
  bytes: 64,
  lateMs: 2_000,
} as const
const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROBE_UPGRADE}\r\n\r\n`

const newReplies = () =>
  new ProbeReplies({ now: () => performance.timeOrigin + performance.now(), runsMax: 8 })
const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A server that does with each connection what it is told. */
async function serve(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
    onConnection(socket)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: portOf(server),
    [Symbol.dispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** A UDP socket that does with each datagram what it is told. */
async function serveUdp(onMessage: (bytes: Buffer, answer: (bytes: Uint8Array) => void) => void) {
  const socket: UdpSocket = createSocket("udp4")
  socket.on("message", (bytes, { port }) =>
    onMessage(bytes, (answer) => socket.send(answer, port, "127.0.0.1")),
  )
  socket.bind(0, "127.0.0.1")
  await once(socket, "listening")
  return { port: socket.address().port, [Symbol.dispose]: () => void socket.close() }
}

async function freePort(): Promise<number> {
  using server = await serve(() => {})
  return server.port
}

for (const transport of TRANSPORTS)
  for (const closed of [false, true])
    test(`measure: over ${transport}, ${closed ? "closed loop" : "as planned"}, each probe has its stamps in order`, async () => {
      await using hub = await startHub({ port: 0, data: ":memory:" })
      const port = Number(new URL(hub.address).port)
      const seen: number[] = []
      const run = await measure({
        ...QUICK,
        port,
        transport,
        closed,
        count: 100,
        onProgress: (samples) => {
          for (const { seq, responseMs } of samples) if (responseMs > 0) seen.push(seq)
        },
      })
      assert.deepEqual(run.counts, {
        sent: 100,
        received: 100,
        lost: 0,
        lostUp: 0,
        lostDown: 0,
        duplicatesUp: 0,
        duplicatesDown: 0,
        reorderedUp: 0,
        reorderedDown: 0,
        late: 0,
        damaged: 0,
        strangers: 0,
      })
      const { plannedMs, sentMs, receivedMs, hubReceivedMs, hubSentMs, marks } = run.samples
      for (let at = 0; at < 100; at++) {
        assert.equal(plannedMs[at], closed ? sentMs[at] : at * QUICK.intervalMs)
        assert.ok(sentMs[at]! >= plannedMs[at]! && receivedMs[at]! > sentMs[at]!, `probe ${at + 1}`)
        assert.ok(hubSentMs[at]! >= hubReceivedMs[at]!, `probe ${at + 1}`)
        if (closed && at > 0) assert.ok(sentMs[at]! >= receivedMs[at - 1]!, `probe ${at + 1}`)
        assert.equal((marks[at]! & 1) !== 0, sentMs[at]! - plannedMs[at]! > 0.5)
      }
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: 100 }, (_, at) => at + 1),
      )
      assert.deepEqual(
        [run.transport, run.address, run.port, run.closed, run.bytes],
        [transport, "127.0.0.1", port, closed, 64],
      )
      assert.ok(Math.abs(run.startedMs - Date.now()) < 60_000)
    })

for (const transport of TRANSPORTS)
  test(`measure: over ${transport}, probes far beyond a packet come back whole`, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    const port = Number(new URL(hub.address).port)
    for (const bytes of [1_500, 65_507]) {
      const { counts } = await measure({ ...QUICK, port, transport, bytes, closed: true, count: 5 })
      assert.deepEqual(
        [counts.received, counts.lost, counts.damaged, counts.strangers],
        [5, 0, 0, 0],
        `${bytes}`,
      )
    }
  })

test("measure: an end that was asked for keeps what was measured; a duration ends it too", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const port = Number(new URL(hub.address).port)
  const { count: _, ...endless } = QUICK
  const stop = new AbortController()
  const stopped = await measure({
    ...endless,
    port,
    transport: "udp",
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  assert.ok(stopped.counts.sent > 0)
  assert.deepEqual([stopped.counts.lost, stopped.counts.lostUp], [0, 0])
  const short = await measure({ ...endless, port, transport: "tcp", durationMs: 50 })
  assert.equal(short.counts.sent, 25)
  const never = await measure({ ...endless, port, transport: "tcp", signal: AbortSignal.abort() })
  assert.equal(never.counts.received, never.counts.sent)
})

test("measure: where nothing comes back over UDP, everything is lost, and no direction is blamed", async () => {
  using silent = await serveUdp(() => {})
  const given: number[] = []
  const run = await measure({
    ...QUICK,
    port: silent.port,
    transport: "udp",
    lateMs: 50,
    onProgress: (samples) => {
      for (const { seq, responseMs } of samples) if (Number.isNaN(responseMs)) given.push(seq)
    },
  })
  const { sent, lost, lostUp, lostDown } = run.counts
  assert.deepEqual(
    { sent, lost, lostUp, lostDown },
    { sent: 20, lost: 20, lostUp: undefined, lostDown: undefined },
  )
  assert.equal(given.length, 20)
})

test("measure: echoes, garbage, cut datagrams and replies to another run are strangers, and change nothing", async () => {
  const replies = newReplies()
  const other = new ProbeWriter(7, 64)
  using hostile = await serveUdp((bytes, answer) => {
    answer(Buffer.from(bytes))
    answer(Buffer.from("garbage"))
    answer(Buffer.alloc(0))
    if (!replies.answer(bytes, Date.now())) return
    answer(bytes.subarray(0, 60))
    other.write("probe", 1, 0)
    const foreign = other.bytes.slice()
    newReplies().answer(foreign, Date.now())
    answer(foreign)
    answer(bytes)
  })
  const { counts } = await measure({ ...QUICK, port: hostile.port, transport: "udp" })
  assert.deepEqual([counts.received, counts.lost, counts.lostUp, counts.damaged], [20, 0, 0, 0])
  assert.ok(counts.strangers >= 5 * 20, `${counts.strangers}`)
})

test("measure: a connection that ends in the middle keeps what was measured until then", async () => {
  using flaky = await serve((socket) => {
    const replies = newReplies()
    const stream = new ProbeStream()
    let upgraded = false
    let probes = 0
    socket.on("data", (chunk: Buffer) => {
      if (!upgraded) {
        upgraded = true
        return socket.write(SWITCHING)
      }
      stream.push(chunk, (probe) => {
        const reply = Uint8Array.from(probe)
        if (replies.answer(reply, Date.now())) socket.write(reply)
        if (probe[4] === 1 && ++probes === 7) socket.end()
      })
    })
  })
  const { counts } = await measure({ ...QUICK, port: flaky.port, transport: "tcp", closed: true })
  assert.deepEqual([counts.received, counts.lostUp], [7, undefined])
  assert.ok(counts.sent <= 8) // one may have gone before the end was seen
})

const says = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LandlineError, String(error))
  assert.equal(error.code, "no_hub")
  assert.match(error.message, pattern)
  assert.match(error.message, /^[^\n]*[^.]\.$/)
  return true
}

for (const transport of TRANSPORTS)
  test(`measure: over ${transport}, a port on which nothing listens, and a name that is none, are said`, async () => {
    const port = await freePort()
    await assert.rejects(
      measure({ ...QUICK, port, transport }),
      says(/Nothing (listens|takes UDP) at 127\.0\.0\.1:\d+/),
    )
    await assert.rejects(
      measure({ ...QUICK, host: "no-such-hub.invalid", port, transport }),
      says(/name no-such-hub\.invalid/),
    )
  })

const STRANGE: Record<string, { said: RegExp; behave: (socket: Socket) => void }> = {
  "closes at once": { said: /closed the connection at once/, behave: (socket) => socket.end() },
  "resets at once": { said: /closed the connection at once/, behave: (socket) => socket.resetAndDestroy() },
  "speaks TLS": {
    said: /speaks TLS/,
    behave: (socket) => socket.on("data", () => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))),
  },
  "sends random bytes": {
    said: /something else than HTTP/,
    behave: (socket) => socket.write(Buffer.from([1, 2, 3, 200, 250, 13, 10, 13, 10])),
  },
  "says nothing": { said: /takes connections but says nothing/, behave: () => {} },
}

for (const transport of ["tcp", "websocket"] as const) {
  for (const [name, { said, behave }] of Object.entries(STRANGE))
    test(`measure: over ${transport}, what is no hub is said: it ${name}`, async () => {
      using server = await serve(behave)
      await assert.rejects(measure({ ...QUICK, port: server.port, transport }), says(said))
    })

  test(`measure: over ${transport}, another web server is said to be one`, async () => {
    const server = createHttpServer((_, response) => response.writeHead(404).end("not here"))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    try {
      await assert.rejects(measure({ ...QUICK, port: portOf(server), transport }), says(/HTTP status 404/))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
}

test("measure: what cannot be measured is refused as wrong usage", async () => {
  const wrong: Partial<MeasureOptions>[] = [
    { bytes: 63 },
    { bytes: 65_508 },
    { bytes: 64.5 },
    { count: 0 },
    { count: 1_000_001 },
    { intervalMs: 0 },
    { intervalMs: Number.NaN },
  ]
  for (const options of wrong)
    await assert.rejects(measure({ ...QUICK, port: 1, transport: "udp", ...options }), { code: "usage" })
})
