import { type FormEvent, type ReactNode, useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"
import { limits } from "../../../src/protocol/limits.ts"
import { isGuest } from "../../../src/protocol/names.ts"
import { to } from "../app/route.ts"
import { useHub } from "../hub/hub.tsx"
import { Icon } from "../ui/icon.tsx"
import { toast } from "../ui/toasts.tsx"
import { Untrusted } from "../ui/untrusted.tsx"

/** The room's name and topic line, and what can be done with it. */
export function RoomHead({
  room,
  line,
  narrow,
  onChanged,
  children,
}: {
  room: string
  /** Undefined until it is known. */
  line: string | undefined
  narrow: boolean
  onChanged: () => void
  children: ReactNode
}) {
  const { session } = useHub()
  const [editing, setEditing] = useState(false)
  const set = async (text: string) => {
    setEditing(false)
    if (text === line) return
    try {
      await session.setTopicLine(room, text)
      onChanged()
    } catch (error) {
      if (!(error instanceof LandlineError)) throw error
      toast(error.message)
    }
  }
  return (
    <header className="screen-head room-head">
      {narrow && (
        <a className="icon-button" href={to("rooms")} aria-label="All rooms" title="All rooms">
          <Icon name="back" />
        </a>
      )}
      <div className="room-head-title">
        <h1>
          <Untrusted text={room} />
        </h1>
        {editing ? (
          <TopicLine line={line ?? ""} onSet={set} onLeave={() => setEditing(false)} />
        ) : (
          line !== undefined && (
            <button
              type="button"
              className="room-line"
              title={isGuest(session.author) ? undefined : "Change the topic line"}
              disabled={isGuest(session.author)}
              onClick={() => setEditing(true)}
            >
              {line === "" ? "Say what this room is for" : <Untrusted text={line} />}
            </button>
          )
        )}
      </div>
      <div className="room-head-actions">{children}</div>
    </header>
  )
}

function TopicLine({
  line,
  onSet,
  onLeave,
}: {
  line: string
  onSet: (text: string) => void
  onLeave: () => void
}) {
  const [text, setText] = useState(line)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSet(text.trim())
  }
  return (
    <form className="room-line-form" onSubmit={submit}>
      <input
        aria-label="Topic line"
        value={text}
        maxLength={limits.topicLineCharactersMax}
        // biome-ignore lint/a11y/noAutofocus: it was asked for
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onBlur={onLeave}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return
          event.stopPropagation()
          onLeave()
        }}
      />
    </form>
  )
}
