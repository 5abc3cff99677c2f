import type { BatchedEntry, WireEntry } from "../protocol/entry.ts"
import type { AnnouncedFile } from "../protocol/files.ts"
import type { FoundEntry } from "../protocol/messages.ts"
import type { Entry } from "./topic-log.ts"

const decoder = new TextDecoder("utf-8", { ignoreBOM: true }) // which means that one is kept

/** What an entry says: of a file its name, of bytes their base64. */
export function textOf(entry: Pick<Entry, "kind" | "body">): string {
  if (entry.kind === "bytes") return Buffer.from(entry.body).toString("base64")
  return announcedFile(entry)?.name ?? decoder.decode(entry.body)
}

/** The file that an entry announces. */
export function announcedFile({ kind, body }: Pick<Entry, "kind" | "body">): AnnouncedFile | undefined {
  return kind === "file" ? JSON.parse(decoder.decode(body)) : undefined
}

/** An entry as a client gets it in JSON. */
export function wireEntry(entry: Entry): WireEntry {
  const { author, time } = entry
  return { author, time, text: textOf(entry), ...particulars(entry) }
}

/** Entries as a batch carries them: see `BatchedEntry`. */
export function batchedEntries(entries: readonly Entry[]): BatchedEntry[] {
  let before: Entry | undefined
  return entries.map((entry) => {
    const { author, time, kind, ref } = entry
    const text = textOf(entry)
    const sameAuthor = author === before?.author
    const sameTime = time === before?.time
    before = entry
    if (sameAuthor && sameTime && kind === "text" && ref === 0) return text
    return {
      ...(!sameAuthor && { author }),
      ...(!sameTime && { time }),
      text,
      ...particulars(entry),
    }
  })
}

function particulars(entry: Entry): Pick<WireEntry, "kind" | "ref" | "file"> {
  const { kind, ref } = entry
  const file = announcedFile(entry)
  return { ...(kind !== "text" && { kind }), ...(ref > 0 && { ref }), ...(file && { file }) }
}

export function foundEntry(entry: Entry): FoundEntry {
  return { offset: entry.offset, ...wireEntry(entry) }
}
