import { formatCursor, parseCursor, START } from "../protocol/cursor.ts"
import { expandBatch } from "../protocol/entry.ts"
import type { LandlineError } from "../protocol/errors.ts"
import type { Entries, ErrorMessage, Following, Gap, Presence, Request } from "../protocol/messages.ts"
import type { TopicName } from "../protocol/names.ts"
import { backoffMs } from "./backoff.ts"
import { CursorKeeper, type CursorStore } from "./cursor-store.ts"
import { Emitter } from "./emitter.ts"
import { type Entry, placed } from "./entry.ts"
import { asError } from "./outbox.ts"

export interface EntryEvent {
  readonly type: "entry"
  readonly entry: Entry
  /** After this entry. */
  readonly cursor: string
}

/** Entries `from` to `to`, both included, are no longer kept by the hub. */
export interface GapEvent {
  readonly type: "gap"
  readonly from: number
  readonly to: number
  readonly cursor: string
}

/** The topic was wiped, restored or replaced: what comes now is another log, from its start. */
export interface ResetEvent {
  readonly type: "reset"
}

/** The feed was closed, and that was all: the follow has ended. */
export interface ClosedEvent {
  readonly type: "closed"
}

/** Who came and went; a hint, not part of the topic. Names are left out where more than 50 did at once. */
export interface PresenceEvent {
  readonly type: "presence"
  readonly joined?: readonly string[]
  readonly left?: readonly string[]
  readonly present: number
}

export type FollowEvent = EntryEvent | GapEvent | ResetEvent | ClosedEvent | PresenceEvent

export interface FollowEvents {
  entry: EntryEvent
  gap: GapEvent
  reset: ResetEvent
  closed: ClosedEvent
  presence: PresenceEvent
  /** The hub refused, and the follow has ended: there is no such room, say. */
  refused: LandlineError
}

export interface FollowOptions {
  /** A cursor to begin after. Without it: the cursor in the store, else `last`, else from now on. */
  readonly after?: string | undefined
  /** Begin with this many of the last entries. */
  readonly last?: number | undefined
  /** Also tell who comes and goes. */
  readonly presence?: boolean | undefined
  /** Only the newest entry there is, whenever there is room: who is slow misses what was in between, untold. */
  readonly conflated?: boolean | undefined
  /** The name in the store under which the cursor is kept; default: hub and topic. */
  readonly key?: string | undefined
}

/** What a follow needs of its session. */
export interface FollowPorts {
  readonly store: CursorStore | undefined
  /** A fresh request number. */
  nextId(): number
  isLive(): boolean
  send(message: Request): void
  onReset(): void
  onEnded(): void
}

/** Events that wait for a slow reader; above, the hub is told to stop until they are read. */
const QUEUE_MAX = 10_000

/**
 * A place in a topic that moves on as entries come, over reconnects and restarts of the hub: in offset order,
 * nothing missing and nothing twice. What the hub no longer keeps is told as a gap.
 *
 * Read it either as an async iterable, which may be as slow as it likes, or with `on("entry", ...)`. Leaving the
 * loop closes the follow.
 */
export class Follow implements AsyncIterable<FollowEvent> {
  readonly topic: TopicName
  readonly #options: FollowOptions
  readonly #ports: FollowPorts
  readonly #emitter = new Emitter<FollowEvents>()
  readonly #keeper: CursorKeeper
  readonly #ready = Promise.withResolvers<Following>()
  #queue: FollowEvent[] = []
  #pushing = false
  #wake: (() => void) | undefined
  /** `paused`: the queue is full. */
  #phase: "loading" | "down" | "asked" | "following" | "paused" | "ended" = "loading"
  #askId = -1
  #refusals = 0
  /** Where the hub goes on: after everything that came. The reader may be behind. */
  #received: string | undefined
  #cursor: string | undefined
  #error: LandlineError | undefined

  constructor(topic: TopicName, options: FollowOptions, defaultKey: string, ports: FollowPorts) {
    this.topic = topic
    this.#options = options
    this.#ports = ports
    this.#keeper = new CursorKeeper(ports.store, options.key ?? defaultKey)
    this.#ready.promise.catch(() => {})
    this.#load()
  }

  /** After the last event that was read; undefined before the hub has answered. */
  get cursor(): string | undefined {
    return this.#cursor
  }

  /** The hub's first answer: where the follow begins, and the topic's tail and count at that time. */
  ready(): Promise<Following> {
    return this.#ready.promise
  }

