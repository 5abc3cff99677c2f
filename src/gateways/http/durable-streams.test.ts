import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { limits } from "../../protocol/limits.ts"

const timeout = 20_000
const json = { "Content-Type": "application/json" }
const text = { "Content-Type": "text/plain" }

type Body = NonNullable<RequestInit["body"]>

const address = (gateway: TestGateway, name = "a", query = "") => `${gateway.address}/streams/${name}${query}`

async function put(gateway: TestGateway, headers: Record<string, string>, body?: Body, name = "a") {
  return fetch(address(gateway, name), { method: "PUT", headers, ...(body !== undefined && { body }) })
}

async function post(gateway: TestGateway, headers: Record<string, string>, body: Body, name = "a") {
  return fetch(address(gateway, name), { method: "POST", headers, body })
}

async function get(gateway: TestGateway, query = "", headers: Record<string, string> = {}) {
  return fetch(address(gateway, "a", query), { headers })
}

async function codeOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as { error: { code: string } }
  return [answer.status, error.code]
}

const followers = async ({ topics }: TestGateway) => (await topics.followers()).all

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

test("streams: a stream is a feed, and a feed is a stream", { timeout }, async () => {
  await using gateway = await startGateway()
  const ada = { name: "~ada", role: "guest" } as const
  await gateway.feeds.publishFirst(ada, "lab/temp", [Buffer.from("21.5")])
  assert.equal((await put(gateway, json, undefined, "lab/temp")).status, 200)
  assert.equal((await post(gateway, json, "[22, 23]", "Lab/TEMP")).status, 204)
  assert.equal(await (await fetch(address(gateway, "lab/temp"))).text(), "[21.5,22,23]")
  const { entry } = await gateway.feeds.latest(ada, "lab/temp")
  assert.equal(String(entry!.body), "23")
})

test("streams: a reader whose place retention has passed is told so, in every mode", {
  timeout,
}, async () => {
  await using gateway = await startGateway()
  await put(gateway, text, "one")
  const place = (await post(gateway, text, "two")).headers.get("Stream-Next-Offset")!
  const early = place.replace(/2$/, "1")
  await post(gateway, text, "three")
  assert.equal(await (await get(gateway, `?offset=${early}`)).text(), "twothree")
  await gateway.topics.trim("feed/a", { entriesMax: 1 })
  const accept = { Accept: "application/json" }
  for (const live of ["", "&live=long-poll", "&live=sse"])
    assert.deepEqual(await codeOf(await get(gateway, `?offset=${early}${live}`, accept)), [
      410,
      "entries_gone",
    ])
  assert.equal(await (await get(gateway, `?offset=${place}`)).text(), "three")
  assert.equal(await (await get(gateway, "?offset=-1")).text(), "three")
  const foreign = `9${"0".repeat(15)}_${"0".repeat(15)}1`
  assert.deepEqual(await codeOf(await get(gateway, `?offset=${foreign}`, accept)), [410, "cursor_foreign"])
})

test("streams: retention that passes a reader in the middle of an answer cuts it", { timeout }, async () => {
  await using gateway = await startGateway()
  await put(gateway, text)
  for (let n = 0; n < 4; n++) await post(gateway, text, "x".repeat(limits.chunkBytesMax))
  const { feeds } = gateway
  const chunk = feeds.chunk.bind(feeds)
  let chunks = 0
  feeds.chunk = async (...wish) => {
    if (++chunks === 2) await gateway.topics.trim("feed/a", { entriesMax: 1 })
    return chunk(...wish)
  }
  const answer = await get(gateway)
  assert.equal(answer.status, 200)
  await assert.rejects(answer.text())
  assert.deepEqual(gateway.defects, [])
})

test("streams: an answer of many chunks is what was published, and is not sent again", {
  timeout,
}, async () => {
  await using gateway = await startGateway()
  await put(gateway, json)
  const values = Array.from({ length: 30_000 }, (_, n) => `message ${n} ${"x".repeat(n % 200)}`)
  for (let from = 0; from < values.length; from += 5_000)
    assert.equal((await post(gateway, json, JSON.stringify(values.slice(from, from + 5_000)))).status, 204)
  const answer = await get(gateway, "?offset=-1")
  assert.equal(answer.headers.get("Stream-Up-To-Date"), "true")
  assert.deepEqual(await answer.json(), values)
  const again = { "If-None-Match": answer.headers.get("ETag")! }
  assert.equal((await get(gateway, "?offset=-1", again)).status, 304)
  await post(gateway, json, "1")
  const more = await get(gateway, "?offset=-1", again)
  assert.equal(more.status, 200)
  assert.equal(((await more.json()) as unknown[]).length, values.length + 1)
})

test("streams: a stream of events names the place after each of its pages", { timeout }, async () => {
  await using gateway = await startGateway()
  const values = Array.from({ length: 2_000 }, (_, n) => n)
  await put(gateway, json, JSON.stringify(values))
  await post(gateway, { ...json, "Stream-Closed": "true" }, "[2000]")
  const events = (await (await get(gateway, "?offset=-1&live=sse")).text()).split("\n\n")
  const data = (event: string) => JSON.parse(event.slice(event.indexOf("data:") + "data:".length))
  const controls = events.filter((event) => event.startsWith("event: control")).map(data)
  assert.ok(controls.length > 3, `${controls.length}`)
  let seen: number[] = []
  for (const event of events.filter((event) => event.startsWith("event: data"))) {
    seen = [...seen, ...data(event)]
    const { streamNextOffset, upToDate } = controls.shift()
    const rest = await (await get(gateway, `?offset=${streamNextOffset}`)).json()
    assert.deepEqual([...seen, ...(rest as number[])], [...values, 2_000])
    assert.equal(upToDate, seen.length > 2_000 ? true : undefined)
  }
  assert.equal(seen.length, 2_001)
  assert.deepEqual([controls[0].streamClosed, controls[0].upToDate], [true, true])
})

