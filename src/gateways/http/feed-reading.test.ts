import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, JSONL, lines, publish } from "../../../test/support/feeds-http.ts"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { rawSocket } from "../../../test/support/lab.ts"
import { limits } from "../../protocol/limits.ts"
import { feedTopic } from "../../protocol/names.ts"

const LARGE = "x".repeat(limits.entryBytesMax)

/** Server-sent events as they come, until `enough` says so; then the follower leaves. */
async function follow(
  { address }: TestGateway,
  path: string,
  enough: (heard: string) => boolean,
  headers: Record<string, string> = {},
  begun: () => unknown = () => {},
): Promise<{ event: string; id: string; data: Record<string, unknown> }[]> {
  const stop = new AbortController()
  const response = await fetch(`${address}/feeds/${path}`, {
    headers: { accept: "text/event-stream", ...headers },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]),
  })
  assert.equal(response.status, 200)
  await begun()
  let heard = ""
  for await (const chunk of response.body!) {
    heard += Buffer.from(chunk).toString()
    if (heard.endsWith("\n\n") && enough(heard)) break
  }
  stop.abort()
  return [...heard.matchAll(/(?:^id: (.*)\n)?(?:^event: (.*)\n)?^data: (.*)\n\n/gm)].map(
    ([, id = "", event = "message", data]) => ({ id, event, data: JSON.parse(data!) }),
  )
}

const texts = (events: { event: string; data: Record<string, unknown> }[]) =>
  events.filter(({ event }) => event === "message").map(({ data }) => data["text"])

test("feeds: what came after a cursor, one message on a line, or as JSON lines", async () => {
  await using gateway = await startGateway()
  const first = await publish(gateway, "log", "one")
  await publish(gateway, "log", "two\nlines \u001b[31m\tx")
  await publish(gateway, "log", "three")
  const after = first.headers.get("landline-cursor")!
  const text = await ask(gateway, `/log?after=${after}`)
  assert.equal(text.text, "two\\nlines \\x1b[31m\tx\nthree\n")
  assert.equal((await ask(gateway, "/log?last=1")).text, "three\n")
  assert.equal((await ask(gateway, "/log?after=start")).text.split("\n").length, 4)
  const few = await ask(gateway, `/log?after=${after}&limit=1`, { headers: JSONL })
  assert.deepEqual(
    lines(few.text).map(({ offset }) => offset),
    [2],
  )
  assert.equal((await ask(gateway, "/log?after=start&limit=0")).status, 400)
  const json = await ask(gateway, `/log?after=${after}`, { headers: JSONL })
  assert.deepEqual(
    lines(json.text).map(({ offset, text, author }) => [offset, text, author]),
    [
      [2, "two\nlines \u001b[31m\tx", "~guest"],
      [3, "three", "~guest"],
    ],
  )
  assert.equal(lines(json.text).at(-1).cursor, json.headers.get("landline-cursor"))
  assert.equal((await ask(gateway, `/log?after=${text.headers.get("landline-cursor")}`)).text, "")

  await publish(gateway, "json", '{"a":\n"\u0085\u202e"}')
  assert.equal((await ask(gateway, "/json?last=5")).text, '{"a": "\u0085\u202e"}\n')
  await publish(gateway, "raw", new Uint8Array([0xff, 0xfe]))
  const [bytes] = lines((await ask(gateway, "/raw?last=5")).text)
  assert.deepEqual([bytes.kind, bytes.text], ["bytes", "//4="])
})

test("feeds: what retention took is told as a gap, in every form", async () => {
  await using gateway = await startGateway()
  const first = await publish(gateway, "temp", "1")
  for (let n = 2; n <= 6; n++) await publish(gateway, "temp", `${n}`)
  await gateway.topics.trim(feedTopic("temp"), { entriesMax: 2 })
  const path = `/temp?after=${first.headers.get("landline-cursor")}`
  assert.equal((await ask(gateway, path)).text, "-- messages 2 to 4 are no longer kept --\n5\n6\n")
  const [gap, next] = lines((await ask(gateway, path, { headers: JSONL })).text)
  assert.deepEqual([gap, next.offset], [{ gap: { from: 2, to: 4 } }, 5])
  const events = await follow(gateway, path.slice(1), (heard) => heard.includes('"text":"6"'))
  assert.deepEqual(
    events.map(({ event, data }) => data["text"] ?? [event, data]),
    [["following", {}], ["gap", { from: 2, to: 4 }], "5", "6"],
  )
})

