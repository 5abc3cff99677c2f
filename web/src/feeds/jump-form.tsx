import { useState } from "react"
import { go, to } from "../app/route.ts"

/** Goes to what a feed said at a time. @param at the time shown now, in ms since 1970 */
export function JumpForm({ feed, at }: { feed: string; at?: number }) {
  const [text, setText] = useState(() => localTime(at ?? Date.now()))
  const jump = () => {
    const time = new Date(text).getTime()
    if (Number.isFinite(time)) go(to("feeds", feed, { at: time }))
  }
  return (
    <form
      className="feeds-jump push"
      onSubmit={(event) => {
        event.preventDefault()
        jump()
      }}
    >
      <label>
        <span className="visually-hidden">Time to jump to</span>
        <input
          type="datetime-local"
          step="1"
          required
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        Jump to
      </button>
    </form>
  )
}

/** `2026-03-01T14:02:31`, as the field wants it: local time. */
function localTime(time: number): string {
  const date = new Date(time)
  return new Date(time - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
