import { checkAppend, countsAsMessage, type ProducerState, producerAfter } from "../../core/append-rules.ts"
import { type Clock, systemClock } from "../../core/clock.ts"
import type {
  Appended,
  AppendOptions,
  Commit,
  Draft,
  Entry,
  Retention,
  TopicLog,
  TopicStat,
} from "../../core/topic-log.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { TopicName } from "../../protocol/names.ts"
import { announce } from "../announce.ts"

interface Stored {
  stat: TopicStat
  entries: Entry[]
  readonly producers: Map<string, ProducerState & { readonly offset: number }>
}

/** A log that forgets when the process ends: for tests, trials, and services that store nothing. */
export function openMemoryLog(clock: Clock = systemClock): TopicLog {
  const topics = new Map<TopicName, Stored>()
  const epochs = new Map<TopicName, number>()
  const watchers = new Map<TopicName, (commit: Commit) => void>()
  let closed = false

  function find(topic: TopicName): Stored {
    if (closed) throw new LandlineError("stopping")
    const stored = topics.get(topic)
    if (!stored) throw new LandlineError("unknown_topic", { topic })
    return stored
  }

  function store(stored: Stored, drafts: readonly Draft[], { close = false, mark }: AppendOptions): Entry[] {
    let { tail, count, bytes } = stored.stat
    const entries = drafts.map(({ author, kind, ref = 0, body }): Entry => {
      if (countsAsMessage(kind)) count++
      bytes += body.length
      return { offset: ++tail, time: clock.now(), author, kind, ref, count, body }
    })
    stored.entries.push(...entries)
    const time = entries.at(-1)?.time ?? stored.stat.time
    stored.stat = { ...stored.stat, tail, count, bytes, time, closed: close, mark: mark ?? stored.stat.mark }
    return entries
  }

  return {
    async create(topic) {
      if (closed) throw new LandlineError("stopping")
      let stored = topics.get(topic)
      if (!stored) {
        const epoch = Math.max(clock.now(), (epochs.get(topic) ?? 0) + 1)
        epochs.set(topic, epoch)
        const stat = { topic, epoch, head: 1, tail: 0, count: 0, bytes: 0, time: 0, closed: false, mark: "" }
        stored = { stat, entries: [], producers: new Map() }
        topics.set(topic, stored)
      }
      return stored.stat
    },

    async stat(topic) {
      return topics.get(topic)?.stat
    },

    async list() {
      return [...topics.values()].map(({ stat }) => stat).sort((a, b) => (a.topic < b.topic ? -1 : 1))
    },

    async append(topic, drafts, options = {}): Promise<Appended> {
      const stored = find(topic)
      const { producer } = options
      const known = producer && stored.producers.get(producer.id)
      const { epoch } = stored.stat
      if (checkAppend(stored.stat, known, drafts.length, options) === "duplicate")
        return { offset: known?.offset ?? 0, epoch, duplicate: true, seq: known?.seq ?? 0 }
      const entries = store(stored, drafts, options)
      const { tail: offset, closed } = stored.stat
      const after = producer && producerAfter(producer, drafts.length)
      if (after) stored.producers.set(producer.id, { ...after, offset })
      if (entries.length > 0 || closed) announce(watchers.get(topic), { entries, closed })
      return { offset, epoch, duplicate: false, seq: after?.seq ?? 0 }
    },

    async read(topic, after, entriesMax, bytesMax) {
      const { stat, entries } = find(topic)
      const page: Entry[] = []
      let bytes = 0
      for (let index = Math.max(0, after + 1 - stat.head); index < entries.length; index++) {
        const entry = entries[index]!
        bytes += entry.body.length
        if (page.length > 0 && (page.length >= entriesMax || bytes > bytesMax)) break
        page.push(entry)
      }
      return page
    },

    async readBodies(topic, after, to, bytesMax, between) {
      const { stat, entries } = find(topic)
      if (after + 1 < stat.head || to > stat.tail || to <= after) return undefined
      const bodies: Uint8Array[] = []
      let bytes = 0
      for (const { body } of entries.slice(after + 1 - stat.head, to + 1 - stat.head)) {
        bytes += body.length
        if (bodies.length > 0 && bytes > bytesMax) break
        bodies.push(body)
      }
      const separator = Buffer.from(between)
      const parts = bodies.flatMap((body, index) => (index === 0 ? [body] : [separator, body]))
      return { to: after + bodies.length, bytes: Buffer.concat(parts) }
    },

    watch(topic, onCommit) {
      watchers.set(topic, onCommit)
      return () => watchers.delete(topic)
    },

    async trim(topic, retention) {
      const stored = find(topic)
      const { entries, stat } = stored
      const removed = entries.slice(0, removable(stored, retention, clock.now()))
      const bytes = removed.reduce((sum, entry) => sum + entry.body.length, 0)
      stored.entries = entries.slice(removed.length)
      stored.stat = { ...stat, head: stat.head + removed.length, bytes: stat.bytes - bytes }
      return stored.stat
    },

    async remove(topic) {
      topics.delete(topic)
      watchers.delete(topic)
    },

    async close() {
      closed = true
    },
  }
}

/** How many of the oldest entries must go for the rest to be within all bounds. */
function removable({ entries, stat }: Stored, retention: Retention, now: number): number {
  const { entriesMax = Infinity, bytesMax = Infinity, ageMax = Infinity } = retention
  let { bytes } = stat
  let index = 0
  for (const entry of entries) {
    if (entries.length - index <= entriesMax && bytes <= bytesMax && now - entry.time <= ageMax) break
    bytes -= entry.body.length
    index++
  }
  return index
}
