import type { RoomInfo } from "../../../src/client/main.ts"
import { parseCursor } from "../../../src/protocol/cursor.ts"

/** How far a room was seen in this browser. */
export interface Seen {
  /** Of the room's log: another one is new as a whole. */
  readonly epoch: number
  /** Newest entry seen, and messages up to it. */
  readonly offset: number
  readonly count: number
}

export type AllSeen = Readonly<Record<string, Seen>>

/** Messages said since a room was seen. @param seen undefined: never */
export function unreadOf({ cursor, count }: RoomInfo, seen: Seen | undefined): number {
  const { epoch, offset } = parseCursor(cursor)
  if (seen === undefined || seen.epoch !== epoch) return count
  return seen.offset >= offset ? 0 : Math.max(0, count - seen.count)
}

/** As if everything there is had been seen: for somebody who comes for the first time. */
export function allSeen(rooms: readonly RoomInfo[]): AllSeen {
  return Object.fromEntries(
    rooms.map(({ room, cursor, count }) => [room, { ...parseCursor(cursor), count }] as const),
  )
}
