import assert from "node:assert/strict"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { connect, type Socket } from "node:net"
import { describe, test } from "node:test"
import { LabLines, rawSocket, startLabHello, startWith } from "../../../test/support/lab.ts"
import { tempDir } from "../../../test/support/temp.ts"
import { connectLabChat, serveLabChat } from "../../hub/lab-chat.ts"
import { receiveLabFeed, serveLabFeed } from "../../hub/lab-feed.ts"
import { sendLabFile, serveLabFile } from "../../hub/lab-file.ts"
import { greetLab, serveLabHello } from "../../hub/lab-hello.ts"
import { pingLab, serveLabPing, serveLabPingUdp } from "../../hub/lab-ping.ts"
import type { LabService } from "../../hub/lab-service.ts"
import { exchangeLabSum, serveLabSum } from "../../hub/lab-sum.ts"
import { SERVER_GREETING } from "../../protocol/lab/hello.ts"
import { SUM_FORMATS } from "../../protocol/lab/sum-formats.ts"
import { DELIVERIES, Deliveries, type Delivery } from "./deliver.ts"
import { LabLog } from "./log.ts"

const timeout = 30_000
const host = "127.0.0.1"
const signal = new AbortController().signal

/** A service that ends with the test, however that ends. */
const closing = <T extends LabService>(service: T) => ({ ...service, [Symbol.asyncDispose]: service.close })

/** A server that says `words`, each in a write of its own, and ends. */
async function startSaying(how: Delivery, words: readonly string[], serve?: (socket: Socket) => void) {
  const lines = new LabLines()
  const deliveries = new Deliveries({ how, log: new LabLog(lines.write) })
  const server = await startWith((socket) => {
    deliveries.take(socket)
    socket.on("error", () => {}).on("end", () => socket.end())
    socket.resume()
    if (serve) return serve(socket)
    for (const word of words) socket.write(word)
    socket.end()
  })
  return { ...server, lines, deliveries }
}

/** What each read of a client gives, up to the end. */
async function readsOf(port: number): Promise<string[]> {
  const socket = connect({ port, host })
  const reads: string[] = []
  socket.on("data", (chunk) => reads.push(String(chunk)))
  await once(socket, "close")
  return reads
}

test("delivery: bytes come one by one, pieces slowly, glued at once; order and end stay", {
  timeout,
}, async () => {
  const words = ["Hello ", "client!"]
  const reads = async (how: Delivery) => {
    await using server = await startSaying(how, words)
    const got = await readsOf(server.port)
    assert.equal(got.join(""), "Hello client!", how)
    await server.lines.next(/took everything, then the service closed/)
    return got.length
  }
  assert.ok((await reads("bytes")) > 2)
  assert.ok((await reads("slow")) > 2)
  assert.equal(await reads("glued"), 1)
  await reads("late")
})

test("delivery: glued holds an answer back until another one is there", { timeout }, async () => {
  await using service = closing(await serveLabPing({ host, port: 0, deliver: "glued", write: () => {} }))
  const socket = connect({ port: service.port, host })
  socket.write("PING\n")
  setTimeout(() => socket.write("PING\n"), 50)
  const [first] = await once(socket, "data")
  assert.equal(String(first), "PONGPONG")
  socket.destroy()
  await service.close()
})

test("delivery: late means that two questions are there before the first answer", { timeout }, async () => {
  const lines = new LabLines()
  await using service = closing(await serveLabPing({ host, port: 0, deliver: "late", write: lines.write }))
  const socket = connect({ port: service.port, host })
  let heard = ""
  socket.on("data", (chunk) => {
    heard += chunk
  })
  for (const word of ["PING\n", "ping\n"]) {
    socket.write(word)
    await lines.next(/PONG|pong/)
    assert.equal(heard, "")
  }
  while (heard.length < 8) await once(socket, "data")
  assert.equal(heard, "PONGpong")
  socket.destroy()
  await service.close()
})

