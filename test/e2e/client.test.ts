import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { connect as connectTcp, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { WebSocketServer } from "ws"
import { connect, type Follow, type Session } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/main.ts"
import { formatCursor, START } from "../../src/protocol/cursor.ts"

const timeout = 30_000
const memory = { port: 0, data: ":memory:" } as const
const device = (name: string): string => name.repeat(16).slice(0, 40)

/** The texts of the next entries of a follow. Gaps and resets fail the test. */
async function texts(follow: Follow, count: number): Promise<string[]> {
  const found: string[] = []
  for await (const event of follow) {
    if (event.type === "presence") continue
    assert.equal(event.type, "entry")
    if (event.type === "entry") found.push(event.entry.text)
    if (found.length === count) break
  }
  return found
}

function stateIs(session: Session, wanted: Session["state"]): Promise<void> {
  return new Promise((resolve) => {
    if (session.state === wanted) resolve()
    else session.on("state", (state) => state === wanted && resolve())
  })
}

/** A line to a hub that can be cut at any byte. */
async function openLine(port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connectTcp(port, "localhost")
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on("error", () => {})
      from.on("close", () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    port: (server.address() as { port: number }).port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut()
      server.close()
    },
  }
}

test("client: what one says, the other hears, in order", { timeout }, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address, { name: "Ada", device: device("ada") })
  const bob = connect(hub.address, { name: "Bob" })
  const follow = bob.follow("lobby")
  await follow.ready()
  await Promise.all(["one", "two", "three"].map((text) => ada.publish("lobby", text)))
  assert.deepEqual(await texts(follow, 3), ["one", "two", "three"])
  assert.equal(ada.author, "Ada")
  assert.equal(bob.author, "~Bob")
  await Promise.all([ada.close(), bob.close()])
})

test("client: a hub that stops and starts again on its data is rejoined, nothing missing, nothing doubled", {
  timeout,
}, async () => {
  const data = mkdtempSync(join(tmpdir(), "landline-client-"))
  const first = await startHub({ port: 0, data })
  const ada = connect(first.address, { name: "Ada", device: device("ada") })
  const follow = ada.follow("lobby", { after: formatCursor(START) })
  const heard = texts(follow, 200)
  await Promise.all(Array.from({ length: 100 }, (_, n) => ada.publish("lobby", `${n}`)))
  await first.close()
  await stateIs(ada, "offline")
  const offline = Promise.all(Array.from({ length: 100 }, (_, n) => ada.publish("lobby", `${100 + n}`)))
  await using second = await startHub({ port: first.port, data })
  await offline
  assert.deepEqual(
    await heard,
    Array.from({ length: 200 }, (_, n) => `${n}`),
  )
  assert.equal(second.port, first.port)
  await ada.close()
  rmSync(data, { recursive: true })
})

test("client: a line cut again and again during a burst loses and doubles nothing", { timeout }, async () => {
  await using hub = await startHub(memory)
  await using line = await openLine(hub.port)
  const author = connect(`localhost:${line.port}`, { name: "Ada", device: device("ada") })
  const reader = connect(`localhost:${line.port}`)
  const wanted = Array.from({ length: 3_000 }, (_, n) => `message ${n}`)
  const follow = reader.follow("lobby", { after: formatCursor(START) })
  const heard = texts(follow, wanted.length)
  let acked = 0
  const stored = wanted.map(async (text) => {
    await author.publish("lobby", text)
    if (++acked % 500 === 0) line.cut()
  })
  await Promise.all(stored)
  assert.deepEqual(await heard, wanted)
  const history = await author.history("lobby", { limit: 1 })
  assert.equal(history[0]?.offset, wanted.length)
  await Promise.all([author.close(), reader.close()])
})

test("client: a message that is refused fails alone; those around it are stored once, in order", {
  timeout,
}, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address, { name: "Ada", device: device("ada") })
  const { entryBytesMax } = await ada.ready()
  const said = [ada.publish("lobby", "before"), ada.publish("nowhere", "x"), ada.publish("lobby", "after")]
  await assert.rejects(said[1]!, { code: "unknown_room" })
  await assert.rejects(ada.publish("lobby", "x".repeat(entryBytesMax + 1)), { code: "too_large" })
  // In JSON each of these takes six bytes, and the frame still fits.
  await ada.publish("lobby", "\u0001".repeat(entryBytesMax))
  await assert.rejects(ada.publish("nowhere", "again"), { code: "unknown_room" })
  await ada.createRoom("nowhere")
  await ada.publish("nowhere", "now it is there")
  await Promise.all([said[0], said[2]])
  const [first, second, third] = await texts(ada.follow("lobby", { last: 10 }), 3)
  assert.deepEqual([first, second, third?.length], ["before", "after", entryBytesMax])
  assert.deepEqual(await texts(ada.follow("nowhere", { last: 10 }), 1), ["now it is there"])
  await ada.close()
})

