import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { ENTRY_KINDS } from "../../protocol/entry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { lockFolder } from "./lock.ts"
import { type EntryRow, entryChecksum } from "./rows.ts"
import { createDatabase, databaseFile, OFFSETS_PER_TOPIC } from "./schema.ts"

export interface Salvaged {
  /** Where the damaged files were put, untouched. */
  readonly kept: string
  readonly topics: readonly { readonly topic: string; readonly saved: number; readonly lost: number }[]
}

/**
 * Makes a new log of all entries of a damaged one that can be read and bear their checksum. The damaged files are
 * kept beside it. Topics get a new epoch, so that no cursor of the damaged log passes for one of the new.
 * @throws LandlineError usage where there is no data, data_in_use while a hub runs on it
 */
export function salvageLog(folder: string, now: number): Salvaged {
  const file = databaseFile(folder)
  if (!existsSync(file) && !existsSync(`${file}-wal`))
    throw new LandlineError("usage", {}, `There is no data in ${folder}. Name its folder with --data.`)
  const unlock = lockFolder(folder)
  try {
    const kept = join(folder, `damaged-${new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)}`)
    mkdirSync(kept)
    for (const end of ["", "-wal"])
      if (existsSync(file + end)) copyFileSync(file + end, databaseFile(kept) + end)
    const fresh = `${file}.salvaged`
    for (const end of ["", "-wal", "-shm"]) rmSync(fresh + end, { force: true })
    createDatabase(fresh)
    const topics = copyAll(databaseFile(kept), fresh, now)
    // The old WAL must be gone before the new file bears its name.
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true })
    renameSync(fresh, file)
    for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `index.db${end}`), { force: true })
    return { kept: basename(kept), topics }
  } finally {
    unlock()
  }
}

interface TopicRow {
  readonly id: number
  readonly name: string
  readonly epoch: number
  readonly tail: number
  readonly head: number
  readonly closed: number
}

function copyAll(damaged: string, fresh: string, now: number): Salvaged["topics"] {
  const to = new DatabaseSync(fresh)
  const from = openDamaged(damaged)
  try {
    if (!from) return []
    const known = new Map(readable<TopicRow>(from, "SELECT * FROM topics").map((topic) => [topic.id, topic]))
    // Entries whose topic's row is lost still tell their topic's number.
    for (const { id } of topicNumbers(from))
      if (!known.has(id))
        known.set(id, { id, name: `room/recovered-${id}`, epoch: 0, head: 1, tail: 0, closed: 0 })
    to.exec("BEGIN")
    const topics = [...known.values()].map((topic) => copyTopic(from, to, topic, now))
    for (const table of ["people", "devices", "rooms", "removed_topics"]) copyRows(from, to, table)
    to.exec(
      `INSERT OR IGNORE INTO rooms SELECT substr(name, 6), name, '', '', ${now} FROM topics WHERE name LIKE 'room/%'`,
    )
    to.exec("COMMIT")
    return topics
  } finally {
    from?.close()
    to.close()
  }
}

function openDamaged(file: string): DatabaseSync | undefined {
  try {
    const db = new DatabaseSync(file)
    db.prepare("SELECT 1 FROM sqlite_schema").all()
    return db
  } catch {
    return undefined // not a database any more: there is nothing to read
  }
}

function copyTopic(
  from: DatabaseSync,
  to: DatabaseSync,
  topic: TopicRow,
  now: number,
): Salvaged["topics"][number] {
  const base = topic.id * OFFSETS_PER_TOPIC
  const insert = to.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
  const offsets = new Map<number, number>() // old to new: references follow
  let bytes = 0
  let count = 0
  let last: EntryRow | undefined
  for (const row of readableEntries(from, base, topic.tail)) {
    if (row.checksum !== entryChecksum(row)) continue
    const offset = offsets.size + 1
    offsets.set(row.id - base, offset)
    if (row.kind === ENTRY_KINDS[0]) count++
    const entry = { ...row, id: base + offset, ref: offsets.get(row.ref) ?? 0, count }
    insert.run(
      entry.id,
      entry.time,
      entry.author,
      entry.kind,
      entry.ref,
      count,
      entry.body,
      entryChecksum(entry),
    )
    bytes += entry.body.length
    last = entry
  }
  const saved = offsets.size
  const epoch = Math.max(now, topic.epoch + 1)
  to.prepare("INSERT INTO topics VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)").run(
    topic.id,
    topic.name,
    epoch,
    saved,
    count,
    bytes,
    last?.time ?? 0,
    topic.closed,
  )
  return { topic: topic.name, saved, lost: Math.max(0, topic.tail - topic.head + 1 - saved) }
}

/** Entries in order as far as the file can be walked, then one by one behind each place where it cannot. */
function* readableEntries(db: DatabaseSync, base: number, tail: number): Generator<EntryRow> {
  const walk = db.prepare("SELECT * FROM entries WHERE id > ? AND id < ? ORDER BY id")
  const one = db.prepare("SELECT * FROM entries WHERE id = ?")
  let last = base
  for (;;) {
    try {
      for (const row of walk.iterate(last, base + OFFSETS_PER_TOPIC) as Iterable<EntryRow>) {
        last = row.id
        yield row
      }
      return
    } catch {
      let found: EntryRow | undefined
      while (!found && last < base + tail) found = attempt(() => one.get(++last) as EntryRow | undefined)
      if (!found) return
      yield found
    }
  }
}

function topicNumbers(db: DatabaseSync): { id: number }[] {
  const numbers: { id: number }[] = []
  const next = attempt(() => db.prepare("SELECT id FROM entries WHERE id >= ? ORDER BY id LIMIT 1"))
  for (let id = 0; next; ) {
    const row = attempt(() => next.get(id * OFFSETS_PER_TOPIC))
    if (!row) break
    id = Math.floor(Number(row["id"]) / OFFSETS_PER_TOPIC)
    numbers.push({ id })
    id++
  }
  return numbers
}

function copyRows(from: DatabaseSync, to: DatabaseSync, table: string): void {
  for (const row of readable<Record<string, string>>(from, `SELECT * FROM ${table}`)) {
    const values = Object.values(row)
    to.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${values.map(() => "?").join()})`).run(...values)
  }
}

/** Rows of a query up to the first that cannot be read. */
function readable<T>(db: DatabaseSync, query: string): T[] {
  const rows: T[] = []
  attempt(() => {
    for (const row of db.prepare(query).iterate()) rows.push(row as T)
  })
  return rows
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
