import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { HubLabOptions } from "../../src/hub/lab.ts"
import { LandlineError } from "../../src/protocol/errors.ts"
import { LOBBY } from "../../src/protocol/names.ts"
import { type RawSocket, rawSocket } from "../support/lab.ts"
import { ada, type LabTestHub, startLabHub } from "../support/lab-hub.ts"

const frame = (text: string, width = 10) => String(Buffer.byteLength(text)).padEnd(width) + text
const message = (name: string, text: string) => frame(name) + frame(text)

type LabHub = LabTestHub
const hubWithLab = (options: Partial<HubLabOptions> = {}) => startLabHub({ services: "chat:0", ...options })

async function guest(hub: LabHub, name: string): Promise<RawSocket> {
  const socket = await rawSocket(hub.port)
  await socket.write(frame(name))
  await hub.lines.next(/^Accepted/)
  return socket
}

describe("lab chat in the hub", () => {
  test("what a lab client says is an entry of its room, signed as a guest", async () => {
    await using hub = await hubWithLab()
    using bob = await guest(hub, "bob")
    await bob.write(frame("hello") + frame(""))
    await bob.end()
    await hub.lines.next(/^Closed connection from: bob/)
    assert.deepEqual(await hub.said(), ["~bob: hello", "~bob: "])
  })

  test("what others say reaches it under their plain names, from now on and without its own words", async () => {
    await using hub = await hubWithLab()
    await hub.chat.say(ada, LOBBY, "said before")
    using bob = await guest(hub, "bob")
    using eve = await guest(hub, "eve")
    await hub.chat.say(ada, LOBBY, "welcome")
    await hub.chat.setTopicLine(ada, LOBBY, "a topic line is no message")
    const first = message("ada", "welcome")
    assert.equal(await bob.read(first.length), first)
    await eve.write(frame("hi"))
    const second = message("eve", "hi")
    assert.equal(await bob.read(second.length), second)
    assert.equal(await bob.end(), "")
    assert.equal(await eve.end(), first)
  })

  test("two of one name are two guests, and a freed number is given again", async () => {
    await using hub = await hubWithLab()
    using one = await guest(hub, "ada")
    using two = await guest(hub, "ada")
    await one.write(frame("one"))
    const heard = message("ada", "one")
    assert.equal(await two.read(heard.length), heard)
    await two.write(frame("two"))
    const answer = message("ada", "two")
    assert.equal(await one.read(answer.length), answer)
    assert.deepEqual(await hub.said(), ["~ada: one", "~ada~2: two"])
    assert.deepEqual(await hub.chat.people(ada, LOBBY), ["~ada", "~ada~2"])
    await one.end()
    await hub.lines.next(/^Closed/)
    using three = await guest(hub, "ada")
    await three.write(frame("three"))
    await three.end()
    await hub.lines.next(/^Closed/)
    assert.equal((await hub.said()).at(-1), "~ada: three")
  })

  test("a client with wide headers speaks under its address, and is answered when its words are kept", async () => {
    await using hub = await hubWithLab()
    using wide = await rawSocket(hub.port)
    await wide.write(frame("hello", 64))
    assert.equal(await wide.read(12), "Msg received")
    assert.match((await hub.said()).join(), /^~127\.0\.0\.1:\d+: hello$/)
  })

  test("a name that the hub does not take is refused in words", async () => {
    for (const [name, reason] of Object.entries({
      "   ": /A name needs at least one letter/,
      "a\x1b[2Jb": /control or invisible characters/,
      "~ada": /sign ~ marks guests/,
      ["x".repeat(65)]: /at most 64 characters/,
    })) {
      await using hub = await hubWithLab()
      using socket = await rawSocket(hub.port)
      await socket.write(frame(name))
      const { message } = await hub.lines.next(/^byte 10: expected a username as the first frame/)
      assert.match(message, reason)
      assert.equal(await socket.closed(), "")
    }
  })

  test("one that does not read for a while gets all of it later, in order, and holds up nobody", async () => {
    await using hub = await hubWithLab()
    using slow = await guest(hub, "slow")
    using quick = await guest(hub, "quick")
    slow.pause()
    const text = "y".repeat(60_000)
    let size = 0
    for (let n = 0; n < 200; n++) {
      await hub.chat.say(ada, LOBBY, `${n} ${text}`)
      const heard = message("ada", `${n} ${text}`)
      size += heard.length
      assert.equal(await quick.read(heard.length), heard)
    }
    const { all, live } = await hub.topics.followers()
    assert.deepEqual({ all, live }, { all: 2, live: 1 }, "the slow one is behind")
    slow.resume()
    const numbers = [...(await slow.read(size)).matchAll(/(\d+) y/g)].map((match) => Number(match[1]))
    assert.deepEqual(numbers, [...Array(200).keys()])
  })

  test("when the log fails, its sender is told by the log line and stays", async () => {
    await using hub = await hubWithLab()
    using bob = await guest(hub, "bob")
    hub.topics.append = async () => {
      throw new LandlineError("log_unavailable")
    }
    await bob.write(frame("lost"))
    const { level } = await hub.lines.next(/^Not taken from bob: The hub cannot store anything/)
    assert.equal(level, "ERROR")
    assert.equal(await bob.end(), "")
  })

  test("HTTP on the lab's port is told where the hub is", async () => {
    await using hub = await hubWithLab()
    using browser = await rawSocket(hub.port)
    await browser.write("GET / HTTP/1.1\r\n\r\n")
    await hub.lines.next(/got HTTP: .*HTTP belongs to the hub's port 7300/)
  })

  test("a room that is not there is made", async () => {
    await using hub = await hubWithLab({ room: "Attic" })
    await hub.lines.next(/^Made the room attic$/)
    using bob = await rawSocket(hub.port)
    await bob.write("3         bob2         hi")
    await hub.lines.next(/^Received message from bob: hi/)
    const [said] = await hub.chat.history(ada, "attic", 10)
    assert.equal(said?.author, "~bob")
    assert.equal(said && Buffer.from(said.body).toString(), "hi")
    assert.equal((await hub.directory.room("attic"))?.createdBy, "", "nobody's, as the lobby")
    await assert.rejects(hubWithLab({ room: "no room" }), { code: "bad_name" })
  })

  test("a list of services that is not understood is refused at the start", async () => {
    for (const services of ["chess", "chat:x", "chat:70000", ""])
      await assert.rejects(hubWithLab({ services }), { code: "usage" }, services)
  })
})
