import type { Part } from "../../../src/protocol/lab/parts.ts"
import type { Side, TimedDiagnosis, TraceAnswer } from "../../../src/protocol/lab/records.ts"

/** What one read or write carried: the head of its bytes. */
export interface PieceRow {
  readonly kind: "piece"
  readonly from: Side
  /** Since the connection opened. */
  readonly afterMs: number
  readonly bytes: number
}

/** Bytes that are not kept. */
export interface GapRow {
  readonly kind: "gap"
  readonly from: Side
  readonly bytes: number
}

/** Some bytes, side by side. */
export interface BytesRow {
  readonly kind: "bytes"
  readonly from: Side
  /** Place of the first in what that side has sent. */
  readonly at: number
  readonly bytes: Uint8Array
  /** Index in the row of a byte that is wrong. */
  readonly wrong: number | undefined
}

/** What is wrong, below its byte; or at the end, where that byte never came or is not kept. */
export interface WrongRow {
  readonly kind: "wrong"
  readonly diagnosis: TimedDiagnosis
}

export type TraceRow = PieceRow | GapRow | BytesRow | WrongRow

/** A connection as rows, in the order in which it happened. @param rowBytes of a row at most */
export function traceRows(trace: TraceAnswer, rowBytes: number): TraceRow[] {
  const rows: TraceRow[] = []
  const marks = [...trace.diagnoses]
  const ends: Record<Side, number> = { client: 0, server: 0 }
  const gap = (from: Side, bytes: number) => bytes > 0 && rows.push({ kind: "gap", from, bytes })
  for (const { from, at, time, base64 } of trace.pieces) {
    gap(from, at - ends[from])
    const bytes = bytesOf(base64)
    ends[from] = at + bytes.length
    rows.push({ kind: "piece", from, afterMs: time - trace.opened, bytes: bytes.length })
    for (let begin = 0; begin < bytes.length; begin += rowBytes) {
      const row = bytes.subarray(begin, begin + rowBytes)
      const found = from === "client" ? taken(marks, at + begin, row.length) : []
      const wrong = found[0] && found[0].byte - at - begin
      rows.push({ kind: "bytes", from, at: at + begin, bytes: row, wrong })
      rows.push(...found.map((diagnosis): WrongRow => ({ kind: "wrong", diagnosis })))
    }
  }
  for (const side of ["client", "server"] as const) gap(side, trace.bytes[side] - ends[side])
  return [...rows, ...marks.map((diagnosis): WrongRow => ({ kind: "wrong", diagnosis }))]
}

/** Takes out those of that place, the first byte first. */
function taken(marks: TimedDiagnosis[], at: number, bytes: number): TimedDiagnosis[] {
  const found = marks.filter(({ byte }) => byte >= at && byte < at + bytes)
  for (const mark of found) marks.splice(marks.indexOf(mark), 1)
  return found.sort((a, b) => a.byte - b.byte)
}

/** The row of the first wrong byte, or of what is said of one that never came; -1 where nothing is wrong. */
export function firstWrong(rows: readonly TraceRow[]): number {
  return rows.findIndex((row) => row.kind === "wrong" || (row.kind === "bytes" && row.wrong !== undefined))
}

/** The row that holds a byte of a side; -1 where it is not kept. */
export const rowOf = (rows: readonly TraceRow[], from: Side, place: number): number =>
  rows.findIndex(
    (row) =>
      row.kind === "bytes" && row.from === from && place >= row.at && place < row.at + row.bytes.length,
  )

/** Bytes of a row that belong together. */
export interface Span {
  /** In the row. */
  readonly begin: number
  readonly end: number
  /** Of the part that they belong to; -1 for none. */
  readonly part: number
  readonly wrong: boolean
}

/** A row cut where a part begins or ends, and around the wrong byte. @param parts of its side, by their place */
export function spansOf({ at, bytes, wrong }: BytesRow, parts: readonly Part[]): Span[] {
  const spans: { begin: number; end: number; part: number; wrong: boolean }[] = []
  for (let index = 0; index < bytes.length; index++) {
    const part = partAt(parts, at + index)
    const last = spans.at(-1)
    if (last && last.part === part && !last.wrong && index !== wrong) last.end = index + 1
    else spans.push({ begin: index, end: index + 1, part, wrong: index === wrong })
  }
  return spans
}

/** By halves: there may be 500 parts to each of 4,000 rows. */
export function partAt(parts: readonly Part[], place: number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (parts[middle]!.at <= place) low = middle + 1
    else high = middle
  }
  const part = parts[low - 1]
  return part && place < part.at + part.bytes ? low - 1 : -1
}

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")

/** As text; what is no printable ASCII is a dot, so that each sign stands for one byte. */
export const textOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("")

/** `13`, `10–12` */
export const placeText = ({ at, bytes }: Part): string => (bytes > 1 ? `${at}–${at + bytes - 1}` : `${at}`)

function bytesOf(base64: string): Uint8Array {
  const binary = atob(base64)
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0))
}

const ROW_BYTES = [16, 8, 4] as const
/** Blanks of a row, and its edge. */
const BLANKS = 5

/** How many bytes a row can hold. @param signs that fit side by side @param digits of a place */
export const rowBytesFor = (signs: number, digits: number): number =>
  ROW_BYTES.find((bytes) => digits + BLANKS + 4 * bytes <= signs) ?? ROW_BYTES[2]
