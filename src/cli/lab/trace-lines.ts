import type { Part } from "../../protocol/lab/parts.ts"
import type {
  Side,
  TimedDiagnosis,
  TraceAnswer,
  TracePiece,
  TraceSummary,
  Transport,
} from "../../protocol/lab/records.ts"
import { printableLine } from "../../protocol/text.ts"
import { count } from "../files/amounts.ts"
import { table } from "../output.ts"
import { exactSeconds } from "../spans.ts"
import { clip, displayWidth, READABLE_COLUMNS, wrap } from "../width.ts"
import { columnOf, HEX_COLUMN, hexRows } from "./hex-dump.ts"

/** Traces as a terminal shows them. What programs sent is data: nothing of it reaches the terminal as it is. */

const FROM_COLUMNS_MIN = 21 // an address with its port: in a narrow terminal, what is wrong matters more than a name
const FROM_COLUMNS_MAX = 60

/** One line for each connection. */
export function traceList(traces: readonly TraceSummary[], columns: number): string[] {
  const listed = (fromColumns: number) =>
    table([
      ["ID", "TIME", "SERVICE", "FROM", "SENT", "GOT", ""],
      ...traces.map(({ id, opened, service, transport, bytes, ...trace }) => [
        String(id),
        timeOfDay(opened).slice(0, -".mmm".length),
        serviceWords(service, transport),
        clip(whoIs(trace), fromColumns),
        String(bytes.client),
        String(bytes.server),
        stateOf(trace),
      ]),
    ])
  const over = Math.max(...listed(FROM_COLUMNS_MAX).map(displayWidth)) - columns
  const widest = Math.min(FROM_COLUMNS_MAX, Math.max(...traces.map((trace) => displayWidth(whoIs(trace)))))
  return listed(Math.max(FROM_COLUMNS_MIN, widest - Math.max(0, over))).map((line) => clip(line, columns))
}

function stateOf({ closed, diagnoses: [first] }: Pick<TraceSummary, "closed" | "diagnoses">): string {
  const wrong = first && `${printableLine(first.case ?? "wrong")}, byte ${first.byte}`
  return [closed === undefined ? "open" : "", wrong].filter(Boolean).join("; ")
}

/** One connection: both directions with times, what the bytes are, and what is wrong with them. */
export function traceLines(trace: TraceAnswer, columns: number): string[] {
  const { id, service, transport, opened, closed, bytes, pieces, parts, diagnoses } = trace
  const end = closed === undefined ? "still open" : `closed ${exactSeconds(closed - opened)} later`
  const lines = [
    `Trace ${id}: ${serviceWords(service, transport) || "no service yet"}, ${whoIs(trace)}`,
    `Opened ${timeOfDay(opened)}, ${end}`,
    `The client sent ${count(bytes.client, "byte")}, the hub ${count(bytes.server, "byte")}`,
  ]
  const marks = [...diagnoses]
  const ends: Record<Side, number> = { client: 0, server: 0 }
  for (const piece of pieces) {
    lines.push(...gapLines(piece.from, piece.at - ends[piece.from]))
    ends[piece.from] = piece.at + byteLength(piece)
    lines.push("", ...pieceLines(piece, opened, parts[piece.from], marks, columns))
  }
  for (const side of ["client", "server"] as const) lines.push(...gapLines(side, bytes[side] - ends[side]))
  for (const mark of marks) lines.push("", ...diagnosisLines(mark, 2, columns))
  return lines.map((line) => clip(line, columns))
}

const gapLines = (side: Side, bytes: number): string[] =>
  bytes > 0
    ? ["", `... ${count(bytes, "byte")} of the ${side === "client" ? "client" : "hub"} not kept ...`]
    : []

const serviceWords = (service = "", transport: Transport): string =>
  transport === "udp" ? `${service} UDP` : service

function pieceLines(
  piece: TracePiece,
  opened: number,
  parts: readonly Part[],
  marks: TimedDiagnosis[],
  columns: number,
): string[] {
  const bytes = Buffer.from(piece.base64, "base64")
  const who = piece.from === "client" ? "client >" : "hub    <"
  const lines = [`${who} ${exactSeconds(piece.time - opened)}, ${count(bytes.length, "byte")}`]
  for (const { at, bytes: size, line } of hexRows(bytes, piece.at)) {
    lines.push(line)
    const inside = (place: number) => place >= at && place < at + size
    if (piece.from === "client")
      for (const mark of takeAll(marks, ({ byte }) => inside(byte)))
        lines.push(...diagnosisLines(mark, columnOf(mark.byte - at), columns))
    for (const part of parts.filter(({ at: begin }) => inside(begin)))
      lines.push(...indented(`${place(part)}: ${printableLine(part.say)}`, HEX_COLUMN, columns))
  }
  return lines
}

/** A mark below the byte, and below it what is wrong. */
function diagnosisLines(mark: TimedDiagnosis, column: number, columns: number): string[] {
  const { byte, expected, got, mend } = mark
  const say = printableLine(`byte ${byte}: expected ${expected}, got ${got}. ${mend}`)
  return [`${" ".repeat(column)}^^ wrong`, ...indented(say, HEX_COLUMN, columns)]
}

const place = ({ at, bytes }: Part) => (bytes > 1 ? `${at}-${at + bytes - 1}` : `${at}`)

const indented = (text: string, column: number, columns: number): string[] =>
  wrap(text, Math.min(columns, READABLE_COLUMNS) - column).map((line) => " ".repeat(column) + line)

const byteLength = ({ base64 }: TracePiece) => Buffer.from(base64, "base64").length

/** `127.0.0.1:5000 "ada"` */
const whoIs = ({ peer, name }: Pick<TraceSummary, "peer" | "name">): string =>
  printableLine(name === undefined ? peer : `${peer} ${JSON.stringify(name)}`)

function takeAll<T>(from: T[], matches: (one: T) => boolean): T[] {
  const taken = from.filter(matches)
  for (const one of taken) from.splice(from.indexOf(one), 1)
  return taken
}

/** `HH:MM:SS.mmm`, local time. */
export function timeOfDay(time: number): string {
  const date = new Date(time)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()]
  const [hours, minutes, seconds] = clock.map((part) => String(part).padStart(2, "0"))
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`
}
