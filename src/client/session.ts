import { LandlineError } from "../protocol/errors.ts"
import type { BlockReport, FeedAbout, FeedInfo, ReceiverBlocks } from "../protocol/feeds.ts"
import { limits } from "../protocol/limits.ts"
import type { Line, LineReport } from "../protocol/line.ts"
import type {
  ErrorMessage,
  FoundEntry,
  Hello,
  HubMessage,
  Request,
  RoomInfo,
  Welcome,
} from "../protocol/messages.ts"
import { roomTopic, type TopicName, topicName } from "../protocol/names.ts"
import { VERSION } from "../protocol/session.ts"
import { sessionUrl } from "./address.ts"
import { backoffMs } from "./backoff.ts"
import { Connection, type State } from "./connection.ts"
import type { CursorStore } from "./cursor-store.ts"
import { Emitter } from "./emitter.ts"
import { type Entry, placed } from "./entry.ts"
import { Follow, type FollowOptions } from "./follow.ts"
import { LineWatch, measureSession } from "./line/session-line.ts"
import { asError, Outbox, type Stored } from "./outbox.ts"
import type { OutboxStore, Unsent } from "./outbox-store.ts"
import { randomId } from "./random-id.ts"
import { Requests } from "./requests.ts"

export interface SessionOptions {
  /** Who speaks. Without it the hub makes up a guest's name. */
  readonly name?: string | undefined
  /** The device's secret, 16 to 200 characters: with it the name is claimed on first use. */
  readonly device?: string | undefined
  /** Where follows keep their cursors between runs. */
  readonly store?: CursorStore | undefined
  /** Where what is said and not stored yet is kept between runs: it is sent when the program comes back. */
  readonly outbox?: OutboxStore | undefined
  /** What the program is, for people: `weather/1.2`. */
  readonly client?: string | undefined
  /** Measures the line now and then and tells the hub, where the hub wants that. */
  readonly line?: boolean | undefined
  /** Default: the platform's own. */
  readonly WebSocket?: typeof WebSocket | undefined
}

export interface SessionEvents {
  state: State
  welcome: Welcome
  /** The hub does not want this session: a name that is taken, say. It is closed, and does not come back. */
  refused: LandlineError
  /** This topic was wiped, restored or replaced; its follow goes on from the start of the new log. */
  reset: { readonly topic: TopicName }
  /** What waits to be stored has changed. */
  unsent: readonly Unsent[]
  /** The hub refused for good what an earlier run had said, or the session that was to say it: see `outbox`. */
  undelivered: { readonly topic: TopicName; readonly text: string; readonly error: LandlineError }
}

/** One page of older entries. */
export interface Page {
  /** Only entries before this offset. */
  readonly before?: number | undefined
  readonly limit?: number | undefined
}

/** Messages on their way when a session is closed get this long to be stored. */
const DRAIN_MS = 5_000

/**
 * One connected person or program. It comes back by itself whenever the line drops, and then everything goes on:
 * what was said meanwhile is sent, each follow goes on from its cursor.
 */
