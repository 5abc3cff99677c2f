import { countsAsMessage } from "../../core/append-rules.ts"
import { type Clock, systemClock } from "../../core/clock.ts"
import { noTelemetry, type Telemetry } from "../../core/telemetry.ts"
import type {
  Appended,
  AppendOptions,
  Bodies,
  Commit,
  Draft,
  Entry,
  Retention,
  TopicLog,
  TopicStat,
} from "../../core/topic-log.ts"
import type { EntryKind } from "../../protocol/entry.ts"
import { type ErrorCode, LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { TopicName } from "../../protocol/names.ts"
import { announce } from "../announce.ts"
import { WorkerCalls } from "../calls.ts"
import { lockFolder } from "./lock.ts"
import { moved, type Packed, Packer, Unpacker } from "./pack.ts"
import type { ReaderMethods } from "./reader.ts"
import type { StoredTopic, WriterMethods } from "./writer.ts"

interface PendingAppend {
  readonly topic: StoredTopic
  readonly drafts: readonly Draft[]
  readonly options: AppendOptions
  readonly time: number
  readonly bytes: number
  resolve(appended: Appended): void
  reject(error: LandlineError): void
}

/**
 * A log in one SQLite file. Appends that arrive while a commit runs make up the next one; writing and reading
 * happen in threads of their own, so the event loop never waits for the disk.
 */
export class SqliteTopicLog implements TopicLog {
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #unlock: () => void
  readonly writer: WorkerCalls<WriterMethods>
  readonly reader: WorkerCalls<ReaderMethods>
  readonly #topics = new Map<TopicName, StoredTopic>()
  readonly #watchers = new Map<TopicName, (commit: Commit) => void>()
  #pending: PendingAppend[] = []
  #committing = 0
  #closing = false
  /** Called after each commit with the topics that grew. */
  onCommit: (topics: Iterable<StoredTopic>) => void = () => {}

  private constructor(parts: {
    clock: Clock
    telemetry: Telemetry
    unlock: () => void
    writer: WorkerCalls<WriterMethods>
    reader: WorkerCalls<ReaderMethods>
    topics: StoredTopic[]
  }) {
    this.#clock = parts.clock
    this.#telemetry = parts.telemetry
    this.#unlock = parts.unlock
    this.writer = parts.writer
    this.reader = parts.reader
    for (const topic of parts.topics) this.#topics.set(topic.topic, topic)
  }

  /** @throws LandlineError data_in_use | data_newer | data_damaged | data_unwritable */
  static async open(
    folder: string,
    clock: Clock = systemClock,
    telemetry: Telemetry = noTelemetry,
  ): Promise<SqliteTopicLog> {
    const unlock = lockFolder(folder)
    const writer = new WorkerCalls<WriterMethods>(workerFile("writer"), { folder })
    try {
      const topics = await writer.call("open", [clock.now()])
      const reader = new WorkerCalls<ReaderMethods>(workerFile("reader"), { folder })
      return new SqliteTopicLog({ clock, telemetry, unlock, writer, reader, topics })
    } catch (error) {
      await writer.end()
      unlock()
      throw error
    }
  }

  async create(name: TopicName): Promise<TopicStat> {
    const known = this.#topics.get(name)
    if (known) return known
    this.#refuseWhenClosing()
    const topic = await this.writer.call("create", [name, this.#clock.now()])
    if (!this.#topics.has(name)) this.#topics.set(name, topic)
    return topic
  }

  async stat(name: TopicName): Promise<TopicStat | undefined> {
    return this.#topics.get(name)
  }

  async list(): Promise<TopicStat[]> {
    return [...this.#topics.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1))
  }

  /** The topic with the number of its rows; the index reads these by itself. */
  stored(name: TopicName): StoredTopic | undefined {
    return this.#topics.get(name)
  }

  append(name: TopicName, drafts: readonly Draft[], options: AppendOptions = {}): Promise<Appended> {
    const topic = this.#topics.get(name)
    if (this.#closing) return Promise.reject(new LandlineError("stopping"))
    if (!topic) return Promise.reject(new LandlineError("unknown_topic", { topic: name }))
    let bytes = 0
    for (const { body } of drafts) bytes += body.length
    return new Promise((resolve, reject) => {
      this.#pending.push({ topic, drafts, options, time: this.#clock.now(), bytes, resolve, reject })
      // What arrives in the same turn of the event loop shares the commit.
      if (this.#pending.length === 1) queueMicrotask(() => this.#commit())
    })
  }

  async read(name: TopicName, after: number, entriesMax: number, bytesMax: number): Promise<Entry[]> {
    this.#refuseWhenClosing()
    const topic = this.#topics.get(name)
    if (!topic) throw new LandlineError("unknown_topic", { topic: name })
    const entries = Math.min(entriesMax, 2 ** 31)
    const packed = new Unpacker(await this.reader.call("read", [topic.id, after, entries, bytesMax]))
    const page: Entry[] = []
    while (!packed.done) page.push(new StoredEntry(packed))
    return page
  }

  async readBodies(
    name: TopicName,
    after: number,
    to: number,
    bytesMax: number,
    between: string,
  ): Promise<Bodies | undefined> {
    this.#refuseWhenClosing()
    const topic = this.#topics.get(name)
    if (!topic) throw new LandlineError("unknown_topic", { topic: name })
    return this.reader.call("readBodies", [topic.id, after, to, bytesMax, between])
  }

  watch(name: TopicName, onCommit: (commit: Commit) => void): () => void {
    this.#watchers.set(name, onCommit)
    return () => this.#watchers.delete(name)
  }

  async trim(name: TopicName, retention: Retention): Promise<TopicStat> {
    this.#refuseWhenClosing()
    for (;;) {
      const known = this.#topics.get(name)
      if (!known) throw new LandlineError("unknown_topic", { topic: name })
      const { head, bytes, more } = await this.writer.call("trim", [known.id, retention, this.#clock.now()])
      // Commits that the writer made before this trim may not be announced yet: only the low end is taken over.
      const now = this.#topics.get(name) ?? known
      const trimmed = { ...now, head, bytes: now.bytes - bytes }
      this.#topics.set(name, trimmed)
      if (!more) return trimmed
    }
  }

  async remove(name: TopicName): Promise<void> {
    const topic = this.#topics.get(name)
    if (!topic) return
    this.#topics.delete(name)
    this.#watchers.delete(name)
    await this.writer.call("remove", [topic.id])
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#commit()
    // Calls are answered in order, so behind its close all that was pending is on disk. The writer goes last: the
    // last connection moves the WAL into the file, and a reader cannot.
    await this.reader.call("close", []).catch(() => {})
    await this.writer.call("close", []).catch(() => {})
    await Promise.all([this.writer.end(), this.reader.end()])
    this.#unlock()
  }

  #refuseWhenClosing(): void {
    if (this.#closing) throw new LandlineError("stopping")
  }

  /** Sends the next commit, when there is one to send and the writer is free. */
  #commit(): void {
    while (this.#pending.length > 0) {
      const { length, full } = commitSize(this.#pending)
      // A second commit may wait at the writer only when it is full: otherwise it would better grow.
      if (!this.#closing && (this.#committing > 1 || (this.#committing === 1 && !full))) return
      const appends = this.#pending.splice(0, length)
      this.#committing++
      void this.#send(appends)
    }
  }

  async #send(appends: PendingAppend[]): Promise<void> {
    const started = performance.now()
    const packed = packAppends(appends)
    const outcomes = await this.writer
      .call("commit", [packed, appends[0]!.time], moved(packed))
      .catch((error: LandlineError) => {
        this.#telemetry.commitFailed()
        for (const { reject } of appends) reject(error)
      })
    this.#committing--
    this.#commit()
    if (outcomes) this.#announce(appends, outcomes, performance.now() - started)
  }

  #announce(appends: PendingAppend[], outcomes: Packed, ms: number): void {
    const unpacker = new Unpacker(outcomes)
    const grown = new Map<StoredTopic["id"], Grown>()
    const settled: (Appended | LandlineError)[] = []
    for (const append of appends) {
      const kind = unpacker.string()
      const { topic: name, epoch } = append.topic
      if (kind === "stored" || kind === "duplicate") {
        const offset = unpacker.number()
        const seq = unpacker.number()
        if (kind === "stored") this.#grow(append, offset, grown)
        settled.push({ offset, epoch, duplicate: kind === "duplicate", seq })
      } else {
        const { details, message } = JSON.parse(unpacker.string())
        settled.push(new LandlineError(kind as ErrorCode, { topic: name, ...details }, message))
      }
    }
    let entries = 0
    let bytes = 0
    for (const { stat, added, addedBytes } of grown.values()) {
      entries += added.length
      bytes += addedBytes
      if (this.#topics.get(stat.topic)?.id !== stat.id) continue // removed meanwhile
      this.#topics.set(stat.topic, stat)
      if (added.length > 0 || stat.closed)
        announce(this.#watchers.get(stat.topic), { entries: added, closed: stat.closed })
    }
    this.#telemetry.committed(entries, bytes, ms)
    for (let index = 0; index < settled.length; index++) {
      const outcome = settled[index]!
      if (outcome instanceof LandlineError) appends[index]!.reject(outcome)
      else appends[index]!.resolve(outcome)
    }
    if (grown.size > 0) this.onCommit([...grown.values()].map(({ stat }) => stat))
  }

  /** Gives the drafts of a stored append their places. @param last offset of the last one */
  #grow(
    { topic, drafts, time, bytes, options }: PendingAppend,
    last: number,
    grown: Map<number, Grown>,
  ): void {
    let growing = grown.get(topic.id)
    if (!growing) {
      growing = { stat: { ...(this.#topics.get(topic.topic) ?? topic) }, added: [], addedBytes: 0 }
      grown.set(topic.id, growing)
    }
    const { stat, added } = growing
    let offset = last - drafts.length
    for (const { author, kind, ref = 0, body } of drafts) {
      if (countsAsMessage(kind)) stat.count++
      added.push({ offset: ++offset, time, author, kind, ref, count: stat.count, body })
    }
    growing.addedBytes += bytes
    stat.tail = last
    stat.bytes += bytes
    if (drafts.length > 0) stat.time = time
    stat.closed = options.close ?? false
    stat.mark = options.mark ?? stat.mark
  }
}

/** Its body is made when it is asked for: a page of views would cost the collector more than all else of it. */
class StoredEntry implements Entry {
  readonly offset: number
  readonly time: number
  readonly author: string
  readonly kind: EntryKind
  readonly ref: number
  readonly count: number
  readonly #bytes: Uint8Array
  readonly #from: number
  readonly #to: number

  /** Takes the next row. */
  constructor(packed: Unpacker) {
    this.offset = packed.number()
    this.time = packed.number()
    this.author = packed.string()
    this.kind = packed.string() as EntryKind
    this.ref = packed.number()
    this.count = packed.number()
    ;[this.#from, this.#to] = packed.range()
    this.#bytes = packed.bytes
  }

  get body(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to)
  }
}

/** A topic that a commit adds to. */
interface Grown {
  readonly stat: { -readonly [K in keyof StoredTopic]: StoredTopic[K] }
  readonly added: Entry[]
  addedBytes: number
}

/** How many of the pending appends go into one commit, and whether it is then full. */
function commitSize(pending: readonly PendingAppend[]): { length: number; full: boolean } {
  let entries = 0
  let bytes = 0
  for (let index = 0; index < pending.length; index++) {
    entries += pending[index]!.drafts.length
    bytes += pending[index]!.bytes
    if (entries > limits.commitEntriesMax || bytes > limits.commitBytesMax)
      return { length: Math.max(1, index), full: true }
  }
  return { length: pending.length, full: false }
}

function packAppends(appends: readonly PendingAppend[]): Packed {
  const packer = new Packer()
  for (const { topic, drafts, options, time } of appends) {
    packer.number(topic.id)
    packer.number(drafts.length)
    packer.number(options.ifTail ?? -1)
    packer.number(options.close ? 1 : 0)
    packer.string(options.mark ?? "")
    packer.number(options.producer ? 1 : 0)
    if (options.producer) {
      packer.string(options.producer.id)
      packer.number(options.producer.epoch)
      packer.number(options.producer.seq)
      packer.number(options.producer.perAppend ? 1 : 0)
    }
    for (const { author, kind, ref = 0, body } of drafts) {
      packer.number(time)
      packer.string(author)
      packer.string(kind)
      packer.number(ref)
      packer.body(body)
    }
  }
  return packer.finish()
}

/** A worker's module beside this one, in `src` and in `dist` alike. */
export function workerFile(name: "writer" | "reader" | "indexer"): URL {
  return new URL(import.meta.url.endsWith(".ts") ? `./${name}.ts` : `./${name}.js`, import.meta.url)
}
