import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { describe, test } from "node:test"
import { WebSocket } from "ws"
import { LOBBY } from "../../src/protocol/names.ts"
import { rawSocket, startWith } from "../support/lab.ts"
import { ada, type LabTestHub, startLabHub } from "../support/lab-hub.ts"

const timeout = 30_000
const HERE = "127.0.0.1"

/** The newest trace, when its connection is closed. */
async function closedTrace(hub: LabTestHub) {
  for (const late = performance.now() + 10_000; performance.now() < late; ) {
    const [trace] = hub.lab.traces(HERE)
    if (trace && trace.summary().closed !== undefined) return trace.whole()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error("no trace was closed")
}

type Whole = Awaited<ReturnType<typeof closedTrace>>

/** What one side sent, as far as it is kept. */
const sent = ({ pieces }: Whole, side: "client" | "server") =>
  Buffer.concat(pieces.filter(({ from }) => from === side).map(({ base64 }) => Buffer.from(base64, "base64")))

/** A port that two services can share. */
async function freePort(): Promise<number> {
  await using server = await startWith(() => {})
  return server.port
}

describe("lab traces in the hub", () => {
  test("ping: both directions, read by read and write by write, however the bytes come", {
    timeout,
  }, async () => {
    await using hub = await startLabHub({ services: "ping:0" })
    using client = await rawSocket(hub.port)
    for (const letter of "PIN") {
      await client.write(letter)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(hub.lab.traces(HERE)[0]!.summary().closed, undefined)
    await client.write("G")
    await client.read(4)
    await client.end()
    const trace = await closedTrace(hub)
    assert.deepEqual([trace.service, trace.pieces.length], ["ping", 5])
    assert.equal(String(sent(trace, "client")), "PING")
    assert.equal(String(sent(trace, "server")), "PONG")
    assert.ok(trace.pieces.every(({ time }, index) => index === 0 || time >= trace.pieces[index - 1]!.time))
    assert.deepEqual(
      hub.lab.table().map(({ service, results }) => [service, results[0]?.case, results[0]?.verdict]),
      [["ping", "as-documented", "pass"]],
    )
  })

  test("hello: what the server says first, and the client's wrong byte", { timeout }, async () => {
    await using hub = await startLabHub({ services: "hello:0" })
    using client = await rawSocket(hub.port)
    await client.write(Uint8Array.of(0x48, 0x69, 0xe9))
    assert.equal(await client.closed(), "Hello client!")
    const trace = await closedTrace(hub)
    assert.equal(String(sent(trace, "server")), "Hello client!")
    assert.deepEqual(
      trace.diagnoses.map(({ case: name, byte }) => [name, byte]),
      [["encoding", 2]],
    )
  })

  test("sum and feed, chat and file: a shared port's bytes are in the trace once, under the right service", {
    timeout,
  }, async () => {
    const [first, second] = [await freePort(), await freePort()]
    await using hub = await startLabHub({
      services: `sum:${first},feed:${first},chat:${second},file:${second}`,
      joined: false,
    })
    {
      using client = await rawSocket(first)
      await client.write('{"client_name": "Ada", "client_number": 25}')
      const reply = await client.closed()
      await client.end()
      const trace = await closedTrace(hub)
      assert.deepEqual([trace.service, trace.name, trace.bytes.client], ["sum", "Ada", 43])
      assert.equal(String(sent(trace, "server")), reply)
    }
    {
      const client = new WebSocket(`ws://127.0.0.1:${first}/?want=users`)
      const message = String((await once(client, "message", { signal: AbortSignal.timeout(10_000) }))[0])
      client.send("héllo")
      client.close()
      await once(client, "close", { signal: AbortSignal.timeout(10_000) })
      const trace = await closedTrace(hub)
      assert.equal(trace.service, "feed")
      assert.match(String(sent(trace, "client")), /^GET \/\?want=users HTTP\/1\.1\r\n[\s\S]*?\r\n\r\n/)
      assert.ok(String(sent(trace, "server")).includes(message))
      const says = trace.parts.client.map(({ say }) => say)
      assert.equal(says[0], 'handshake: "GET /?want=users HTTP/1...."')
      assert.ok(says.includes('"héllo"'), says.join("\n"))
      assert.ok(trace.parts.server.some(({ say }) => say.startsWith("frame: text, not masked")))
      const end = trace.parts.client.at(-1)!
      assert.equal(end.at + end.bytes, trace.bytes.client) // none of them twice
    }
    {
      using client = await rawSocket(second)
      await client.write("3         ada7         grüße")
      await hub.lines.next(/username: ada/)
      await hub.chat.say(ada, LOBBY, "welcome")
      assert.match(await client.read(30), /ada\s*7 {9}welcome/)
      await client.end()
      const trace = await closedTrace(hub)
      assert.deepEqual([trace.service, trace.name], ["chat", "ada"])
      assert.ok(trace.parts.server.some(({ say }) => say === 'message "welcome"'))
      const [row] = hub.lab.table()
      const nonAscii = row!.results.find((result) => result.case === "non-ascii")
      assert.equal(nonAscii?.verdict, "pass")
    }
    {
      using client = await rawSocket(second)
      await client.write("notes.txt<SEPARATOR>5hello")
      await client.end()
      const trace = await closedTrace(hub)
      assert.deepEqual(
        trace.parts.client.map(({ say }) => say),
        ['name "notes.txt"', "separator", "size 5", "data"],
      )
      assert.deepEqual(
        trace.diagnoses.map(({ case: name, byte }) => [name, byte]),
        [["glued", 21]],
      )
    }
  })

  test("a chat program that counts characters fails `non-ascii` under its name", { timeout }, async () => {
    await using hub = await startLabHub({ services: "chat:0" })
    using client = await rawSocket(hub.port)
    await client.write("3         ada")
    await hub.lines.next(/username: ada/)
    await client.write("5         grüße2         hi")
    await client.closed()
    await closedTrace(hub)
    const [row] = hub.lab.table()
    const [{ service, role, address, name }, { verdict }] = [
      row!,
      row!.results.find((one) => one.case === "non-ascii")!,
    ]
    assert.deepEqual([service, role, address, name, verdict], ["chat", "client", HERE, "ada", "fail"])
  })

  test("over UDP each peer has a trace of its datagrams, and a fault is in the table", {
    timeout,
  }, async () => {
    await using hub = await startLabHub({ services: "ping:0" })
    const [one, other] = [createSocket("udp4").unref(), createSocket("udp4").unref()]
    for (const text of ["PING", "", '"PING"']) {
      one.send(text, hub.port, HERE)
      if (text === "PING") await once(one, "message", { signal: AbortSignal.timeout(10_000) })
    }
    await hub.lines.next(/byte 0: expected PING/)
    other.send("ping", hub.port, HERE)
    await once(other, "message", { signal: AbortSignal.timeout(10_000) })
    const [second, first] = hub.lab.traces(HERE).map((trace) => trace.whole())
    assert.equal(first!.peer, `${HERE}:${one.address().port}`)
    assert.equal(second!.peer, `${HERE}:${other.address().port}`)
    for (const socket of [one, other]) socket.close()
    assert.deepEqual([first!.service, first!.transport, first!.closed], ["ping", "udp", undefined])
    const said = ({ pieces }: Whole) =>
      pieces.map(({ from, base64 }) => `${from} ${Buffer.from(base64, "base64")}`)
    assert.deepEqual(said(first!), ["client PING", "server PONG", "client ", 'client "PING"'])
    assert.deepEqual(said(second!), ["client ping", "server pong"])
    assert.deepEqual(
      first!.diagnoses.map(({ case: name, byte }) => [name, byte]),
      [["quoted", 4]],
    )
    assert.deepEqual(
      hub.lab.table().map(({ service, results }) => [service, results[0]?.case]),
      [["ping", "quoted"]],
    )
  })

  test("a flood of bytes, 300 connections and a reset disturb nobody, and stay in bounds", {
    timeout,
  }, async () => {
    await using hub = await startLabHub({ services: "hello:0,ping:0" })
    const [hello, ping] = hub.services
    using flood = await rawSocket(ping!.port)
    const words = "x".repeat(1_000_000)
    await flood.write(words)
    for (let count = 0; count < 300; count++) {
      using client = await rawSocket(hello!.port)
      await client.read(13)
      if (count % 2) client.reset()
    }
    const traces = hub.lab.traces(HERE)
    assert.equal(traces.length, 200)
    for (const trace of traces) assert.ok(trace.whole().pieces.length < 520)
    using other = await rawSocket(ping!.port)
    await other.write("PING")
    assert.equal(await other.read(4), "PONG")
    flood.reset()
  })
})
