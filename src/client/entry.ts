import type { EntryKind, WireEntry } from "../protocol/entry.ts"

/** An entry with its place in the topic. */
export interface Entry extends WireEntry {
  readonly offset: number
  readonly kind: EntryKind
}

export const placed = (offset: number, entry: WireEntry): Entry => ({ offset, kind: "text", ...entry })
