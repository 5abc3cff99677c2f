import assert from "node:assert/strict"
import { once } from "node:events"
import { describe, test } from "node:test"
import { WebSocket } from "ws"
import { HUB } from "../../src/core/author.ts"
import { LandlineError } from "../../src/protocol/errors.ts"
import { kindOf, parseNumbers, parseUser } from "../../src/protocol/lab/feed-messages.ts"
import { rawSocket } from "../support/lab.ts"
import { ada, type LabTestHub, startLabHub } from "../support/lab-hub.ts"

const user = (name: string) => ({ name, address: "street\nplace", email: "a@example.org" })

async function hubWithFeeds() {
  const hub = await startLabHub({ services: "feed:0" })
  for (const feed of ["users", "numbers"]) await hub.feeds.create(HUB, feed, "application/json")
  return hub
}

const publish = (hub: LabTestHub, feed: string, value: unknown) =>
  hub.feeds.publish(HUB, feed, [Buffer.from(JSON.stringify(value))])

/** A client of a library that has joined, and what it got. */
async function joined(hub: LabTestHub, path = "/") {
  const socket = new WebSocket(`ws://127.0.0.1:${hub.port}${path}`)
  const got: string[] = []
  const waiting = new Set<() => void>()
  socket.on("message", (data) => {
    got.push(data.toString())
    for (const look of waiting) look()
  })
  await once(socket, "open")
  await hub.lines.next(/^A client has connected/)
  return {
    got,
    say: (text: string) => socket.send(text),
    /** Resolves when so many have come. */
    async until(count: number): Promise<void> {
      const late = AbortSignal.timeout(10_000)
      await new Promise<void>((resolve, reject) => {
        const look = () => got.length >= count && resolve()
        waiting.add(look)
        late.addEventListener("abort", () => reject(new Error(`${got.length} of ${count} messages came`)))
        look()
      })
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close")
      socket.close()
      await closed
    },
  }
}

