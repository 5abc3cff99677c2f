import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { CLASS_HOST, noClassHost, startClassHub } from "../support/class-hub.ts"
import { rawSocket } from "../support/lab.ts"
import { RawSession } from "../support/raw-session.ts"

const bounded = { timeout: 30_000, skip: noClassHost }
const REFUSED =
  "Guests of this hub talk in the room lab only. To enter another, sign in from a device: `landline chat` does so by itself, and the browser too."
const ADA = { "Landline-Name": "ada", Authorization: "Bearer a-device-of-ada-s-own" }
const JSON_WANTED = { Accept: "application/json" }
const TUS = { "Tus-Resumable": "1.0.0", "Upload-Length": "2" }

const base64 = (text: string) => Buffer.from(text).toString("base64")

/** A class, in whose lobby ada, a member, has said something and put a file. */
async function startClass() {
  const hub = await startClassHub()
  const http = async (words: string, headers: Record<string, string> = {}, body?: string) => {
    const [method, path] = words.split(" ") as [string, string]
    const answer = await fetch(hub.address + path, { method, headers, ...(body !== undefined && { body }) })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  assert.equal((await http("POST /rooms/lobby", ADA, "only for members")).status, 201)
  const sent = await http("PUT /files/secret.txt", { ...ADA, ...JSON_WANTED }, "hi")
  assert.equal(sent.status, 201)
  const file: { id: string } = JSON.parse(sent.text)
  return { hub, http, file, [Symbol.asyncDispose]: () => hub.close() }
}

async function refused(answer: Promise<{ status: number; text: string }>, what: string) {
  const { status, text } = await answer
  assert.deepEqual([status, text], [403, what.startsWith("HEAD") ? "" : `${REFUSED}\n`], what)
}

describe("a class: guests are in one room", () => {
  test(
    "HTTP rooms: guests say and read in the room lab; other rooms are forbidden and not listed",
    bounded,
    async () => {
      await using at = await startClass()
      assert.equal((await at.http("POST /rooms/lab", {}, "hello")).status, 201)
      assert.match((await at.http("GET /rooms/LAB")).text, /~guest: hello/)
      for (const room of ["lobby", "Lobby", "nowhere"]) {
        await refused(at.http(`POST /rooms/${room}`, {}, "x"), `POST ${room}`)
        await refused(at.http(`GET /rooms/${room}`), `GET ${room}`)
        await refused(at.http(`HEAD /rooms/${room}`), `HEAD ${room}`)
        await refused(at.http(`GET /rooms/${room}?as=bob`, { Accept: "text/event-stream" }), `SSE ${room}`)
      }
      assert.match((await at.http("GET /rooms")).text, /^lab\t1\t\n$/)
      assert.match((await at.http("GET /rooms", ADA)).text, /^lab\t1\t\nlobby\t2\t\n$/)
      assert.match((await at.http("GET /rooms/lobby", ADA)).text, /ada: only for members/)
    },
  )

  test(
    "WebSocket: a session without a device gets nothing of another room, its people neither",
    bounded,
    async () => {
      await using at = await startClass()
      using guest = await RawSession.hello(at.hub.address, { name: "bob" })
      let id = 0
      const ask = (op: string, more: object) => guest.ask({ op, id: ++id, ...more })
      for (const [op, more] of [
        ["history", { room: "lobby" }],
        ["search", { room: "lobby", words: "members" }],
        ["people", { room: "lobby" }],
        ["people", {}],
        ["follow", { topic: "room/lobby", last: 10, presence: true }],
      ] as const)
        assert.deepEqual(pick(await ask(op, more)), ["forbidden", REFUSED], op)
      guest.send({ op: "publish", topic: "room/lobby", text: "x", producer: "p", seq: 1 })
      assert.deepEqual(pick(await guest.next("error")), ["forbidden", REFUSED])
      assert.deepEqual(names(await ask("rooms", {})), ["lab"])

      guest.send({ op: "follow", id: ++id, topic: "room/lab" })
      await guest.next("following")
      guest.send({ op: "publish", topic: "room/lab", text: "here" })
      await guest.until(1, "room/lab")
      assert.deepEqual(await ask("people", { room: "lab" }), { people: ["~bob"] })
      assert.equal(guest.entries("room/lobby").length, 0)

      using member = await RawSession.hello(at.hub.address, { name: "ada", device: "a-device-of-ada-s-own" })
      assert.deepEqual(names(await member.ask({ op: "rooms", id: 1 })), ["lab", "lobby"])
      member.send({ op: "follow", id: 2, topic: "room/lobby", last: 10 })
      await member.until(2)
    },
  )

  test(
    "files: guests send to the room lab and get what is there; other rooms are forbidden",
    bounded,
    async () => {
      await using at = await startClass()
      const { id } = at.file
      const metadata = (room: string) => ({
        ...TUS,
        "Upload-Metadata": `filename ${base64("x")},room ${base64(room)}`,
      })
      await refused(at.http(`DELETE /files/${id}`), "DELETE")
      // Who knows its id was told it in its room; an image in a member's page asks as a guest.
      assert.equal((await at.http(`GET /files/${id}/secret.txt`)).text, "hi")
      await refused(at.http("GET /files?room=lobby"), "list")
      await refused(at.http("PUT /files/x", {}, "hi"), "the lobby by default")
      await refused(at.http("PUT /files/x?room=lobby", {}, "hi"), "PUT")
      await refused(
        at.http("POST /files", { ...TUS, "Upload-Metadata": `filename ${base64("x")}` }),
        "tus by default",
      )
      await refused(at.http("POST /files", metadata("lobby")), "tus")
      await refused(at.http("POST /uploads", metadata("nowhere")), "tus, no such room")

      assert.equal((await at.http("PUT /files/own.txt?room=lab", {}, "hi")).status, 201)
      const begun = await at.http("POST /files", metadata("lab"))
      assert.equal(begun.status, 201)
      assert.match((await at.http("GET /files")).text, /^\w+\t2\town\.txt\t~guest\n$/)
      assert.match((await at.http("GET /files", ADA)).text, /own\.txt\t~guest\n\w+\t2\tsecret\.txt\tada\n$/)
      assert.equal((await at.http(`GET /files/${id}`, ADA)).text, "hi")
    },
  )

  test("tus: a whole that is joined of parts goes into no other room", bounded, async () => {
    await using at = await startClass()
    const part = await at.http("POST /uploads", { ...TUS, "Upload-Concat": "partial" })
    const location = part.headers.get("location")!
    const type = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" }
    assert.equal(
      (await at.http(`PATCH ${location}`, { "Tus-Resumable": "1.0.0", ...type }, "hi")).status,
      204,
    )
    const join = (room: string) =>
      at.http("POST /uploads", {
        ...{ "Tus-Resumable": "1.0.0", "Upload-Concat": `final;${location}` },
        "Upload-Metadata": `filename ${base64("joined.txt")},room ${base64(room)}`,
      })
    await refused(join("lobby"), "joined")
    assert.equal((await join("lab")).status, 201)
    assert.match((await at.http("GET /files")).text, /joined\.txt/)
  })

  test("lab: chat and files of lab programs are in the room lab", bounded, async () => {
    await using at = await startClass()
    const { port } = at.hub.lab.find(({ service }) => service === "chat")!
    using client = await rawSocket(port, CLASS_HOST)
    await client.write("3         bob5         hello")
    using guest = await RawSession.hello(at.hub.address)
    guest.send({ op: "follow", id: 1, topic: "room/lab", last: 10 })
    await guest.until(1, "room/lab")
    using sender = await rawSocket(port, CLASS_HOST)
    await sender.write("notes.txt<SEPARATOR>2hi")
    await sender.end()
    await guest.until(2, "room/lab")
    assert.deepEqual(
      guest.entries("room/lab").map(({ kind = "text", text }) => [kind, text]),
      [
        ["text", "hello"],
        ["file", "notes.txt"],
      ],
    )
    assert.equal(at.hub.labRoom, "lab")
  })

  test("feeds stay open to guests, but tell no other room that they fell silent", bounded, async () => {
    await using at = await startClass()
    assert.equal((await at.http("POST /feeds/temp", {}, "21.5")).status, 201)
    assert.match((await at.http("GET /feeds/temp")).text, /21\.5/)
    for (const feed of ["users", "numbers"]) assert.equal((await at.http(`GET /feeds/${feed}`)).status, 200)
    using guest = await RawSession.hello(at.hub.address)
    const ask = (id: number, op: string, about: object) =>
      guest.ask({ op, id, feed: "slow", type: "text/plain", about })
    assert.deepEqual(pick(await ask(1, "create_feed", { expectMs: 60_000 })), ["forbidden", REFUSED])
    assert.deepEqual(pick(await ask(2, "create_feed", { noticeRoom: "lobby" })), ["forbidden", REFUSED])
    const made = (await ask(3, "create_feed", { expectMs: 60_000, noticeRoom: "lab" })) as {
      noticeRoom: string
    }
    assert.equal(made.noticeRoom, "lab")
    assert.deepEqual(pick(await ask(4, "describe_feed", { noticeRoom: "lobby" })), ["forbidden", REFUSED])
  })

  test("the root page names the room lab, and no other", bounded, async () => {
    await using at = await startClass()
    const { text } = await at.http("GET /")
    assert.match(text, /\/rooms\/lab\n/)
    assert.match(text, /curl -T report\.pdf 'http:\/\/[\d.:]+\/files\/report\.pdf\?room=lab'/)
    assert.doesNotMatch(text, /lobby/)
  })

  test("--lab-room names another room, which is made; guests are confined to it", bounded, async () => {
    await using hub = await startClassHub({ labRoom: "Workshop" })
    const say = (room: string) => fetch(`${hub.address}/rooms/${room}`, { method: "POST", body: "x" })
    assert.equal((await say("workshop")).status, 201)
    assert.equal((await say("lobby")).status, 403)
    assert.deepEqual([hub.labRoom, hub.startRoom], ["workshop", "workshop"])
  })

  test("with a list of services the room is the lobby, and guests enter all rooms", {
    timeout: 30_000,
  }, async () => {
    for (const [given, room] of [
      [{}, "lobby"],
      [{ labRoom: "workshop" }, "workshop"],
    ] as const) {
      await using hub = await startHub({ port: 0, data: ":memory:", lab: "chat:0", ...given })
      assert.deepEqual([hub.labRoom, hub.startRoom], [room, "lobby"])
      for (const name of new Set(["lobby", room])) {
        const said = await fetch(`${hub.address}/rooms/${name}`, { method: "POST", body: "x" })
        assert.equal(said.status, 201)
      }
    }
  })
})

const pick = (answer: unknown) => {
  const { code, message } = answer as { code?: string; message?: string }
  return [code, message]
}

const names = (answer: unknown) => (answer as { room: string }[]).map(({ room }) => room)