  /** @returns a function that takes the listener off again */
  on<Name extends keyof FollowEvents>(name: Name, listener: (event: FollowEvents[Name]) => void): () => void {
    // In a microtask, so that the listeners for the other events are there too.
    if (name === "entry") queueMicrotask(() => this.#push())
    return this.#emitter.on(name, listener)
  }

  /** A cursor that was read is in the store when the next event is asked for, not before. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FollowEvent, void> {
    try {
      while (true) {
        const event = this.#queue.shift()
        if (event) {
          if ("cursor" in event) this.#cursor = event.cursor
          yield event
          this.#keeper.save(this.#cursor)
        } else if (this.#error) throw this.#error
        else if (this.#phase === "ended") return
        else {
          if (this.#phase === "paused") this.#ask()
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
        }
      }
    } finally {
      this.close()
    }
  }

  /** Ends the follow. What was queued can still be read. */
  close(): void {
    if (this.#phase === "ended") return
    if (this.#phase === "asked" || this.#phase === "following") this.#unfollow()
    this.#end()
  }

  /** For the session: the line is up. */
  up(): void {
    if (this.#phase === "down") this.#ask()
  }

  /** For the session: the line is down. */
  down(): void {
    if (this.#phase === "asked" || this.#phase === "following") this.#phase = "down"
  }

  /** For the session: the hub has refused, or without an error, the session is closed. */
  fail(error?: LandlineError): void {
    if (this.#phase === "ended") return
    this.#error = error
    this.#end()
    if (error) this.#emitter.emit("refused", error)
  }

  /** For the session: a message about this topic. */
  receive(message: Following | Entries | Gap | Presence | ErrorMessage): void {
    if (message.op === "error") this.#refused(message)
    else if (message.op === "following") this.#following(message)
    // What is still on its way when the hub was told to stop comes again.
    else if (this.#phase !== "following") return
    else if (message.op === "entries") this.#entries(message)
    else if (message.op === "gap") this.#gap(message)
    else this.#deliver(presenceEvent(message))
  }

  async #load(): Promise<void> {
    try {
      this.#received = this.#options.after ?? (await this.#keeper.load())
    } catch (error) {
      return this.fail(error as LandlineError)
    }
    if (this.#phase !== "loading") return
    this.#phase = "down"
    if (this.#ports.isLive()) this.#ask()
  }

  #ask(): void {
    if (!this.#ports.isLive()) {
      this.#phase = "down"
      return
    }
    this.#phase = "asked"
    this.#askId = this.#ports.nextId()
    const { last, presence, conflated } = this.#options
    const from = this.#received !== undefined ? { after: this.#received } : { last }
    this.#ports.send({ op: "follow", id: this.#askId, topic: this.topic, ...from, presence, conflated })
  }

  #unfollow(): void {
    this.#ports.send({ op: "unfollow", id: this.#ports.nextId(), topic: this.topic })
  }

  #following(message: Following): void {
    if (message.id !== this.#askId || this.#phase !== "asked") return
    this.#phase = "following"
    this.#refusals = 0
    this.#received = message.cursor
    if (this.#queue.length === 0) {
      this.#cursor = message.cursor
      this.#keeper.save(message.cursor)
    }
    this.#ready.resolve(message)
  }

  #refused(error: ErrorMessage): void {
    if (error.id === undefined ? error.topic !== this.topic : error.id !== this.#askId) return
    if (error.code === "topic_closed") {
      this.#deliver({ type: "closed" })
      if (this.#phase !== "ended") this.#end()
    } else if (error.code === "cursor_foreign") {
      this.#received = formatCursor(START)
      this.#deliver({ type: "reset" })
      this.#ports.onReset()
      if (this.#phase !== "paused" && this.#phase !== "ended") this.#ask()
    } else if (error.retry === "never") this.fail(asError(error))
    else {
      this.#phase = "down"
      setTimeout(() => this.up(), backoffMs(this.#refusals++))
    }
  }

  #entries({ from, cursor, entries }: Entries): void {
    const { epoch } = parseCursor(cursor)
    const { offset: known } = parseCursor(this.#received!)
    this.#received = cursor
    for (const [index, entry] of expandBatch(entries).entries()) {
      const offset = from + index
      if (offset <= known) continue
      this.#deliver({ type: "entry", entry: placed(offset, entry), cursor: formatCursor({ epoch, offset }) })
    }
  }

  #gap({ from, to, cursor }: Gap): void {
    this.#received = cursor
    this.#deliver({ type: "gap", from, to, cursor })
  }

  #deliver(event: FollowEvent): void {
    if (this.#phase === "ended") return
    if (this.#pushing) {
      this.#emit(event)
      return
    }
    this.#queue.push(event)
    this.#wake?.()
    if (this.#queue.length > QUEUE_MAX && this.#phase === "following") {
      this.#unfollow()
      this.#phase = "paused"
    }
  }

  #emit(event: FollowEvent): void {
    if ("cursor" in event) this.#cursor = event.cursor
    this.#emitter.emit(event.type, event as never)
    this.#keeper.save(this.#cursor)
  }

  #push(): void {
    this.#pushing = true
    for (const event of this.#queue.splice(0)) this.#emit(event)
    if (this.#phase === "paused") this.#ask()
  }

  #end(): void {
    this.#phase = "ended"
    if (this.#error) this.#ready.reject(this.#error)
    this.#ports.onEnded()
    this.#wake?.()
  }
}

function presenceEvent({ joined, left, present }: Presence): PresenceEvent {
  return { type: "presence", present, ...(joined && { joined }), ...(left && { left }) }
}
