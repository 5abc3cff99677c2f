import type { Batch, WireFormat } from "../../core/batch.ts"
import type { Entry } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { announcedFile, textOf, wireEntry } from "../../core/wire-entry.ts"
import { filePath } from "../../protocol/files.ts"
import { printable } from "../../protocol/text.ts"

/** How a room is read in one answer. */
export interface PageFormat {
  readonly type: string
  entries(entries: readonly Entry[], epoch: number): string
  gap(from: number, to: number): string
}

const jsonLine = (entry: Entry, epoch: number): string =>
  JSON.stringify({ offset: entry.offset, cursor: cursorAt({ epoch }, entry.offset), ...wireEntry(entry) })

export const formats: Record<"text" | "jsonl", PageFormat> = {
  /** For people: nothing in it can move their terminal's cursor. */
  text: {
    type: "text/plain; charset=utf-8",
    entries: (entries) => entries.map(textLine).join(""),
    gap: (from, to) => `-- messages ${from} to ${to} are no longer kept --\n`,
  },
  jsonl: {
    type: "application/x-ndjson; charset=utf-8",
    entries: (entries, epoch) => entries.map((entry) => `${jsonLine(entry, epoch)}\n`).join(""),
    gap: (from, to) => `${JSON.stringify({ gap: { from, to } })}\n`,
  },
}

/** Server-sent events (WHATWG HTML, section 9.2): the id of each is its cursor. */
export const sseFormat: WireFormat = {
  encode: ({ entries, epoch }: Batch) =>
    Buffer.from(
      entries
        .map((entry) => `id: ${cursorAt({ epoch }, entry.offset)}\ndata: ${jsonLine(entry, epoch)}\n\n`)
        .join(""),
    ),
}

function textLine(entry: Entry): string {
  const time = new Date(entry.time)
  const two = (number: number) => String(number).padStart(2, "0")
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())} ${entry.author}${told(entry)}\n`
}

function told(entry: Entry): string {
  const text = printable(textOf(entry)).replaceAll("\n", "\n    ")
  const file = announcedFile(entry)
  if (file) return ` sent ${text}, ${file.bytes} bytes: ${filePath(file)}`
  if (entry.kind === "file_deleted") return ` deleted ${text}`
  return entry.kind === "topic_line" ? ` set the topic line: ${text}` : `: ${text}`
}
