import type { Entry } from "../client/main.ts"
import { printable, printableLine } from "../protocol/text.ts"
import { amount, count } from "./files/amounts.ts"
import { displayWidth } from "./width.ts"

/** Data goes to stdout, everything else to stderr. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

// JSON leaves DEL, C1 and bidi controls as they are; as escapes they mean the same and do nothing to a terminal.
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One value as one line of JSON. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}

export const printJson = (value: unknown): void => print(jsonLine(value))

const two = (number: number): string => String(number).padStart(2, "0")

/** `HH:MM`, local time. */
export function clockTime(time: number): string {
  const date = new Date(time)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `YYYY-MM-DD`, local time. */
export function calendarDay(time: number): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** What an entry of another kind than `text` tells; undefined for something said, or a kind of a later hub. */
export function told({ author, kind, text, file }: Entry): string | undefined {
  const who = printableLine(author)
  if (kind === "topic_line") return `${who} set the topic line: ${printableLine(text)}`
  if (kind === "file_deleted") return `${who} deleted ${printableLine(text)}`
  if (kind !== "file" || !file) return undefined
  const inside = file.items ? `, ${count(file.items, "file")}` : ""
  return `${who} sent ${printableLine(text)}, ${amount(file.bytes)}${inside}: landline get ${file.id}`
}

/** An entry as plain text: `STAMP author: text`, further lines of the text indented below it. */
export function plainEntry(stamp: string, entry: Entry): string {
  const line = told(entry)
  if (line !== undefined) return `${stamp} ${line}`
  const head = `${stamp} ${printableLine(entry.author)}: `
  return head + printable(entry.text).replaceAll("\n", `\n${" ".repeat(displayWidth(head))}`)
}

/** Rows with columns that stand below each other; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column]!))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - displayWidth(cell)))
      .join("  ")
      .trimEnd(),
  )
}
