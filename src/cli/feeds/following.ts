import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import type { BlockReport, EntryEvent, Follow, FollowEvent, Session } from "../../client/main.ts"
import { toLandlineError } from "../../protocol/errors.ts"
import { interrupted } from "../commands/lab-options.ts"
import { Followed } from "./followed.ts"
import { LiveView } from "./live-view.ts"
import { tellState } from "./tell-state.ts"
import { topicOf } from "./topic-of.ts"
import { type Happening, JsonView, PlainView, type View } from "./view.ts"
import * as words from "./words.ts"

export interface FollowingOptions {
  /** Messages of a block. */
  readonly block: number
  /** Undefined: from now on. */
  readonly after: string | undefined
  /** Only the newest message, whenever there is room for one. */
  readonly latest: boolean
  /** Ends after so many messages. */
  readonly count: number
  readonly json: boolean
}

/** Reports that may be under way to the hub: what comes faster than it takes them is not reported. */
const REPORTS_MAX = 16
/** The last ones get so long to arrive. */
const REPORTS_MS = 1_000

/**
 * Follows topics until they are closed, so many messages have come, or Ctrl-C; over reconnects and restarts of the hub.
 * @throws LandlineError for what is neither a feed nor a room, and for what the hub refuses the session with
 */
export async function follow(
  session: Session,
  names: readonly string[],
  options: FollowingOptions,
): Promise<void> {
  const stopped = interrupted()
  const refused = new Promise<never>((_, reject) => void session.on("refused", reject))
  refused.catch(() => {}) // whoever waits is told
  try {
    const topics = new Set(await Promise.all(names.map((name) => topicOf(session, name))))
    const { after, latest, block } = options
    const startedMs = performance.now()
    const begun = [...topics].map(async (topic) => {
      const follow = session.follow(topic, { after, ...(latest && { last: 1, conflated: true }) })
      const { tail } = await follow.ready()
      return { follow, followed: new Followed(topic, block, tail, startedMs) }
    })
    const all = await Promise.race([Promise.all(begun), refused, stopped])
    if (all) await new Following(session, all, options, startedMs).until(stopped, refused)
  } finally {
    await session.close()
  }
}

class Following {
  readonly #session: Session
  readonly #options: FollowingOptions
  readonly #startedMs: number
  readonly #view: View
  readonly #topics: readonly { readonly follow: Follow; readonly followed: Followed }[]
  readonly #ended = Promise.withResolvers<void>()
  readonly #reports = new Set<Promise<void>>()
  #messages = 0
  #open: number
  #over = false

  constructor(
    session: Session,
    topics: readonly { readonly follow: Follow; readonly followed: Followed }[],
    options: FollowingOptions,
    startedMs: number,
  ) {
    this.#session = session
    this.#topics = topics
    this.#options = options
    this.#startedMs = startedMs
    this.#open = topics.length
    this.#view = viewOf(
      topics.map(({ followed }) => followed),
      options,
    )
  }

  async until(stopped: Promise<void>, refused: Promise<never>): Promise<void> {
    const drops = tellState(this.#session, (words) => this.#view.say(words))
    for (const { follow, followed } of this.#topics) void this.#take(follow, followed)
    try {
      await Promise.race([stopped, refused, this.#ended.promise])
    } finally {
      this.#over = true
      this.#view.close()
      const ms = performance.now() - this.#startedMs
      for (const { followed } of this.#topics) console.error(words.summary(followed, ms))
      if (drops() > 0) console.error(words.drops(drops()))
      await Promise.race([Promise.all(this.#reports), setTimeout(REPORTS_MS, undefined, { ref: false })])
    }
  }

  /** Reads a topic to its end, no faster than what comes of it is read. */
  async #take(follow: Follow, followed: Followed): Promise<void> {
    try {
      for await (const event of follow) {
        if (this.#over) return
        if (event.type === "entry") this.#entry(followed, event)
        else if (event.type !== "presence") this.#view.happened(followed, ...happening(followed.name, event))
        await written()
      }
    } catch (error) {
      const { code, message } = toLandlineError(error)
      process.exitCode = 1
      this.#view.happened(followed, { refused: code, message }, words.refused(followed.name, message))
    }
    if (--this.#open === 0) this.#ended.resolve()
  }

  #entry(followed: Followed, event: EntryEvent): void {
    this.#view.entry(followed, event)
    const block = followed.received(event.entry)
    if (block) {
      this.#view.happened(followed, { block }, words.block(followed.name, block))
      if (followed.isFeed) this.#report(followed.name, block)
    }
    if (++this.#messages < this.#options.count) return
    this.#over = true
    this.#ended.resolve()
  }

  #report(feed: string, report: BlockReport): void {
    if (this.#reports.size >= REPORTS_MAX) return
    const told = this.#session
      .reportBlock(feed, report, String(process.pid))
      .catch(() => {}) // it is for those who look on; nothing depends on it
      .finally(() => this.#reports.delete(told))
    this.#reports.add(told)
  }
}

function viewOf(followed: readonly Followed[], { json, block }: FollowingOptions): View {
  if (json) return new JsonView()
  if (process.stdout.isTTY && process.env.TERM !== "dumb") return new LiveView(followed, block)
  return new PlainView(followed.length > 1)
}

function happening(
  name: string,
  event: Exclude<FollowEvent, { type: "entry" | "presence" }>,
): [what: Happening, words: string] {
  if (event.type === "reset") return [{ reset: true }, words.reset(name)]
  if (event.type === "closed") return [{ closed: true }, words.closed(name)]
  const { from, to } = event
  return [{ gap: { from, to } }, words.gap(name, event)]
}

let draining: Promise<unknown> | undefined

/** Resolves when whoever reads our output has taken what we wrote: what they do not read must not pile up here. */
function written(): Promise<unknown> | undefined {
  const full = [process.stdout, process.stderr].find((stream) => stream.writableNeedDrain)
  if (full === undefined) return undefined
  draining ??= once(full, "drain").finally(() => {
    draining = undefined
  })
  return draining
}
