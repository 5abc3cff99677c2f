import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import type { Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { Publishing } from "./publishing.ts"

/** A hub that stores nothing until it is told to. */
function slowHub(type = "text/plain") {
  const waiting: {
    text: string
    resolve: (stored: { cursor: string }) => void
    reject: (e: Error) => void
  }[] = []
  const session = {
    state: "live",
    feed: async () => ({ type }),
    publish: (_: string, text: string) =>
      new Promise((resolve, reject) => void waiting.push({ text, resolve, reject })),
  }
  return { waiting, session: session as unknown as Session }
}

test("publishing: stdin is not read faster than the hub stores", async () => {
  const { waiting, session } = slowHub()
  let read = 0
  const input = async function* () {
    for (; read < 5_000; read++) yield `line ${read}\n`
  }
  const publishing = new Publishing(session, "temp", () => assert.fail("none is refused"))
  await publishing.begin(undefined)
  const done = publishing.lines(input())
  const texts: string[] = []
  while (texts.length < 5_000) {
    for (let n = 0; n < 20; n++) await turn()
    assert.ok(waiting.length > 0 && waiting.length <= 1_000, `${waiting.length} are on their way`)
    assert.ok(read <= texts.length + 1_000, `${read} are read and ${texts.length} stored`)
    for (const { text, resolve } of waiting.splice(0, 400)) {
      texts.push(text)
      resolve({ cursor: text })
    }
  }
  await done
  assert.deepEqual(
    texts,
    Array.from({ length: 5_000 }, (_, n) => `line ${n}`),
  )
  assert.deepEqual([publishing.stored, publishing.waiting, publishing.cursor], [5_000, 0, "line 4999"])
})

test("publishing: where the hub takes no more it ends at once, though stdin goes on", async () => {
  const { waiting, session } = slowHub()
  const input = async function* () {
    yield "one\ntwo\n"
    await new Promise(() => {}) // nobody types
  }
  const publishing = new Publishing(session, "temp", () => assert.fail("none is passed over"))
  await publishing.begin(undefined)
  const done = publishing.lines(input())
  while (waiting.length < 2) await turn()
  waiting[0]!.resolve({ cursor: "1" })
  waiting[1]!.reject(new LandlineError("topic_closed"))
  await assert.rejects(done, { code: "topic_closed", message: "Line 2: That topic is closed." })
  assert.equal(publishing.stored, 1)
})

test("publishing: lines that do not fit are passed over, and told by their number", async () => {
  const { waiting, session } = slowHub("application/json")
  const told: string[] = []
  const publishing = new Publishing(session, "temp", (line, { code }) => told.push(`${line} ${code}`))
  await publishing.begin("application/json; charset=utf-8")
  const input = async function* () {
    yield `{"a":1}\n \n{"a":\n"${"x".repeat(70_000)}"\n`
    yield Buffer.from([0xff, 10])
    yield "[1, 2]"
  }
  const done = publishing.lines(input())
  while (waiting.length < 2) await turn()
  for (const { resolve } of waiting) resolve({ cursor: "" })
  await done
  assert.deepEqual(told, ["3 bad_request", "4 too_large", "5 bad_request"])
  assert.deepEqual(
    waiting.map(({ text }) => text),
    ['{"a":1}', "[1, 2]"],
  )
})