test("delivery: the log says how much a client took that leaves in the middle", { timeout }, async () => {
  const lines = new LabLines()
  await using service = closing(await serveLabHello({ host, port: 0, deliver: "bytes", write: lines.write }))
  const hasty = connect({ port: service.port, host })
  await once(hasty, "data")
  hasty.destroy()
  const left = await lines.next(/bytes/)
  assert.match(left.message, /^127\.0\.0\.1:\d+ (took|closed its side after) ([1-9]|1[0-2]) of 13 bytes/)
  assert.deepEqual([left.level, left.function], ["INFO", "delivery"])
  using patient = await rawSocket(service.port)
  await patient.read(SERVER_GREETING.length)
  await patient.end()
  await lines.next(/took everything, then closed/)
  await service.close()
})

test("delivery: normal is no delivery at all, and has no line", { timeout }, async () => {
  await using service = await startLabHello()
  using client = await rawSocket(service.port)
  await client.read(SERVER_GREETING.length)
  await client.end()
  await service.close()
  assert.ok(service.lines.all.every((line) => line.function !== "delivery"))
})

for (const how of DELIVERIES.slice(1))
  test(`delivery: a client that does not read holds a service up in time, and gets it all in order: ${how}`, {
    timeout,
  }, async () => {
    const MOST = 8 * 1024 * 1024
    let [written, full, over] = [0, 0, 0]
    const waits = Promise.withResolvers<void>()
    await using server = await startSaying(how, [], (socket) => {
      const more = () => {
        while (written < MOST) {
          const line = `${String(written).padStart(8)}${"x".repeat(1016)}`
          written += line.length
          if (!socket.write(line)) {
            full = Math.max(full, socket.writableLength)
            return waits.resolve()
          }
        }
        over = written
        socket.end()
      }
      socket.on("drain", more)
      more()
    })
    const client = connect({ port: server.port, host })
    client.pause()
    await waits.promise
    // From here on as fast as it can: a byte each 2 ms would take hours.
    server.deliveries.hasten()
    let got = 0
    const rest: Buffer[] = []
    client.on("data", (chunk: Buffer) => {
      got += chunk.length
      rest.push(chunk)
    })
    client.resume()
    await once(client, "end")
    assert.equal(got, MOST)
    assert.equal(over, MOST)
    assert.ok(full > 0 && full < 1024 * 1024, `${full} bytes held`)
    const all = Buffer.concat(rest)
    for (let at = 0; at < MOST; at += 1024) assert.equal(Number(all.toString("latin1", at, at + 8)), at)
    client.destroy()
  })

test("delivery: a service that ends sends what it holds at once, and does not wait for slow delivery", {
  timeout,
}, async () => {
  const lines = new LabLines()
  await using service = closing(await serveLabChat({ host, port: 0, deliver: "bytes", write: lines.write }))
  using listener = await rawSocket(service.port)
  await listener.write("3         bob")
  await lines.next(/bob/)
  using talker = await rawSocket(service.port)
  await talker.write(`3         ada${"20000".padEnd(10)}${"x".repeat(20_000)}`)
  await lines.next(/Received message from ada/)
  const closes = service.close()
  const heard = await listener.closed()
  assert.equal(heard.length, 10 + 3 + 10 + 20_000) // a byte each 2 ms would take 40 s
  await talker.end()
  await closes
})

test("delivery: an answer that is slow outlives the second in which a service lets go", {
  timeout,
}, async () => {
  await using service = closing(await serveLabSum({ host, port: 0, deliver: "slow", write: () => {} }))
  using client = await rawSocket(service.port)
  await client.write('{"client_name": "Ada", "client_number": 25}')
  const { server_name, server_number, sum } = JSON.parse(await client.closed())
  assert.equal(server_name, "Landline Server")
  assert.equal(sum, 25 + server_number)
  await service.close()
})

