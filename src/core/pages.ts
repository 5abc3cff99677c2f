import { limits } from "../protocol/limits.ts"
import { Batch } from "./batch.ts"
import { noTelemetry, type Telemetry } from "./telemetry.ts"
import type { TopicLog, TopicStat } from "./topic-log.ts"

/**
 * Pages of the log for followers that are behind. Pages begin at aligned offsets, so that followers at
 * different places want the same ones; a page is read once for all who want it at the same time, encoded once
 * per wire format, and kept within a byte limit.
 */
export class Pages {
  readonly #log: TopicLog
  readonly #telemetry: Telemetry
  readonly #bytesMax: number
  readonly #reading = new Map<string, Promise<Batch | undefined>>()
  readonly #kept = new Map<string, { page: Batch; bytes: number }>() // least recently used first
  #keptBytes = 0

  constructor(
    log: TopicLog,
    telemetry: Telemetry = noTelemetry,
    bytesMax: number = limits.pageCacheBytesMax,
  ) {
    this.#log = log
    this.#telemetry = telemetry
    this.#bytesMax = bytesMax
  }

  /**
   * Entries from the offset `first` to the end of its page; from the oldest kept one where `first` is gone.
   * Undefined when there is none. @throws LandlineError unknown_topic | log_unavailable
   */
  async from(stat: TopicStat, first: number): Promise<Batch | undefined> {
    let start = alignedStart(stat, first)
    for (;;) {
      const page = await this.#page(stat, start)
      if (page === undefined) return undefined
      // The next one is read while this one goes out.
      if (page.to < stat.tail) this.#page(stat, page.to + 1).catch(() => {})
      if (page.to >= first) return page.after(first - 1)
      start = page.to + 1 // a page cut short by its bytes
    }
  }

  async #page(stat: TopicStat, start: number): Promise<Batch | undefined> {
    const key = `${stat.topic} ${stat.epoch} ${start}`
    const kept = this.#kept.get(key)
    if (kept) {
      this.#kept.delete(key)
      this.#kept.set(key, kept)
      return kept.page
    }
    let reading = this.#reading.get(key)
    if (!reading) {
      reading = this.#read(stat, start, key).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    return reading
  }

  async #read(stat: TopicStat, start: number, key: string): Promise<Batch | undefined> {
    this.#telemetry.logRead()
    const entriesMax = pageEntries(stat) - ((start - 1) % pageEntries(stat))
    const entries = await this.#log.read(stat.topic, start - 1, entriesMax, limits.pageBytesMax)
    if (entries.length === 0) return undefined
    const page = new Batch(stat.topic, stat.epoch, entries)
    // A page at the tail still grows, and one whose beginning was trimmed is not the one of this name.
    if (page.from === start && page.to < stat.tail) this.#keep(key, page)
    return page
  }

  #keep(key: string, page: Batch): void {
    const bytes = page.bytes * 3 // with the encoded forms that will be asked for
    this.#kept.set(key, { page, bytes })
    this.#keptBytes += bytes
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= this.#bytesMax) break
      this.#kept.delete(oldest)
      this.#keptBytes -= bytes
    }
  }
}

/** A power of two, so that a page of entries of the topic's usual size fits the page's bytes. */
function pageEntries(stat: TopicStat): number {
  const entryBytes = Math.max(1, stat.bytes / Math.max(1, stat.tail - stat.head + 1))
  const fitting = Math.max(1, Math.floor(limits.pageBytesMax / entryBytes))
  return Math.min(limits.pageEntriesMax, 2 ** Math.floor(Math.log2(fitting)))
}

function alignedStart(stat: TopicStat, first: number): number {
  const size = pageEntries(stat)
  return Math.max(stat.head, first - ((first - 1) % size))
}
