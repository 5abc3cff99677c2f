import assert from "node:assert/strict"
import { test } from "node:test"
import { startHubProcess } from "../support/hub-process.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const OTHERS = 100
const MESSAGES = 20_000 // 4 MB for each follower: far more than its sockets hold
const BURSTS = 3
const GROWTH_MAX = 16 * 1024 * 1024
const topic = "room/lobby"
const text = "x".repeat(190)

async function publish(author: RawSession, first: number, last: number): Promise<void> {
  for (let seq = first; seq <= last; seq++) {
    author.send({ op: "publish", topic, producer: "p", seq, text: `${seq} ${text}` })
    if (seq % 1_000 === 0) await author.next("ack", (ack) => ack.seq === seq)
  }
}

async function follower(
  address: string,
): Promise<{ session: RawSession; seen: () => number; until(offset: number): Promise<void> }> {
  const session = await RawSession.hello(address)
  let last = 0
  const waiting: { offset: number; resolve: () => void }[] = []
  session.ws.on("message", (data) => {
    const message = JSON.parse(data.toString())
    session.messages.length = 0 // a hundred followers' messages need not be kept
    if (message.op !== "entries") return
    assert.equal(message.from, last + 1, "a gap or a double")
    last = message.from + message.entries.length - 1
    for (const { offset, resolve } of waiting) if (last >= offset) resolve()
  })
  session.send({ op: "follow", id: 1, topic })
  const until = (offset: number) =>
    new Promise<void>((resolve) => (last >= offset ? resolve() : void waiting.push({ offset, resolve })))
  return { session, seen: () => last, until }
}

test("a follower that never reads costs the others nothing and the hub little, and then gets everything", {
  timeout: 120_000,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.path)
  using author = await RawSession.hello(hub.address)
  const others = await Promise.all(Array.from({ length: OTHERS }, () => follower(hub.address)))
  const stalled = await follower(hub.address)
  // Bursts with everybody reading: what the hub takes for its work itself, at most.
  let before = 0
  for (let burst = 0; burst < BURSTS; burst++) {
    await publish(author, burst * MESSAGES + 1, (burst + 1) * MESSAGES)
    await Promise.all([...others, stalled].map(({ until }) => until((burst + 1) * MESSAGES)))
    before = Math.max(before, await hub.resident())
  }

  // What the stalled one holds is held in each of these; what is garbage at the end of one is not.
  stalled.session.ws.pause()
  let growth = Infinity
  const last = 2 * BURSTS * MESSAGES
  for (let burst = BURSTS; burst < 2 * BURSTS; burst++) {
    await publish(author, burst * MESSAGES + 1, (burst + 1) * MESSAGES)
    await Promise.all(others.map(({ until }) => until((burst + 1) * MESSAGES)))
    growth = Math.min(growth, (await hub.resident()) - before)
  }
  assert.ok(growth < GROWTH_MAX, `the hub grew by ${Math.round(growth / 1024)} KiB`)
  assert.ok(stalled.seen() < last, "the follower was to be behind")

  stalled.session.ws.resume()
  await stalled.until(last)
  for (const { session } of [...others, stalled]) session.ws.terminate()
})

test("a follower that retention has passed gets an exact gap, then the rest", async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.path, ["--keep-entries", "1000"])
  using author = await RawSession.hello(hub.address)
  author.send({ op: "publish", topic, producer: "p", seq: 1, text: "1" })
  const { cursor } = await author.next("ack")
  for (let seq = 2; seq <= 5_000; seq++)
    author.send({ op: "publish", topic, producer: "p", seq, text: `${seq}` })
  await author.next("ack", ({ seq }) => seq === 5_000)
  for (;;) {
    using late = await RawSession.hello(hub.address)
    late.send({ op: "follow", id: 1, topic, after: cursor })
    const { head } = await late.next("following")
    if (head === 1) continue // retention runs every few seconds
    const gap = await late.next("gap")
    assert.deepEqual([gap.from, gap.to], [2, head - 1])
    await late.until(5_000)
    assert.deepEqual(
      late.entries().map(({ text }) => Number(text)),
      Array.from({ length: 1_000 }, (_, n) => 4_001 + n),
    )
    assert.equal(head, 4_001)
    return
  }
})
