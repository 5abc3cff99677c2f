import assert from "node:assert/strict"
import { test } from "node:test"
import type { Author } from "../../core/author.ts"
import { HUB } from "../../core/author.ts"
import { Topics } from "../../core/topics.ts"
import type { FeedAbout } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { openMemoryDirectory } from "../../storage/memory/directory.ts"
import { openMemoryLog } from "../../storage/memory/topic-log.ts"
import { rejects } from "../../storage/topic-log-contract.ts"
import { Feeds } from "./feeds.ts"

const ADA: Author = { name: "ada", role: "member" }
const BOB: Author = { name: "bob", role: "member" }
const GUEST: Author = { name: "~eve", role: "guest" }
const JSON_TYPE = "application/json"

async function openFeeds() {
  let now = 1_000_000
  const clock = { now: () => now }
  const log = openMemoryLog(clock)
  const topics = new Topics(log, clock)
  const directory = openMemoryDirectory(clock)
  const notices: string[] = []
  const events = {
    notice: (room: string, text: string) => void notices.push(`${room}: ${text}`),
    block() {},
    onError(error: unknown) {
      throw error
    },
  }
  const begin = async () => {
    const feeds = new Feeds({ topics: new Topics(log, clock), log, directory, events, clock })
    await feeds.begin()
    feeds.close() // the test itself says when it is time to tend
    return feeds
  }
  const pass = (ms: number) => {
    now += ms
  }
  return { feeds: await begin(), begin, log, topics, directory, notices, pass }
}

const bytes = (text: string) => Buffer.from(text)
const say = (feeds: Feeds, feed: string, text: string, who = ADA) =>
  feeds.publishFirst(who, feed, [bytes(text)])

async function texts(feeds: Feeds, feed: string): Promise<string[]> {
  const found: string[] = []
  for await (const part of feeds.read(await feeds.follow(ADA, feed, { last: 1_000 })))
    if (Array.isArray(part)) for (const { body } of part) found.push(Buffer.from(body).toString())
  return found
}

test("feeds: the first message makes a feed, of the type that it looks like", async () => {
  const { feeds } = await openFeeds()
  await say(feeds, "Lab/Temp", "21.5")
  await say(feeds, "lab/temp", ' {"a":\n 1} ')
  await say(feeds, "words", "hello {")
  await feeds.publishFirst(ADA, "raw", [Buffer.from([0xff, 0])])
  const types = (await feeds.feeds(ADA)).map(({ feed, type }) => [feed, type])
  assert.deepEqual(types, [
    ["lab/temp", JSON_TYPE],
    ["raw", "application/octet-stream"],
    ["words", "text/plain"],
  ])
  assert.deepEqual(await texts(feeds, "lab/temp"), ["21.5", '{"a":  1}'])
  assert.equal((await feeds.latest(ADA, "raw")).entry?.kind, "bytes")
  assert.equal((await feeds.latest(ADA, "words")).entry?.kind, "text")
})

test("feeds: many who make one at the same moment share it", async () => {
  const { feeds } = await openFeeds()
  await Promise.all(Array.from({ length: 50 }, (_, n) => say(feeds, "temp", String(n))))
  assert.equal((await texts(feeds, "temp")).length, 50)
  assert.deepEqual(
    (await feeds.feeds(ADA)).map(({ count }) => count),
    [50],
  )
})

test("feeds: a batch is stored whole, or not at all", async () => {
  const { feeds } = await openFeeds()
  await feeds.create(ADA, "temp", JSON_TYPE)
  await assert.rejects(async () => feeds.publish(ADA, "temp", [bytes("1"), bytes("{")]))
  const large = Buffer.alloc(limits.entryBytesMax + 1, "1")
  await rejects(
    Promise.resolve().then(() => feeds.publish(ADA, "temp", [bytes("1"), large])),
    "too_large",
  )
  const many = Array(limits.feedBatchMessagesMax + 1).fill(bytes("1"))
  await rejects(
    Promise.resolve().then(() => feeds.publish(ADA, "temp", many)),
    "too_large",
  )
  await feeds.publish(ADA, "temp", many.slice(1))
  assert.equal((await feeds.feed(ADA, "temp")).count, limits.feedBatchMessagesMax)
})

