import { useEffect, useState } from "react"
import { Dialog } from "../ui/dialog.tsx"
import { isTyping } from "../ui/is-typing.ts"
import { go, to } from "./route.ts"

const OPEN = "landline:help"

/** Keys that work everywhere, beside those of each screen. `g` waits for a second key. */
const KEYS: readonly (readonly [keys: string, say: string])[] = [
  ["?", "this sheet"],
  ["g r", "rooms"],
  ["g f", "files"],
  ["g e", "feeds"],
  ["g l", "the line"],
  ["g b", "the lab"],
  ["/", "search or filter on this screen"],
  ["c", "write: to the message box"],
  ["Alt ↑ Alt ↓", "the room before or after"],
  ["Enter", "send; Shift Enter begins a new line"],
  ["↑ in an empty box", "your last message again"],
  ["↑ ↓ in the messages", "the message before or after"],
  ["PageUp PageDown Home End", "through a room; End goes to the newest"],
  ["Esc", "close what is open, or back to the newest"],
]

const PLACES: Record<string, string> = {
  r: to("rooms", "lobby"),
  f: to("files"),
  e: to("feeds"),
  l: to("line"),
  b: to("lab"),
}

export const openHelp = () => dispatchEvent(new Event(OPEN))

export function HelpSheet() {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    let began = false
    const show = () => setOpen(true)
    const key = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
      const place = began ? PLACES[event.key] : undefined
      began = event.key === "g"
      if (place !== undefined) go(place)
      else if (event.key === "?") setOpen(true)
      else return
      event.preventDefault()
    }
    addEventListener(OPEN, show)
    addEventListener("keydown", key)
    return () => {
      removeEventListener(OPEN, show)
      removeEventListener("keydown", key)
    }
  }, [])
  if (!open) return null
  return (
    <Dialog title="Keys" onClose={() => setOpen(false)}>
      <dl className="keys">
        {KEYS.map(([keys, say]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{say}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
