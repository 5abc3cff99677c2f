import assert from "node:assert/strict"
import { test } from "node:test"
import type { Verdict } from "../../client/check/verdict.ts"
import { displayWidth } from "../width.ts"
import { renderProgress, renderRow, renderVerdict } from "./render.ts"
import type { Row } from "./row.ts"

const row: Row = {
  step: "idle",
  state: "fail",
  say: "An answer takes 200 ms, unevenly (41 ms more or less each time), and 5 of 100 packets are lost on the way back.",
  facts: undefined,
}
const verdict: Verdict = {
  fault: true,
  say: "The line loses about 5 of 100 packets on the way back to you.",
  evidence: ["idle", "download"],
  next: "On Wi-Fi, go nearer to the access point, or use a cable.",
  sure: "certain",
  because: "the hub's count says where.",
}

test("check on a terminal: no line is wider than it, and a number keeps its unit", () => {
  for (const columns of [26, 40, 80, 200]) {
    const lines = [
      ...renderRow(row, { columns, colours: false }),
      ...renderVerdict(verdict, { columns, colours: false }),
    ]
    for (const line of lines) assert.ok(displayWidth(line) < columns, line)
    assert.doesNotMatch(lines.join("\n"), /\d\n +ms|\u00a0/)
  }
  const [first, second] = renderRow(row, { columns: 80, colours: false })
  assert.equal(first, "fail     answer time    An answer takes 200 ms, unevenly (41 ms more or less")
  assert.equal(second, "                        each time), and 5 of 100 packets are lost on the way")
})

test("check in a pipe: one row is one line, and without colour", () => {
  const lines = renderRow(row, { columns: undefined, colours: false })
  assert.deepEqual(lines, [`fail     answer time    ${row.say}`])
  assert.match(renderRow(row, { columns: undefined, colours: true })[0]!, /^\x1b\[31mfail {3}/)
})

test("check: the verdict names its evidence, what to do, and how sure it is", () => {
  assert.deepEqual(renderVerdict(verdict, { columns: undefined, colours: false }), [
    "FAULT FOUND             The line loses about 5 of 100 packets on the way back to you.",
    "what shows it           answer time and download",
    "what to do              On Wi-Fi, go nearer to the access point, or use a cable.",
    "how sure it is          certain: the hub's count says where.",
  ])
})

test("check: progress fits its line", () => {
  for (const columns of [10, 39, 79])
    assert.ok(
      displayWidth(renderProgress("measuring how long an answer takes ...", 0.46, columns)) <= columns,
    )
  assert.match(renderProgress("measuring ...", 0.5, 79), /^measuring \.\.\. {2}█{10}░{10} {3}50 %$/)
})
