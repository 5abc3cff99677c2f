import { keep, kept } from "../hub/kept.ts"

/** What is in the message box of each room, and why it is back there. Kept between visits. */
const CHANGED = "landline:draft"
const notes = new Map<string, string>()

const key = (room: string) => `draft.${room}`

export const draftOf = (room: string): string => kept(key(room), "")

/** Why a message came back into this room's box. */
export const noteOf = (room: string): string | undefined => notes.get(room)

export function keepDraft(room: string, text: string): void {
  keep(key(room), text === "" ? undefined : text)
  notes.delete(room)
}

/** What could not be said goes back into the box, before what is there now. */
export function giveBack(room: string, text: string, why: string): void {
  const now = draftOf(room)
  keepDraft(room, now === "" ? text : `${text}\n${now}`)
  notes.set(room, why)
  dispatchEvent(new CustomEvent(CHANGED, { detail: room }))
}

/** Calls back when something came back into this room's box. */
export function onGivenBack(room: string, changed: () => void): () => void {
  const heard = (event: Event) => {
    if ((event as CustomEvent<string>).detail === room) changed()
  }
  addEventListener(CHANGED, heard)
  return () => removeEventListener(CHANGED, heard)
}
