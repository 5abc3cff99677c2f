import assert from "node:assert/strict"
import { connect } from "node:net"
import { test } from "node:test"
import { WebSocket } from "ws"
import { RawSession } from "../../../test/support/raw-session.ts"
import { startHub } from "../../hub/main.ts"

const startMemoryHub = () => startHub({ port: 0, data: ":memory:" })
const DEVICE = "a device's secret"
const lobby = "room/lobby"

test("session: two people talk, and each sees every entry once and in order", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: `${DEVICE} 1` })
  using bob = await RawSession.hello(hub.address, { name: "Bob", device: `${DEVICE} 2` })
  assert.equal(ada.welcome.author, "Ada")
  for (const session of [ada, bob]) {
    session.send({ op: "follow", id: 1, topic: lobby, last: 10 })
    await session.next("following")
  }
  for (let seq = 1; seq <= 50; seq++) {
    ada.send({ op: "publish", topic: lobby, producer: "a", seq, text: `a${seq}` })
    bob.send({ op: "publish", topic: lobby, producer: "b", seq, text: `b${seq}` })
  }
  await Promise.all([ada.until(100), bob.until(100)])
  assert.deepEqual(ada.entries(), bob.entries())
  assert.deepEqual(
    ada.entries().map(({ offset }) => offset),
    Array.from({ length: 100 }, (_, n) => n + 1),
  )
  const said = ada.entries().filter(({ author }) => author === "Bob")
  assert.deepEqual(
    said.map(({ text }) => text),
    Array.from({ length: 50 }, (_, n) => `b${n + 1}`),
  )
})

test("session: acks are cumulative, and a publish sent again is stored once", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: DEVICE })
  for (const seq of [1, 2, 3]) ada.send({ op: "publish", topic: lobby, producer: "p", seq, text: `${seq}` })
  const ack = await ada.next("ack", ({ seq }) => seq === 3)
  ada.send({ op: "publish", topic: lobby, producer: "p", seq: 2, text: "2" })
  await ada.next("ack", ({ seq }) => seq === 2)
  ada.send({ op: "publish", topic: lobby, producer: "p", seq: 5, text: "5" })
  const gap = await ada.next("error")
  assert.deepEqual(
    [gap.code, gap.retry, gap.seq, gap.details?.["expected"]],
    ["sequence_gap", "resend", 5, 4],
  )
  const rooms = (await ada.ask({ op: "rooms", id: 9 })) as { cursor: string; count: number }[]
  assert.equal(rooms[0]!.cursor, ack.cursor)
  assert.equal(rooms[0]!.count, 3)
})

test("session: a follower resumes at its cursor, across another's publishes", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: DEVICE })
  ada.send({ op: "publish", topic: lobby, text: "one" })
  const { cursor } = await ada.next("ack")
  ada.send({ op: "publish", topic: lobby, text: "two" })
  await ada.next("ack")
  ada.send({ op: "follow", id: 1, topic: lobby, after: cursor })
  assert.equal((await ada.next("following")).cursor, cursor)
  ada.send({ op: "publish", topic: lobby, text: "three" })
  await ada.until(3)
  assert.deepEqual(
    ada.entries().map(({ text }) => text),
    ["two", "three"],
  )
})

test("session: a cursor of another epoch, beyond the tail, or malformed is told so", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  const codes: string[] = []
  const [room] = (await ada.ask({ op: "rooms", id: 1 })) as { cursor: string }[]
  const [epoch] = room!.cursor.split("_")
  for (const after of [
    "0000000000000001_0000000000000000",
    `${epoch}_0000000000000001`,
    "1_2",
    "x".repeat(90),
  ]) {
    ada.send({ op: "follow", id: 2, topic: lobby, after })
    codes.push((await ada.next("error")).code)
  }
  assert.deepEqual(codes, ["cursor_foreign", "cursor_foreign", "bad_cursor", "bad_cursor"])
  ada.send({ op: "follow", id: 3, topic: lobby, after: "0000000000000000_0000000000000000" })
  await ada.next("following")
})

test("session: unfollow ends the entries, and the topic can be followed again", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  ada.send({ op: "follow", id: 1, topic: lobby })
  await ada.next("following")
  ada.send({ op: "follow", id: 2, topic: lobby })
  assert.equal((await ada.next("error")).id, 2)
  assert.equal(await ada.ask({ op: "unfollow", id: 3, topic: lobby }), null)
  ada.send({ op: "publish", topic: lobby, text: "unseen" })
  await ada.next("ack")
  ada.send({ op: "follow", id: 4, topic: lobby })
  await ada.next("following")
  ada.send({ op: "publish", topic: lobby, text: "seen" })
  await ada.until(2)
  assert.deepEqual(
    ada.entries().map(({ text }) => text),
    ["seen"],
  )
})

