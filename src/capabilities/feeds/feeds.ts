import { type Author, HUB } from "../../core/author.ts"
import { Rules } from "../../core/authorize.ts"
import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory, FeedRecord } from "../../core/directory.ts"
import {
  ensureThere,
  type FollowFrom,
  type Following,
  followingOf,
  type Gap,
  readFollowing,
} from "../../core/following.ts"
import { Locks } from "../../core/locks.ts"
import type { Topic } from "../../core/topic.ts"
import type {
  Appended,
  AppendOptions,
  Bodies,
  Entry,
  Retention,
  TopicLog,
  TopicStat,
} from "../../core/topic-log.ts"
import { cursorAt, type Topics } from "../../core/topics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { BlockReport, FeedAbout, FeedInfo, ReceiverBlocks } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { feedName, feedOf, feedTopic, roomTopic } from "../../protocol/names.ts"
import { printableLine } from "../../protocol/text.ts"
import { Blocks } from "./blocks.ts"
import { draftsOf, ensureType, mediaType, typeByLook } from "./messages.ts"
import { describedRecord, ensureAlike, newRecord } from "./record.ts"

const TEND_MS = 500

/** What the hub does with what feeds have to tell. */
export interface FeedEvents {
  /** A room is to hear that a feed fell silent, or is back. */
  notice(room: string, text: string): void
  block(feed: string, receiver: string, report: BlockReport): void
  onError(error: unknown): void
}

export interface FeedParts {
  readonly topics: Topics
  readonly log: TopicLog
  readonly directory: Directory
  readonly events: FeedEvents
  readonly rules?: Rules
  readonly clock?: Clock
}

export interface PublishOptions extends Pick<AppendOptions, "producer" | "mark" | "close"> {
  /** Content type of the messages; left out, whatever the feed holds. */
  readonly type?: string | undefined
}

/** A feed and what changes about it while the hub runs. */
interface Feed {
  record: FeedRecord
  /** ms since 1970 of the last read or write. */
  used: number
  readonly blocks: Blocks
}

