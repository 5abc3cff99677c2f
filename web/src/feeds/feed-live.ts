import type { Entry, Follow, LandlineError, Session } from "../../../src/client/main.ts"
import { BlockTimer } from "../../../src/protocol/block-timer.ts"
import { Charted } from "./charted.ts"
import { type Reading, readingOf } from "./reading.ts"

/** What the page shows of a feed, as of a moment; a new one at most every TELL_MS. */
export interface LiveView {
  readonly state: "loading" | "following" | "closed" | "refused"
  /** Why the follow has ended. */
  readonly error: LandlineError | undefined
  /** The newest messages, newest first. */
  readonly recent: readonly Reading[]
  /** Messages that came while the page was open. */
  readonly received: number
  /** Messages that came since the view was paused; undefined while it is not. */
  readonly missed: number | undefined
  /** ms since 1970, by the hub's clock, at which the view was paused. */
  readonly pausedAt: number | undefined
  /** What was said of the log last: messages that are gone, or that it was replaced. */
  readonly notice: string | undefined
  /** The offset of the first message that was followed; undefined before one came. */
  readonly first: number | undefined
}

/** Said when the log that was shown is no longer the feed's. */
export const REPLACED = "This feed was wiped, restored or replaced: what is shown is its new log."

/** Shown when the page opens, before anything of the past is asked for. */
const BEGIN_WITH = 100
const RECENT_MAX = 100
/** Ten pictures a second are plenty for the eye, however fast messages come. */
const TELL_MS = 100
/** Messages that wait for the next picture; above, they are taken in at once. */
const INBOX_MAX = 5_000
/** Reports that may be under way to the hub: what comes faster is not reported. */
const REPORTS_MAX = 4
/** Tells the pages of one person apart, for as long as each is open. */
export const LABEL = `browser ${Math.floor(Math.random() * 9_000) + 1_000}`

/**
 * Follows a feed for the page: takes messages as fast as they come, in bounded memory, and tells of them at the pace
 * of the eye. It is a receiver like any other: it measures its blocks and reports them.
 */
export class FeedLive {
  readonly feed: string
  readonly #session: Session
  readonly #follow: Follow
  readonly #listeners = new Set<() => void>()
  readonly #inbox: Entry[] = []
  #charted = new Charted()
  #recent: Reading[] = []
  #view: LiveView = {
    ...{
      state: "loading",
      error: undefined,
      recent: [],
      received: 0,
      missed: undefined,
      pausedAt: undefined,
    },
    ...{ notice: undefined, first: undefined },
  }
  #state: LiveView["state"] = "loading"
  #error: LandlineError | undefined
  #notice: string | undefined
  #first: number | undefined
  #received = 0
  #missed: number | undefined
  #pausedAt: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #aheadMs: number | undefined
  /** Messages up to here were there before: they are no measurement. */
  #tailAtFirst = Number.POSITIVE_INFINITY
  #blocks: BlockTimer | undefined
  #reports = 0

  constructor(session: Session, feed: string, block: number) {
    this.feed = feed
    this.#session = session
    this.#follow = session.follow(`feed/${feed}`, { last: BEGIN_WITH })
    this.#follow.ready().then(
      ({ tail }) => {
        this.#tailAtFirst = tail
        this.setBlock(block)
        this.#state = "following"
        this.#tellSoon()
      },
      () => {}, // told by "refused"
    )
    this.#follow.on("entry", ({ entry }) => this.#entry(entry))
    this.#follow.on("gap", ({ from, to }) => this.#gap(from, to))
    this.#follow.on("reset", () => this.#reset())
    this.#follow.on("closed", () => this.#ended("closed"))
    this.#follow.on("refused", (error) => this.#ended("refused", error))
  }

  get charted(): Charted {
    return this.#charted
  }

  /** Now by the hub's clock, as far as messages have told it: this computer's may be wrong. */
  get now(): number {
    return Date.now() + (this.#aheadMs ?? 0)
  }

  readonly view = (): LiveView => this.#view

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** The view stands still; what comes is counted. */
  pause(): void {
    this.#tell()
    this.#pausedAt = this.now
    this.#missed = 0
    this.#tell()
  }

  resume(): void {
    this.#pausedAt = this.#missed = undefined
    this.#tell()
  }

  /** From now on, blocks have so many messages. */
  setBlock(messages: number): void {
    this.#blocks = new BlockTimer(messages, performance.now())
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
    this.#follow.close()
  }

  #entry(entry: Entry): void {
    this.#measure(entry)
    this.#inbox.push(entry)
    if (this.#inbox.length >= INBOX_MAX) this.#takeIn()
    this.#tellSoon()
  }

  #measure({ offset, time }: Entry): void {
    if (offset <= this.#tailAtFirst) return
    const ahead = time - Date.now()
    this.#aheadMs = Math.max(this.#aheadMs ?? ahead, ahead)
    const report = this.#blocks?.received(performance.now(), time)
    if (report === undefined || this.#reports >= REPORTS_MAX) return
    this.#reports++
    this.#session
      .reportBlock(this.feed, report, LABEL)
      .catch(() => {}) // it is for those who look on; nothing depends on it
      .finally(() => this.#reports--)
  }

  #gap(from: number, to: number): void {
    this.#takeIn()
    this.#charted.cut((this.#recent.at(-1)?.time ?? 0) + 1)
    this.#notice =
      from === to
        ? `Message ${from.toLocaleString()} is no longer kept by the hub.`
        : `Messages ${from.toLocaleString()} to ${to.toLocaleString()} are no longer kept by the hub.`
    this.#tellSoon()
  }

  #reset(): void {
    this.#inbox.length = 0
    this.#charted = new Charted()
    this.#recent = []
    this.#first = undefined
    this.#notice = REPLACED
    this.#tellSoon()
  }

  #ended(state: "closed" | "refused", error?: LandlineError): void {
    this.#state = state
    this.#error = error
    this.#tellSoon()
  }

  #takeIn(): void {
    for (const entry of this.#inbox) {
      const reading = readingOf(entry)
      this.#first ??= reading.offset
      this.#charted.add(reading)
      this.#recent.push(reading)
    }
    this.#received += this.#inbox.length
    if (this.#missed !== undefined) this.#missed += this.#inbox.length
    this.#inbox.length = 0
    if (this.#recent.length > RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX)
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#tell(), TELL_MS)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#takeIn()
    const isStill = this.#missed !== undefined && this.#view.missed !== undefined
    this.#view = {
      ...{ state: this.#state, error: this.#error, notice: this.#notice, received: this.#received },
      ...{ missed: this.#missed, pausedAt: this.#pausedAt, first: this.#first },
      recent: isStill ? this.#view.recent : this.#recent.toReversed(),
    }
    for (const changed of this.#listeners) changed()
  }
}