test("streams: large bytes are kept whole, and what is too large leaves nothing", { timeout }, async () => {
  await using gateway = await startGateway()
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, n) => (n * 7919) % 251))
  assert.equal((await put(gateway, { "Content-Type": "image/png" }, bytes)).status, 201)
  assert.ok(Buffer.from(await (await get(gateway)).arrayBuffer()).equals(bytes))
  const accept = { ...json, Accept: "application/json" }
  const large = JSON.stringify("x".repeat(limits.entryBytesMax))
  assert.deepEqual(await codeOf(await put(gateway, accept, large, "b")), [413, "too_large"])
  assert.deepEqual(await codeOf(await put(gateway, accept, "{", "b")), [400, "bad_request"])
  const many = JSON.stringify(Array(limits.feedBatchMessagesMax + 1).fill(1))
  assert.deepEqual(await codeOf(await put(gateway, accept, many, "b")), [413, "too_large"])
  const body = "x".repeat(limits.streamBodyBytesMax + 1)
  assert.deepEqual(await codeOf(await put(gateway, accept, body, "b")), [413, "too_large"])
  assert.equal((await fetch(address(gateway, "b"))).status, 404)
})

test("streams: forks and pages from elsewhere are refused in words", { timeout }, async () => {
  await using gateway = await startGateway()
  await put(gateway, text, "x")
  const accept = { ...text, Accept: "application/json" }
  const fork = await put(gateway, { ...accept, "Stream-Forked-From": "/streams/a" }, undefined, "b")
  assert.deepEqual(await codeOf(fork), [400, "unknown_operation"])
  const elsewhere = { ...accept, Origin: "https://example.com" }
  assert.deepEqual(await codeOf(await get(gateway, "", elsewhere)), [403, "elsewhere"])
})

test("streams: a browser that goes to a stream runs nothing of it", { timeout }, async () => {
  await using gateway = await startGateway()
  await put(gateway, { "Content-Type": "text/html" }, "<script>alert(1)</script>")
  const { headers } = await get(gateway)
  assert.equal(headers.get("Content-Type"), "text/html")
  assert.match(headers.get("Content-Security-Policy")!, /^sandbox; default-src 'none'/)
  assert.match(headers.get("Content-Disposition")!, /^attachment;/)
  assert.equal(headers.get("X-Content-Type-Options"), "nosniff")
})

test("streams: only who made a stream closes or deletes it, if it is a member", { timeout }, async () => {
  await using gateway = await startGateway()
  const secret = { Authorization: `Bearer ${"s".repeat(32)}`, "Landline-Name": "ada" }
  await put(gateway, { ...text, ...secret }, "x")
  const accept = { ...text, Accept: "application/json" }
  const close = { "Stream-Closed": "true" }
  assert.deepEqual(await codeOf(await post(gateway, { ...accept, ...close }, "y")), [403, "forbidden"])
  const gone = await fetch(address(gateway), { method: "DELETE", headers: accept })
  assert.deepEqual(await codeOf(gone), [403, "forbidden"])
  assert.equal((await post(gateway, { ...text, ...close, ...secret }, "y")).status, 204)
  assert.equal(await (await get(gateway)).text(), "xy")
})

test("streams: a poll whose client leaves is over, and one that waits is told that the hub stops", {
  timeout,
}, async () => {
  await using gateway = await startGateway()
  await put(gateway, text, "x")
  const leaving = new AbortController()
  const left = fetch(address(gateway, "a", "?offset=now&live=long-poll"), { signal: leaving.signal })
  await until(async () => (await followers(gateway)) === 1)
  leaving.abort()
  await assert.rejects(left)
  await until(async () => (await followers(gateway)) === 0)

  const waiting = get(gateway, "?offset=now&live=long-poll", { Accept: "application/json" })
  await until(async () => (await followers(gateway)) === 1)
  gateway.endStreams()
  assert.deepEqual(await codeOf(await waiting), [503, "stopping"])
})

test("streams: polls that wait and streams of events are bounded in number", { timeout }, async () => {
  await using gateway = await startGateway({ eventStreamsMax: 1, longPollMs: 100 })
  await put(gateway, text, "x")
  const events = new AbortController()
  const open = await fetch(address(gateway, "a", "?offset=now&live=sse"), { signal: events.signal })
  assert.equal(open.status, 200)
  const accept = { Accept: "application/json" }
  for (const live of ["long-poll", "sse"])
    assert.deepEqual(await codeOf(await get(gateway, `?offset=now&live=${live}`, accept)), [429, "too_many"])
  events.abort()
  await until(async () => (await get(gateway, "?offset=now&live=long-poll")).status === 204)
})

test("streams: an answer that nobody takes is ended", { timeout }, async () => {
  await using gateway = await startGateway({ downloadStallMs: 200 })
  await put(gateway, text)
  for (let n = 0; n < 20; n++) await post(gateway, text, "x".repeat(limits.chunkBytesMax))
  const socket = connect(gateway.port, "127.0.0.1").pause()
  socket.on("error", () => {}) // what was not read is reset
  socket.write("GET /streams/a HTTP/1.1\r\nHost: localhost\r\n\r\n")
  const [connection] = await once(gateway.app.server, "connection")
  await once(connection, "close")
  socket.destroy()
  assert.deepEqual(gateway.defects, [])
})
