import { DatabaseSync } from "node:sqlite"
import { workerData } from "node:worker_threads"
import type { FeedRecord, Person, Room } from "../../core/directory.ts"
import { nameKey } from "../../protocol/names.ts"
import { Moved, runtimeError, serveCalls } from "../calls.ts"
import { fileReads } from "./files.ts"
import { moved, type Packed, Packer } from "./pack.ts"
import type { EntryRow } from "./rows.ts"
import { databaseFile, OFFSETS_PER_TOPIC } from "./schema.ts"

/** The worker thread that reads, so that a page never waits for a commit. */

const { folder } = workerData as { folder: string }
const db = new DatabaseSync(databaseFile(folder), { readOnly: true })
db.exec("PRAGMA busy_timeout = 5000")
const page = db.prepare("SELECT * FROM entries WHERE id > ? AND id < ? ORDER BY id LIMIT ?")
const person = db.prepare("SELECT name, since FROM people WHERE key = ?")
const rooms = db.prepare("SELECT room, topic, line, created_by AS createdBy, since FROM rooms ORDER BY room")
const feeds = db.prepare("SELECT record FROM feeds ORDER BY feed")
const room = db.prepare("SELECT room, topic, line, created_by AS createdBy, since FROM rooms WHERE room = ?")

const methods = {
  read(topic: number, after: number, entriesMax: number, bytesMax: number): Moved<Packed> {
    const base = topic * OFFSETS_PER_TOPIC
    const packer = new Packer()
    let bytes = 0
    let entries = 0
    for (const row of page.iterate(
      base + after,
      base + OFFSETS_PER_TOPIC,
      entriesMax,
    ) as Iterable<EntryRow>) {
      bytes += row.body.length
      if (entries++ > 0 && bytes > bytesMax) break
      packer.number(row.id - base)
      packer.number(row.time)
      packer.string(row.author)
      packer.string(row.kind)
      packer.number(row.ref)
      packer.number(row.count)
      packer.body(row.body)
    }
    const packed = packer.finish()
    return new Moved(packed, moved(packed))
  },

  person: (name: string) => plain(person.get(nameKey(name))) as Person | undefined,
  rooms: () => rooms.all().map(plain) as unknown as Room[],
  room: (name: string) => plain(room.get(name)) as Room | undefined,

  feeds: () => feeds.all().map(({ record }) => JSON.parse(String(record)) as FeedRecord),

  ...fileReads(db),

  close(): void {
    db.close()
  },
}
export type ReaderMethods = typeof methods

// Rows have no prototype, which comparisons and clones of a caller may trip over.
function plain(row: object | undefined): object | undefined {
  return row && { ...row }
}

serveCalls(methods, runtimeError)
