import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { RawSession } from "../../../test/support/raw-session.ts"
import { type Hub, startHub } from "../../hub/main.ts"
import { expandBatch } from "../../protocol/entry.ts"

const timeout = 30_000
const ADA = { name: "ada", device: "ada's device, 16 signs at least" }

let hub: Hub
before(async () => {
  hub = await startHub({ port: 0, data: ":memory:" })
})
after(() => hub.close())

async function ask(session: RawSession, request: object): Promise<unknown> {
  const id = Math.floor(Math.random() * 1e9)
  session.send({ id, ...request })
  return (await session.next("result", (message) => message.id === id)).result
}

async function refused(session: RawSession, request: object): Promise<string> {
  session.send({ id: 1, ...request })
  return (await session.next("error")).code
}

test("a feed is made by its first message, followed like a room, and described by its maker", {
  timeout,
}, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  ada.send({ op: "publish", topic: "feed/Lab/Temp", text: "21.5", producer: "p", seq: 1 })
  ada.send({ op: "publish", topic: "feed/Lab/Temp", text: "22", producer: "p", seq: 2 })
  await ada.next("ack", ({ seq }) => seq === 2)
  ada.send({ op: "publish", topic: "feed/lab/temp", text: "22", producer: "p", seq: 2 })
  await ada.next("ack")
  const bob = await RawSession.hello(hub.address, { name: "bob" })
  bob.send({ op: "follow", id: 1, topic: "feed/lab/temp", last: 10 })
  assert.equal((await bob.next("following")).tail, 2)
  const { entries } = await bob.next("entries")
  assert.deepEqual(
    expandBatch(entries).map(({ author, text }) => [author, text]),
    [
      ["ada", "21.5"],
      ["ada", "22"],
    ],
  )
  const about = { title: "Outside", unit: "°C" }
  assert.equal(await refused(bob, { op: "describe_feed", feed: "lab/temp", about }), "forbidden")
  await ask(ada, { op: "describe_feed", feed: "lab/temp", about })
  const feed = (await ask(bob, { op: "feed", feed: "lab/temp" })) as Record<string, unknown>
  assert.deepEqual(
    [feed["title"], feed["unit"], feed["type"], feed["count"], feed["followers"]],
    ["Outside", "°C", "application/json", 2, 1],
  )
  const feeds = (await ask(bob, { op: "feeds" })) as { feed: string }[]
  assert.deepEqual(
    feeds.map(({ feed }) => feed),
    ["hub", "lab/temp"],
  )
})

test("followers of a feed that is closed or deleted are told so, and why", { timeout }, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  for (const feed of ["ends", "goes"]) {
    await ask(ada, { op: "create_feed", feed, type: "text/plain" })
    ada.send({ op: "follow", id: 1, topic: `feed/${feed}` })
    await ada.next("following")
    ada.send({ op: "publish", topic: `feed/${feed}`, text: "last" })
    await ada.next("entries")
  }
  await ask(ada, { op: "close_feed", feed: "ends" })
  await ask(ada, { op: "delete_feed", feed: "goes" })
  const errors = ada.messages.filter((message) => message.op === "error")
  assert.deepEqual(
    errors.map(({ code, topic }) => [code, topic]),
    [
      ["topic_closed", "feed/ends"],
      ["unknown_topic", "feed/goes"],
    ],
  )
  assert.equal(await refused(ada, { op: "publish", topic: "feed/ends", text: "more" }), "topic_closed")
  ada.send({ op: "follow", id: 2, topic: "feed/ends", last: 5 })
  await ada.next("entries")
  assert.equal((await ada.next("error")).code, "topic_closed")
  assert.equal(await refused(ada, { op: "follow", id: 3, topic: "feed/goes" }), "unknown_feed")
})

