import { useEffect, useState } from "react"
import { see, seenRooms } from "./kept-seen.ts"
import type { RoomView } from "./open-room.ts"
import { firstOf } from "./room-log.ts"

export interface SeenHere {
  /** Newest offset that was seen before; undefined: there is nothing to mark. */
  readonly newAfter: number | undefined
  /** New messages, where the first of them is above what is loaded; else 0. */
  readonly older: number
  /** Who speaks has read. */
  allRead(): void
}

/** Notes what is seen of a room while it is shown at its end, and says what is new. */
export function useSeen(room: string, view: RoomView | undefined, pinned: boolean): SeenHere {
  const [before, setBefore] = useState(() => seenRooms()?.[room])
  const { epoch = 0, tail = 0, count = 0, behind = 0, phase } = view ?? {}
  const reading = phase === "open" && pinned && behind === 0 && view?.attached === true && tail > 0
  useEffect(() => {
    const note = () => {
      if (reading && !document.hidden) see(room, { epoch, offset: tail, count })
    }
    note()
    // What comes while the page is hidden is new when somebody is back.
    const turned = () => (document.hidden ? setBefore({ epoch, offset: tail, count }) : note())
    document.addEventListener("visibilitychange", turned)
    return () => document.removeEventListener("visibilitychange", turned)
  }, [room, reading, epoch, tail, count])
  const newAfter = before?.epoch === epoch ? before.offset : undefined
  const first = view?.items[0]
  const isAbove = newAfter !== undefined && first !== undefined && firstOf(first) > newAfter + 1
  return {
    newAfter,
    older: isAbove ? Math.max(0, count - before!.count) : 0,
    allRead: () => setBefore(undefined),
  }
}
