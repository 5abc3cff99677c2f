import type { DatabaseSync } from "node:sqlite"
import { workerData } from "node:worker_threads"
import { checkAppend, countsAsMessage, type ProducerState, producerAfter } from "../../core/append-rules.ts"
import type { FeedRecord, Person, Room } from "../../core/directory.ts"
import type { AppendOptions, Retention, TopicStat } from "../../core/topic-log.ts"
import type { EntryKind } from "../../protocol/entry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { nameKey, type TopicName } from "../../protocol/names.ts"
import { Moved, runtimeError, serveCalls } from "../calls.ts"
import { type FileWrite, fileWrites } from "./files.ts"
import { moved, type Packed, Packer, Unpacker } from "./pack.ts"
import { entryChecksum } from "./rows.ts"
import { OFFSETS_PER_TOPIC, openDatabase } from "./schema.ts"

/** The worker thread that writes: the only writer of the database. One call is one transaction. */

const { folder } = workerData as { folder: string }
let db: DatabaseSync

/** A topic and the number under which its entries are stored. */
export type StoredTopic = TopicStat & { readonly id: number }

type TopicRow = Omit<StoredTopic, "topic" | "closed"> & { readonly name: TopicName; readonly closed: number }

const topics = new Map<number, StoredTopic>()
const PRODUCER_KEPT_MS = 30 * 24 * 3_600_000
const FORGET_EVERY_MS = 3_600_000 // it reads the whole table
let forgotten = 0 // ms since 1970
const TRIM_STEP = 5_000 // rows of one transaction, so that appends get their turn

function prepare() {
  return {
    entry: db.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    oldest: db.prepare(
      "SELECT id, time, length(body) AS bytes FROM entries WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
    ),
    cut: db.prepare("DELETE FROM entries WHERE id > ? AND id <= ?"),
    producer: db.prepare("SELECT epoch, seq, offset FROM producers WHERE topic = ? AND producer = ?"),
    setProducer: db.prepare("INSERT OR REPLACE INTO producers VALUES (?, ?, ?, ?, ?, ?)"),
    forgetProducers: db.prepare("DELETE FROM producers WHERE time < ?"),
    setTopic: db.prepare(
      "UPDATE topics SET head=?, tail=?, count=?, bytes=?, time=?, closed=?, mark=? WHERE id=?",
    ),
  }
}
let files: ReturnType<typeof fileWrites>
let sql: ReturnType<typeof prepare>

