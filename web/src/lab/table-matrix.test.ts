import assert from "node:assert/strict"
import { test } from "node:test"
import type { TableResult, TableRow } from "../../../src/protocol/lab/records.ts"
import { matrices, passText } from "./table-matrix.ts"

const result = (
  name: string,
  verdict: TableResult["verdict"],
  demand?: TableResult["demand"],
): TableResult => ({
  ...{ case: name, verdict, time: 1 },
  ...(demand && { demand }),
})
const program = (service: TableRow["service"], address: string, ...results: TableResult[]): TableRow => ({
  ...{ service, role: "client", address, results },
})

test("table: programs of a service against its cases, what the document asks first", () => {
  const one = program(
    "chat",
    "10.0.0.1",
    result("cut-short", "fail"),
    result("as-documented", "pass", "basic"),
  )
  const two = program("chat", "10.0.0.2", result("glued", "pass", "robust"), result("cut-short", "pass"))
  const three = program("ping", "10.0.0.3", result("as-documented", "pass", "basic"))
  const drawn = matrices([one, two, three])
  assert.deepEqual(
    drawn.map(({ service, groups }) => [service, ...groups.map(({ demand, cases }) => [demand, ...cases])]),
    [
      ["chat", ["basic", "as-documented"], ["robust", "glued"], ["other", "cut-short"]],
      ["ping", ["basic", "as-documented"]],
    ],
  )
  assert.deepEqual(
    drawn[0]!.rows.map(({ results }) => results.map((one) => one?.verdict)),
    [
      ["pass", undefined, "fail"],
      [undefined, "pass", "pass"],
    ],
  )
})

test("table: a case has the demand that any report of it names", () => {
  const [{ groups }] = matrices([
    program("sum", "10.0.0.1", result("quoted", "fail")),
    program("sum", "10.0.0.2", result("quoted", "pass", "robust")),
  ]) as [ReturnType<typeof matrices>[number]]
  assert.deepEqual(groups, [{ demand: "robust", cases: ["quoted"] }])
})

test("table: what does not apply counts neither way", () => {
  const row = program(
    "sum",
    "10.0.0.1",
    result("a", "pass"),
    result("b", "fail"),
    result("c", "not applicable"),
  )
  assert.equal(passText(row), "1 of 2 pass")
})