test("feeds: what does not fit is refused with its own code", async () => {
  const { feeds } = await openFeeds()
  const attempt = (run: () => Promise<unknown>, code: Parameters<typeof rejects>[1]) =>
    rejects(Promise.resolve().then(run), code)
  await feeds.create(ADA, "temp", JSON_TYPE)
  await attempt(() => feeds.publish(ADA, "none", [bytes("1")]), "unknown_feed")
  await attempt(() => feeds.follow(ADA, "none", "now"), "unknown_feed")
  await attempt(() => say(feeds, "a b", "1"), "bad_name")
  await attempt(() => feeds.publish(ADA, "temp", [bytes("nope")]), "bad_request")
  await attempt(() => feeds.publish(ADA, "temp", [bytes("1")], { type: "text/plain" }), "type_mismatch")
  await attempt(() => feeds.create(ADA, "temp", "text/plain"), "feed_exists")
  await attempt(() => feeds.create(ADA, "temp", JSON_TYPE, { ttlMs: 5 }), "feed_exists")
  await attempt(() => feeds.create(ADA, "x", "no type"), "bad_request")
  await attempt(() => feeds.publishFirst(ADA, "y", [bytes("{")], { type: JSON_TYPE }), "bad_request")
  await attempt(() => say(feeds, "y", "y".repeat(limits.entryBytesMax + 1)), "too_large")
  await attempt(() => feeds.create(ADA, "y", JSON_TYPE, { expires: 1 }), "bad_request")
  const late = { producer: { id: "p", epoch: 0, seq: 2 } }
  await attempt(() => feeds.publishFirst(ADA, "y", [bytes("1")], late), "sequence_gap")
  await attempt(() => feeds.feed(ADA, "y"), "unknown_feed")
  feeds.reserve("hub")
  await attempt(() => say(feeds, "hub", "1"), "forbidden")
  assert.equal((await feeds.create(ADA, "temp", "Application/JSON"))[1], false)
  await feeds.closeFeed(ADA, "temp")
  await feeds.closeFeed(ADA, "temp")
  await attempt(() => say(feeds, "temp", "1"), "topic_closed")
})

test("feeds: a member's feed is changed by that member alone, a guest's by everybody, the hub's by none", async () => {
  const { feeds } = await openFeeds()
  await say(feeds, "mine", "1")
  await say(feeds, "open", "1", GUEST)
  await feeds.create(HUB, "hub", JSON_TYPE)
  for (const who of [BOB, GUEST]) {
    await rejects(feeds.describe(who, "mine", { title: "x" }), "forbidden")
    await rejects(feeds.closeFeed(who, "mine"), "forbidden")
    await rejects(feeds.remove(who, "mine"), "forbidden")
    await rejects(feeds.remove(who, "hub"), "forbidden")
    await rejects(
      Promise.resolve().then(() => say(feeds, "hub", "1", who)),
      "forbidden",
    )
  }
  await say(feeds, "mine", "2", BOB)
  await feeds.remove(BOB, "open")
  await feeds.remove(ADA, "mine")
  assert.deepEqual(
    (await feeds.feeds(ADA)).map(({ feed }) => feed),
    ["hub"],
  )
})

test("feeds: what is said of a feed outlives the hub; a deleted one is gone, and its successor is another", async () => {
  const { feeds, begin } = await openFeeds()
  await say(feeds, "temp", "1")
  await feeds.describe(ADA, "temp", { title: "Outside", unit: "°C", keepBytes: 10 })
  await say(feeds, "gone", "1")
  await feeds.remove(ADA, "gone")
  const again = await begin()
  const [info, ...others] = await again.feeds(ADA)
  assert.deepEqual(
    [info?.title, info?.unit, info?.keepBytes, info?.keepMs],
    ["Outside", "°C", 10, limits.feedKeptMs],
  )
  assert.deepEqual(others, [])
  assert.deepEqual(again.retention("feed/temp"), { ageMax: limits.feedKeptMs, bytesMax: 10 })
  const { cursor } = await again.feed(ADA, "temp")
  await again.remove(ADA, "temp")
  await say(again, "temp", "2")
  assert.notEqual((await again.feed(ADA, "temp")).cursor, cursor)
  assert.deepEqual(await texts(again, "temp"), ["2"])
})

test("feeds: making and deleting that were interrupted are settled at the next start", async () => {
  const { feeds, begin, log, directory } = await openFeeds()
  await say(feeds, "half-deleted", "1")
  await say(feeds, "lost-record", "2")
  await log.remove("feed/half-deleted")
  await directory.removeFeed("lost-record")
  const again = await begin()
  assert.deepEqual(
    (await again.feeds(ADA)).map(({ feed }) => feed),
    ["lost-record"],
  )
  assert.deepEqual(await texts(again, "lost-record"), ["2"])
})

test("feeds: a TTL slides with each read and write; an expiry does not", async () => {
  const { feeds, pass } = await openFeeds()
  await feeds.create(ADA, "sliding", JSON_TYPE, { ttlMs: 100 })
  await feeds.create(ADA, "fixed", JSON_TYPE, { expires: 1_000_150 })
  pass(90)
  await say(feeds, "sliding", "1")
  await say(feeds, "fixed", "1")
  pass(90)
  await feeds.latest(ADA, "sliding")
  await rejects(feeds.follow(ADA, "fixed", "now"), "unknown_feed")
  pass(90)
  await feeds.feed(ADA, "sliding") // looking at what is said of it is no use of it
  pass(10)
  await rejects(feeds.feed(ADA, "sliding"), "unknown_feed")
  await feeds.create(ADA, "sliding", "text/plain") // in the place of one that is over, and not tended yet
  assert.equal((await feeds.feed(ADA, "sliding")).count, 0)
  await feeds.tend()
  assert.deepEqual(
    (await feeds.feeds(ADA)).map(({ feed }) => feed),
    ["sliding"],
  )
})

