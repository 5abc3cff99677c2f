import { DatabaseSync } from "node:sqlite"
import { workerData } from "node:worker_threads"
import type { FeedRecord, Person, Room } from "../../core/directory.ts"
import type { Bodies } from "../../core/topic-log.ts"
import { nameKey } from "../../protocol/names.ts"
import { Moved, runtimeError, serveCalls } from "../calls.ts"
import { fileReads } from "./files.ts"
import { moved, type Packed, Packer } from "./pack.ts"
import { databaseFile, OFFSETS_PER_TOPIC } from "./schema.ts"

interface PageRow {
  /** JSON: offset, time, author, kind, ref, count and bytes of each. */
  readonly entries: string
  readonly bytes: Uint8Array | null
}

interface BodiesRow {
  readonly entries: number
  readonly bytes: Uint8Array | null
}

/** The worker thread that reads, so that a page never waits for a commit. */

const { folder } = workerData as { folder: string }
const db = new DatabaseSync(databaseFile(folder), { readOnly: true })
db.exec("PRAGMA busy_timeout = 5000")
// A row costs more on its way into JavaScript than in SQLite: a whole page comes as one.
const lengths = db.prepare(
  `SELECT json_group_array(length(body)) AS lengths
   FROM (SELECT body FROM entries WHERE id > ? AND id < ? ORDER BY id LIMIT ?)`,
)
const page = db.prepare(
  `SELECT json_group_array(json_array(id - ?, time, author, kind, ref, count, length(body))) AS entries,
     CAST(group_concat(body, '') AS BLOB) AS bytes
   FROM (SELECT * FROM entries WHERE id > ? AND id < ? ORDER BY id LIMIT ?)`,
)
const size = db.prepare("SELECT sum(length(body)) AS bytes FROM entries WHERE id > ? AND id <= ?")
const bodies = db.prepare(
  "SELECT count(*) AS entries, CAST(group_concat(body, ?) AS BLOB) AS bytes FROM entries WHERE id > ? AND id <= ?",
)
const person = db.prepare("SELECT name, since FROM people WHERE key = ?")
const rooms = db.prepare("SELECT room, topic, line, created_by AS createdBy, since FROM rooms ORDER BY room")
const feeds = db.prepare("SELECT record FROM feeds ORDER BY feed")
const room = db.prepare("SELECT room, topic, line, created_by AS createdBy, since FROM rooms WHERE room = ?")

const methods = {
  read(topic: number, after: number, entriesMax: number, bytesMax: number): Moved<Packed> {
    const base = topic * OFFSETS_PER_TOPIC
    const range = [base + after, base + OFFSETS_PER_TOPIC] as const
    const sizes: number[] = JSON.parse(String(lengths.get(...range, entriesMax)!["lengths"]))
    const wanted = fitting(sizes, bytesMax)
    const { entries, bytes } = page.get(base, ...range, wanted) as unknown as PageRow
    const packer = new Packer()
    let at = 0
    for (const [offset, time, author, kind, ref, count, size] of JSON.parse(entries)) {
      packer.number(offset)
      packer.number(time)
      packer.string(author)
      packer.string(kind)
      packer.number(ref)
      packer.number(count)
      packer.body(bytes!.subarray(at, at + size))
      at += size
    }
    const packed = packer.finish()
    return new Moved(packed, moved(packed))
  },

  readBodies(
    topic: number,
    after: number,
    last: number,
    bytesMax: number,
    between: string,
  ): Moved<Bodies | undefined> {
    const base = topic * OFFSETS_PER_TOPIC
    let to = last
    while (to > after + 1 && Number(size.get(base + after, base + to)!["bytes"]) > bytesMax)
      to = after + Math.ceil((to - after) / 2)
    const { entries, bytes } = bodies.get(between, base + after, base + to) as unknown as BodiesRow
    if (entries !== to - after || bytes === null) return new Moved(undefined, [])
    return new Moved({ to, bytes }, [bytes.buffer as ArrayBuffer])
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

/** How many bodies of these sizes have at most so many bytes; at least one. */
function fitting(sizes: readonly number[], bytesMax: number): number {
  let count = 0
  for (let bytes = 0; count < sizes.length; count++) {
    bytes += sizes[count]!
    if (count > 0 && bytes > bytesMax) break
  }
  return count
}

// Rows have no prototype, which comparisons and clones of a caller may trip over.
function plain(row: object | undefined): object | undefined {
  return row && { ...row }
}

serveCalls(methods, runtimeError)
