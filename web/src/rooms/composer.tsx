import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react"
import type { LandlineError } from "../../../src/client/main.ts"
import { limits } from "../../../src/protocol/limits.ts"
import { sendFiles } from "../files/send-files.ts"
import { useHub } from "../hub/hub.tsx"
import { bytesText } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { draftOf, giveBack, keepDraft, noteOf, onGivenBack } from "./drafts.ts"

/** The limit is spoken of from this share of it on. */
const NEAR_LIMIT = 0.9

/** What was said last from this page, by room. */
const lastSaid = new Map<string, string>()

export interface ComposerHandle {
  focus(): void
}

/** The message box of a room. */
export function Composer({
  room,
  onSaid,
  onPage,
  ref,
}: {
  room: string
  onSaid: () => void
  /** PageUp and PageDown go through the messages also from here. */
  onPage: (key: string) => void
  ref: Ref<ComposerHandle>
}) {
  const { session } = useHub()
  const [text, setText] = useState(() => draftOf(room))
  const [note, setNote] = useState(() => noteOf(room))
  const box = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  useImperativeHandle(ref, () => ({ focus: () => box.current?.focus() }), [])
  useEffect(
    () =>
      onGivenBack(room, () => {
        setText(draftOf(room))
        setNote(noteOf(room))
      }),
    [room],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with the text
  useEffect(() => {
    const { current } = box
    if (current === null) return
    current.style.height = "auto"
    current.style.height = `${current.scrollHeight + 2}px`
  }, [text])

  const change = (now: string) => {
    setText(now)
    setNote(undefined)
    keepDraft(room, now)
  }
  const bytesMax = session.welcome?.entryBytesMax ?? limits.entryBytesMax
  const bytes = text.length * 3 > bytesMax * NEAR_LIMIT ? new TextEncoder().encode(text).length : 0
  const tooLong = bytes > bytesMax
  const send = () => {
    if (text.trim() === "" || tooLong || session.state === "closed") return
    lastSaid.set(room, text)
    change("")
    session.publish(room, text).catch((error: LandlineError) => {
      // Leaving is no refusal: what waits is kept for this tab.
      if (error.code !== "no_hub") giveBack(room, text, error.message)
    })
    onSaid()
  }
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      send()
    } else if (event.key === "ArrowUp" && !event.altKey && text === "" && lastSaid.has(room)) {
      event.preventDefault()
      change(lastSaid.get(room)!)
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault()
      onPage(event.key)
    }
  }
  const say = tooLong
    ? `A message holds at most ${bytesText(bytesMax)}; this one has ${bytesText(bytes)}. Send it as a file, or in parts.`
    : bytes > bytesMax * NEAR_LIMIT
      ? `${bytesText(bytesMax - bytes)} left`
      : note
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          sendFiles([...(target.files ?? [])], room)
          target.value = ""
        }}
      />
      <div className="composer-row">
        <button
          type="button"
          className="icon-button"
          aria-label="Send files"
          title="Send files"
          onClick={() => chooser.current?.click()}
        >
          <Icon name="clip" />
        </button>
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          placeholder={`Write in ${room}`}
          aria-label={`Message in ${room}`}
          aria-describedby={say ? "composer-note" : undefined}
          aria-invalid={tooLong}
          enterKeyHint="send"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
        />
        <button
          type="submit"
          className="icon-button composer-send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={text.trim() === "" || tooLong}
        >
          <Icon name="send" />
        </button>
      </div>
      {say && (
        <p id="composer-note" className={tooLong || say === note ? "note bad" : "note"} role="status">
          {say}
        </p>
      )}
    </form>
  )
}
