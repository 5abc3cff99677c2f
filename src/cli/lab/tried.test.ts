import assert from "node:assert/strict"
import { test } from "node:test"
import { displayWidth } from "../width.ts"
import { hexLines } from "./hex.ts"
import { failureLines, type TriedCase, tableRow, verdictText } from "./tried.ts"

const look = { columns: 80, colours: false }
const bytes = (text: string) => new TextEncoder().encode(text)

const failed = (more: Partial<TriedCase>): TriedCase => ({
  name: "glued",
  demand: "robust",
  verdict: "fail",
  does: "Sends PINGPING at once.",
  expects: "Two PONG.",
  what: "Something else came.",
  cause: "One recv() is taken for one message.",
  sent: bytes("PINGPING"),
  got: bytes("PONG"),
  ...more,
})

test("hexLines: the first wrong byte is marked, also behind the last one, and shown with what is around it", () => {
  assert.deepEqual(hexLines(bytes("PONG"), 1), [`    0  50>4f 4e 47${" ".repeat(38)}PONG`])
  assert.match(hexLines(bytes("PONG"), 4)[0]!, /^ {4}0 {2}50 4f 4e 47> {2} /)
  assert.match(hexLines(bytes("x".repeat(16)), 16)[1]!, /^ {3}16 >/)
  const lines = hexLines(bytes("x".repeat(64 * 1024)), 1000)
  assert.equal(lines.length, 7)
  assert.deepEqual([lines[0], lines.at(-1)], ["... 960 bytes before", "... 64496 bytes more"])
  assert.match(lines[3]!, /^ {2}992 .*>78/)
})

test("a failure fits in 80 columns and moves no cursor, whatever came", () => {
  const got = bytes(`PON\x1b[2J\u202e\x9b${"日本".repeat(400)}`)
  const lines = failureLines(failed({ got, expected: bytes("PONG"), byte: 3, what: "x ".repeat(200) }), look)
  for (const line of lines) {
    assert.ok(displayWidth(line) <= 80, line)
    assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u202e]/)
  }
  const text = lines.map((line) => line.trim()).join(" ")
  assert.ok(text.includes('byte 3: expected "G", got "\\x1b[2J\\u202e'), text)
})

test("a row says beside n/a why, broken below itself", () => {
  const why = "In this format several requests may come on one connection, one after the other."
  const row: TriedCase = { ...failed({}), verdict: "not applicable", why }
  assert.deepEqual(tableRow(row, ["glued", "byte-by-byte"], look), [
    "glued         robust  n/a      In this format several requests may come on one",
    "                               connection, one after the other.",
  ])
})

test("the verdict counts, and says what the document itself demands", () => {
  const pass: TriedCase = { ...failed({}), verdict: "pass" }
  const basic = failed({ demand: "basic" })
  const left: TriedCase = { ...failed({}), verdict: "not applicable" }
  assert.equal(verdictText([pass, pass]), "All 2 passed.")
  assert.equal(verdictText([pass, basic]), "1 of 2 passed; 1 failed, which the document itself demands.")
  assert.equal(
    verdictText([pass, failed({}), left]),
    "1 of 2 passed; 1 failed, which goes beyond the document. 1 of the cases was not applicable.",
  )
  assert.equal(
    verdictText([basic, failed({}), left, left]),
    "0 of 2 passed; 2 failed, 1 of which the document itself demands. 2 of the cases were not applicable.",
  )
})
