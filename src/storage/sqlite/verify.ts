import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { LandlineError } from "../../protocol/errors.ts"
import { type EntryRow, entryChecksum } from "./rows.ts"
import { databaseFile, OFFSETS_PER_TOPIC, storageError, topicNumbers } from "./schema.ts"

export interface Verified {
  readonly topics: number
  readonly entries: number
  /** What is not as it was written, in words; at most FAULTS_MAX of them. */
  readonly faults: readonly string[]
}

const FAULTS_MAX = 100

/**
 * Walks the whole log as it is at one moment: SQLite's own structure, each entry's checksum, offsets without a
 * hole, and a topic for every entry. A running hub is not disturbed.
 * @throws LandlineError data_damaged where the file cannot even be read as a database
 */
export function verifyLog(folder: string, onProgress: (entries: number) => void = () => {}): Verified {
  const file = databaseFile(folder)
  if (!existsSync(file))
    throw new LandlineError("usage", {}, `There is no data in ${folder}. Name its folder with --data.`)
  const faults: string[] = []
  const topics = new Set<number>()
  let entries = 0
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      db.exec("BEGIN") // one view of the log for all that follows, whatever a hub does meanwhile
      for (const row of db.prepare(`PRAGMA integrity_check(${FAULTS_MAX})`).all())
        if (row["integrity_check"] !== "ok") faults.push(`the file: ${row["integrity_check"]}`)
      const rows = db.prepare("SELECT * FROM entries WHERE id > ? AND id < ? ORDER BY id")
      for (const { id, name, head, tail } of db.prepare("SELECT id, name, head, tail FROM topics").all()) {
        topics.add(Number(id))
        const base = Number(id) * OFFSETS_PER_TOPIC
        let expected = Number(head)
        for (const row of rows.iterate(base, base + OFFSETS_PER_TOPIC) as Iterable<EntryRow>) {
          if (row.id - base !== expected)
            faults.push(`${name}: entries ${expected} to ${row.id - base - 1} are missing`)
          if (row.checksum !== entryChecksum(row))
            faults.push(`${name}: entry ${row.id - base} is not as it was written`)
          expected = row.id - base + 1
          if (++entries % 10_000 === 0) onProgress(entries)
          if (faults.length >= FAULTS_MAX) return { topics: topics.size, entries, faults }
        }
        if (expected <= Number(tail)) faults.push(`${name}: entries ${expected} to ${tail} are missing`)
        if (expected > Number(tail) + 1)
          faults.push(`${name}: entries ${Number(tail) + 1} to ${expected - 1} are beyond its end`)
      }
      for (const id of topicNumbers(db))
        if (!topics.has(id)) faults.push(`topic ${id} has entries and no name`)
    } finally {
      db.close()
    }
  } catch (error) {
    const { code, message } = storageError(error, folder)
    if (code !== "data_damaged") throw error
    faults.push(message)
  }
  return { topics: topics.size, entries, faults }
}
