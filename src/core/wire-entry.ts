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
    const batched = {
      ...(author !== before?.author && { author }),
      ...(time !== before?.time && { time }),
      text: textOf(entry),
      ...(kind !== "text" && { kind }),
      ...(ref > 0 && { ref }),
    }
    before = entry
    return batched
  })
}

export function foundEntry(entry: Entry): FoundEntry {
  return { offset: entry.offset, ...wireEntry(entry) }
}
