import { LandlineError, toLandlineError } from "../protocol/errors.ts"
import type { Batch } from "./batch.ts"
import type { Pages } from "./pages.ts"
import type { TopicStat } from "./topic-log.ts"

/**
 * The far end of a follower, made by a gateway. None of these waits or throws: a receiver that cannot take
 * more says so, and is left alone until `resume` is called on its follower.
 */
export interface Receiver {
  /** Whether it could not take more now; asked before each delivery, since several may share what fills up. */
  readonly full: boolean
  /** Takes the batch. @returns false when it is full now: the batch was taken, the next must wait. */
  deliver(batch: Batch): boolean
  /** Entries `from` to `to`, both included, are no longer kept and will not come. @returns as deliver */
  gap(from: number, to: number): boolean
  /** The topic ended or the log failed: nothing more comes. */
  end(reason: LandlineError): void
}

/** What a follower needs of its topic. */
export interface Followed {
  readonly stat: TopicStat
  /** The follower has everything, and is to be pushed each batch from now on. */
  caughtUp(follower: Follower): void
  /** It is to be pushed nothing until it has caught up. */
  fellBehind(follower: Follower): void
  left(follower: Follower): void
}

/**
 * A live position in a topic.
 *
 * - `live`: has everything that was announced, and is pushed each batch.
 * - `reading`: behind; reads pages of the log at its receiver's speed.
 * - `full`: behind, and its receiver cannot take more until `resume`.
 * - `ended`: gets nothing more.
 */
export class Follower {
  #state: "live" | "reading" | "full" | "ended" = "reading"
  #next: number
  readonly #topic: Followed
  readonly #pages: Pages
  readonly #receiver: Receiver
  readonly #conflated: boolean

  /**
   * Made by `Topic.follow`.
   * @param next the first offset that the receiver wants
   * @param conflated it wants only the newest entry there is whenever it can take one, and hears of no gaps
   */
  constructor(topic: Followed, pages: Pages, next: number, receiver: Receiver, conflated: boolean) {
    this.#topic = topic
    this.#pages = pages
    this.#next = next
    this.#receiver = receiver
    this.#conflated = conflated
  }

  get state(): string {
    return this.#state
  }

  start(): void {
    void this.#catchUp()
  }

  /** The receiver can take more. Without effect where it was not full. */
  resume(): void {
    if (this.#state === "full") void this.#catchUp()
  }

  close(): void {
    if (this.#state === "ended") return
    this.#state = "ended"
    this.#topic.left(this)
  }

  /** Closes it and tells the receiver why. */
  end(reason: LandlineError): void {
    if (this.#state === "ended") return
    this.close()
    this.#receiver.end(reason)
  }

  /** Only the topic calls this, and only on a live follower. */
  push(batch: Batch): void {
    // A page read just now may have held entries of this batch already: only what is new goes out.
    if (batch.to < this.#next) return
    if (this.#isFull() || !this.#deliver(batch)) this.#topic.fellBehind(this)
  }

  #deliver(batch: Batch): boolean {
    const fresh = batch.after(this.#conflated ? batch.to - 1 : this.#next - 1)
    this.#next = batch.to + 1
    if (this.#receiver.deliver(fresh)) return true
    if (this.#state !== "ended") this.#state = "full"
    return false
  }

  #gapBefore(offset: number): boolean {
    const from = this.#next
    this.#next = offset
    if (this.#conflated) return true
    if (this.#receiver.gap(from, offset - 1)) return true
    if (this.#state !== "ended") this.#state = "full"
    return false
  }

  async #catchUp(): Promise<void> {
    this.#state = "reading"
    try {
      // The state is looked at anew after each wait and each delivery: a receiver may close us in either.
      while (this.#isReading()) {
        const { head, tail, closed } = this.#topic.stat
        if (this.#conflated) this.#next = Math.max(this.#next, tail)
        if (this.#next < head) {
          if (this.#isFull() || !this.#gapBefore(head)) return
        } else if (this.#next > tail && closed) {
          this.end(topicClosed(this.#topic.stat))
        } else if (this.#next > tail) {
          this.#state = "live"
          this.#topic.caughtUp(this)
        } else {
          const page = await this.#pages.from(this.#topic.stat, this.#next)
          if (!this.#isReading() || page === undefined) continue // trimmed away meanwhile: the head has moved
          if (this.#isFull()) return
          if (page.from > this.#next && !this.#gapBefore(page.from)) return
          if (this.#isReading() && !this.#deliver(page)) return
        }
      }
    } catch (error) {
      this.end(toLandlineError(error))
    }
  }

  #isFull(): boolean {
    if (!this.#receiver.full) return false
    this.#state = "full"
    return true
  }

  #isReading(): boolean {
    return this.#state === "reading"
  }
}

/** What followers of a closed topic are told when they have everything. */
export function topicClosed({ topic }: Pick<TopicStat, "topic">): LandlineError {
  return new LandlineError("topic_closed", { topic }, "That was all: the topic is closed.")
}
