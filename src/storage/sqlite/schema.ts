import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { LandlineError } from "../../protocol/errors.ts"
import { makeFolder } from "../folder.ts"
import { type EntryRow, entryChecksum } from "./rows.ts"

/** "LNDL": tells our files from other SQLite files. */
const APPLICATION_ID = 0x4c4e444c

/**
 * Each step takes the database from the version of its place to the next; steps are added, never changed.
 * `entries.id` is topic * 2^32 + offset, so that a topic is one range of rowids and a topic's tail is appended
 * at the end of its range.
 */
const MIGRATIONS = [
  `CREATE TABLE topics (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     epoch INTEGER NOT NULL,
     head INTEGER NOT NULL DEFAULT 1,
     tail INTEGER NOT NULL DEFAULT 0,
     count INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL DEFAULT 0,
     time INTEGER NOT NULL DEFAULT 0,
     closed INTEGER NOT NULL DEFAULT 0
   );
   CREATE TABLE entries (
     id INTEGER PRIMARY KEY,
     time INTEGER NOT NULL,
     author TEXT NOT NULL,
     kind TEXT NOT NULL,
     ref INTEGER NOT NULL,
     count INTEGER NOT NULL,
     body BLOB NOT NULL,
     checksum INTEGER NOT NULL
   );
   CREATE TABLE producers (
     topic INTEGER NOT NULL,
     producer TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     offset INTEGER NOT NULL,
     time INTEGER NOT NULL,
     PRIMARY KEY (topic, producer)
   ) WITHOUT ROWID;
   CREATE TABLE removed_topics (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE people (key TEXT PRIMARY KEY, name TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE devices (key TEXT, device TEXT, since INTEGER NOT NULL, PRIMARY KEY (key, device)) WITHOUT ROWID;
   CREATE TABLE rooms (
     room TEXT PRIMARY KEY,
     topic TEXT NOT NULL,
     line TEXT NOT NULL,
     created_by TEXT NOT NULL,
     since INTEGER NOT NULL
   ) WITHOUT ROWID;`,
  // The columns beside `record`, which is JSON, are those that are searched by. `number` is the order in lists.
  `CREATE TABLE files (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     key TEXT NOT NULL,
     room TEXT NOT NULL,
     sender TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     code TEXT NOT NULL,
     offset INTEGER NOT NULL,
     expires INTEGER NOT NULL,
     downloads INTEGER NOT NULL,
     record TEXT NOT NULL
   );
   CREATE INDEX files_sha256 ON files (sha256, bytes);
   CREATE INDEX files_room ON files (room);
   CREATE INDEX files_code ON files (code) WHERE code <> '';
   CREATE INDEX files_expires ON files (expires) WHERE expires > 0;
   CREATE INDEX files_unannounced ON files (room) WHERE offset = 0 AND room <> '';
   CREATE TABLE uploads (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     sender TEXT NOT NULL,
     file TEXT NOT NULL,
     expires INTEGER NOT NULL,
     record TEXT NOT NULL
   );
   CREATE INDEX uploads_open ON uploads (sender) WHERE file = '';
   CREATE INDEX uploads_ended ON uploads (expires) WHERE file <> '';`,
  `ALTER TABLE topics ADD COLUMN mark TEXT NOT NULL DEFAULT '';
   CREATE TABLE feeds (feed TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;`,
]

export const SCHEMA_VERSION = MIGRATIONS.length
export const OFFSETS_PER_TOPIC = 2 ** 32

/** Entries of each topic that are checked at every start; `landline data verify` checks all. */
const CHECKED_AT_START = 100

export const databaseFile = (folder: string): string => join(folder, "landline.db")

/**
 * Opens the log's database and brings it to the newest schema. A new one becomes visible only complete, so a
 * file that is there and empty is a damaged one.
 * @throws LandlineError data_newer | data_damaged | data_unwritable
 */
export function openDatabase(folder: string): DatabaseSync {
  const file = databaseFile(folder)
  try {
    makeFolder(folder)
    if (!existsSync(file)) {
      if (existsSync(`${file}-wal`))
        throw new LandlineError("data_damaged", {}, damaged(folder, "landline.db is missing"))
      createDatabase(file)
    }
    // Before SQLite opens it, which would delete the WAL of an empty file.
    if (!isOurs(file))
      throw new LandlineError("data_damaged", {}, damaged(folder, "landline.db is not a Landline database"))
    inspect(file, folder)
    const db = new DatabaseSync(file)
    prepareConnection(db)
    migrate(db)
    return db
  } catch (error) {
    throw storageError(error, folder)
  }
}

/** Refuses what cannot be served, over a connection that changes nothing: closing any other moves the WAL. */
function inspect(file: string, folder: string): void {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    refuseNewer(db, folder)
    checkTails(db, folder)
    checkTopics(db, folder)
  } finally {
    db.close()
  }
}

/** Settings of each connection: what is committed survives a loss of power (FULL), readers never block. */
export function prepareConnection(db: DatabaseSync): void {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000")
}

