import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { countsAsMessage } from "../../core/append-rules.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { lockFolder } from "./lock.ts"
import { type EntryRow, entryChecksum } from "./rows.ts"
import { createDatabase, databaseFile, OFFSETS_PER_TOPIC, topicNumbers } from "./schema.ts"

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
  const scratch = join(folder, "salvaging")
  try {
    rmSync(scratch, { recursive: true, force: true })
    const [kept, worked] = [join(scratch, "kept"), join(scratch, "worked")]
    for (const copy of [kept, worked]) copyLog(folder, copy)
    const fresh = databaseFile(scratch)
    createDatabase(fresh)
    const topics = copyAll(databaseFile(worked), fresh, now)
    const name = freeName(folder, now)
    renameSync(kept, join(folder, name))
    sync(folder)
    // A hub refuses an empty file, so after a crash in between nothing passes for the log; and the old WAL must be
    // gone before the new file bears its name.
    writeFileSync(file, "")
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true })
    renameSync(fresh, file)
    for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `index.db${end}`), { force: true })
    return { kept: name, topics }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    unlock()
  }
}

/** Copies the files of a log, so that they survive a loss of power. */
function copyLog(folder: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const end of ["", "-wal"]) {
    const copy = databaseFile(to) + end
    if (!existsSync(databaseFile(folder) + end)) continue
    copyFileSync(databaseFile(folder) + end, copy, constants.COPYFILE_FICLONE)
    sync(copy)
  }
  sync(to)
}

/** Brings a file or a folder to the disk. */
function sync(path: string): void {
  const isFolder = statSync(path).isDirectory()
  if (isFolder && process.platform === "win32") return // opens no folders, and keeps them by itself
  const open = openSync(path, isFolder ? "r" : "r+")
  try {
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}

/** `damaged-` and the time to a second, in digits; where that is taken, with a number. */
function freeName(folder: string, now: number): string {
  const time = new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)
  let name = `damaged-${time}`
  for (let n = 2; existsSync(join(folder, name)); n++) name = `damaged-${time}-${n}`
  return name
}

interface TopicRow {
  readonly id: number
  readonly name: string
  readonly epoch: number
  readonly tail: number
  readonly head: number
  readonly closed: number
  /** Since schema 3. */
  readonly mark?: string
}

function copyAll(damaged: string, fresh: string, now: number): Salvaged["topics"] {
  const to = new DatabaseSync(fresh)
  const from = openDamaged(damaged)
  try {
    if (!from) return []
    const known = new Map(readable(() => rowsOf<TopicRow>(from, "topics")).map((topic) => [topic.id, topic]))
    // Entries whose topic's row is lost still tell their topic's number.
    for (const id of readable(() => topicNumbers(from)))
      if (!known.has(id))
        known.set(id, { id, name: `room/recovered-${id}`, epoch: 0, head: 1, tail: 0, closed: 0 })
    to.exec("BEGIN")
    const topics = [...known.values()].map((topic) => copyTopic(from, to, topic, now))
    for (const table of ["people", "devices", "rooms", "feeds", "removed_topics", "files", "uploads"])
      copyRows(from, to, table)
    to.exec(
      `INSERT OR IGNORE INTO rooms SELECT substr(name, 6), name, '', '', ${now} FROM topics WHERE name LIKE 'room/%';
       INSERT OR IGNORE INTO topics (name, epoch) SELECT topic, ${now} FROM rooms`,
    )
    to.exec("COMMIT")
    return topics
  } finally {
    from?.close()
    to.close()
  }
}

/**
 * Opens what is there. SQLite throws the WAL of a missing or empty file away, but takes it on top of any log: one
 * that was never moved into its file holds all that is in no new log.
 */
function openDamaged(file: string): DatabaseSync | undefined {
  try {
    if (!existsSync(file) || statSync(file).size === 0) createDatabase(file)
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
    if (countsAsMessage(row.kind)) count++
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
  to.prepare("INSERT INTO topics VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)").run(
    topic.id,
    topic.name,
    epoch,
    saved,
    count,
    bytes,
    last?.time ?? 0,
    topic.closed,
    topic.mark ?? "",
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

function copyRows(from: DatabaseSync, to: DatabaseSync, table: string): void {
  for (const row of readable(() => rowsOf<Record<string, string>>(from, table))) {
    const values = Object.values(row)
    to.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${values.map(() => "?").join()})`).run(...values)
  }
}

const rowsOf = <Row>(db: DatabaseSync, table: string): Iterable<Row> =>
  db.prepare(`SELECT * FROM ${table}`).iterate() as Iterable<Row>

/** What comes before the first that cannot be read. */
function readable<T>(open: () => Iterable<T>): T[] {
  const all: T[] = []
  attempt(() => {
    for (const one of open()) all.push(one)
  })
  return all
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
