import assert from "node:assert/strict"
import { once } from "node:events"
import type { Socket } from "node:net"
import { describe, test } from "node:test"
import { WebSocket } from "ws"
import { clientFrame } from "../../../../test/support/client-frame.ts"
import {
  LabLines,
  type RawSocket,
  rawSocket,
  startLabFeed,
  startWith,
  type TestService,
} from "../../../../test/support/lab.ts"
import { HANDSHAKE, opened } from "../../../../test/support/lab-feed.ts"
import { LandlineError } from "../../../protocol/errors.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { kindOf, parseJson, parseNumbers } from "../../../protocol/lab/feed-messages.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { LabLog } from "../log.ts"
import { FeedServer, feedDefaults } from "./server.ts"

const close = (code: number) => new Uint8Array([code >> 8, code & 0xff])

/** The first messages that a client of a library gets. */
async function messages(service: TestService, path: string, count: number): Promise<string[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${service.port}${path}`)
  const got: string[] = []
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject).on("message", (data) => {
      if (got.push(data.toString()) === count) resolve()
    })
  })
  socket.close()
  await once(socket, "close")
  return got
}

describe("lab feed", () => {
  test("a client gets what it chooses in the address, else what the server chooses", async () => {
    await using service = await startLabFeed({ intervalMs: 5, size: 7, settings: { want: "numbers" } })
    const [users, numbers, both, others] = await Promise.all(
      ["/?want=users", "/", "/?want=both", "/anything?x=1"].map((path) => messages(service, path, 30)),
    )
    assert.ok(users!.every((text) => kindOf(text) === "users"))
    for (const text of [...numbers!, ...others!]) assert.equal(parseNumbers(text)?.length, 7)
    assert.deepEqual(new Set(both!.map(kindOf)), new Set(["users", "numbers"]))
  })

  test("a seed repeats the messages, and --format json sends JSON", async () => {
    const runs: string[][] = []
    for (const seed of [7, 7, 8]) {
      await using service = await startLabFeed({ intervalMs: 5, seed, format: "json" })
      runs.push(await messages(service, "/", 5))
    }
    assert.deepEqual(runs[0], runs[1])
    assert.notDeepEqual(runs[0], runs[2])
    assert.ok(runs[0]!.every((text) => parseJson(text)))
  })

  test("what clients say is printed, whatever it is, and their leaving is noticed", async () => {
    await using service = await startLabFeed()
    using socket = await opened(service)
    await socket.write(clientFrame("Client Recieved 5 messages in 5.0123s time"))
    await service.lines.next(/^Client Recieved 5 messages in 5\.0123s time$/)
    await socket.write(concat([clientFrame("a\x1b[2J", { final: false }), clientFrame("\nb", { opcode: 0 })]))
    await service.lines.next(/^a\\x1b\[2J\\nb$/)
    await socket.write(clientFrame(close(3001), { opcode: 8 }))
    assert.match(await socket.closed(), /\ufffd\x02\x0b\ufffd$/, "the close is answered with its status")
    const { level, function: from } = await service.lines.next(/^A client has disconnected$/)
    assert.deepEqual({ level, from }, { level: "INFO", from: "handle_client" })
    for (const leave of [(one: RawSocket) => one.reset(), (one: RawSocket) => void one.end()]) {
      using other = await opened(service)
      leave(other)
      await service.lines.next(/^A client has disconnected$/)
    }
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("a ping is answered", async () => {
    await using service = await startLabFeed()
    const socket = new WebSocket(`ws://127.0.0.1:${service.port}/`)
    await once(socket, "open")
    socket.ping("hello")
    const [body] = await once(socket, "pong")
    assert.equal(`${body}`, "hello")
    socket.terminate()
  })

  test("a client that floods is read at a bounded rate, and loses nothing", async () => {
    const sockets: Socket[] = []
    const lines = new LabLines()
    const source = { join: async () => ({ report() {}, leave() {} }) }
    const server = new FeedServer(source, new LabLog(lines.write), feedDefaults)
    await using service = await startWith((socket) => {
      sockets.push(socket)
      server.serve(socket)
    })
    using socket = await rawSocket(service.port)
    const count = labLimits.feedFramesPerSecondMax + 20
    const flood = Array.from({ length: count }, (_, n) => clientFrame(`flood ${n}`))
    await socket.write(concat([new TextEncoder().encode(HANDSHAKE), ...flood]))
    const { message } = await lines.next(/^flood 99$/)
    assert.equal(lines.all.at(-1)!.message, message, "the rest waits")
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(sockets[0]!.isPaused(), "nothing more is read meanwhile")
    await lines.next(new RegExp(`^flood ${count - 1}$`))
    assert.ok(!sockets[0]!.isPaused())
    const closing = server.close()
    await socket.end()
    await closing
  })

  test("one that does not read misses messages and gets later ones, and is told so in the log", async () => {
    const sockets: Socket[] = []
    let send: (frame: Uint8Array) => void = () => {}
    const lines: string[] = []
    const source = {
      async join(_: string, __: string, receiver: { receive(frame: Uint8Array): void }) {
        send = receiver.receive
        return { report() {}, leave() {} }
      },
    }
    const log = new LabLog(({ message }) => void lines.push(message))
    const server = new FeedServer(source, log, feedDefaults)
    await using service = await startWith((socket) => {
      server.serve(socket)
      sockets.push(socket)
    })
    using socket = await rawSocket(service.port)
    await socket.write(HANDSHAKE)
    await socket.read(12)
    socket.pause()
    for (let sent = 0; sent < 2_000; sent++) {
      send(new Uint8Array(32 * 1024))
      await new Promise((resolve) => setImmediate(resolve))
      assert.ok(sockets[0]!.writableLength <= labLimits.feedQueueBytesMax + 32 * 1024 + 20)
    }
    socket.resume()
    while (sockets[0]!.writableLength > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    send(new TextEncoder().encode("the newest"))
    assert.match(lines.at(-1)!, /did not read, and missed \d+ messages$/)
    const closing = server.close()
    assert.match((await socket.end()).slice(-50), /the newest\ufffd\x02/)
    await closing
  })

  test("a source that cannot serve refuses its client in words and goes on", async () => {
    const lines: string[] = []
    const log = new LabLog(({ message }) => void lines.push(message))
    const source = {
      async join(): Promise<never> {
        throw new LandlineError("unknown_feed")
      },
    }
    const server = new FeedServer(source, log, feedDefaults)
    await using service = await startWith((socket) => server.serve(socket))
    using socket = await rawSocket(service.port)
    await socket.write(HANDSHAKE)
    assert.match(await socket.end(), /^HTTP\/1\.1 101 /)
    assert.match(lines[0]!, /^Refused 127\.0\.0\.1:\d+: There is no such feed\.$/)
  })

  test("closing tells every client, those that have not shaken hands too", async () => {
    const service = await startLabFeed()
    const socket = new WebSocket(`ws://127.0.0.1:${service.port}/`)
    await once(socket, "open")
    using silent = await rawSocket(service.port)
    const closed = once(socket, "close")
    await service.close()
    assert.equal((await closed)[0], 1001)
    await silent.closed()
    await service.lines.next(/^Closing Server\.\.\.$/)
  })
})