test("feeds: who is to speak and does not is told of once, and so is its return", async () => {
  const { pass, notices, begin, ...opened } = await openFeeds()
  let { feeds } = opened
  const about: FeedAbout = { expectMs: 60_000 }
  await feeds.create(ADA, "temp", JSON_TYPE, about)
  const other = { ...about, noticeRoom: "Lab" }
  await rejects(feeds.create(ADA, "other", JSON_TYPE, other), "unknown_room")
  await opened.directory.addRoom({ room: "lab", topic: "room/lab", line: "", createdBy: "", since: 0 })
  await feeds.create(ADA, "other", JSON_TYPE, other)
  const tend = async (ms: number) => {
    pass(ms)
    await feeds.tend()
    return notices.splice(0)
  }
  assert.deepEqual(await tend(60_000), [])
  await say(feeds, "other", "1")
  assert.deepEqual(await tend(1_000), ["lobby: temp has been silent for 61 s; it is to speak every 60 s."])
  assert.equal((await feeds.feed(ADA, "temp")).silent, true)
  assert.deepEqual(await tend(1_000), [])
  feeds = await begin()
  await feeds.tend()
  assert.deepEqual(notices, [], "it is told again by the next run of the hub")
  await say(feeds, "temp", "1")
  assert.deepEqual(await tend(0), ["lobby: temp is back."])
  assert.deepEqual(await tend(59_000), ["lab: other has been silent for 61 s; it is to speak every 60 s."])
  await feeds.closeFeed(ADA, "other")
  assert.deepEqual(await tend(0), ["lab: other is closed."])
  assert.deepEqual(await tend(0), [])
})

test("feeds: the last blocks of the last receivers are kept", async () => {
  const { feeds } = await openFeeds()
  await say(feeds, "temp", "1")
  const report = (who: Author, block: number, label = "") =>
    feeds.report(who, "temp", { block, messages: 5, spanMs: 5_000 + block }, label)
  for (let block = 1; block <= limits.feedBlocksMax + 2; block++) report(ADA, block)
  report(ADA, 1, "kitchen")
  const [ada, kitchen] = feeds.blocks(ADA, "temp")
  assert.deepEqual([ada?.receiver, kitchen?.receiver], ["ada", "ada kitchen"])
  assert.deepEqual([ada?.blocks.length, ada?.blocks[0]?.block], [limits.feedBlocksMax, 3])
  for (let n = 0; n < limits.feedReceiversMax - 1; n++) report(BOB, 1, String(n))
  assert.equal(feeds.blocks(ADA, "temp").length, limits.feedReceiversMax)
  assert.ok(feeds.blocks(ADA, "temp").every(({ receiver }) => receiver !== "ada"))
})

test("feeds: first messages that come at once, and look different, are published in their order", async () => {
  const { feeds } = await openFeeds()
  const numbered = (text: string, seq: number) =>
    feeds.publishFirst(ADA, "words", [bytes(text)], { producer: { id: "p", epoch: 0, seq } })
  await Promise.all(["hello", "5", "[]", "bye"].map((text, index) => numbered(text, index + 1)))
  assert.deepEqual(await texts(feeds, "words"), ["hello", "5", "[]", "bye"])
})

test("feeds: what is read of a feed never goes on in another that was made under its name", async () => {
  const { feeds } = await openFeeds()
  const fill = async (text: string) => {
    await feeds.create(ADA, "a", "text/plain")
    await feeds.publish(ADA, "a", Array(1_000).fill(bytes(text)))
  }
  await fill("old")
  const follow = await feeds.follow(ADA, "a", { last: 1_000 })
  const pages = feeds.read(follow)
  assert.equal(((await pages.next()).value as unknown[]).length, limits.pageEntriesMax)
  await feeds.remove(ADA, "a")
  await fill("new")
  await rejects(pages.next(), "unknown_topic")
  await rejects(feeds.chunk(follow, follow.after, follow.stat.tail, ""), "unknown_topic")
})

test("feeds: one that is deleted while its silence is noted does not come back", async () => {
  const { feeds, directory, pass } = await openFeeds()
  await feeds.create(ADA, "temp", JSON_TYPE, { expectMs: 1_000 })
  const { setFeed } = directory
  directory.setFeed = async (record) => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    await setFeed(record)
  }
  pass(2_000)
  const tending = feeds.tend()
  await new Promise(setImmediate)
  await Promise.all([tending, feeds.remove(ADA, "temp")])
  assert.deepEqual(await directory.feeds(), [])
})