test("session: what cannot be read is answered in words, and the session goes on", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  const bad: [string | object, string][] = [
    ["{not json", "bad_request"],
    ["[]", "bad_request"],
    ["null", "bad_request"],
    [{ op: "dance", id: 1 }, "unknown_operation"],
    [{ op: "__proto__", id: 1 }, "unknown_operation"],
    [{ id: 1 }, "unknown_operation"],
    [{ op: "follow", id: "one", topic: lobby }, "bad_request"],
    [{ op: "follow", id: 1, topic: "room/nope" }, "unknown_room"],
    [{ op: "follow", id: 1, topic: "nope" }, "unknown_topic"],
    [{ op: "follow", id: 1, topic: "room/../../etc" }, "bad_name"],
    [{ op: "publish", topic: "room/nope", text: "x" }, "unknown_room"],
    [{ op: "publish", topic: lobby, text: 5 }, "bad_request"],
    [{ op: "publish", topic: lobby, producer: "p", text: "no seq" }, "bad_request"],
    [{ op: "publish", topic: lobby, text: "x".repeat(65_537) }, "too_large"],
    [{ op: "create_room", id: 1, room: "guests may not" }, "forbidden"],
    [{ op: "hello", versions: [1] }, "bad_request"],
  ]
  for (const [message, code] of bad) {
    ada.send(message)
    const error = await ada.next("error")
    assert.equal(error.code, code, JSON.stringify(message).slice(0, 80))
    assert.match(error.message, /^[A-Z].*\.$/)
  }
  ada.ws.send(Buffer.from([1, 2, 3]))
  assert.equal((await ada.next("error")).code, "bad_request")
  ada.send({ op: "publish", topic: lobby, text: "x".repeat(65_536), unknown: "field" })
  await ada.next("ack")
})

test("session: rooms are created once, listed, described, searched and read back", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: DEVICE })
  const made = await ada.ask({ op: "create_room", id: 1, room: "Küche", line: " what\n to eat " })
  assert.deepEqual(
    [(made as { room: string }).room, (made as { line: string }).line],
    ["küche", "what to eat"],
  )
  assert.equal(
    ((await ada.ask({ op: "create_room", id: 2, room: "KÜCHE" })) as { code: string }).code,
    "room_exists",
  )
  ada.send({ op: "follow", id: 3, topic: "room/küche" })
  await ada.next("following")
  await ada.ask({ op: "set_topic_line", id: 4, room: "küche", line: "soup" })
  for (const text of ["soup of the day", "no soup", "bread"])
    ada.send({ op: "publish", topic: "room/küche", text })
  await ada.until(4, "room/küche")
  assert.deepEqual(
    ada.entries("room/küche").map(({ kind, text }) => [kind, text]),
    [
      ["topic_line", "soup"],
      [undefined, "soup of the day"],
      [undefined, "no soup"],
      [undefined, "bread"],
    ],
  )
  const offsets = async (request: object) =>
    (
      (await ada.ask({ op: "", id: 5, room: "küche", ...request })) as { entries: { offset: number }[] }
    ).entries.map(({ offset }) => offset)
  assert.deepEqual(await offsets({ op: "search", words: "soup" }), [3, 2, 1])
  assert.deepEqual(await offsets({ op: "history", limit: 2 }), [3, 4])
  assert.deepEqual(await offsets({ op: "history", limit: 2, before: 3 }), [1, 2])
  const rooms = (await ada.ask({ op: "rooms", id: 6 })) as { room: string; line: string; count: number }[]
  assert.deepEqual(
    rooms.map(({ room, line, count }) => [room, line, count]),
    [
      ["küche", "soup", 3],
      ["lobby", "", 0],
    ],
  )
})

test("session: a name belongs to its device; look-alikes and bad names are refused and closed for good", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: DEVICE })
  assert.equal(ada.welcome.author, "Ada")
  const refused: [object, string][] = [
    [{ name: "ada", device: `${DEVICE} other` }, "name_taken"],
    [{ name: "ＡＤＡ", device: `${DEVICE} other` }, "name_taken"],
    [{ name: "Ada" }, "name_taken"],
    [{ name: "A\u202eda", device: DEVICE }, "bad_name"],
    [{ name: "\u001b[31mAda", device: DEVICE }, "bad_name"],
    [{ name: "x".repeat(300), device: DEVICE }, "bad_name"],
    [{ name: "   ", device: DEVICE }, "bad_name"],
  ]
  for (const [who, code] of refused) {
    using session = await RawSession.connect(hub.address)
    session.send({ op: "hello", versions: [1], ...who })
    assert.equal((await session.next("error")).code, code)
    assert.equal((await session.closed).code, 4403)
  }
})

