import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react"
import type { RoomInfo } from "../../../src/client/main.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { onSeen, seeAll, seenRooms } from "./kept-seen.ts"
import { type AllSeen, unreadOf } from "./seen.ts"

/** A room, and how many messages in it were not seen in this browser. */
export interface ListedRoom extends RoomInfo {
  readonly unread: number
}

export interface RoomsList {
  /** By name; undefined until the hub has answered. */
  readonly rooms: readonly ListedRoom[] | undefined
  readonly unread: number
  readonly error: string | undefined
  /** Asks soon: at most once a second, however often this is called. */
  refresh(): void
}

/** The list of many rooms is large, and is asked for less often. */
const EVERY_MS = 5_000
const MANY_ROOMS = 500
const EVERY_OF_MANY_MS = 30_000
const HIDDEN_EVERY_MS = 15_000
const REFRESH_MS = 1_000

const Context = createContext<RoomsList | undefined>(undefined)

/** All rooms and what is new in them, for the list, the places, the page's title and notices. */
export function RoomsListProvider({ children }: { children: ReactNode }) {
  const { session } = useHub()
  const [many, setMany] = useState(false)
  const { value, error, refresh } = usePolled(() => session.rooms(), many ? EVERY_OF_MANY_MS : EVERY_MS)
  const seen = useSyncExternalStore(onSeen, seenRooms)
  useEffect(() => {
    if (value === undefined) return
    setMany(value.length > MANY_ROOMS)
    if (seenRooms() === undefined) seeAll(value)
  }, [value])
  useEffect(() => {
    // A hidden page still says in its title what is new.
    const timer = setInterval(() => document.hidden && session.state === "live" && refresh(), HIDDEN_EVERY_MS)
    return () => clearInterval(timer)
  }, [session, refresh])
  const soon = useMemo(() => throttled(refresh, many ? EVERY_OF_MANY_MS : REFRESH_MS), [refresh, many])
  const list = useMemo(() => {
    const rooms = value && withUnread(value, seen)
    const unread = rooms?.reduce((sum, room) => sum + room.unread, 0) ?? 0
    return { rooms, unread, error: error?.message, refresh: soon }
  }, [value, seen, error, soon])
  return <Context value={list}>{children}</Context>
}

export function useRoomsList(): RoomsList {
  const list = useContext(Context)
  if (list === undefined) throw new TypeError("useRoomsList is for what stands inside RoomsListProvider.")
  return list
}

const withUnread = (rooms: readonly RoomInfo[], seen: AllSeen = {}): ListedRoom[] =>
  rooms.map((room) => ({
    ...room,
    unread: unreadOf(room, Object.hasOwn(seen, room.room) ? seen[room.room] : undefined),
  }))

function throttled(run: () => void, ms: number): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    setTimeout(() => {
      waiting = false
      run()
    }, ms)
  }
}
