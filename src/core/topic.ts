import type { LandlineError } from "../protocol/errors.ts"
import { Batch } from "./batch.ts"
import type { Clock } from "./clock.ts"
import { type Followed, Follower, type Receiver, topicClosed } from "./follower.ts"
import type { Pages } from "./pages.ts"
import type { Telemetry } from "./telemetry.ts"
import type { Commit, Entry, Retention, TopicLog, TopicStat } from "./topic-log.ts"

/** A topic with its followers: the place where a commit becomes a batch and goes out. */
export class Topic implements Followed {
  #stat: TopicStat
  readonly #log: TopicLog
  readonly #pages: Pages
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #followers = new Set<Follower>()
  readonly #live = new Set<Follower>()
  readonly #unwatch: () => void

  constructor(stat: TopicStat, parts: { log: TopicLog; pages: Pages; clock: Clock; telemetry: Telemetry }) {
    this.#stat = stat
    this.#log = parts.log
    this.#pages = parts.pages
    this.#clock = parts.clock
    this.#telemetry = parts.telemetry
    this.#unwatch = this.#log.watch(stat.topic, (commit) => this.#announce(commit))
  }

  /** As of the last announced commit. */
  get stat(): TopicStat {
    return this.#stat
  }

  /**
   * Follows from after an offset on: first what is in the log, then what comes, each entry once, in order.
   * When the topic is closed and the receiver has everything, it ends with `topic_closed`.
   * @param after at most the tail
   * @param conflated only the newest entry there is whenever the receiver can take one
   */
  follow(after: number, receiver: Receiver, conflated = false): Follower {
    const follower = new Follower(this, this.#pages, after + 1, receiver, conflated)
    this.#followers.add(follower)
    follower.start()
    return follower
  }

  caughtUp(follower: Follower): void {
    this.#live.add(follower)
  }

  fellBehind(follower: Follower): void {
    this.#live.delete(follower)
  }

  left(follower: Follower): void {
    this.#live.delete(follower)
    this.#followers.delete(follower)
  }

  /** Followers: all, and those that get batches as they are committed. */
  get followers(): { all: number; live: number } {
    return { all: this.#followers.size, live: this.#live.size }
  }

  async trim(retention: Retention): Promise<void> {
    const { head, bytes } = await this.#log.trim(this.#stat.topic, retention)
    this.#stat = { ...this.#stat, head, bytes }
  }

  /** Ends every follower, for a reason that they are told. */
  end(reason: LandlineError): void {
    this.#unwatch()
    for (const follower of this.#followers) follower.end(reason)
  }

  // The commit is the batch. Nothing in this loop waits, and what it writes was made once per wire format.
  #announce({ entries, closed }: Commit): void {
    if (entries.length > 0) this.#deliver(entries)
    if (!closed) return
    this.#stat = { ...this.#stat, closed }
    for (const follower of this.#live) follower.end(topicClosed(this.#stat))
  }

  #deliver(entries: readonly Entry[]): void {
    const batch = new Batch(this.#stat.topic, this.#stat.epoch, entries)
    const last = entries.at(-1)!
    let bytes = this.#stat.bytes
    for (const entry of entries) bytes += entry.body.length
    this.#stat = { ...this.#stat, tail: last.offset, count: last.count, time: last.time, bytes }
    const live = this.#live.size
    for (const follower of this.#live) follower.push(batch)
    if (live > 0) this.#telemetry.delivered(live, this.#clock.now() - entries[0]!.time)
  }
}