/** Makes an empty log, which appears under its name only when it is complete. */
export function createDatabase(file: string): void {
  const unfinished = `${file}.new`
  for (const end of ["", "-wal", "-shm"]) rmSync(unfinished + end, { force: true })
  const db = new DatabaseSync(unfinished)
  prepareConnection(db)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  migrate(db)
  db.close() // the last connection moves the WAL into the file
  renameSync(unfinished, file)
}

/** Whether a file begins as a log does (SQLite file format, 1.3): it has done so since it became visible. */
function isOurs(file: string): boolean {
  const header = Buffer.alloc(100)
  const open = openSync(file, "r")
  try {
    readSync(open, header)
  } finally {
    closeSync(open)
  }
  return (
    header.toString("latin1", 0, 16) === "SQLite format 3\0" && header.readUInt32BE(68) === APPLICATION_ID
  )
}

function refuseNewer(db: DatabaseSync, folder: string): void {
  const version = pragma(db, "user_version")
  if (version > SCHEMA_VERSION)
    throw new LandlineError(
      "data_newer",
      { version, known: SCHEMA_VERSION },
      `The data in ${folder} has schema ${version}, and this Landline knows only up to ${SCHEMA_VERSION}. Start the newer version, or choose another --data.`,
    )
}

function migrate(db: DatabaseSync): void {
  for (let step = pragma(db, "user_version"); step < SCHEMA_VERSION; step++)
    db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[step]}; PRAGMA user_version = ${step + 1}; COMMIT`)
}

/** The last entries of each topic must be there, without a hole, and whole. */
function checkTails(db: DatabaseSync, folder: string): void {
  const rows = db.prepare("SELECT * FROM entries WHERE id > ? AND id <= ? ORDER BY id")
  for (const { id, name, head, tail } of db.prepare("SELECT id, name, head, tail FROM topics").all()) {
    const after = Math.max(Number(head) - 1, Number(tail) - CHECKED_AT_START)
    const base = Number(id) * OFFSETS_PER_TOPIC
    let expected = after
    for (const row of rows.iterate(base + after, base + OFFSETS_PER_TOPIC - 1) as Iterable<EntryRow>)
      if (row.id !== base + ++expected || row.checksum !== entryChecksum(row))
        throw new LandlineError(
          "data_damaged",
          {},
          damaged(folder, `entry ${expected} of ${name} is not as it was written`),
        )
    if (expected !== tail)
      throw new LandlineError(
        "data_damaged",
        {},
        damaged(folder, `entries of ${name} after ${expected} are missing`),
      )
  }
}

/** Entries of a topic that is not in the table would stand in the way of another that gets its number. */
function checkTopics(db: DatabaseSync, folder: string): void {
  const topic = db.prepare("SELECT 1 FROM topics WHERE id = ?")
  for (const id of topicNumbers(db))
    if (!topic.get(id))
      throw new LandlineError("data_damaged", {}, damaged(folder, `topic ${id} has entries and no name`))
}

/** The numbers of all topics that have entries, by one look-up for each. */
export function* topicNumbers(db: DatabaseSync): Generator<number> {
  const next = db.prepare("SELECT id FROM entries WHERE id >= ? ORDER BY id LIMIT 1")
  for (let row = next.get(0); row; ) {
    const id = Math.floor(Number(row["id"]) / OFFSETS_PER_TOPIC)
    yield id
    row = next.get((id + 1) * OFFSETS_PER_TOPIC)
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}

function damaged(folder: string, what: string): string {
  return `The data in ${folder} is damaged: ${what}. Nothing was changed. Save what can be read with \`landline data salvage --data ${folder}\`.`
}

const DAMAGED = [11, 26] // SQLITE_CORRUPT, SQLITE_NOTADB
const UNWRITABLE = [3, 8, 14] // SQLITE_PERM, SQLITE_READONLY, SQLITE_CANTOPEN

/** What SQLite or the file system threw while opening, in words. */
export function storageError(error: unknown, folder: string): LandlineError {
  if (error instanceof LandlineError) return error
  const { errcode = 0, code = "", message } = error as { errcode?: number; code?: string; message: string }
  // A schema that lacks what ours has is damage too: every file was complete when it became visible.
  if (DAMAGED.includes(errcode & 0xff) || (errcode & 0xff) === 1)
    return new LandlineError("data_damaged", {}, damaged(folder, message))
  if (code === "ENOSPC" || (errcode & 0xff) === 13)
    return new LandlineError(
      "data_unwritable",
      {},
      `The disk that holds ${folder} is full. Free some space, or choose another --data.`,
    )
  if (UNWRITABLE.includes(errcode & 0xff) || /^E(ACCES|PERM|ROFS|NOTDIR|EXIST)$/.test(code))
    return new LandlineError(
      "data_unwritable",
      {},
      `The data directory ${folder} cannot be written. Choose another with --data, or mend its permissions.`,
    )
  const failed = new LandlineError(
    "data_unwritable",
    {},
    `The data directory ${folder} cannot be written (${message}). Free some space, or choose another with --data.`,
  )
  failed.cause = error
  return failed
}
