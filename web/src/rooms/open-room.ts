import type { Entry, Follow, LandlineError, Session, Unsent } from "../../../src/client/main.ts"
import { parseCursor } from "../../../src/protocol/cursor.ts"
import { roomName } from "../../../src/protocol/names.ts"
import { afterPresence } from "./people.ts"
import { type LogView, RoomLog } from "./room-log.ts"

/** Newest entries that a room opens with, and entries of one page of history. */
const OPENED_WITH = 60
const PAGE = 100
/** The page around a place holds this many entries after it. */
const AFTER_PLACE = 40
/** A hidden page is told of changes this often: it gets no frames. */
const HIDDEN_MS = 500

/** Where the view is to be put. Each is another object. */
export interface Target {
  readonly offset: number
  readonly align: "start" | "center"
}

export interface RoomView extends LogView {
  /** `opening` until the hub has answered; `refused` with a reason. */
  readonly phase: "opening" | "open" | "refused"
  readonly error: LandlineError | undefined
  /** Of the room's log. */
  readonly epoch: number
  readonly people: readonly string[]
  readonly target: Target | undefined
}

/** What waits to be stored, as it is shown after the newest entries. */
export interface Pending {
  readonly kind: "pending"
  readonly key: string
  readonly text: string
}

/** An open room: its log as far as it is shown, and who is there. Tells of changes once a frame. */
export class OpenRoom {
  readonly room: string
  readonly #session: Session
  readonly #follow: Follow
  readonly #log = new RoomLog()
  readonly #listeners = new Set<() => void>()
  readonly #onEntry: (entry: Entry) => void
  readonly #offs: readonly (() => void)[]
  #view: RoomView | undefined
  #phase: RoomView["phase"] = "opening"
  #error: LandlineError | undefined
  #epoch = 0
  #people: readonly string[] = []
  #target: Target | undefined
  #scheduled = false
  #loading = false
  #closed = false
  /** Counts jumps: only the last one that was asked for moves the view. */
  #jumps = 0
  /** What waits to be stored; so many of its texts came back as entries already, and only their ack is on its way. */
  #unsent: Unsent | undefined
  #echoed = 0