const methods = {
  /** All topics, once the database is open, migrated and checked. */
  open(now: number): StoredTopic[] {
    db = openDatabase(folder)
    sql = prepare()
    files = fileWrites(db)
    forgetProducers(now)
    for (const row of db.prepare("SELECT * FROM topics").all()) {
      const { name, closed, ...stat } = row as unknown as TopicRow
      topics.set(stat.id, { ...stat, topic: name, closed: closed === 1 })
    }
    return [...topics.values()]
  },

  create(name: TopicName, now: number): StoredTopic {
    for (const topic of topics.values()) if (topic.topic === name) return topic
    const last = db.prepare("SELECT epoch FROM removed_topics WHERE name = ?").get(name)
    const epoch = Math.max(now, Number(last?.["epoch"] ?? 0) + 1)
    const { lastInsertRowid } = db.prepare("INSERT INTO topics (name, epoch) VALUES (?, ?)").run(name, epoch)
    const id = Number(lastInsertRowid)
    const topic = {
      id,
      topic: name,
      epoch,
      head: 1,
      tail: 0,
      count: 0,
      bytes: 0,
      time: 0,
      closed: false,
      mark: "",
    }
    topics.set(id, topic)
    return topic
  },

  /** A group commit. Answers for each append, in order: see `unpackOutcomes`. */
  commit(packed: Packed, now: number): Moved<Packed> {
    const working: Working = { topics: new Map(), producers: new Map(), outcomes: new Packer() }
    transaction(() => {
      if (now >= forgotten + FORGET_EVERY_MS) forgetProducers(now)
      const appends = new Unpacker(packed)
      while (!appends.done) append(appends, working, now)
      for (const topic of working.topics.values()) saveTopic(topic)
      for (const { topic, id, epoch, seq, offset, time } of working.producers.values())
        sql.setProducer.run(topic, id, epoch, seq, offset, time)
    })
    for (const [id, topic] of working.topics) topics.set(id, topic)
    const outcomes = working.outcomes.finish()
    return new Moved(outcomes, moved(outcomes))
  },

  /** One step of a trim. @returns the new head, the bytes that went, and whether more must go. */
  trim(id: number, retention: Retention, now: number): { head: number; bytes: number; more: boolean } {
    const topic = topics.get(id)!
    const { entriesMax = Infinity, bytesMax = Infinity, ageMax = Infinity } = retention
    const base = id * OFFSETS_PER_TOPIC
    let { head, bytes } = topic
    let looked = 0
    for (const row of sql.oldest.iterate(base + head - 1, base + OFFSETS_PER_TOPIC, TRIM_STEP)) {
      if (topic.tail - head + 1 <= entriesMax && bytes <= bytesMax && now - Number(row["time"]) <= ageMax)
        break
      looked++
      head++
      bytes -= Number(row["bytes"])
    }
    if (looked === 0) return { head, bytes: 0, more: false }
    const trimmed = { ...topic, head, bytes }
    transaction(() => {
      sql.cut.run(base + topic.head - 1, base + head - 1)
      saveTopic(trimmed)
    })
    topics.set(id, trimmed)
    return { head, bytes: topic.bytes - bytes, more: looked === TRIM_STEP }
  },

  remove(id: number): void {
    const topic = topics.get(id)!
    transaction(() => {
      sql.cut.run(id * OFFSETS_PER_TOPIC, (id + 1) * OFFSETS_PER_TOPIC - 1)
      db.prepare("DELETE FROM producers WHERE topic = ?").run(id)
      db.prepare("DELETE FROM topics WHERE id = ?").run(id)
      db.prepare("INSERT OR REPLACE INTO removed_topics VALUES (?, ?)").run(topic.topic, topic.epoch)
    })
    topics.delete(id)
  },

  claim(name: string, device: string, now: number): Person | undefined {
    const key = nameKey(name)
    const person = db.prepare("SELECT name, since FROM people WHERE key = ?").get(key) as Person | undefined
    if (person) {
      const known = db.prepare("SELECT 1 FROM devices WHERE key = ? AND device = ?").get(key, device)
      return known ? { ...person } : undefined
    }
    transaction(() => {
      db.prepare("INSERT INTO people VALUES (?, ?, ?)").run(key, name, now)
      db.prepare("INSERT INTO devices VALUES (?, ?, ?)").run(key, device, now)
    })
    return { name, since: now }
  },

  addRoom({ room, topic, line, createdBy, since }: Room): boolean {
    const insert = db.prepare("INSERT OR IGNORE INTO rooms VALUES (?, ?, ?, ?, ?)")
    return insert.run(room, topic, line, createdBy, since).changes === 1
  },

  setTopicLine(room: string, line: string): void {
    db.prepare("UPDATE rooms SET line = ? WHERE room = ?").run(line, room)
  },

  setFeed(feed: FeedRecord): void {
    db.prepare("INSERT OR REPLACE INTO feeds VALUES (?, ?)").run(feed.feed, JSON.stringify(feed))
  },

  removeFeed(feed: string): void {
    db.prepare("DELETE FROM feeds WHERE feed = ?").run(feed)
  },

  writeFiles(writes: readonly FileWrite[]): void {
    transaction(() => {
      for (const { method, args } of writes) (files[method] as (...args: unknown[]) => void)(...args)
    })
  },

  close(): void {
    db.close()
  },
}
export type WriterMethods = typeof methods

/** A producer that was silent for long will not send its last publish again. */
function forgetProducers(now: number): void {
  sql.forgetProducers.run(now - PRODUCER_KEPT_MS)
  forgotten = now
}

