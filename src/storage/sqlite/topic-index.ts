import type { Index } from "../../core/topic-index.ts"
import type { TopicStat } from "../../core/topic-log.ts"
import { isFeed, type TopicName } from "../../protocol/names.ts"
import { WorkerCalls } from "../calls.ts"
import { searchWords } from "../search-words.ts"
import type { IndexerMethods } from "./indexer.ts"
import { type SqliteTopicLog, workerFile } from "./topic-log.ts"
import type { StoredTopic } from "./writer.ts"

const QUIET_MS = 200 // no commit for this long: the index may use the processor as it likes
const BUSY_MS = 500 // while people write, one step in this time

/**
 * An FTS5 index in a file of its own, which may be deleted at any time. It follows the log in the background,
 * in small steps while the log is busy; a question is answered only when its topic is indexed up to the tail.
 */
export function openSqliteIndex(folder: string, log: SqliteTopicLog): Index {
  const worker = new WorkerCalls<IndexerMethods>(workerFile("indexer"), { folder })
  const behind = new Set<TopicName>()
  let lastCommit = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  log.onCommit = (topics: Iterable<StoredTopic>) => {
    lastCommit = performance.now()
    follow(topics)
    schedule(QUIET_MS)
  }
  void log.list().then((topics) => {
    follow(topics)
    schedule(0)
  })

  /** Rooms: nobody searches what programs say by the thousand, and a question would be answered all the same. */
  function follow(topics: Iterable<TopicStat>): void {
    for (const { topic } of topics) if (!isFeed(topic)) behind.add(topic)
  }

  function schedule(ms: number): void {
    if (timer || closed) return
    timer = setTimeout(step, ms).unref()
  }

  async function step(): Promise<void> {
    const [topic] = behind
    const target = topic && log.stored(topic)
    let more = false
    // A failed step leaves the index behind; the next commit or question tries again.
    if (target) more = await worker.call("advance", [target]).catch(() => false)
    timer = undefined
    if (topic && !more) behind.delete(topic)
    if (behind.size > 0) schedule(performance.now() - lastCommit < QUIET_MS ? BUSY_MS : 0)
  }

  return {
    async search(topic, { words, before = Number.MAX_SAFE_INTEGER, limit }) {
      const target = log.stored(topic)
      const wanted = searchWords(words)
      if (!target || wanted.length === 0) return []
      // Quoted, a word is a word, whatever it would mean in a query of FTS5.
      const match = wanted.map(({ word, beginning }) => `"${word}"${beginning ? " *" : ""}`).join(" ")
      return worker.call("search", [target, match, Math.min(before, target.tail + 1), limit])
    },

    async lastStates(topic, offsets) {
      const target = log.stored(topic)
      return target ? worker.call("lastStates", [target, offsets]) : new Map()
    },

    async counts(topic) {
      const target = log.stored(topic)
      return target ? worker.call("counts", [target]) : new Map()
    },

    async close() {
      closed = true
      clearTimeout(timer)
      await worker.call("close", []).catch(() => {})
      await worker.end()
    },
  }
}
