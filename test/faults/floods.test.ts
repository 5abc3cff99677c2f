import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { expandBatch } from "../../src/protocol/entry.ts"
import { limits } from "../../src/protocol/limits.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const topic = "room/lobby"
const timeout = 120_000

/** Two people who talk while something else goes on: every text arrives, in order. */
async function talk(address: string, meanwhile: () => Promise<void>): Promise<void> {
  using ada = await RawSession.hello(address, { name: "Ada" })
  using bob = await RawSession.hello(address, { name: "Bob" })
  bob.send({ op: "follow", id: 1, topic })
  await bob.next("following")
  const going = meanwhile()
  for (let seq = 1; seq <= 100; seq++) {
    ada.send({ op: "publish", topic, producer: "talk", seq, text: `word ${seq}` })
    await ada.next("ack", (ack) => ack.seq === seq)
  }
  await going
  await bob.next("entries", ({ entries }) => expandBatch(entries).some(({ text }) => text === "word 100"))
  const heard = bob.entries().filter(({ text }) => text.startsWith("word"))
  assert.deepEqual(
    heard.map(({ text }) => text),
    Array.from({ length: 100 }, (_, n) => `word ${n + 1}`),
  )
}

test("a client that sends garbage without end is closed, and the others hear each other", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await talk(hub.address, async () => {
    using eve = await RawSession.hello(hub.address, { name: "Eve" })
    for (let n = 0; n <= limits.refusalsMax; n++) eve.send(`garbage ${n}`)
    assert.equal((await eve.closed).code, 4429)
  })
})

test("an author above the set rate is told slow_down, and closed when that does not help", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", publishRate: 100 })
  await talk(hub.address, async () => {
    using eve = await RawSession.hello(hub.address, { name: "Eve" })
    for (let n = 0; n < 1_000; n++) eve.send({ op: "publish", topic, text: `${n}` })
    const told = await eve.next("error")
    assert.deepEqual([told.code, told.retry], ["slow_down", "later"])
    for (let n = 0; n < 2_000; n++) eve.send({ op: "publish", topic, text: `${n}` })
    assert.equal((await eve.closed).code, 4429)
    const stored = eve.messages.filter(({ op }) => op === "ack").length
    assert.ok(stored >= 200 && stored < 1_000, `${stored} stored`)
  })
})

test("an author faster than the disk is paused: the hub's memory stays bounded", { timeout }, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.path)
  using author = await RawSession.hello(hub.address)
  const text = "x".repeat(60_000)
  const send = (first: number, last: number) => {
    for (let seq = first; seq <= last; seq++) author.send({ op: "publish", topic, producer: "p", seq, text })
  }
  send(1, 500)
  await author.next("ack", ({ seq }) => seq === 500)
  const before = await hub.resident()
  send(501, 3_000) // 150 MB at once
  await author.next("ack", ({ seq }) => seq === 3_000)
  const growth = (await hub.resident()) - before
  assert.ok(growth < 100 * 1024 * 1024, `the hub grew by ${Math.round(growth / 2 ** 20)} MiB`)
})

test("a thousand who come at once are a few presence messages for each, not a million", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  using watcher = await RawSession.hello(hub.address, { name: "watcher" })
  watcher.send({ op: "follow", id: 1, topic, presence: true })
  await watcher.next("following")
  const guests: RawSession[] = []
  while (guests.length < 1_000) {
    const wave = Array.from({ length: 100 }, () => RawSession.hello(hub.address, { name: "guest" }))
    for (const guest of await Promise.all(wave)) {
      guest.send({ op: "follow", id: 1, topic, presence: true })
      guests.push(guest)
    }
  }
  await watcher.next("presence", ({ present }) => present === 1_001)
  const told = watcher.messages.filter(({ op }) => op === "presence").length
  assert.ok(told < 50, `${told} presence messages`)
  for (const guest of guests) guest.ws.terminate()
})