test("client: a cursor of another log leads to a reset, and then everything from the start", {
  timeout,
}, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address, { name: "Ada" })
  await ada.publish("lobby", "one")
  const resets: string[] = []
  ada.on("reset", ({ topic }) => resets.push(topic))
  const types: string[] = []
  for await (const event of ada.follow("lobby", { after: formatCursor({ epoch: 1, offset: 7 }) })) {
    types.push(event.type)
    if (event.type === "entry") break
  }
  assert.deepEqual(types, ["reset", "entry"])
  assert.deepEqual(resets, ["room/lobby"])
  await ada.close()
})

test("client: a cursor in the store goes on where the last run ended", { timeout }, async () => {
  await using hub = await startHub(memory)
  const saved = new Map<string, string>()
  const store = {
    load: async (key: string) => saved.get(key),
    save: async (key: string, cursor: string) => void saved.set(key, cursor),
  }
  const first = connect(hub.address, { store })
  await first.publish("lobby", "one")
  const heard: string[] = []
  const done = Promise.withResolvers<void>()
  first.follow("lobby", { last: 5, key: "mine" }).on("entry", ({ entry }) => {
    heard.push(entry.text)
    done.resolve()
  })
  await done.promise
  await first.close()
  const second = connect(hub.address, { store })
  await second.publish("lobby", "two")
  assert.deepEqual(heard, ["one"])
  assert.deepEqual(await texts(second.follow("lobby", { last: 5, key: "mine" }), 1), ["two"])
  await second.close()
})

test("client: a reader that is slow holds a bounded number of entries, and misses none", {
  timeout,
}, async () => {
  await using hub = await startHub(memory)
  const author = connect(hub.address, { name: "Ada" })
  const reader = connect(hub.address)
  const count = 15_000
  const follow = reader.follow("lobby", { after: formatCursor(START) })
  await follow.ready()
  for (let n = 0; n < count; n += 5_000)
    await Promise.all(Array.from({ length: 5_000 }, (_, k) => author.publish("lobby", `${n + k}`)))
  assert.deepEqual(
    await texts(follow, count),
    Array.from({ length: count }, (_, n) => `${n}`),
  )
  await Promise.all([author.close(), reader.close()])
})

test("client: a name that belongs to another device is refused in words, for good", { timeout }, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address, { name: "Ada", device: device("ada") })
  await ada.ready()
  const thief = connect(hub.address, { name: "ADA", device: device("thief") })
  const said = thief.publish("lobby", "I am Ada")
  await assert.rejects(thief.ready(), { code: "name_taken" })
  await assert.rejects(said, { code: "name_taken" })
  assert.equal(thief.state, "closed")
  await ada.close()
})

test("client: a follow of a room that is not there ends with unknown_room", { timeout }, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address)
  await assert.rejects(texts(ada.follow("nowhere"), 1), { code: "unknown_room" })
  await ada.close()
})

test("client: close waits for what is on its way to be stored", { timeout }, async () => {
  await using hub = await startHub(memory)
  const ada = connect(hub.address)
  await ada.ready()
  const stored = Promise.all(Array.from({ length: 1_000 }, (_, n) => ada.publish("lobby", `${n}`)))
  await ada.close()
  await stored
  await assert.rejects(ada.publish("lobby", "late"), { code: "no_hub" })
})

test("client: close without a line rejects what waits", { timeout }, async () => {
  const session = connect("localhost:1")
  const said = session.publish("lobby", "nobody hears this")
  await stateIs(session, "offline")
  await Promise.all([assert.rejects(said, { code: "no_hub" }), session.close()])
})

test("client: a hub that falls silent is left and joined again", { timeout }, async () => {
  const server = new WebSocketServer({ port: 0, host: "localhost", path: "/session" })
  const hellos: string[] = []
  const twice = new Promise<void>((resolve) => {
    server.on("connection", (socket) => {
      socket.on("message", (data) => {
        hellos.push(JSON.parse(String(data)).session)
        // It answers hello, and then nothing more, not even a heartbeat.
        const hub = { name: "mute", version: "0" }
        const session = `s${hellos.length}`
        socket.send(
          JSON.stringify({
            op: "welcome",
            version: 1,
            hub,
            session,
            author: "~x",
            heartbeatMs: 50,
            entryBytesMax: 9,
          }),
        )
        if (hellos.length === 2) resolve()
      })
    })
  })
  await new Promise((resolve) => server.once("listening", resolve))
  const session = connect(`localhost:${(server.address() as { port: number }).port}`)
  await twice
  // It asks to be the same guest again.
  assert.deepEqual(hellos, [undefined, "s1"])
  await session.close()
  for (const socket of server.clients) socket.terminate()
  server.close()
})
