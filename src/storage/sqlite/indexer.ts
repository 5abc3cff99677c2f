import { join } from "node:path"
import { workerData } from "node:worker_threads"
import { countsAsMessage } from "../../core/append-rules.ts"
import { ENTRY_KINDS } from "../../protocol/entry.ts"
import { runtimeError, serveCalls } from "../calls.ts"
import { openIndexDatabase } from "./index-schema.ts"
import { databaseFile, OFFSETS_PER_TOPIC } from "./schema.ts"

/**
 * The worker thread of the index. It reads new entries from the log's file by itself, so nothing of them has to
 * pass through the event loop.
 */

const { folder } = workerData as { folder: string }
const db = openIndexDatabase(join(folder, "index.db"))
db.prepare("ATTACH ? AS log").run(databaseFile(folder))

const STEP = 2_000 // entries of one transaction
const COUNTED = ENTRY_KINDS.filter(countsAsMessage)
  .map((kind) => `'${kind}'`)
  .join()

const sql = {
  position: db.prepare("SELECT epoch, next, head FROM positions WHERE topic = ?"),
  setPosition: db.prepare("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)"),
  // As many characters as bytes: all ASCII, whose case the tokenizer folds by itself, and faster.
  addWords: db.prepare(
    `INSERT INTO words (rowid, body) SELECT id, iif(octet_length(text) = length(text), text, fold(text))
     FROM (SELECT id, body, CASE kind WHEN 'file' THEN body ->> 'name' ELSE CAST(body AS TEXT) END AS text
           FROM log.entries WHERE id >= ? AND id < ?)`,
  ),
  addStates: db.prepare(
    "INSERT OR REPLACE INTO states SELECT ? + ref, id FROM log.entries WHERE id >= ? AND id < ? AND ref > 0 ORDER BY id",
  ),
  addCounts: db.prepare(
    `INSERT INTO counts SELECT ?, author, count(*) FROM log.entries
     WHERE id >= ? AND id < ? AND kind IN (${COUNTED}) GROUP BY author
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  ),
  cutWords: db.prepare("DELETE FROM words WHERE rowid >= ? AND rowid < ?"),
  cutStates: db.prepare("DELETE FROM states WHERE id >= ? AND id < ?"),
  cutCounts: db.prepare("DELETE FROM counts WHERE topic = ?"),
  // Newest first, inside the topic's range of rowids: by rank, all matches would be read and sorted.
  search: db.prepare(
    "SELECT rowid FROM words WHERE words MATCH ? AND rowid > ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
  ),
  state: db.prepare("SELECT newest FROM states WHERE id = ?"),
  counts: db.prepare("SELECT author, count FROM counts WHERE topic = ?"),
}

// FTS5 numbers rows of its own beyond what a JavaScript number holds, and every run reports the last number.
const { position, search, state, counts, ...runs } = sql
for (const statement of Object.values(runs)) statement.setReadBigInts(true)

/** Where a topic's log stands: what the index is to cover. */
export interface IndexTarget {
  readonly id: number
  readonly epoch: number
  readonly head: number
  readonly tail: number
}

const methods = {
  /** Indexes one step of what is missing. @returns whether more is */
  advance: (target: IndexTarget): boolean => advance(target),

  /** @param match an FTS5 query */
  search(target: IndexTarget, match: string, before: number, limit: number): number[] {
    catchUp(target)
    const base = target.id * OFFSETS_PER_TOPIC
    return search
      .all(match, base + target.head - 1, base + before, limit)
      .map(({ rowid }) => Number(rowid) - base)
  },

  lastStates(target: IndexTarget, offsets: readonly number[]): Map<number, number> {
    catchUp(target)
    const base = target.id * OFFSETS_PER_TOPIC
    return new Map(
      offsets.flatMap((offset) => {
        const row = state.get(base + offset)
        return row ? [[offset, Number(row["newest"]) - base] as const] : []
      }),
    )
  },

  counts(target: IndexTarget): Map<string, number> {
    catchUp(target)
    return new Map(counts.all(target.id).map(({ author, count }) => [String(author), Number(count)]))
  },

  close(): void {
    db.close()
  },
}
export type IndexerMethods = typeof methods

function catchUp(target: IndexTarget): void {
  while (advance(target)) {}
}

function advance({ id, epoch, head, tail }: IndexTarget): boolean {
  const base = id * OFFSETS_PER_TOPIC
  const row = position.get(id) as { epoch: number; next: number; head: number } | undefined
  const known = row?.epoch === epoch && row.next <= tail + 1
  const from = known ? Math.max(row.next, head) : head
  const to = Math.min(from + STEP, tail + 1)
  if (known && from >= to && row.head === head) return false
  db.exec("BEGIN")
  try {
    if (!known) forget(id, base, OFFSETS_PER_TOPIC)
    else if (row.head < head) forget(undefined, base + row.head, head - row.head)
    sql.addWords.run(base + from, base + to)
    sql.addStates.run(base, base + from, base + to)
    sql.addCounts.run(id, base + from, base + to)
    sql.setPosition.run(id, epoch, to, head)
    db.exec("COMMIT")
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK")
    throw error
  }
  return to <= tail
}

/** Of a whole topic the counts go too; what retention removed was said all the same. */
function forget(topic: number | undefined, first: number, rows: number): void {
  sql.cutWords.run(first, first + rows)
  sql.cutStates.run(first, first + rows)
  if (topic !== undefined) sql.cutCounts.run(topic)
}

serveCalls(methods, runtimeError)