describe("lab feed in the hub", () => {
  test("a client that wants one feed gets each message of it, from now on, as Python writes it", async () => {
    await using hub = await hubWithFeeds()
    await publish(hub, "users", user("Before"))
    await using users = await joined(hub, "/?want=users")
    await using numbers = await joined(hub, "/?want=numbers")
    for (const [index, name] of ["Ada", "O'Brien", "Zoë"].entries()) {
      await publish(hub, "users", user(name))
      await publish(hub, "numbers", [index, 60, 7])
      await users.until(index + 1)
      await numbers.until(index + 1)
    }
    assert.equal(users.got[1], String.raw`['O\'Brien', 'street\nplace', 'a@example.org']`)
    assert.deepEqual(
      users.got.map((text) => parseUser(text)?.name),
      ["Ada", "O'Brien", "Zoë"],
    )
    assert.deepEqual(numbers.got, ["[ 0 60  7]", "[ 1 60  7]", "[ 2 60  7]"])
  })

  test("a client that wants both gets the newest of one of them at a time", async () => {
    await using hub = await hubWithFeeds()
    await using client = await joined(hub)
    for (let n = 0; n < 40; n++) {
      // Together: so one of the two is chosen.
      await Promise.all([publish(hub, "users", user(`${n}`)), publish(hub, "numbers", [n])])
      await client.until(n + 1)
    }
    for (let n = 40; n < 60; n += 2) {
      await publish(hub, "users", user(`${n}`))
      await client.until(n + 1)
      await publish(hub, "numbers", [n + 1])
      await client.until(n + 2)
    }
    const places = client.got.map((text) => Number(parseUser(text)?.name ?? parseNumbers(text)?.[0]))
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      "never an older one after a newer",
    )
    assert.equal(new Set(client.got).size, client.got.length, "none twice")
    assert.deepEqual(new Set(client.got.map(kindOf)), new Set(["users", "numbers"]))
  })

  test("what a client reports is kept with the feeds that it takes, under a guest and its address", async () => {
    await using hub = await hubWithFeeds()
    await using client = await joined(hub)
    await using other = await joined(hub, "/?want=users")
    client.say("Client Recieved 5 messages in 5.0123s time")
    await hub.lines.next(/^Client Recieved/)
    other.say("Client Client-1 received block number 3 in time 4.2 sec")
    await hub.lines.next(/^Client Client-1/)
    other.say("hello")
    await hub.lines.next(/^hello$/)
    client.say("Client ada received 7 blocks in 1 time")
    await hub.lines.next(/^Client ada/)
    client.say("Client a~b received 5 blocks in 1 time")
    await hub.lines.next(/^Client a~b/)
    assert.deepEqual(
      hub.reports.map(({ feed, receiver, block, messages, spanMs }) => {
        const [name, address] = receiver.split(" ")
        assert.match(address!, /^127\.0\.0\.1:\d+$/)
        return { feed, name, block, messages, spanMs }
      }),
      [
        { feed: "users", name: "~lab", block: 1, messages: 5, spanMs: 5012.3 },
        { feed: "numbers", name: "~lab", block: 1, messages: 5, spanMs: 5012.3 },
        { feed: "users", name: "~Client-1", block: 3, messages: 5, spanMs: 4200 },
        { feed: "users", name: "~ada", block: 2, messages: 7, spanMs: 1000 },
        { feed: "numbers", name: "~ada", block: 2, messages: 7, spanMs: 1000 },
        { feed: "users", name: "~ada", block: 3, messages: 5, spanMs: 1000 },
        { feed: "numbers", name: "~ada", block: 3, messages: 5, spanMs: 1000 },
      ],
    )
    assert.equal(hub.feeds.blocks(ada, "users").length, 3)
  })

  test("when a client has left, nobody follows for it any more, and its name is free", async () => {
    await using hub = await hubWithFeeds()
    for (let times = 0; times < 3; times++) {
      {
        await using client = await joined(hub)
        client.say("Client received 5 messages in 1s")
        await hub.lines.next(/^Client received/)
        assert.equal((await hub.topics.followers()).all, 2)
      }
      await hub.lines.next(/^A client has disconnected$/)
      assert.equal((await hub.topics.followers()).all, 0)
      assert.match(hub.reports.at(-1)!.receiver, /^~lab 127/)
    }
  })

  test("without the feeds a client is refused in words; when one ends, its clients are let go", async () => {
    await using hub = await hubWithFeeds()
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/?want=users`)
    const closed = once(socket, "close")
    await hub.lines.next(/^A client has connected/)
    await hub.feeds.remove(HUB, "users")
    assert.equal((await closed)[0], 1011)
    await hub.lines.next(/^Let go of 127\.0\.0\.1:\d+: /)
    const late = new WebSocket(`ws://127.0.0.1:${hub.port}/`)
    assert.equal((await once(late, "close"))[0], 1011)
    const { level } = await hub.lines.next(/^Refused 127\.0\.0\.1:\d+: There is no feed "users"/)
    assert.equal(level, "ERROR")
    assert.equal((await hub.topics.followers()).all, 0)
  })

  test("a report that cannot be kept is an error in the log, and its client stays", async () => {
    await using hub = await hubWithFeeds()
    await using client = await joined(hub)
    hub.feeds.report = () => {
      throw new LandlineError("unknown_feed")
    }
    client.say("Client Recieved 5 messages in 5s time")
    await hub.lines.next(/^Not kept from 127\.0\.0\.1:\d+: There is no such feed/)
    client.say("still here")
    await hub.lines.next(/^still here$/)
  })

  test("a browser on the lab's port is told where the hub is", async () => {
    await using hub = await hubWithFeeds()
    using browser = await rawSocket(hub.port)
    await browser.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert.match(await browser.closed(), /HTTP belongs to the hub's port 7300\.\n$/)
  })

  test("feed cannot share a port with chat, and is told so at the start", async () => {
    await assert.rejects(startLabHub({ services: "chat:2000,feed:2000" }), { code: "usage" })
  })

  test("a thousand clients that come at once are all served", { timeout: 60_000 }, async () => {
    await using hub = await hubWithFeeds()
    const sockets = Array.from(
      { length: 1_000 },
      () => new WebSocket(`ws://127.0.0.1:${hub.port}/?want=users`),
    )
    const got = sockets.map((socket) => once(socket, "message"))
    await Promise.all(sockets.map((socket) => once(socket, "open")))
    while ((await hub.topics.followers()).live < 1_000)
      await new Promise((resolve) => setTimeout(resolve, 10))
    await publish(hub, "users", user("Ada"))
    for (const [data] of await Promise.all(got)) assert.equal(parseUser(`${data}`)?.name, "Ada")
    await hub.close()
  })
})
