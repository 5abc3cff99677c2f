import { personal } from "../hub/identity.ts"
import { keep, kept } from "../hub/kept.ts"
import { givenBack } from "./give-back.ts"

/** What is in the message box of each room, and why it is back there. Kept between visits. */
const CHANGED = "landline:draft"
/** So many characters at the beginning of a box are what came back into it, and why. */
const back = new Map<string, { readonly characters: number; readonly why: string }>()

const key = (room: string) => personal(`draft.${room}`)

export const draftOf = (room: string): string => kept(key(room), "")

/** Why a message came back into this room's box. */
export const noteOf = (room: string): string | undefined => back.get(room)?.why

export function keepDraft(room: string, text: string): void {
  keep(key(room), text === "" ? undefined : text)
  back.delete(room)
}

/** What could not be said goes back into the box. */
export function giveBack(room: string, text: string, why: string): void {
  const box = givenBack({ text: draftOf(room), characters: back.get(room)?.characters ?? 0 }, text)
  keepDraft(room, box.text)
  back.set(room, { characters: box.characters, why })
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