  /**
   * @param onEntry told of each entry that is said from now on
   * @throws LandlineError bad_name
   */
  constructor(session: Session, room: string, onEntry: (entry: Entry) => void = () => {}) {
    this.room = roomName(room)
    this.#session = session
    this.#onEntry = onEntry
    const follow = session.follow(this.room, { last: OPENED_WITH, presence: true })
    this.#follow = follow
    this.#acked(session.unsent())
    this.#offs = [
      session.on("unsent", (unsent) => this.#acked(unsent)),
      // Nobody told this page who came and went while its line was down.
      session.on("welcome", () => {
        if (this.#phase === "open") void this.#askPeople()
      }),
    ]
    let told = 0
    follow.ready().then(
      ({ head, tail, count, cursor }) => {
        const { epoch, offset } = parseCursor(cursor)
        told = tail
        this.#log.began({ head, tail, count, after: offset })
        this.#epoch = epoch
        this.#phase = "open"
        this.#changed()
        void this.#askPeople()
      },
      () => {},
    )
    follow.on("entry", ({ entry, cursor }) => {
      this.#epoch = parseCursor(cursor).epoch
      this.#log.receive(entry)
      if (entry.author === session.author && entry.text === this.#unsent?.texts[this.#echoed]) this.#echoed++
      if (entry.offset > told) this.#onEntry(entry)
      this.#changed()
    })
    follow.on("gap", ({ from, to }) => {
      this.#log.missing(from, to)
      this.#changed()
    })
    follow.on("reset", () => {
      told = 0
      this.#log.reset()
      this.#changed()
    })
    follow.on("presence", (event) => {
      const people = afterPresence(this.#people, event)
      if (people === undefined) void this.#askPeople()
      else this.#people = people
      this.#changed()
    })
    follow.on("refused", (error) => {
      this.#phase = "refused"
      this.#error = error
      this.#changed()
    })
  }

  close(): void {
    this.#closed = true
    for (const off of this.#offs) off()
    this.#follow.close()
  }

  /** What is to be shown: the same object until something has changed. */
  get view(): RoomView {
    this.#view ??= {
      ...this.#log.view,
      ...{ phase: this.#phase, error: this.#error, epoch: this.#epoch },
      ...{ people: this.#people, target: this.#target },
    }
    return this.#view
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** What of `unsent` is not among the entries yet. */
  pending(unsent: readonly Unsent[]): Pending[] {
    const lane = this.#laneOf(unsent)
    if (lane === undefined) return []
    const stored =
      lane.producer === this.#unsent?.producer && lane.first === this.#unsent.first ? this.#echoed : 0
    return lane.texts.slice(stored).map((text, index) => {
      return { kind: "pending", key: `${lane.producer} ${lane.first + stored + index}`, text }
    })
  }

  /** The reader is at the end of the view, or has left it. */
  pin(pinned: boolean): void {
    if (this.#log.pin(pinned)) this.#changed()
  }

  /** Makes the view longer at its top, where there is more. */
  older(): void {
    if (this.#log.view.begins) return
    const before = this.#log.first
    void this.#load(async () => this.#log.older(before, await this.#history(before, PAGE)))
  }

  /** Makes the view longer at its end, where it does not reach the newest entry. */
  newer(): void {
    if (this.#log.attached) return
    const after = this.#log.last
    void this.#load(async () => {
      // A page whose entries are large holds the last of those that were asked for: then fewer are.
      for (let wanted = PAGE; ; wanted = Math.ceil(wanted / 4)) {
        const page = await this.#history(after + 1 + wanted, wanted)
        const [first] = page
        if (first && first.offset > after + 1 && wanted > 1) continue
        return this.#log.newer(after, after + wanted, page)
      }
    })
  }

  /** Puts the view on an entry, or on the one after it where it is no longer kept. */
  async jump(offset: number, align: Target["align"] = "center"): Promise<void> {
    const mine = ++this.#jumps
    const { items } = this.#log.view
    const there = items.some((item) => item.kind !== "gap" && item.offset === offset)
    if (!there) {
      const page = await this.#history(offset + AFTER_PLACE, PAGE).catch(() => undefined)
      if (page === undefined || this.#closed || mine !== this.#jumps) return
      this.#log.show(page)
    }
    this.#target = { offset, align }
    this.#changed()
  }

  newest(): void {
    this.#jumps++
    this.#target = undefined
    this.#log.toNewest()
    this.#changed()
  }

  /** To the oldest entry that is kept. */
  async oldest(): Promise<void> {
    await this.#follow.ready().then(
      ({ head }) => this.jump(head, "start"),
      () => {},
    )
  }

  #history(before: number, limit: number): Promise<Entry[]> {
    return this.#session.history(this.room, { before, limit })
  }

  async #load(load: () => Promise<void>): Promise<void> {
    if (this.#loading || this.#phase !== "open") return
    this.#loading = true
    try {
      await load()
    } catch {
      // The line is gone for good, or the room: the follow says so.
    } finally {
      this.#loading = false
      this.#changed()
    }
  }

  async #askPeople(): Promise<void> {
    this.#people = await this.#session.people(this.room).catch(() => this.#people)
    this.#changed()
  }

  #acked(unsent: readonly Unsent[]): void {
    const lane = this.#laneOf(unsent)
    const before = this.#unsent
    const acked = lane && before?.producer === lane.producer ? lane.first - before.first : this.#echoed
    this.#unsent = lane
    this.#echoed = Math.max(0, this.#echoed - acked)
  }

  #laneOf(unsent: readonly Unsent[]): Unsent | undefined {
    return unsent.find(({ topic }) => topic === this.#follow.topic)
  }

  #changed(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    const tell = () => {
      this.#scheduled = false
      this.#view = undefined
      for (const changed of this.#listeners) changed()
    }
    if (document.hidden) setTimeout(tell, HIDDEN_MS)
    else requestAnimationFrame(tell)
  }
}
