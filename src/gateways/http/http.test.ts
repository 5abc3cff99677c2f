import assert from "node:assert/strict"
import { get } from "node:http"
import { test } from "node:test"
import { RawSession } from "../../../test/support/raw-session.ts"
import { type Hub, startHub } from "../../hub/main.ts"

const startMemoryHub = () => startHub({ port: 0, data: ":memory:" })

async function ask(hub: Hub, path: string, init: RequestInit = {}) {
  const response = await fetch(hub.address + path, init)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** fetch sets Host and Sec-Fetch headers itself; this sends what it is given. */
function askAs(hub: Hub, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ port: hub.port, host: "127.0.0.1", path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    }).on("error", reject)
  })
}

const say = (hub: Hub, text: string, headers: Record<string, string> = {}, room = "lobby") =>
  ask(hub, `/rooms/${room}`, { method: "POST", body: text, headers })

test("http: curl says a text, and a session hears it", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "reader" })
  ada.send({ op: "follow", id: 1, topic: "room/lobby" })
  await ada.next("following")
  const said = await say(hub, "print done", {
    "Landline-Name": "Drucker Süd",
    "Content-Type": "application/x-www-form-urlencoded",
  })
  assert.deepEqual([said.status, said.text], [201, "Said in lobby as ~Drucker Süd.\n"])
  await ada.until(1)
  assert.deepEqual(
    ada.entries().map(({ author, text }) => [author, text]),
    [["~Drucker Süd", "print done"]],
  )
  assert.equal(
    (await ask(hub, "/rooms/lobby?as=bob", { method: "POST", body: "x" })).text,
    "Said in lobby as ~bob.\n",
  )
  assert.equal((await say(hub, "who?")).text, "Said in lobby as ~guest.\n")
})

test("http: a room reads as text, JSON lines or server-sent events, from a cursor on", async () => {
  await using hub = await startMemoryHub()
  const first = await say(hub, "one\n")
  await say(hub, "two\nlines \u001b[31m")
  const text = await ask(hub, "/rooms/lobby")
  assert.match(text.text, /^\d{4}-\d\d-\d\d \d\d:\d\d ~guest: one\n.* ~guest: two\n {4}lines \\x1b\[31m\n$/)
  const after = first.headers.get("landline-cursor")!
  const jsonl = await ask(hub, `/rooms/lobby?after=${after}`, { headers: { accept: "application/x-ndjson" } })
  const lines = jsonl.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ offset, text, cursor }) => [offset, text, cursor]),
    [[2, "two\nlines \u001b[31m", jsonl.headers.get("landline-cursor")]],
  )
  assert.equal(
    (await ask(hub, "/rooms/lobby?last=1", { headers: { accept: "application/json" } })).text,
    jsonl.text,
  )

  const stop = new AbortController()
  const stream = await fetch(`${hub.address}/rooms/lobby`, {
    headers: { accept: "text/event-stream", "last-event-id": after },
    signal: stop.signal,
  })
  assert.equal(stream.headers.get("content-type"), "text/event-stream")
  let heard = ""
  const reading = (async () => {
    for await (const chunk of stream.body!) {
      heard += Buffer.from(chunk).toString()
      if (heard.includes("three")) return
    }
  })()
  await say(hub, "three")
  await reading
  stop.abort()
  const events = heard.split("\n\n").filter((event) => /^id: .*\ndata: /.test(event))
  assert.deepEqual(
    events.map((event) => JSON.parse(event.split("data: ")[1]!).text),
    ["two\nlines \u001b[31m", "three"],
  )
  assert.match(events[0]!, new RegExp(`^id: ${jsonl.headers.get("landline-cursor")}\n`))
})

test("http: a message with a producer and a number is stored once", async () => {
  await using hub = await startMemoryHub()
  const numbered = (seq: number) =>
    say(hub, `n${seq}`, { "Landline-Producer": "printer", "Landline-Seq": `${seq}` })
  for (const seq of [1, 1, 2, 2]) assert.equal((await numbered(seq)).status, 201)
  assert.equal((await numbered(9)).status, 409)
  assert.equal((await say(hub, "x", { "Landline-Producer": "printer" })).status, 400)
  assert.equal((await ask(hub, "/rooms/lobby")).text.match(/: n/g)?.length, 2)
})

test("http: what cannot be done is said in one sentence, with the code for programs", async () => {
  await using hub = await startMemoryHub()
  const refused: [string, RequestInit, number, string][] = [
    ["/rooms/nope", { method: "POST", body: "x" }, 404, "unknown_room"],
    ["/rooms/nope", {}, 404, "unknown_room"],
    ["/rooms/..%2f..%2fetc", {}, 400, "bad_name"],
    ["/nowhere", {}, 404, "not_found"],
    ["/rooms/lobby", { method: "PUT", body: "x" }, 404, "not_found"],
    ["/rooms/%ff", {}, 400, "bad_request"],
    ["/%", {}, 400, "bad_request"],
    [`/rooms/${"a".repeat(300)}`, {}, 400, "bad_request"],
    ["/rooms/lobby?after=17", {}, 400, "bad_cursor"],
    ["/rooms/lobby?after=0000000000000007_0000000000000000", {}, 410, "cursor_foreign"],
    ["/rooms/lobby?last=many", {}, 400, "bad_request"],
    ["/rooms/lobby?as=%1b%5b31m", { method: "POST", body: "x" }, 400, "bad_name"],
    ["/rooms/lobby", { method: "POST", body: "" }, 400, "bad_request"],
    ["/rooms/lobby", { method: "POST", body: new Uint8Array([0xff]) }, 400, "bad_request"],
    ["/rooms/lobby", { method: "POST", body: "x".repeat(65_537) }, 413, "too_large"],
  ]
  for (const [path, init, status, code] of refused) {
    const text = await ask(hub, path, init)
    assert.equal(text.status, status, path)
    assert.equal(text.headers.get("x-content-type-options"), "nosniff", path)
    assert.match(text.text, /^[A-Z][^\n]*\.\n$/, path)
    const json = await ask(hub, path, { ...init, headers: { accept: "application/json" } })
    assert.equal(JSON.parse(json.text).error.code, code)
  }
})