test("delivery: over UDP an answer is late, and one in flight is no reason to stay", {
  timeout,
}, async () => {
  const lines = new LabLines()
  await using service = closing(
    await serveLabPingUdp({ host, port: 0, write: lines.write, settings: { deliver: "late" } }),
  )
  const said: string[] = []
  const pinging = pingLab({
    host,
    port: service.port,
    udp: true,
    messages: ["PING"],
    signal,
    write: (line) => said.push(line.message),
  })
  await lines.next(/PONG/) // it is decided on ...
  assert.ok(said.every((line) => !/PONG/.test(line))) // ... and has not come
  await pinging
  assert.ok(said.some((line) => /PONG/.test(line)))
  await service.close()
})

for (const deliver of DELIVERIES.slice(1))
  describe(`delivery ${deliver}: our own client understands`, { concurrency: true }, () => {
    test("hello", { timeout }, async () => {
      await using service = closing(await serveLabHello({ host, port: 0, deliver, write: () => {} }))
      const lines = new LabLines()
      await greetLab({ host, port: service.port, signal, write: lines.write })
      await lines.next(/^Server: Hello client!$/)
      await service.close()
    })
    test("sum", { timeout }, async () => {
      await using service = closing(await serveLabSum({ host, port: 0, deliver, write: () => {} }))
      for (const format of [SUM_FORMATS.json, SUM_FORMATS.comma, SUM_FORMATS.java]) {
        const options = { host, port: service.port, name: "Ada", number: 25n, format, signal }
        assert.equal(await exchangeLabSum({ ...options, write: () => {} }), "right")
      }
      await service.close()
    })
    test("ping", { timeout }, async () => {
      await using service = closing(await serveLabPing({ host, port: 0, deliver, write: () => {} }))
      const lines = new LabLines()
      const messages = ["PING", "héllo"]
      await pingLab({ host, port: service.port, messages, signal, write: lines.write })
      await lines.next(/PONG/)
      await lines.next(/Hello there!/)
      assert.deepEqual(lines.diagnoses, [])
      await service.close()
    })
    test("chat", { timeout }, async () => {
      const serverLines = new LabLines()
      await using service = closing(await serveLabChat({ host, port: 0, deliver, write: serverLines.write }))
      const lines = new LabLines()
      const heard: string[] = []
      const came = Promise.withResolvers<void>()
      const join = (name: string) =>
        connectLabChat({
          ...{ host, port: service.port, name, headerBytes: 10, token: "", write: lines.write },
          onAnswer() {},
          onMessage(from, text) {
            heard.push(`${from}: ${text}`)
            if (heard.length === 2) came.resolve()
          },
        })
      const bob = await join("bob")
      await serverLines.next(/username: bob/)
      const ada = await join("ada")
      await ada.say("grüße")
      await ada.say("two")
      await came.promise
      assert.deepEqual(heard, ["ada: grüße", "ada: two"])
      assert.deepEqual(lines.diagnoses, [])
      await ada.leave()
      await bob.leave()
      await service.close()
    })
    test("feed", { timeout }, async () => {
      await using service = closing(
        await serveLabFeed({
          host,
          port: 0,
          deliver,
          intervalMs: 200,
          seed: 1,
          write: () => {},
        }),
      )
      const kinds: (string | undefined)[] = []
      await receiveLabFeed({
        ...{ host, port: service.port, want: "users", blockMessages: 5, messagesMax: 5, signal },
        onMessage: (_, kind) => void kinds.push(kind),
        onReport() {},
        onReconnecting: () => assert.fail("the connection was lost"),
        write: (line) => assert.fail(line.message),
      })
      assert.equal(kinds.length, 5)
      await service.close()
    })
    test("file", { timeout }, async () => {
      await using folder = await tempDir()
      await writeFile(folder.file("notes.txt"), "some notes")
      const lines = new LabLines()
      await using service = closing(
        await serveLabFile({ host, port: 0, deliver, folder: folder.path, write: lines.write }),
      )
      const path = folder.file("notes.txt")
      await sendLabFile({ host, port: service.port, path, signal, onProgress() {}, write: () => {} })
      await lines.next(/Done receiving recv-notes.txt/)
      await service.close()
    })
  })
