import type { Entry } from "../../../src/client/main.ts"
import { MESSAGE_KINDS } from "../../../src/protocol/entry.ts"

/** Entries `from` to `to`, both included, that the hub no longer keeps. */
export interface Gap {
  readonly kind: "gap"
  readonly from: number
  readonly to: number
}

export type Item = Entry | Gap

export const firstOf = (item: Item): number => (item.kind === "gap" ? item.from : item.offset)
export const lastOf = (item: Item): number => (item.kind === "gap" ? item.to : item.offset)

/** What is shown at one moment. */
export interface LogView {
  readonly items: readonly Item[]
  /** The item before the first: not shown, since what is before it is not known, but the first is grouped by it. */
  readonly context: Item | undefined
  /** Nothing older is kept. */
  readonly begins: boolean
  /** It reaches the newest entry, and grows with it. */
  readonly attached: boolean
  /** Changes when the view is put elsewhere as a whole. */
  readonly generation: number
  /** Newest offset that came. */
  readonly tail: number
  /** Messages ever said, up to the tail. */
  readonly count: number
  /** Messages that came since the reader left the end. */
  readonly unread: number
  /** Entries that the hub told of at first and that have not come yet. */
  readonly behind: number
  /** Offsets of files that were deleted. */
  readonly deleted: ReadonlySet<number>
}

/** Items in the view, at most; above, those farthest from the reader go. */
export const ITEMS_MAX = 1_000
/** So many stay when some go from the top under new ones, so that they go in batches. */
const ITEMS_KEPT = 800
/** Newest items that are held while the view is elsewhere, to be there at once. */
const NEWEST_KEPT = 200
const DELETED_MAX = 10_000

/** A run of items without a hole, and whether nothing older than it is kept. */
interface Stretch {
  items: Item[]
  begins: boolean
}

/**
 * The part of a room's log that a page holds: a bounded view, which ends at the newest entry (attached) or is
 * elsewhere, and the newest entries beside it. The live follow feeds it, pages of history make it longer at either
 * end. Taking an entry costs the same however much is held.
 */
export class RoomLog {
  #live: Stretch = { items: [], begins: false }
  /** The view, where it is not the live stretch. */
  #past: Stretch | undefined
  #head = 1
  #told = 0
  #tail = 0
  #count = 0
  #unread = 0
  #pinned = true
  #generation = 0
  readonly #deleted = new Set<number>()

