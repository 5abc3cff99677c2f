import assert from "node:assert/strict"
import { test } from "node:test"
import type { Entry } from "../../client/main.ts"
import { plainEntry } from "../output.ts"
import { displayWidth } from "../width.ts"
import { renderEntry } from "./render.ts"
import { presence } from "./words.ts"

const time = new Date(2026, 10, 20, 9, 5).getTime()
const entry = (author: string, text: string): Entry => ({ offset: 1, kind: "text", author, text, time })
const words = "word ".repeat(60).trim()

for (const columns of [40, 80, 200])
  test(`chat: a long message stays below its own beginning on ${columns} columns`, () => {
    const lines = renderEntry(entry("ada", words), columns, "bob")
    assert.match(lines[0]!, /^09:05 ada: word/)
    for (const line of lines) assert.ok(displayWidth(line) <= columns, line)
    for (const line of lines.slice(1)) assert.match(line, /^ {11}word/)
    assert.equal(lines.join(" ").match(/word/g)?.length, 60)
  })

test("chat: lines of one message stay lines, and after a long name they begin on a line of their own", () => {
  assert.deepEqual(renderEntry(entry("ada", "one\n\n\ttwo"), 80, "ada"), [
    "09:05 ada: one",
    "",
    `${" ".repeat(15)}two`,
  ])
  const [head, ...body] = renderEntry(entry("a".repeat(64), "hello"), 80, "bob")
  assert.equal(head, `09:05 ${"a".repeat(64)}:`)
  assert.deepEqual(body, [`${" ".repeat(24)}hello`])
})

test("chat: what others say cannot act on the terminal", () => {
  const lines = renderEntry(entry("ada", "\u001b[2J\u009b31m\rgone\u0007"), 80, "bob")
  assert.deepEqual(lines, ["09:05 ada: \\x1b[2J\\x9b31m\\x0dgone\\x07"])
})

const file = {
  id: "q3XvT0bR8sLkZ1aY",
  name: "report.pdf",
  bytes: 1_234_567,
  type: "application/pdf",
  sha256: "",
}

test("chat: a file tells its size and how to get it; one that is deleted tells that", () => {
  const sent: Entry = { ...entry("ada", "report.pdf"), kind: "file", file }
  const deleted: Entry = { ...entry("ada", "report.pdf"), kind: "file_deleted", ref: 1 }
  assert.deepEqual(renderEntry(sent, 80, "bob"), [
    "-- 09:05 ada sent report.pdf, 1.2 MB: landline get q3XvT0bR8sLkZ1aY --",
  ])
  assert.deepEqual(renderEntry(deleted, 80, "bob"), ["-- 09:05 ada deleted report.pdf --"])
  assert.equal(
    plainEntry("09:05", { ...sent, text: "photos.zip", file: { ...file, items: 1_200 } }),
    "09:05 ada sent photos.zip, 1.2 MB, 1,200 files: landline get q3XvT0bR8sLkZ1aY",
  )
  for (const evil of [sent, deleted].map((told) => ({ ...told, text: "\u001b[2J\u202e\n" })))
    assert.doesNotMatch(
      renderEntry(evil, 200, "bob").join("") + plainEntry("09:05", evil),
      /[\u001b\u202e\n]/,
    )
})

test("chat: those who come and go are told in one line, oneself left out", () => {
  assert.equal(
    presence({ type: "presence", joined: ["me", "ada", "~bob"], left: ["eve"], present: 3 }, "me"),
    "-- ada, ~bob came; eve left --",
  )
  assert.equal(presence({ type: "presence", joined: ["me"], present: 1 }, "me"), undefined)
  assert.equal(
    presence({ type: "presence", present: 120 }, "me"),
    "-- many came or went; 120 are here now --",
  )
})
