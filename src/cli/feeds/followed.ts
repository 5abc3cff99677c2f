import type { BlockReport } from "../../client/main.ts"
import { BlockTimer } from "../../protocol/block-timer.ts"
import { feedOf, isFeed, roomOf, type TopicName } from "../../protocol/names.ts"

/** More blocks than any terminal has columns for. */
const SPANS_MAX = 500

/** What was measured of one topic that is followed. */
export class Followed {
  readonly topic: TopicName
  readonly isFeed: boolean
  readonly name: string
  readonly #timer: BlockTimer
  /** Entries up to here were there before: when they come says nothing of being late. */
  readonly #tailAtFirst: number
  messages = 0
  /** Of the last block, where it is known. */
  latenessMs: number | undefined
  readonly blocks = { count: 0, sumMs: 0, longestMs: 0 }
  /** Of the last blocks, oldest first. */
  readonly spansMs: number[] = []

  /** @param block messages of a block @param startedMs of `performance.now` */
  constructor(topic: TopicName, block: number, tailAtFirst: number, startedMs: number) {
    this.topic = topic
    this.isFeed = isFeed(topic)
    this.name = this.isFeed ? feedOf(topic) : roomOf(topic)
    this.#timer = new BlockTimer(block, startedMs)
    this.#tailAtFirst = tailAtFirst
  }

  /** Counts an entry that has come just now. @returns the block that it fills */
  received({ offset, time }: { offset: number; time: number }): BlockReport | undefined {
    this.messages++
    const report = this.#timer.received(performance.now(), offset > this.#tailAtFirst ? time : undefined)
    if (report) this.#measured(report)
    return report
  }

  #measured({ spanMs, latenessMs }: BlockReport): void {
    const { count, sumMs, longestMs } = this.blocks
    Object.assign(this.blocks, {
      count: count + 1,
      sumMs: sumMs + spanMs,
      longestMs: Math.max(longestMs, spanMs),
    })
    this.latenessMs = latenessMs
    this.spansMs.push(spanMs)
    if (this.spansMs.length > SPANS_MAX) this.spansMs.shift()
  }
}
