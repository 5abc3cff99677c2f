import { type Cursor, formatCursor } from "../protocol/cursor.ts"
import { LandlineError } from "../protocol/errors.ts"
import type { TopicName } from "../protocol/names.ts"
import { type Clock, systemClock } from "./clock.ts"
import { Pages } from "./pages.ts"
import { noTelemetry, type Telemetry } from "./telemetry.ts"
import { Topic } from "./topic.ts"
import type { Appended, AppendOptions, Draft, Retention, TopicLog, TopicStat } from "./topic-log.ts"

/** All topics of the hub, opened as they are used. */
export class Topics {
  readonly #log: TopicLog
  readonly #parts: { log: TopicLog; pages: Pages; clock: Clock; telemetry: Telemetry }
  readonly #open = new Map<TopicName, Promise<Topic | undefined>>()

  constructor(log: TopicLog, clock: Clock = systemClock, telemetry: Telemetry = noTelemetry) {
    this.#log = log
    this.#parts = { log, pages: new Pages(log, telemetry), clock, telemetry }
  }

  /** Makes the topic where it is missing. @throws LandlineError log_unavailable */
  async create(name: TopicName): Promise<Topic> {
    await this.#log.create(name)
    return this.get(name)
  }

  /** @throws LandlineError unknown_topic */
  async get(name: TopicName): Promise<Topic> {
    let opening = this.#open.get(name)
    if (!opening) {
      opening = this.#log.stat(name).then((stat) => stat && new Topic(stat, this.#parts))
      this.#open.set(name, opening)
    }
    const topic = await opening.catch((error) => {
      this.#forget(name, opening)
      throw error
    })
    if (topic) return topic
    this.#forget(name, opening)
    throw new LandlineError("unknown_topic", { topic: name })
  }

  /** Another call may have opened the topic meanwhile: that one stays. */
  #forget(name: TopicName, opening: Promise<Topic | undefined>): void {
    if (this.#open.get(name) === opening) this.#open.delete(name)
  }

  /** As `TopicLog.append`. */
  append(name: TopicName, drafts: readonly Draft[], options?: AppendOptions): Promise<Appended> {
    return this.#log.append(name, drafts, options)
  }

  async trim(name: TopicName, retention: Retention): Promise<void> {
    await (await this.get(name)).trim(retention)
  }

  /** Ends its followers and removes it. */
  async remove(name: TopicName): Promise<void> {
    const opening = this.#open.get(name)
    this.#open.delete(name)
    await this.#log.remove(name)
    const say = "It was deleted."
    const topic = await opening
    topic?.end(new LandlineError("unknown_topic", { topic: name }, say))
  }

  list(): Promise<TopicStat[]> {
    return this.#log.list()
  }

  /** Followers of all topics that are open. */
  async followers(): Promise<{ all: number; live: number }> {
    const sum = { all: 0, live: 0 }
    for (const opening of this.#open.values()) {
      const followers = (await opening)?.followers
      sum.all += followers?.all ?? 0
      sum.live += followers?.live ?? 0
    }
    return sum
  }

  /** Ends every follower, for a reason that they are told. */
  async close(reason: LandlineError): Promise<void> {
    for (const opening of this.#open.values()) (await opening)?.end(reason)
    this.#open.clear()
  }
}

/**
 * The offset that a cursor stands for in this log.
 * @throws LandlineError cursor_foreign where the cursor is of another epoch or beyond the tail.
 */
export function offsetOf(cursor: Cursor, stat: TopicStat): number {
  if (cursor.epoch === 0 && cursor.offset === 0) return 0
  if (cursor.epoch !== stat.epoch || cursor.offset > stat.tail)
    throw new LandlineError("cursor_foreign", { topic: stat.topic, tail: cursorAt(stat, stat.tail) })
  return cursor.offset
}

export function cursorAt(stat: Pick<TopicStat, "epoch">, offset: number): string {
  return formatCursor({ epoch: stat.epoch, offset })
}