test("who follows a closed feed leaves no seat behind; a large batch comes in messages of bounded size", {
  timeout,
}, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  await ask(ada, { op: "create_feed", feed: "over", type: "text/plain" })
  await ask(ada, { op: "close_feed", feed: "over" })
  for (let n = 0; n < 3; n++)
    assert.equal(await refused(ada, { op: "follow", topic: "feed/over", presence: true }), "topic_closed")
  assert.equal(ada.messages.filter(({ op }) => op === "presence").length, 0)

  ada.send({ op: "follow", id: 1, topic: "feed/batch", after: "0000000000000000_0000000000000000" })
  await ada.next("error") // not there yet
  await ask(ada, { op: "create_feed", feed: "batch", type: "text/plain" })
  ada.send({ op: "follow", id: 2, topic: "feed/batch" })
  await ada.next("following")
  const body = "\u0001".repeat(300_000) // six bytes each in JSON
  const sent = await fetch(`${hub.address}/streams/batch`, {
    method: "POST",
    body,
    headers: { "content-type": "text/plain" },
  })
  assert.ok(sent.ok)
  let heard = ""
  while (heard.length < body.length) {
    const message = await ada.next("entries")
    assert.ok(JSON.stringify(message).length <= 1024 * 1024)
    heard += expandBatch(message.entries)
      .map(({ text }) => text)
      .join("")
  }
  assert.equal(heard, body)
})

test("a conflated follower gets the newest alone", { timeout }, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  for (let n = 1; n <= 20; n++)
    ada.send({ op: "publish", topic: "feed/fast", text: `${n}`, producer: "p", seq: n })
  await ada.next("ack", ({ seq }) => seq === 20)
  ada.send({ op: "follow", id: 1, topic: "feed/fast", last: 20, conflated: true })
  const { from, entries } = await ada.next("entries")
  assert.deepEqual([from, expandBatch(entries).map(({ text }) => text)], [20, ["20"]])
})

test("receivers' block times are kept, shown, and in /metrics", { timeout }, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  ada.send({ op: "publish", topic: "feed/timed", text: "1" })
  await ada.next("ack")
  const report = { block: 1, messages: 5, spanMs: 5012.5, longestGapMs: 1004, latenessMs: 2 }
  await ask(ada, { op: "report_block", feed: "timed", report, label: "kitchen" })
  const [receiver] = (await ask(ada, { op: "blocks", feed: "timed" })) as {
    receiver: string
    blocks: object[]
  }[]
  assert.equal(receiver?.receiver, "ada kitchen")
  assert.deepEqual({ ...receiver?.blocks[0], time: 0 }, { ...report, time: 0 })
  const metrics = await (await fetch(`${hub.address}/metrics`)).text()
  assert.match(metrics, /landline_feed_block_seconds\{feed="timed",receiver="ada kitchen"\} 5\.0125/)
  assert.match(metrics, /landline_feed_block_lateness_seconds\{feed="timed",receiver="ada kitchen"\} 0\.002/)
  const wrong = { ...report, spanMs: -1 }
  assert.equal(await refused(ada, { op: "report_block", feed: "timed", report: wrong }), "bad_request")
})

test("what does not fit a feed is refused, and the hub's own feed takes nothing from others", {
  timeout,
}, async () => {
  const ada = await RawSession.hello(hub.address, ADA)
  await ask(ada, { op: "create_feed", feed: "json", type: "application/json" })
  const publish = (feed: string, text: string) => refused(ada, { op: "publish", topic: `feed/${feed}`, text })
  assert.equal(await publish("json", "{"), "bad_request")
  assert.equal(await publish("hub", "{}"), "forbidden")
  assert.equal(await publish("a b", "1"), "bad_name")
  assert.equal(await refused(ada, { op: "create_feed", feed: "json", type: "text/plain" }), "feed_exists")
  assert.equal(await refused(ada, { op: "create_feed", feed: "x", type: "nonsense" }), "bad_request")
  assert.equal(await refused(ada, { op: "follow", topic: "feed/none" }), "unknown_feed")
  const own = await ask(ada, { op: "feed", feed: "hub" })
  assert.equal((own as { createdBy: string }).createdBy, "hub")
  const claiming = await RawSession.connect(hub.address)
  claiming.send({ op: "hello", versions: [1], name: "Hub", device: ADA.device })
  assert.equal((await claiming.next("error")).code, "name_taken")
})
