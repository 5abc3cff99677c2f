import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { LandlineError } from "../../protocol/errors.ts"
import { type EntryRow, entryChecksum } from "./rows.ts"
import { databaseFile, OFFSETS_PER_TOPIC, storageError } from "./schema.ts"

export interface Verified {
  readonly topics: number
  readonly entries: number
  /** What is not as it was written, in words; at most FAULTS_MAX of them. */
  readonly faults: readonly string[]
}

const FAULTS_MAX = 100

/**
 * Walks the whole log: SQLite's own structure, each entry's checksum, and offsets without a hole. A running hub
 * is not disturbed.
 * @throws LandlineError data_damaged where the file cannot even be read as a database
 */
export function verifyLog(folder: string, onProgress: (entries: number) => void = () => {}): Verified {
  const file = databaseFile(folder)
  if (!existsSync(file))
    throw new LandlineError("usage", {}, `There is no data in ${folder}. Name its folder with --data.`)
  const faults: string[] = []
  let topics = 0
  let entries = 0
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      for (const row of db.prepare(`PRAGMA integrity_check(${FAULTS_MAX})`).all())
        if (row["integrity_check"] !== "ok") faults.push(`the file: ${row["integrity_check"]}`)
      const rows = db.prepare("SELECT * FROM entries WHERE id > ? AND id < ? ORDER BY id")
      for (const { id, name, head, tail } of db.prepare("SELECT id, name, head, tail FROM topics").all()) {
        topics++
        const base = Number(id) * OFFSETS_PER_TOPIC
        let expected = Number(head)
        for (const row of rows.iterate(base, base + OFFSETS_PER_TOPIC) as Iterable<EntryRow>) {
          if (row.id - base !== expected)
            faults.push(`${name}: entries ${expected} to ${row.id - base - 1} are missing`)
          if (row.checksum !== entryChecksum(row))
            faults.push(`${name}: entry ${row.id - base} is not as it was written`)
          expected = row.id - base + 1
          if (++entries % 10_000 === 0) onProgress(entries)
          if (faults.length >= FAULTS_MAX) return { topics, entries, faults }
        }
        // A hub that runs may have appended since the table of topics was read: more is no fault.
        if (expected - 1 < Number(tail)) faults.push(`${name}: entries ${expected} to ${tail} are missing`)
      }
    } finally {
      db.close()
    }
  } catch (error) {
    const { code, message } = storageError(error, folder)
    if (code !== "data_damaged") throw error
    faults.push(message)
  }
  return { topics, entries, faults }
}