export class Session implements AsyncDisposable {
  readonly #options: SessionOptions
  readonly #url: string
  readonly #emitter = new Emitter<SessionEvents>()
  readonly #ready = Promise.withResolvers<Welcome>()
  readonly #outbox = new Outbox(randomId)
  readonly #requests: Requests
  readonly #follows = new Map<TopicName, Follow>()
  readonly #connection: Connection
  readonly #line = new LineWatch({
    isLive: () => this.state === "live",
    probe: () => this.#probe(),
    report: (report) => this.reportLine(report),
  })
  #welcome: Welcome | undefined
  #onDrained: (() => void) | undefined
  #unsentChanged = false

  /** @throws LandlineError usage for an address that is none */
  constructor(hub: string, options: SessionOptions = {}) {
    this.#options = options
    this.#url = sessionUrl(hub)
    this.#ready.promise.catch(() => {})
    this.#requests = new Requests((message) => this.#connection.send(message))
    this.#connection = new Connection({
      url: this.#url,
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      hello: () => this.#hello(),
      onWelcome: (welcome) => this.#up(welcome),
      onOffline: () => this.#offline(),
      onClosed: (error) => this.#closed(error),
      onMessage: (message) => this.#receive(message),
    })
    this.#outbox.restore(options.outbox?.load() ?? [], (topic, text, error) => {
      // Closed before it was stored: it stays kept.
      if (error.code !== "no_hub") this.#emitter.emit("undelivered", { topic, text, error })
    })
  }

  get state(): State {
    return this.#connection.state
  }

  /** What the hub said last about itself and this session. */
  get welcome(): Welcome | undefined {
    return this.#welcome
  }

  /** How what this session says is signed: the name, or `~name` for a guest. Empty before the first welcome. */
  get author(): string {
    return this.#welcome?.author ?? ""
  }

  /** What was said and is not stored yet, oldest first. */
  unsent(): Unsent[] {
    return this.#outbox.unsent()
  }

  /** Resolves with the first welcome. Rejects where the hub refuses, or the session is closed before. */
  ready(): Promise<Welcome> {
    return this.#ready.promise
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof SessionEvents>(
    name: Name,
    listener: (event: SessionEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener)
  }

  /**
   * Says something in a room, or publishes in a feed (`feed/NAME`), which is made where it is missing. Resolves when it is stored for good; while the line is down it is kept, and sent
   * later, once. Messages of one session keep their order in the room.
   * @param text 1 byte to `welcome.entryBytesMax` bytes of UTF-8
   * Rejects with LandlineError: too_large | too_many (10,000 are waiting) | bad_name | unknown_room | forbidden |
   * what the hub refused the session with | no_hub (closed before it was stored)
   */
  async publish(where: string, text: string): Promise<Stored> {
    this.#checkOpen()
    const topic = topicOf(where)
    const entryBytesMax = this.#welcome?.entryBytesMax ?? limits.entryBytesMax
    if (utf8Length(text) > entryBytesMax)
      throw new LandlineError(
        "too_large",
        { entryBytesMax },
        `A message holds at most ${entryBytesMax} bytes.`,
      )
    const stored = this.#outbox.add(topic, text)
    this.#tellUnsent()
    this.#flush()
    return stored
  }

  /**
   * Follows a room or a feed (`feed/NAME`): see Follow. Refusals (unknown_room, bad_cursor, forbidden) come through the follow.
   * @throws LandlineError bad_name | bad_request for a topic that this session follows already
   */
  follow(where: string, options: FollowOptions = {}): Follow {
    this.#checkOpen()
    const topic = topicOf(where)
    if (this.#follows.has(topic))
      throw new LandlineError("bad_request", { topic }, "This session follows that topic already.")
    const { host } = new URL(this.#url)
    const follow = new Follow(topic, options, `${host}/${topic}`, {
      store: this.#options.store,
      nextId: () => this.#requests.nextId(),
      isLive: () => this.state === "live",
      send: (message) => this.#connection.send(message),
      onReset: () => this.#emitter.emit("reset", { topic }),
      onEnded: () => this.#follows.delete(topic),
    })
    this.#follows.set(topic, follow)
    return follow
  }

  // Questions wait for the line, and are asked again when it drops before the answer. Changes are not: they reject
  // with no_hub then, since they may have been made.

  /** All rooms, by name. */
  rooms(): Promise<RoomInfo[]> {
    return this.#ask((id) => ({ op: "rooms", id }))
  }

  /** Makes a room. Rejects with LandlineError: bad_name | room_exists | too_many | no_hub */
  createRoom(room: string, line?: string): Promise<RoomInfo> {
    return this.#ask((id) => ({ op: "create_room", id, room, line }), "change")
  }

  /** Says what a room is for. Rejects with LandlineError: unknown_room | too_large | no_hub */
  async setTopicLine(room: string, line: string): Promise<void> {
    await this.#ask((id) => ({ op: "set_topic_line", id, room, line }), "change")
  }

  /** Who is in the room (default: the lobby) now, sorted. */
  async people(room?: string): Promise<string[]> {
    const { people } = await this.#ask<{ people: string[] }>((id) => ({ op: "people", id, room }))
    return people
  }

  /** Entries with all these words, the newest first. */
  search(room: string, words: string, { before, limit }: Page = {}): Promise<Entry[]> {
    return this.#entries((id) => ({ op: "search", id, room, words, before, limit }))
  }

  /** Entries before an offset (default: the end), the oldest first. */
  history(room: string, { before, limit }: Page = {}): Promise<Entry[]> {
    return this.#entries((id) => ({ op: "history", id, room, before, limit }))
  }

  /** All feeds, by name. */
  feeds(): Promise<FeedInfo[]> {
    return this.#ask((id) => ({ op: "feeds", id }))
  }

  /** Rejects with LandlineError: unknown_feed | bad_name */
  feed(feed: string): Promise<FeedInfo> {
    return this.#ask((id) => ({ op: "feed", id, feed }))
  }

  /**
   * Makes a feed, or finds it made alike. @param type content type of its messages, such as `application/json`
   * Rejects with LandlineError: bad_name | bad_request | feed_exists | too_many | no_hub
   */
  createFeed(feed: string, type: string, about?: FeedAbout): Promise<FeedInfo> {
    return this.#ask((id) => ({ op: "create_feed", id, feed, type, about }), "change")
  }

  /** Changes what is said of a feed. Rejects with LandlineError: unknown_feed | forbidden | no_hub */
  describeFeed(feed: string, about: FeedAbout): Promise<FeedInfo> {
    return this.#ask((id) => ({ op: "describe_feed", id, feed, about }), "change")
  }

  /** Nothing more can be published in it. Rejects with LandlineError: unknown_feed | forbidden | no_hub */
  closeFeed(feed: string): Promise<FeedInfo> {
    return this.#ask((id) => ({ op: "close_feed", id, feed }), "change")
  }

  /** Rejects with LandlineError: unknown_feed | forbidden | no_hub */
  async deleteFeed(feed: string): Promise<void> {
    await this.#ask((id) => ({ op: "delete_feed", id, feed }), "change")
  }

  /** Tells the hub what this receiver measured. @param label tells several receivers of one person apart */
  async reportBlock(feed: string, report: BlockReport, label?: string): Promise<void> {
    await this.#ask((id) => ({ op: "report_block", id, feed, report, label }), "change")
  }

  /** What the receivers of a feed have measured. */
  blocks(feed: string): Promise<ReceiverBlocks[]> {
    return this.#ask((id) => ({ op: "blocks", id, feed }))
  }

  /** Measures the line to the hub through this session, which takes about a second. Nobody is told. */
  measureLine(): Promise<LineReport> {
    return measureSession(() => this.#probe())
  }

  /** Tells the hub what was measured; it keeps the last of each person. */
  async reportLine(report: LineReport): Promise<void> {
    await this.#ask((id) => ({ op: "report_line", id, report }), "change")
  }

  /** What everyone's program measured last, the newest first. */
  async lines(): Promise<Line[]> {
    const { lines } = await this.#ask<{ lines: Line[] }>((id) => ({ op: "lines", id }))
    return lines
  }

  /**
   * Ends the session. Messages on their way get five seconds to be stored; what is not by then, or waits for a line
   * that is down, is rejected with no_hub.
   */
  async close(): Promise<void> {
    if (this.state === "live" && this.#outbox.size > 0)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, DRAIN_MS)
        this.#onDrained = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    await this.#connection.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #ask<T>(make: (id: number) => Request, kind: "question" | "change" = "question"): Promise<T> {
    this.#checkOpen()
    return this.#requests.ask<T>(make, kind)
  }

  async #entries(make: (id: number) => Request): Promise<Entry[]> {
    const { entries } = await this.#ask<{ entries: FoundEntry[] }>(make)
    return entries.map((entry) => placed(entry.offset, entry))
  }

  #probe(): Promise<unknown> {
    return this.#ask((id) => ({ op: "probe", id }))
  }

  #hello(): Hello {
    const { name, device, client = "landline-client" } = this.#options
    return { op: "hello", versions: [VERSION], client, name, device, session: this.#welcome?.session }
  }

  #up(welcome: Welcome): void {
    this.#welcome = welcome
    for (const follow of [...this.#follows.values()]) follow.up()
    this.#requests.up()
    this.#outbox.rewind()
    this.#flush()
    if (this.#options.line) this.#line.begin(welcome.lineEveryMs)
    this.#ready.resolve(welcome)
    this.#emitter.emit("welcome", welcome)
    this.#emitter.emit("state", "live")
  }

  #offline(): void {
    for (const follow of this.#follows.values()) follow.down()
    this.#requests.down()
    this.#onDrained?.()
    this.#emitter.emit("state", "offline")
  }

  #closed(refusal?: LandlineError): void {
    this.#line.end()
    const error = refusal ?? closedError()
    this.#ready.reject(error)
    this.#requests.fail(error)
    this.#outbox.fail(error)
    for (const follow of [...this.#follows.values()]) follow.fail(refusal)
    this.#onDrained?.()
    if (refusal) {
      // Whoever said something is told of it; kept as well, it would be said twice, or refused in every run.
      this.#options.outbox?.save([])
      this.#emitter.emit("refused", refusal)
    }
    this.#emitter.emit("state", "closed")
  }

  #receive(message: HubMessage): void {
    if (message.op === "ack") this.#retryAfter(message.topic, this.#outbox.acked(message))
    else if (message.op === "result") this.#requests.answered(message.id, message.result)
    else if (message.op === "error") this.#error(message)
    else if ("topic" in message) this.#follows.get(message.topic as TopicName)?.receive(message)
    this.#flush()
  }

  #error(message: ErrorMessage): void {
    if (message.producer !== undefined) this.#retryAfter(message.topic!, this.#outbox.refused(message))
    else if (message.id === undefined || !this.#requests.refused(message.id, asError(message)))
      for (const follow of [...this.#follows.values()]) follow.receive(message)
  }

  #retryAfter(topic: string, waits: number | undefined): void {
    this.#tellUnsent()
    if (waits === undefined) return
    setTimeout(() => {
      this.#outbox.retry(topic)
      this.#flush()
    }, backoffMs(waits))
  }

  /** Once for all that changes at one time. */
  #tellUnsent(): void {
    if (this.#unsentChanged || !(this.#options.outbox || this.#emitter.heard("unsent"))) return
    this.#unsentChanged = true
    queueMicrotask(() => {
      this.#unsentChanged = false
      const unsent = this.#outbox.unsent()
      if (this.state !== "closed") this.#options.outbox?.save(unsent)
      this.#emitter.emit("unsent", unsent)
    })
  }

  #flush(): void {
    if (this.state !== "live") return
    for (const message of this.#outbox.take()) this.#connection.send(message)
    if (this.#outbox.size === 0) this.#onDrained?.()
  }

  #checkOpen(): void {
    if (this.state === "closed") throw closedError()
  }
}

const closedError = () => new LandlineError("no_hub", {}, "The session is closed.")

const topicOf = (text: string): TopicName => (/^(room|feed)\//.test(text) ? topicName(text) : roomTopic(text))

const utf8Length = (text: string): number => new TextEncoder().encode(text).length