/** Feeds, and what is published in them. Names may come in any spelling of `feedName`. */
export class Feeds {
  readonly #parts: FeedParts
  readonly #rules: Rules
  readonly #clock: Clock
  readonly #feeds = new Map<string, Feed>()
  readonly #reserved = new Set<string>()
  readonly #locks = new Locks()
  readonly #firsts = new Locks()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#rules = parts.rules ?? new Rules()
    this.#clock = parts.clock ?? systemClock
  }

  /** What was interrupted is settled: a feed is made when its topic is, and gone when its topic is. */
  async begin(): Promise<void> {
    const { directory, topics } = this.#parts
    const names = (await topics.list()).map(({ topic }) => topic).filter((topic) => topic.startsWith("feed/"))
    const lost = new Set<string>(names)
    for (const record of await directory.feeds())
      if (lost.delete(record.topic)) this.#add(record)
      else await directory.removeFeed(record.feed)
    for (const topic of lost) await this.#adopt(feedOf(topic))
    this.#timer = setInterval(() => void this.tend().catch(this.#parts.events.onError), TEND_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Keeps a name for the hub itself: nobody else can make a feed of it. */
  reserve(feed: string): void {
    this.#reserved.add(feed)
  }

  /**
   * Makes a feed. @param type content type of its messages
   * @returns it, and false where there was one that is made alike
   * @throws LandlineError bad_name | bad_request | forbidden | feed_exists | too_many | log_unavailable
   */
  async create(who: Author, name: string, type: string, about: FeedAbout = {}): Promise<[FeedInfo, boolean]> {
    this.#rules.authorize(who, "write", feedTopic(name))
    const feed = feedName(name)
    if (this.#reserved.has(feed) && who !== HUB) throw ofTheHub(feed)
    const wanted = newRecord(who.name, feed, mediaType(type), about, this.#clock.now())
    await this.#ensureRoom(who, wanted, about)
    const made = await this.#locks.run(feed, async () => {
      const there = this.#known(feed)
      if (there) {
        ensureAlike(there.record, wanted)
        return false
      }
      const over = this.#feeds.get(feed)
      if (over) await this.#drop(over)
      if (this.#feeds.size >= limits.feedsMax) throw new LandlineError("too_many")
      await this.#parts.directory.setFeed(wanted)
      await this.#parts.topics.create(wanted.topic)
      this.#add(wanted)
      return true
    })
    return [await this.feed(who, feed), made]
  }

  /** Changes what is said of it. @throws LandlineError unknown_feed | forbidden | bad_name */
  async describe(who: Author, name: string, about: FeedAbout): Promise<FeedInfo> {
    const feed = feedName(name)
    await this.#locks.run(feed, async () => {
      const known = this.#owned(who, feed)
      const record = describedRecord(known.record, about, this.#clock.now())
      await this.#ensureRoom(who, record, about)
      await this.#parts.directory.setFeed(record)
      known.record = record
      known.used = this.#clock.now()
    })
    return this.feed(who, feed)
  }

  /** All feeds, by name. */
  async feeds(who: Author): Promise<FeedInfo[]> {
    this.#rules.authorize(who, "read")
    const names = [...this.#feeds.keys()].sort().filter((name) => this.#known(name))
    return Promise.all(names.map((name) => this.#info(this.#feeds.get(name)!)))
  }

  /** @throws LandlineError unknown_feed */
  async feed(who: Author, name: string): Promise<FeedInfo> {
    this.#rules.authorize(who, "read", feedTopic(name))
    return this.#info(this.#find(name))
  }

  /**
   * Publishes messages, all of them or none. Resolves when they will survive a loss of power.
   * @throws LandlineError unknown_feed | type_mismatch | bad_request | too_large | topic_closed | mark_passed |
   *   sequence_gap | forbidden | log_unavailable; at once or by the promise
   */
  publish(
    who: Author,
    name: string,
    messages: readonly Uint8Array[],
    { type, ...append }: PublishOptions = {},
  ): Promise<Appended> {
    this.#rules.authorize(who, "write", feedTopic(name))
    const feed = append.close ? this.#owned(who, name) : this.#find(name)
    const { record } = feed
    if (record.createdBy === HUB.name && who !== HUB) throw ofTheHub(record.feed)
    if (type !== undefined) ensureType(record.feed, record.type, type)
    const drafts = draftsOf(who.name, record.type, messages)
    feed.used = this.#clock.now()
    return this.#parts.topics.append(record.topic, drafts, append)
  }

  /**
   * The same, and makes the feed first where there is none: of the type that is given, else by the look of the first
   * message. What would be refused makes none.
   */
  publishFirst(
    who: Author,
    name: string,
    messages: readonly Uint8Array[],
    options: PublishOptions = {},
  ): Promise<Appended> {
    const feed = feedName(name)
    if (this.#known(feed)) return this.publish(who, feed, messages, options)
    const type = options.type ?? typeByLook(messages[0]!)
    draftsOf(who.name, type, messages)
    // In turn, so that of several first messages the first to come is the first published.
    return this.#firsts
      .run(feed, async () => {
        if (this.#known(feed)) return
        if (options.producer && options.producer.seq > 1)
          throw new LandlineError("sequence_gap", { expected: 1 })
        await this.#makeFirst(who, feed, type)
      })
      .then(() => this.publish(who, feed, messages, options))
  }

  /** Another may make it at the same moment: then it is as if it had been there. */
  async #makeFirst(who: Author, feed: string, type: string): Promise<void> {
    try {
      await this.create(who, feed, type)
    } catch (error) {
      if (!(error instanceof LandlineError && error.code === "feed_exists")) throw error
    }
  }

  /** @throws LandlineError unknown_feed | cursor_foreign */
  async follow(who: Author, name: string, from: FollowFrom): Promise<Following> {
    this.#rules.authorize(who, "read", feedTopic(name))
    const feed = this.#find(name)
    feed.used = this.#clock.now()
    return followingOf(await this.#topic(feed), from)
  }

  /**
   * What a follower would get up to the tail as it was when it began: pages of entries, and gaps.
   * @param messagesMax it ends after so many messages
   */
  read(follow: Following, messagesMax?: number): AsyncGenerator<Entry[] | Gap> {
    return readFollowing(this.#parts.log, follow, messagesMax)
  }

  /**
   * Messages after the offset `after`, at most up to `last`, one behind the other: about half a
   * `limits.chunkBytesMax`, and never more. @throws LandlineError entries_gone | unknown_topic | log_unavailable
   */
  async chunk({ stat, now }: Following, after: number, last: number, between: string): Promise<Bodies> {
    const to = Math.min(last, after + usualEntries(stat, limits.chunkBytesMax / 2))
    await ensureThere(this.#parts.log, stat)
    const chunk = await this.#parts.log.readBodies(stat.topic, after, to, limits.chunkBytesMax, between)
    if (chunk) return chunk
    throw new LandlineError("entries_gone", { oldest: cursorAt(stat, now.head - 1) })
  }

  /** The newest message, and the place after it. @throws LandlineError unknown_feed */
  async latest(who: Author, name: string): Promise<{ entry: Entry | undefined; cursor: string }> {
    const follow = await this.follow(who, name, { last: 1 })
    const { tail, topic } = follow.stat
    const [entry] = follow.after < tail ? await this.#parts.log.read(topic, follow.after, 1, Infinity) : []
    return { entry, cursor: cursorAt(follow.stat, tail) }
  }

  /** Nothing more can be published; what is there can be read. @throws LandlineError unknown_feed | forbidden */
  async closeFeed(who: Author, name: string): Promise<FeedInfo> {
    const { record } = this.#owned(who, name)
    await this.#parts.topics.append(record.topic, [], { close: true }).catch((error: LandlineError) => {
      if (error.code !== "topic_closed") throw error
    })
    return this.feed(who, name)
  }

  /** @throws LandlineError unknown_feed | forbidden */
  async remove(who: Author, name: string): Promise<void> {
    await this.#delete(this.#owned(who, name))
  }

  /** Takes what a receiver measured. @param label tells several of one person apart @throws LandlineError unknown_feed */
  report(who: Author, name: string, report: BlockReport, label = ""): void {
    this.#rules.authorize(who, "read", feedTopic(name))
    const feed = this.#find(name)
    const receiver = label === "" ? who.name : `${who.name} ${printableLine(label)}`
    feed.blocks.add(receiver, report, this.#clock.now())
    this.#parts.events.block(feed.record.feed, receiver, report)
  }

  /** What receivers have reported. @throws LandlineError unknown_feed */
  blocks(who: Author, name: string): ReceiverBlocks[] {
    this.#rules.authorize(who, "read", feedTopic(name))
    return this.#find(name).blocks.all()
  }

  /** The last block of each receiver of each feed. */
  *lastBlocks(): Generator<{ feed: string; receiver: string; block: BlockReport }> {
    for (const [feed, { blocks }] of this.#feeds)
      for (const { receiver, blocks: reported } of blocks.all())
        yield { feed, receiver, block: reported.at(-1)! }
  }

  /** What is kept of a feed's topic. */
  retention(topic: string): Retention {
    const record = this.#feeds.get(feedOf(topic))?.record
    return {
      ...(record && record.keepMs > 0 && { ageMax: record.keepMs }),
      ...(record && record.keepBytes > 0 && { bytesMax: record.keepBytes }),
    }
  }

  /** Ends what has expired, and tells of who fell silent or is back. */
  async tend(): Promise<void> {
    for (const [name, feed] of this.#feeds)
      try {
        if (!this.#known(name)) await this.#delete(feed)
        else if (feed.record.expectMs > 0) await this.#ifStill(feed, () => this.#listen(feed))
      } catch (error) {
        this.#parts.events.onError(error)
      }
  }

  async #listen(feed: Feed): Promise<void> {
    const { feed: name, expectMs, since, noticeRoom } = feed.record
    const { time, closed } = (await this.#topic(feed)).stat
    const quietMs = this.#clock.now() - Math.max(time, since)
    const silent = !closed && quietMs > expectMs
    if (silent === feed.record.silent) return
    feed.record = { ...feed.record, silent }
    await this.#parts.directory.setFeed(feed.record) // else it would be told again by the next run of the hub
    const text = silent
      ? `${name} has been silent for ${Math.round(quietMs / 1000)} s; it is to speak every ${expectMs / 1000} s.`
      : closed
        ? `${name} is closed.`
        : `${name} is back.`
    if (noticeRoom !== "") this.#parts.events.notice(noticeRoom, text)
  }

  /** Whoever says that a room is to hear of a feed writes in it, in a way. @throws LandlineError unknown_room | forbidden */
  async #ensureRoom(who: Author, { noticeRoom: room }: FeedRecord, about: FeedAbout): Promise<void> {
    if (room === "" || !(about.expectMs || about.noticeRoom)) return
    this.#rules.authorize(who, "write", roomTopic(room))
    if (about.noticeRoom && !(await this.#parts.directory.room(room)))
      throw new LandlineError("unknown_room", { room }, `There is no room ${room}.`)
  }

  /** A topic whose feed's record was lost. */
  async #adopt(name: string): Promise<void> {
    const record = newRecord("", name, "application/octet-stream", {}, this.#clock.now())
    await this.#parts.directory.setFeed(record)
    this.#add(record)
  }

  #add(record: FeedRecord): void {
    this.#feeds.set(record.feed, { record, used: this.#clock.now(), blocks: new Blocks() })
  }

  /** Undefined where there is none, or its time is over. @param name in its one form */
  #known(name: string): Feed | undefined {
    const feed = this.#feeds.get(name)
    return feed && this.#clock.now() < expiryOf(feed) ? feed : undefined
  }

  #find(name: string): Feed {
    const feed = this.#feeds.get(name) // nearly always it comes in its one form
    if (feed && feed.record.ttlMs === 0 && feed.record.expires === 0) return feed
    const known = this.#known(feedName(name))
    if (known) return known
    throw new LandlineError(
      "unknown_feed",
      { feed: name.slice(0, 80) },
      `There is no feed ${JSON.stringify(name.slice(0, 80))}. \`landline feeds\` lists what there is.`,
    )
  }

  /** What a member made, only that member may change; what a guest made, everybody. */
  #owned(who: Author, name: string): Feed {
    this.#rules.authorize(who, "write", feedTopic(name))
    const feed = this.#find(name)
    const { createdBy } = feed.record
    if (createdBy === "" || createdBy.startsWith("~") || createdBy === who.name) return feed
    if (createdBy === HUB.name) throw ofTheHub(feed.record.feed)
    throw new LandlineError("forbidden", {}, `Only ${createdBy}, who made ${feed.record.feed}, can do that.`)
  }

  #topic({ record }: Feed): Promise<Topic> {
    return this.#parts.topics.get(record.topic)
  }

  #delete(feed: Feed): Promise<void> {
    return this.#ifStill(feed, () => this.#drop(feed))
  }

  /** In turn with whatever else changes the feed; not where it was deleted meanwhile, or made anew. */
  #ifStill(feed: Feed, task: () => Promise<void>): Promise<void> {
    const name = feed.record.feed
    return this.#locks.run(name, async () => {
      if (this.#feeds.get(name) === feed) await task()
    })
  }

  async #drop({ record: { feed, topic } }: Feed): Promise<void> {
    this.#feeds.delete(feed)
    await this.#parts.topics.remove(topic)
    await this.#parts.directory.removeFeed(feed)
  }

  async #info(feed: Feed): Promise<FeedInfo> {
    const { record } = feed
    const topic = await this.#topic(feed)
    const { count, bytes, head, tail, time, closed } = topic.stat
    return {
      ...record,
      ...{ count, bytes, head, tail, time, closed },
      cursor: cursorAt(topic.stat, tail),
      followers: topic.followers.all,
      expires: expiryOf(feed) === Infinity ? 0 : expiryOf(feed),
    }
  }
}

/** How many messages of a feed's usual size have so many bytes. At least 1. */
export const usualEntries = ({ bytes, head, tail }: TopicStat, wanted: number): number =>
  Math.ceil((wanted * (tail - head + 1)) / Math.max(1, bytes))

const ofTheHub = (feed: string): LandlineError =>
  new LandlineError("forbidden", {}, `The feed ${feed} is the hub's own: only the hub speaks in it.`)

/** ms since 1970 at which it is no more. */
function expiryOf({ record, used }: Feed): number {
  const absolute = record.expires > 0 ? record.expires : Infinity
  return record.ttlMs > 0 ? Math.min(absolute, used + record.ttlMs) : absolute
}
