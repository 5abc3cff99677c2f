import assert from "node:assert/strict"
import { test } from "node:test"
import { RawSession } from "../../../test/support/raw-session.ts"
import { startHub } from "../../hub/main.ts"
import { limits } from "../../protocol/limits.ts"

const startMemoryHub = () => startHub({ port: 0, data: ":memory:" })
const lobby = "room/lobby"
const timeout = 60_000

const queued = async (address: string) =>
  Number(/^landline_queued_bytes (\d+)/m.exec(await (await fetch(`${address}/metrics`)).text())![1])

test("session: only a guest of the same name is resumed, and never a member", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "ada" })
  using carl = await RawSession.hello(hub.address, { name: "Carl", device: "the device of Carl" })
  for (const session of [ada, carl]) session.close()
  await Promise.all([ada.closed, carl.closed])
  using bob = await RawSession.hello(hub.address, { name: "bob", session: ada.welcome.session })
  assert.equal(bob.welcome.author, "~bob")
  using eve = await RawSession.hello(hub.address, { name: "eve", session: carl.welcome.session })
  assert.equal(eve.welcome.author, "~eve")
})

test("session: follow, unfollow and follow glued together are answered in order", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  ada.send({ op: "follow", id: 1, topic: lobby, after: `${"1".repeat(16)}_${"1".repeat(16)}` })
  ada.send({ op: "unfollow", id: 2, topic: "room/Lobby" })
  ada.send({ op: "follow", id: 3, topic: lobby })
  ada.send({ op: "unfollow", id: 4, topic: "room/LOBBY" })
  ada.send({ op: "publish", topic: lobby, text: "unheard" })
  ada.send({ op: "follow", id: 5, topic: lobby, last: 0 })
  await ada.next("following", ({ id }) => id === 5)
  ada.send({ op: "publish", topic: lobby, text: "heard" })
  await ada.next("entries")
  const answers = ada.messages.filter((message) => "id" in message && message.id !== undefined)
  assert.deepEqual(
    answers.map((answer) => [answer.op, (answer as { id: number }).id]),
    [
      ["error", 1],
      ["result", 2],
      ["following", 3],
      ["result", 4],
      ["following", 5],
    ],
  )
})

test("session: an operation that is no text is unknown, not a defect", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  for (const op of [{ toString: 1 }, [[[]]], 5, null]) {
    ada.send({ op, id: 1 })
    assert.equal((await ada.next("error")).code, "unknown_operation")
  }
})

test("session: one that asks much and reads nothing is not answered without end", { timeout }, async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  for (let seq = 1; seq <= 50; seq++)
    ada.send({ op: "publish", topic: lobby, producer: "p", seq, text: "x".repeat(60_000) })
  await ada.next("ack", ({ seq }) => seq === 50)
  ada.ws.pause()
  for (let id = 1; id <= 200; id++) ada.send({ op: "history", id, room: "lobby", limit: 50 })
  using bob = await RawSession.hello(hub.address)
  for (let id = 1; id <= 20; id++) await bob.ask({ op: "rooms", id }) // time passes at the hub
  const bytes = await queued(hub.address)
  assert.ok(bytes > 0 && bytes < 4 * limits.socketQueueBytesMax, `${bytes} bytes are queued`)
  ada.ws.resume()
  await ada.next("result", ({ id }) => id === 200)
})

test("session: a hundred follows of one that reads nothing queue no more than one", { timeout }, async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: "the device of Ada" })
  using eve = await RawSession.hello(hub.address, { name: "eve" })
  const topics = Array.from({ length: limits.followsPerSessionMax }, (_, n) => `room/r${n}`)
  for (const [id, topic] of topics.entries()) {
    await ada.ask({ op: "create_room", id, room: topic.slice(5) })
    eve.send({ op: "follow", id, topic })
    await eve.next("following")
  }
  eve.ws.pause()
  const sent = topics.length * 10
  for (let n = 0; n < sent; n++)
    ada.send({
      op: "publish",
      topic: topics[n % topics.length]!,
      producer: "p",
      seq: 1 + Math.floor(n / topics.length),
      text: "x".repeat(60_000),
    })
  for (let acks = 0; acks < topics.length; acks++) await ada.next("ack", ({ seq }) => seq === 10)
  const bytes = await queued(hub.address)
  assert.ok(bytes < 4 * limits.socketQueueBytesMax, `${bytes} bytes are queued`)
  eve.ws.resume()
  for (const topic of topics)
    while (eve.entries(topic).length < 10)
      await eve.next("entries", (batch) => batch.from + batch.entries.length > 0)
})

test("session: what a refused session still sends is not taken", { timeout }, async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: "the device of Ada" })
  using eve = await RawSession.connect(hub.address)
  eve.send({ op: "hello", versions: [1], name: "Ada" })
  for (let n = 0; n < 100; n++) eve.send({ op: "publish", topic: lobby, text: `${n}` })
  assert.equal((await eve.closed).code, 4403)
  const rooms = (await ada.ask({ op: "rooms", id: 1 })) as { count: number }[]
  assert.equal(rooms[0]!.count, 0)
})