  /** The hub's answer to the follow: `cursor` is the offset after which entries come. */
  began({ head, tail, count, after }: { head: number; tail: number; count: number; after: number }): void {
    this.#head = head
    this.#told = tail
    this.#tail = Math.max(this.#tail, after)
    this.#count = count
    this.#live.begins = after < head
    if (this.#live.begins && head > 1) this.#live.items.unshift({ kind: "gap", from: 1, to: head - 1 })
  }

  /** The next entry of the follow. */
  receive(entry: Entry): void {
    if (entry.offset <= this.#tail) return
    const isMessage = MESSAGE_KINDS.includes(entry.kind)
    if (entry.offset > this.#told && isMessage) this.#count++
    if (isMessage && !(this.#pinned && this.attached)) this.#unread++
    this.#noteDeletion(entry)
    this.#live.items.push(entry)
    this.#tail = entry.offset
    this.#bound()
  }

  /** The follow tells that entries are gone. */
  missing(from: number, to: number): void {
    if (to <= this.#tail) return
    pushGap(this.#live.items, Math.max(from, this.#tail + 1), to)
    this.#tail = to
    this.#bound()
  }

  /** The log was replaced by another, which comes from its start. */
  reset(): void {
    this.#live = { items: [], begins: true }
    this.#past = undefined
    this.#head = 1
    this.#told = this.#tail = this.#count = this.#unread = 0
    this.#deleted.clear()
    this.#generation++
  }

  /** The reader is at the end of the view, or has left it. @returns whether that changes what is shown */
  pin(pinned: boolean): boolean {
    const hasRead = pinned && this.attached && this.#unread > 0
    if (hasRead) this.#unread = 0
    this.#pinned = pinned
    return hasRead
  }

  /** @param page entries just before `before`, the first of the view; none: there are none */
  older(before: number, page: readonly Entry[]): void {
    const shown = this.#shown
    if (shown.begins || this.first !== before) return
    const items: Item[] = [...page]
    for (const entry of page) this.#noteDeletion(entry)
    const first = items.length > 0 ? firstOf(items[0]!) : before
    shown.begins = first <= this.#head || items.length === 0
    if (shown.begins && first > 1) items.unshift({ kind: "gap", from: 1, to: first - 1 })
    shown.items = items.concat(shown.items)
    // The reader is at the top: what is far below goes.
    if (shown.items.length > ITEMS_MAX) this.#detach()
  }

  /** @param page what is kept of the entries `after + 1` to `to`, where `after` is the last of the view */
  newer(after: number, to: number, page: readonly Entry[]): void {
    const past = this.#past
    if (past === undefined || this.last !== after) return
    const fresh = page.filter(({ offset }) => offset > after)
    const first = fresh[0]?.offset ?? to + 1
    if (first > after + 1) pushGap(past.items, after + 1, first - 1)
    for (const entry of fresh) this.#noteDeletion(entry)
    past.items.push(...fresh)
    this.#join()
    drop(this.#shown, ITEMS_MAX, ITEMS_MAX)
  }

  /** Puts the view on a page from elsewhere. */
  show(page: readonly Entry[]): void {
    if (page.length === 0) return this.toNewest()
    for (const entry of page) this.#noteDeletion(entry)
    const begins = page[0]!.offset <= this.#head
    const gap: Item[] =
      begins && page[0]!.offset > 1 ? [{ kind: "gap", from: 1, to: page[0]!.offset - 1 }] : []
    this.#past = { items: [...gap, ...page], begins }
    this.#pinned = false
    this.#generation++
    this.#join()
    if (this.#shown.items.length > ITEMS_MAX) this.#detach()
  }

  /** Puts the view on the newest entries. */
  toNewest(): void {
    if (this.#past !== undefined) this.#generation++
    this.#past = undefined
    this.#pinned = true
    this.#unread = 0
  }

  get attached(): boolean {
    return this.#past === undefined
  }

  /** First and last offset of the view; of an empty one the last is the tail. */
  get first(): number {
    const [item] = this.#shown.items
    return item === undefined ? this.#tail + 1 : firstOf(item)
  }

  get last(): number {
    const item = this.#shown.items.at(-1)
    return item === undefined ? this.#tail : lastOf(item)
  }

  get tail(): number {
    return this.#tail
  }

  get view(): LogView {
    const { items, begins } = this.#shown
    return {
      ...{ items: begins ? [...items] : items.slice(1), context: begins ? undefined : items[0], begins },
      ...{ attached: this.attached, generation: this.#generation },
      ...{ tail: this.#tail, count: this.#count, unread: this.#unread },
      ...{ behind: Math.max(0, this.#told - this.#tail), deleted: this.#deleted },
    }
  }

  get #shown(): Stretch {
    return this.#past ?? this.#live
  }

  #bound(): void {
    if (!this.attached) drop(this.#live, 2 * NEWEST_KEPT, NEWEST_KEPT)
    else if (this.#pinned) drop(this.#live, ITEMS_MAX, ITEMS_KEPT)
    // Not under the eyes of somebody who reads there.
    else if (this.#live.items.length > ITEMS_MAX) this.#detach()
  }

  /** Parts the view from the newest entries, and from what is too many at its end. */
  #detach(): void {
    if (this.#past === undefined) {
      this.#past = this.#live
      this.#live = { ...this.#live, items: [...this.#live.items] }
      drop(this.#live, NEWEST_KEPT, NEWEST_KEPT)
    }
    this.#past.items.length = Math.min(this.#past.items.length, ITEMS_MAX)
  }

  /** Makes one of the view and the live stretch, where they meet. */
  #join(): void {
    const past = this.#past
    if (past === undefined) return
    const [first] = this.#live.items
    if (this.last < (first === undefined ? this.#tail : firstOf(first) - 1)) return
    past.items.push(...this.#live.items.filter((item) => firstOf(item) > this.last))
    this.#live = past
    this.#past = undefined
  }

  #noteDeletion({ kind, ref }: Entry): void {
    if (kind !== "file_deleted" || ref === undefined) return
    if (this.#deleted.size >= DELETED_MAX) this.#deleted.clear()
    this.#deleted.add(ref)
  }
}

/** Above `max` items, the oldest go until `kept` are left. */
function drop(stretch: Stretch, max: number, kept: number): void {
  if (stretch.items.length <= max) return
  stretch.items = stretch.items.slice(-kept)
  stretch.begins = false
}

function pushGap(items: Item[], from: number, to: number): void {
  const before = items.at(-1)
  if (before?.kind === "gap") items[items.length - 1] = { ...before, to }
  else items.push({ kind: "gap", from, to })
}