test("http: a claimed name needs its device", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: "the-secret-of-a-device" })
  assert.equal(ada.welcome.author, "Ada")
  assert.equal((await say(hub, "x", { "Landline-Name": "ada" })).status, 403)
  const as = (secret: string) => say(hub, "x", { "Landline-Name": "ada", Authorization: `Bearer ${secret}` })
  assert.equal((await as("some-other-secret")).status, 403)
  assert.equal((await as("the-secret-of-a-device")).text, "Said in lobby as Ada.\n")
})

test("http: the device of a name speaks under it", async () => {
  await using hub = await startMemoryHub()
  for (const scheme of ["Bearer", "bearer", "BEARER "]) {
    const headers = { "Landline-Name": "Printer", Authorization: `${scheme} 0123456789abcdef` }
    assert.equal((await say(hub, "x", headers)).text, "Said in lobby as Printer.\n")
  }
})

test("http: a proof that is none is refused in words, and makes nobody a guest", async () => {
  await using hub = await startMemoryHub()
  for (const headers of [
    { "Landline-Name": "zed", Authorization: "Bearer short" },
    { "Landline-Name": "zed", Authorization: "Bearer" },
    { "Landline-Name": "zed", Authorization: "0123456789abcdef" },
    { "Landline-Name": "zed", Authorization: "Basic emVkOjAxMjM0NTY3ODlhYmNkZWY=" },
    { Authorization: "Bearer 0123456789abcdef" },
  ]) {
    const { status, text } = await say(hub, "x", headers)
    assert.equal(status, 400, headers.Authorization)
    assert.match(text, /^Authorization .*\.\n$/)
  }
  assert.equal((await ask(hub, "/rooms/lobby")).text, "")
})

test("http: a page from elsewhere can neither say nor read anything", async () => {
  await using hub = await startMemoryHub()
  const own = `localhost:${hub.port}`
  assert.equal(await askAs(hub, "/rooms/lobby", { host: own }), 200)
  assert.equal(
    await askAs(hub, "/rooms/lobby", {
      host: `127.0.0.1:${hub.port}`,
      origin: `http://127.0.0.1:${hub.port}`,
    }),
    200,
  )
  for (const headers of [
    { host: own, origin: "http://evil.example" },
    { host: own, origin: "null" },
    { host: own, origin: `http://localhost:${hub.port + 1}` },
    { host: `evil.example:${hub.port}` },
    { host: `localhost.evil.example:${hub.port}` },
    { host: own, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
  ])
    for (const path of [
      "/",
      "/rooms",
      "/rooms/lobby",
      "/client.js",
      "/metrics",
      "/healthz",
      "/nowhere",
      "/rooms/%ff",
    ])
      assert.equal(await askAs(hub, path, headers), 403, `${path} ${JSON.stringify(headers)}`)
  assert.equal(
    await askAs(hub, "/", { host: own, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }),
    200,
  )
  const posted = await ask(hub, "/rooms/lobby", {
    method: "POST",
    body: "x",
    headers: { Origin: "http://evil.example" },
  })
  assert.equal(posted.status, 403)
  assert.equal((await ask(hub, "/rooms/lobby")).text, "")
})

test("http: the root page says what this is, and hostile room lines stay text", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", name: "<b>Lab</b> & co" })
  using ada = await RawSession.hello(hub.address, { name: "Ada", device: "a device's secret" })
  await ada.ask({ op: "create_room", id: 1, room: "x", line: "<script>alert(1)</script>" })
  const page = await ask(hub, "/")
  assert.match(page.headers.get("content-security-policy")!, /default-src 'none'/)
  assert.match(page.text, /npx landline chat --hub localhost:\d+/)
  assert.ok(!page.text.includes("<script>") && !page.text.includes("<b>Lab"))
})

test("http: health, readiness and metrics answer", async () => {
  await using hub = await startMemoryHub()
  using ada = await RawSession.hello(hub.address)
  ada.send({ op: "follow", id: 1, topic: "room/lobby" })
  await ada.next("following")
  await say(hub, "x")
  await ada.until(1)
  assert.equal((await ask(hub, "/healthz")).text, "ok\n")
  assert.equal((await ask(hub, "/readyz")).status, 200)
  const { text } = await ask(hub, "/metrics")
  for (const line of [
    /^landline_connections 1$/m,
    /^landline_followers\{state="live"\} 1$/m,
    /^landline_deliveries_total 1$/m,
    /^landline_delivery_seconds_count 1$/m,
    /^landline_queued_bytes 0$/m,
  ])
    assert.match(text, line)
})
