import type { RoomInfo } from "../../../src/client/main.ts"
import { keep, kept } from "../hub/kept.ts"
import { type AllSeen, allSeen, type Seen } from "./seen.ts"

const KEY = "seen"
const CHANGED = "landline:seen"
/** An open room may have a thousand messages a second. */
const NOTED_MS = 400

let all: AllSeen | undefined = kept<AllSeen | undefined>(KEY, undefined)
const fresh = new Map<string, Seen>()
let timer: ReturnType<typeof setTimeout> | undefined

/** What was seen of all rooms; undefined before the first visit. */
export const seenRooms = (): AllSeen | undefined => all

/** Notes how far a room was seen. It is kept, and told, a moment later. */
export function see(room: string, seen: Seen): void {
  fresh.set(room, seen)
  timer ??= setTimeout(note, NOTED_MS)
}

/** Notes everything there is as seen: on the first visit. */
export function seeAll(rooms: readonly RoomInfo[]): void {
  all = allSeen(rooms)
  keep(KEY, all)
  dispatchEvent(new Event(CHANGED))
}

/** Calls back when more was seen, also in another tab. */
export function onSeen(changed: () => void): () => void {
  const elsewhere = ({ key }: StorageEvent) => {
    if (key !== `landline.${KEY}`) return
    all = kept<AllSeen | undefined>(KEY, undefined)
    changed()
  }
  addEventListener(CHANGED, changed)
  addEventListener("storage", elsewhere)
  addEventListener("pagehide", note)
  return () => {
    removeEventListener(CHANGED, changed)
    removeEventListener("storage", elsewhere)
    removeEventListener("pagehide", note)
  }
}

function note(): void {
  clearTimeout(timer)
  timer = undefined
  if (fresh.size === 0) return
  all = { ...all, ...Object.fromEntries(fresh) }
  fresh.clear()
  keep(KEY, all)
  dispatchEvent(new Event(CHANGED))
}
