import assert from "node:assert/strict"
import { test } from "node:test"
import type { TableRow, TraceSummary } from "../../protocol/lab/records.ts"
import { displayWidth } from "../width.ts"
import { programLines } from "./table-lines.ts"
import { traceList } from "./trace-lines.ts"

const SAY = `byte 0: expected PING, got "b'PING'". Send "PING".encode(): what str() makes of it has marks around it.`

test("the table breaks a long sentence below itself, and cuts nothing of it", () => {
  const row: TableRow = {
    ...{ service: "ping", role: "client", address: "127.0.0.1" },
    results: [
      { case: "as-documented", verdict: "pass", time: 0 },
      { case: "glued", verdict: "not applicable", time: 0 },
      { case: "quoted", verdict: "fail", time: 0, say: SAY },
    ],
  }
  for (const columns of [80, 200]) {
    const lines = programLines([row], columns)
    for (const line of lines) assert.ok(displayWidth(line) <= Math.min(columns, 100), line)
    assert.match(lines[1]!, /^ {2}FAIL {2}quoted {9}\d\d:\d\d {2}byte 0: /)
    assert.match(lines[2]!, /^ {30}\S/)
    assert.ok(
      lines
        .map((line) => line.trim())
        .join(" ")
        .includes(SAY),
    )
    assert.match(lines.at(-1)!, /^ {2}n\/a {3}glued /)
  }
})

test("the list of traces shows where it went wrong in 80 columns, and long names where there is room", () => {
  const trace = (name: string): TraceSummary => ({
    ...{ id: 12, service: "chat", transport: "tcp", peer: "127.0.0.1:57898", name, opened: 0, closed: 1 },
    bytes: { client: 1024, server: 314 },
    diagnoses: [{ byte: 40, case: "not-an-integer", expected: "", got: "", mend: "", time: 0 }],
  })
  const long = "日本語の名前がとても長い人"
  const narrow = traceList([trace("ada"), trace(long)], 80)
  for (const line of narrow.slice(1)) assert.match(line, /not-an-integer, byte 40$/)
  assert.match(narrow[1]!, /127\.0\.0\.1:57898 "ada"/)
  assert.match(traceList([trace(long)], 200)[1]!, new RegExp(`57898 "${long}"  1024`))
})
