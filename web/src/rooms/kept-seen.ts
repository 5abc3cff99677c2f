import type { RoomInfo } from "../../../src/client/main.ts"
import { personal } from "../hub/identity.ts"
import { keep, kept } from "../hub/kept.ts"
import { type AllSeen, allSeen, type Seen } from "./seen.ts"

const key = () => personal("seen")
const CHANGED = "landline:seen"
/** An open room may have a thousand messages a second. */
const NOTED_MS = 400

/** As it is kept, and under which key. */
let loaded: { readonly key: string; readonly all: AllSeen | undefined } | undefined
const fresh = new Map<string, Seen>()
let timer: ReturnType<typeof setTimeout> | undefined

/** What was seen of all rooms; undefined before the first visit. */
export function seenRooms(): AllSeen | undefined {
  if (loaded?.key !== key()) loaded = { key: key(), all: kept<AllSeen | undefined>(key(), undefined) }
  return loaded.all
}

/** Notes how far a room was seen. It is kept, and told, a moment later. */
export function see(room: string, seen: Seen): void {
  fresh.set(room, seen)
  timer ??= setTimeout(note, NOTED_MS)
}

/** Notes everything there is as seen: on the first visit. */
export function seeAll(rooms: readonly RoomInfo[]): void {
  change(allSeen(rooms))
}

/** Calls back when more was seen, also in another tab. */
export function onSeen(changed: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key !== `landline.${key()}`) return
    loaded = undefined
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
  const all = { ...seenRooms(), ...Object.fromEntries(fresh) }
  fresh.clear()
  change(all)
}

function change(all: AllSeen): void {
  loaded = { key: key(), all }
  keep(key(), all)
  dispatchEvent(new Event(CHANGED))
}