/** All of it, or nothing of it. */
function transaction(run: () => void): void {
  db.exec("BEGIN IMMEDIATE")
  try {
    run()
    db.exec("COMMIT")
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK") // a full disk may have ended it already
    throw error
  }
}

/** What a commit has done so far: taken over only when it is on disk. */
interface Working {
  readonly topics: Map<number, Mutable<StoredTopic>>
  readonly producers: Map<string, ProducerRow>
  readonly outcomes: Packer
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Known = ProducerState & { readonly offset: number }
type ProducerRow = Known & { readonly topic: number; readonly id: string; readonly time: number }

/** Reads one append, stores it, and packs its outcome: offset and whether it was a duplicate, or an error. */
function append(packed: Unpacker, working: Working, now: number): void {
  const id = packed.number()
  const drafts = packed.number()
  const options = unpackOptions(packed)
  const { outcomes, producers } = working
  try {
    const topic = workingTopic(id, working)
    const { producer } = options
    const key = producer ? `${id} ${producer.id}` : ""
    const known = producer && (producers.get(key) ?? (sql.producer.get(id, producer.id) as Known | undefined))
    if (checkAppend(topic, known, drafts, options) === "duplicate") {
      skip(packed, drafts)
      outcomes.string("duplicate")
      outcomes.number(known?.offset ?? 0)
      outcomes.number(known?.seq ?? 0)
      return
    }
    for (let draft = 0; draft < drafts; draft++) insert(packed, topic)
    topic.closed = options.close ?? false
    topic.mark = options.mark ?? topic.mark
    const after = producer && producerAfter(producer, drafts)
    if (after) producers.set(key, { topic: id, id: producer.id, ...after, offset: topic.tail, time: now })
    outcomes.string("stored")
    outcomes.number(topic.tail)
    outcomes.number(after?.seq ?? 0)
  } catch (error) {
    if (!(error instanceof LandlineError)) throw error // the disk's fault: the whole commit fails
    skip(packed, drafts)
    outcomes.string(error.code)
    outcomes.string(JSON.stringify({ details: error.details, message: error.message }))
  }
}

function workingTopic(id: number, { topics: changed }: Working): Mutable<StoredTopic> {
  let topic = changed.get(id)
  if (topic) return topic
  const stored = topics.get(id)
  if (!stored) throw new LandlineError("unknown_topic")
  topic = { ...stored }
  changed.set(id, topic)
  return topic
}

function insert(packed: Unpacker, topic: Mutable<StoredTopic>): void {
  const time = packed.number()
  const author = packed.string()
  const kind = packed.string() as EntryKind
  const ref = packed.number()
  const body = packed.body()
  if (countsAsMessage(kind)) topic.count++
  topic.tail++
  topic.bytes += body.length
  topic.time = time
  const id = topic.id * OFFSETS_PER_TOPIC + topic.tail
  const { count } = topic
  const checksum = entryChecksum({ id, time, author, kind, ref, count, body })
  sql.entry.run(id, time, author, kind, ref, count, body, checksum)
}

/** Reads over the drafts of an append that is not stored. */
function skip(packed: Unpacker, drafts: number): void {
  for (let draft = 0; draft < drafts; draft++) {
    for (let number = 0; number < 4; number++) packed.number()
    packed.body()
  }
}

function unpackOptions(packed: Unpacker): AppendOptions {
  const ifTail = packed.number()
  const close = packed.number() === 1
  const mark = packed.string()
  const hasProducer = packed.number() === 1
  const producer = hasProducer && {
    id: packed.string(),
    epoch: packed.number(),
    seq: packed.number(),
    perAppend: packed.number() === 1,
  }
  return {
    ...(ifTail >= 0 && { ifTail }),
    close,
    ...(mark !== "" && { mark }),
    ...(producer && { producer }),
  }
}

function saveTopic({ head, tail, count, bytes, time, closed, mark, id }: StoredTopic): void {
  sql.setTopic.run(head, tail, count, bytes, time, closed ? 1 : 0, mark, id)
}

serveCalls(methods, runtimeError)
