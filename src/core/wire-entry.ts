import type { BatchedEntry, WireEntry } from "../protocol/entry.ts"
import type { FoundEntry } from "../protocol/messages.ts"
import type { Entry } from "./topic-log.ts"

const decoder = new TextDecoder()

export function textOf(entry: Entry): string {
  return decoder.decode(entry.body)
}

/** An entry as a client gets it in JSON. */
export function wireEntry(entry: Entry): WireEntry {
  const { author, time, kind, ref } = entry
  return { author, time, text: textOf(entry), ...(kind !== "text" && { kind }), ...(ref > 0 && { ref }) }
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
      ...(kind !== "text" && { kind }),
      ...(ref > 0 && { ref }),
    }
  })
}

export function foundEntry(entry: Entry): FoundEntry {
  return { offset: entry.offset, ...wireEntry(entry) }
}
