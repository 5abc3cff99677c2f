import { limits } from "../protocol/limits.ts"
import type { TopicName } from "../protocol/names.ts"

/** Who came and went in a topic since the last such change. */
export interface PresenceChange {
  readonly topic: TopicName
  readonly joined: readonly string[]
  readonly left: readonly string[]
  /** How many are here now. */
  readonly present: number
}

interface Seat {
  connections: number
  announced: boolean
  /** ms since 1970; 0 while a connection is open. */
  emptySince: number
}

interface Place {
  readonly seats: Map<string, Seat>
  readonly watchers: Set<(change: PresenceChange) => void>
  timer?: NodeJS.Timeout | undefined
}

/**
 * Who is here. Unordered hints, never stored, and coalesced: all that happens within one interval is one
 * change, so a thousand joins do not make a million messages; and a line that drops for a moment makes none.
 */
export class Presence {
  readonly #places = new Map<TopicName, Place>()

  /** @param author one text for one session, as `Author.name` is */
  join(topic: TopicName, author: string): void {
    const place = this.#place(topic)
    const seat = place.seats.get(author) ?? { connections: 0, announced: false, emptySince: 0 }
    seat.connections++
    seat.emptySince = 0
    place.seats.set(author, seat)
    if (!seat.announced) this.#schedule(topic, place)
  }

  leave(topic: TopicName, author: string): void {
    const place = this.#place(topic)
    const seat = place.seats.get(author)
    if (!seat || --seat.connections > 0) return
    seat.emptySince = Date.now()
    this.#schedule(topic, place)
  }

  /** Names, sorted; those whose line dropped just now among them. */
  present(topic: TopicName): string[] {
    return [...(this.#places.get(topic)?.seats.keys() ?? [])].sort()
  }

  count(topic: TopicName): number {
    return this.#places.get(topic)?.seats.size ?? 0
  }

  /** The same change object goes to all watchers, so that it can be encoded once. */
  watch(topic: TopicName, onChange: (change: PresenceChange) => void): () => void {
    const { watchers } = this.#place(topic)
    watchers.add(onChange)
    return () => watchers.delete(onChange)
  }

  close(): void {
    for (const place of this.#places.values()) clearTimeout(place.timer)
    this.#places.clear()
  }

  #place(topic: TopicName): Place {
    let place = this.#places.get(topic)
    if (!place) {
      place = { seats: new Map(), watchers: new Set() }
      this.#places.set(topic, place)
    }
    return place
  }

  #schedule(topic: TopicName, place: Place): void {
    if (place.timer) return
    place.timer = setTimeout(() => {
      place.timer = undefined
      this.#announce(topic, place)
    }, limits.presenceIntervalMs)
    place.timer.unref()
  }

  #announce(topic: TopicName, place: Place): void {
    const joined: string[] = []
    const left: string[] = []
    let waiting = false
    for (const [author, seat] of place.seats) {
      if (seat.connections > 0) {
        if (!seat.announced) joined.push(author)
        seat.announced = true
      } else if (Date.now() - seat.emptySince >= limits.presenceGraceMs) {
        place.seats.delete(author)
        if (seat.announced) left.push(author)
      } else waiting = true
    }
    if (waiting) this.#schedule(topic, place)
    if (joined.length + left.length === 0) return
    const change = { topic, joined, left, present: place.seats.size }
    for (const watcher of place.watchers) watcher(change)
  }
}
