import assert from "node:assert/strict"
import { test } from "node:test"
import type { TimedDiagnosis, TraceAnswer, TracePiece } from "../../../src/protocol/lab/records.ts"
import {
  firstWrong,
  hexOf,
  partAt,
  rowBytesFor,
  rowOf,
  spansOf,
  type TraceRow,
  textOf,
  traceRows,
} from "./trace-rows.ts"

const piece = (from: "client" | "server", at: number, text: string, time = 1_000): TracePiece => ({
  ...{ from, at, time },
  base64: Buffer.from(text, "latin1").toString("base64"),
})
const wrongAt = (byte: number): TimedDiagnosis => ({
  ...{ byte, expected: "X", got: "Y", mend: "Mend it.", time: 1 },
})

const trace = (
  pieces: readonly TracePiece[],
  bytes: TraceAnswer["bytes"],
  diagnoses: readonly TimedDiagnosis[] = [],
): TraceAnswer => ({
  ...{ id: 1, service: "chat", transport: "tcp", peer: "127.0.0.1:5", opened: 900, bytes, diagnoses, pieces },
  parts: { client: [], server: [] },
})

/** Rows in short. */
const short = (rows: readonly TraceRow[]) =>
  rows.map((row) => {
    if (row.kind === "piece") return `${row.from} ${row.afterMs} ${row.bytes}`
    if (row.kind === "gap") return `gap ${row.from} ${row.bytes}`
    if (row.kind === "wrong") return `wrong ${row.diagnosis.byte}`
    return `${row.at} ${textOf(row.bytes)}${row.wrong === undefined ? "" : ` !${row.wrong}`}`
  })

test("trace rows: both directions in the order in which they went, each with its time and its places", () => {
  const rows = traceRows(
    trace(
      [piece("client", 0, "abcdef", 1_000), piece("server", 0, "xy", 1_001), piece("client", 6, "g", 1_500)],
      { client: 7, server: 2 },
    ),
    4,
  )
  assert.deepEqual(short(rows), [
    "client 100 6",
    "0 abcd",
    "4 ef",
    "server 101 2",
    "0 xy",
    "client 600 1",
    "6 g",
  ])
  assert.equal(firstWrong(rows), -1)
  assert.equal(rowOf(rows, "client", 5), 2)
  assert.equal(rowOf(rows, "server", 1), 4)
  assert.equal(rowOf(rows, "server", 2), -1)
})

test("trace rows: what is wrong stands below its byte, which is marked; what never came is said at the end", () => {
  const rows = traceRows(
    trace([piece("server", 0, "abcdef"), piece("client", 0, "abcdef")], { client: 6, server: 6 }, [
      ...[wrongAt(6), wrongAt(5), wrongAt(2)],
    ]),
    4,
  )
  assert.deepEqual(short(rows).slice(3), [
    "client 100 6",
    "0 abcd !2",
    "wrong 2",
    "4 ef !1",
    "wrong 5",
    "wrong 6",
  ])
  assert.equal(firstWrong(rows), 4)
})

test("trace rows: bytes that are not kept are a gap, in the middle and at the end", () => {
  const rows = traceRows(
    trace([piece("client", 0, "ab"), piece("client", 10, "cd")], { client: 20, server: 3 }),
    8,
  )
  assert.deepEqual(short(rows), [
    ...["client 100 2", "0 ab", "gap client 8", "client 100 2", "10 cd", "gap client 8", "gap server 3"],
  ])
})

test("trace rows: a row is cut where a part begins or ends, and around the wrong byte", () => {
  const parts = [
    { at: 0, bytes: 3, say: "header" },
    { at: 3, bytes: 2, say: "body" },
    { at: 6, bytes: 9, say: "more" },
  ]
  const bytes = Uint8Array.from({ length: 8 }, (_, index) => index)
  const cut = spansOf({ kind: "bytes", from: "client", at: 1, bytes, wrong: 1 }, parts)
  assert.deepEqual(
    cut.map(({ begin, end, part, wrong }) => [begin, end, part, wrong]),
    [
      [0, 1, 0, false],
      [1, 2, 0, true],
      [2, 4, 1, false],
      [4, 5, -1, false],
      [5, 8, 2, false],
    ],
  )
  assert.deepEqual(
    [-1, 0, 2, 3, 5, 14, 15].map((place) => partAt(parts, place)),
    [-1, 0, 0, 1, -1, 2, -1],
  )
})

test("trace rows: each byte is one sign of text, and none of them moves what stands around it", () => {
  assert.equal(textOf(Uint8Array.from([0x61, 0, 0x1b, 0x7f, 0xc3, 0xa9, 0x3c])), "a·····<")
  assert.equal(hexOf(Uint8Array.from([0, 0x1b, 0xff])), "00 1b ff")
})

test("trace rows: a row has as many bytes as there is room for", () => {
  assert.deepEqual(
    [80, 73, 72, 41, 40, 10].map((signs) => rowBytesFor(signs, 4)),
    [16, 16, 8, 8, 4, 4],
  )
  assert.equal(rowBytesFor(73, 10), 8)
})