test("session: guests of one name are told apart, and one that comes back in time is the same", async () => {
  await using hub = await startMemoryHub()
  using one = await RawSession.hello(hub.address, { name: "eve" })
  using two = await RawSession.hello(hub.address, { name: "Eve" })
  assert.deepEqual([one.welcome.author, two.welcome.author], ["~eve", "~Eve~2"])
  two.close()
  await two.closed
  using again = await RawSession.hello(hub.address, { name: "Eve", session: two.welcome.session })
  assert.equal(again.welcome.author, "~Eve~2")
  using third = await RawSession.hello(hub.address, { name: "eve" })
  assert.equal(third.welcome.author, "~eve~3")
})

test("session: it begins with hello, in a version that both speak", async () => {
  await using hub = await startMemoryHub()
  const first: [object | string, string, number][] = [
    [{ op: "rooms", id: 1 }, "hello_expected", 4408],
    [{ op: "hello", versions: [7] }, "version_mismatch", 4406],
    ["not json", "bad_request", 4400],
    [{ op: "hello" }, "bad_request", 4400],
  ]
  for (const [message, code, close] of first) {
    using session = await RawSession.connect(hub.address)
    session.send(message)
    assert.equal((await session.next("error")).code, code)
    assert.equal((await session.closed).code, close)
  }
})

test("session: one that never says hello is closed", async () => {
  await using hub = await startMemoryHub()
  using session = await RawSession.connect(hub.address)
  assert.equal((await session.closed).code, 4408)
})

test("session: a frame too long and invalid UTF-8 end the connection with their own codes", async () => {
  await using hub = await startMemoryHub()
  using long = await RawSession.hello(hub.address)
  long.send("x".repeat(600 * 1024))
  assert.equal((await long.closed).code, 1009)
  using invalid = await RawSession.hello(hub.address)
  invalid.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })
  assert.equal((await invalid.closed).code, 1007)
  using ada = await RawSession.hello(hub.address)
  assert.ok(ada.welcome)
})

test("session: presence is coalesced; one who drops for a moment has not left", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: DEVICE })
  ada.send({ op: "follow", id: 1, topic: lobby, presence: true })
  await ada.next("presence", ({ joined }) => joined?.includes("Ada") === true)
  const guests = await Promise.all(
    Array.from({ length: 60 }, () => RawSession.hello(hub.address, { name: "g" })),
  )
  for (const guest of guests) guest.send({ op: "follow", id: 1, topic: lobby })
  await Promise.all(guests.map((guest) => guest.next("following")))
  await ada.next("presence", ({ present }) => present === 61)
  const changes = ada.messages.filter(({ op }) => op === "presence")
  assert.ok(changes.length < 10, `${changes.length} changes for 60 joins`)
  const { people } = (await ada.ask({ op: "people", id: 2 })) as { people: string[] }
  assert.equal(people.length, 61)
  for (const guest of guests) guest.close()
  await ada.next("presence", ({ present }) => present === 1)
})

test("session: a page from elsewhere cannot open one, by Origin or by a name bound to our address", async () => {
  await using hub = await startMemoryHub()
  const refused = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const ws = new WebSocket(`${hub.address.replace("http", "ws")}/session`, "landline.v1", { headers })
      ws.on("unexpected-response", (_request, response) => resolve(response.statusCode!))
      ws.on("open", () => reject(new Error("it was let in")))
      ws.on("error", () => {})
    })
  assert.equal(await refused({ Origin: "http://evil.example" }), 403)
  assert.equal(await refused({ Origin: "null" }), 403)
  assert.equal(
    await refused({ Host: `evil.example:${hub.port}`, Origin: `http://evil.example:${hub.port}` }),
    403,
  )
  using own = await RawSession.connect(hub.address, { Origin: `http://localhost:${hub.port}` })
  own.send({ op: "hello", versions: [1] })
  await own.next("welcome")
})

test("session: a hub that stops tells everybody and closes with 1001", async () => {
  const hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  ada.send({ op: "follow", id: 1, topic: lobby })
  await ada.next("following")
  const silent = connect(hub.port, "127.0.0.1") // a peer that never says anything must not hold the hub
  await new Promise((resolve) => silent.once("connect", resolve))
  await hub.close()
  assert.ok(ada.messages.some((message) => message.op === "error" && message.code === "stopping"))
  assert.equal((await ada.closed).code, 1001)
  silent.destroy()
})