test("feeds: a follower by server-sent events hears what comes from now on, and resumes after its last", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "temp", "1")
  const heard = await follow(
    gateway,
    "temp",
    (heard) => heard.includes('"text":"3"'),
    {},
    async () => {
      await publish(gateway, "temp", "2")
      await publish(gateway, "temp", "3")
    },
  )
  assert.deepEqual(texts(heard), ["2", "3"])
  await publish(gateway, "temp", "4")
  const last = heard.at(-1)!.id
  // What a browser saw last is newer than the address that it was given.
  const resumed = await follow(gateway, "temp?after=start", (heard) => heard.includes('"text":"4"'), {
    "last-event-id": last,
  })
  assert.deepEqual(texts(resumed), ["4"])
  const cut = await follow(gateway, "temp?last=2", (heard) => heard.includes('"text":"4"'))
  assert.deepEqual(texts(cut), ["3", "4"])
  assert.deepEqual(texts(await follow(gateway, "temp?after=start&conflated", (all) => all.includes('"4"'))), [
    "4",
  ])

  const toTheEnd = follow(
    gateway,
    "temp",
    (heard) => heard.includes("event: end"),
    {},
    () => ask(gateway, "/temp?close", { method: "POST" }),
  )
  const end = (await toTheEnd).at(-1)!
  assert.deepEqual([end.event, end.data["code"]], ["end", "topic_closed"])
})

test("feeds: a follower that stops reading is bounded and costs another nothing", {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway()
  await publish(gateway, "big", "0")
  const MESSAGES = 200
  const messages = Array.from({ length: MESSAGES }, (_, n) => `${n + 1} ${LARGE.slice(10)}`)
  using stalled = await rawSocket(gateway.port)
  await stalled.write(
    "GET /feeds/big?conflated HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
  )
  await stalled.read("HTTP/1.1 200".length)
  stalled.pause()
  const lively = follow(
    gateway,
    "big",
    (heard) => heard.includes(`"text":"\\"${MESSAGES} `, heard.length - 2 * LARGE.length),
    {},
    async () => {
      for (const message of messages) await publish(gateway, "big", JSON.stringify(message))
    },
  )
  assert.equal(texts(await lively).length, MESSAGES)
  await ask(gateway, "/big?close", { method: "POST" })
  stalled.resume()
  const heard = await stalled.closed()
  assert.ok(heard.includes(`"text":"\\"${MESSAGES} `), "the newest message")
  const seen = heard.match(/^data: \{"offset"/gm)!.length
  assert.ok(seen < MESSAGES, `all ${seen} messages were held for a follower that wants the newest`)
  assert.deepEqual(gateway.defects, [])
})

test("feeds: a byte order mark is part of its message in every form", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "words", "\ufeffhello", { "content-type": "text/plain" })
  const [{ text }] = lines((await ask(gateway, "/words?last=1", { headers: JSONL })).text) as [
    { text: string },
  ]
  assert.equal(text, "\ufeffhello")
  assert.equal(String((await ask(gateway, "/words")).bytes), "\ufeffhello")
})

test("feeds: who asks for many streams on one connection takes the places of nobody else", async () => {
  await using gateway = await startGateway({ eventStreamsMax: 2 })
  await publish(gateway, "log", "1")
  using greedy = await rawSocket(gateway.port)
  const asking = "GET /feeds/log HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
  await greedy.write(asking.repeat(5))
  await greedy.read("HTTP/1.1 200".length)
  const other = await follow(gateway, "log?last=1", (heard) => heard.includes('"text"'))
  assert.deepEqual(texts(other), ["1"])
})

test("feeds: what closes a feed has no body", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "log", "1")
  assert.equal((await ask(gateway, "/log?close", { method: "POST", body: "last" })).status, 400)
  assert.equal((await ask(gateway, "/log?close", { method: "POST" })).status, 200)
})
