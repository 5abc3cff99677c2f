import type { AnnouncedFile } from "./files.ts"

/**
 * What an entry is. `text`: something said. `topic_line`: the room's topic line was set to this text. `file`: a
 * file was sent; its text is the file's name. `file_deleted`: the file of the entry `ref` was deleted. `bytes`: a
 * message of a feed that is no text in UTF-8; its text is those bytes in base64.
 * Later kinds (an edit, a deletion, a reaction) name the entry they are about in `ref` as well.
 */
export const ENTRY_KINDS = ["text", "topic_line", "file", "file_deleted", "bytes"] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** Kinds that count as a message: unread is a subtraction of counts, and edits do not count. */
export const MESSAGE_KINDS: readonly EntryKind[] = ["text", "file", "bytes"]

/** An entry as it travels in JSON, in the session protocol and on the HTTP doors alike. */
export interface WireEntry {
  /** Who said it; `~name` when the name is not proven. */
  readonly author: string
  /** ms since 1970, by the hub's clock. */
  readonly time: number
  readonly text: string
  /** Left out for `text`. */
  readonly kind?: EntryKind
  /** Offset of the entry that this one is about, in the same topic. */
  readonly ref?: number
  /** With kind `file`. */
  readonly file?: AnnouncedFile
}

/**
 * An entry inside a batch, which goes to everybody and is made small: author and time are left out where they are
 * those of the entry before it, and what then is only a text is that text.
 */
export type BatchedEntry =
  | (Omit<WireEntry, "author" | "time"> & Partial<Pick<WireEntry, "author" | "time">>)
  | string

/** What a batch left out, put back. @throws TypeError when the first entry has no author or time */
export function expandBatch(entries: readonly BatchedEntry[]): WireEntry[] {
  let author: string | undefined
  let time: number | undefined
  return entries.map((batched) => {
    const entry: Exclude<BatchedEntry, string> = typeof batched === "string" ? { text: batched } : batched
    author = entry.author ?? author
    time = entry.time ?? time
    if (author === undefined || time === undefined)
      throw new TypeError("A batch begins with an author and a time.")
    return { ...entry, author, time }
  })
}
