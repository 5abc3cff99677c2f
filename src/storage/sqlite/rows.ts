import { crc32 } from "node:zlib"
import type { EntryKind } from "../../protocol/entry.ts"

/** A row of the table `entries`. */
export interface EntryRow {
  readonly id: number
  readonly time: number
  readonly author: string
  readonly kind: EntryKind
  readonly ref: number
  readonly count: number
  readonly body: Uint8Array
  readonly checksum: number
}

/** CRC-32 over all that a row holds, its place included. */
export function entryChecksum(row: Omit<EntryRow, "checksum">): number {
  return crc32(
    row.body,
    crc32(`${row.id}\n${row.time}\n${row.author}\n${row.kind}\n${row.ref}\n${row.count}\n`),
  )
}
