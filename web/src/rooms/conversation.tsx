import { useEffect, useRef, useState } from "react"
import type { Entry } from "../../../src/client/main.ts"
import { LOBBY } from "../../../src/protocol/names.ts"
import { go, to } from "../app/route.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { Icon } from "../ui/icon.tsx"
import { isTyping } from "../ui/is-typing.ts"
import { AboutRoom } from "./about-room.tsx"
import { Bell } from "./bell.tsx"
import { Composer, type ComposerHandle } from "./composer.tsx"
import { LastSaid } from "./last-said.tsx"
import { MessageList, type MessageListHandle } from "./message-list.tsx"
import { giveNotice } from "./notices.ts"
import type { Target } from "./open-room.ts"
import { RoomHead } from "./room-head.tsx"
import { Greeting, NothingSaid, Refused } from "./room-states.tsx"
import { useRoomsList } from "./rooms-list.tsx"
import { SearchPanel } from "./search-panel.tsx"
import { useOpenRoom } from "./use-open-room.ts"
import { useSeen } from "./use-seen.ts"

/** One room: what is said in it, who is there, and a box to say something. */
export function Conversation({
  room,
  at,
  narrow,
  withPeople,
}: {
  room: string
  /** Offset of an entry to show. */
  at: number | undefined
  narrow: boolean
  withPeople: boolean
}) {
  const { session } = useHub()
  const { state, unsent } = useLine()
  const { rooms, refresh } = useRoomsList()
  const [said, setSaid] = useState<Entry>()
  const { open, view, error, again } = useOpenRoom(room, (entry) => {
    if (entry.kind === "topic_line" || document.hidden) refresh()
    if (entry.author === session.author) return
    setSaid(entry)
    if (document.hidden && (entry.kind === "text" || entry.kind === "file"))
      giveNotice(room, `${entry.author}: ${entry.text}`, () => go(to("rooms", room)))
  })
  const [pinned, setPinned] = useState(true)
  const { newAfter, older, allRead } = useSeen(room, view, pinned)
  const [searching, setSearching] = useState(false)
  const [about, setAbout] = useState(false)
  const [wentUp, setWentUp] = useState(false)
  const list = useRef<MessageListHandle>(null)
  const box = useRef<ComposerHandle>(null)
  /** Where one was before a search led elsewhere: an offset, or `end`. */
  const origin = useRef<number | "end">(undefined)

  const isOpen = view?.phase === "open"
  useEffect(() => {
    if (at === undefined || !isOpen) return
    setPinned(false)
    void open?.jump(at)
  }, [open, isOpen, at])
  const pin = (now: boolean) => {
    if (now !== pinned) setPinned(now)
    open?.pin(now)
  }
  const jump = (offset: number, align?: Target["align"]) => {
    setPinned(false)
    void open?.jump(offset, align)
  }
  const toEnd = () => {
    origin.current = undefined
    if (at !== undefined) go(to("rooms", room))
    open?.newest()
    setPinned(true)
    list.current?.toEnd()
  }
  const back = () => {
    setSearching(false)
    const { current } = origin
    if (current === undefined || current === "end") return toEnd()
    origin.current = undefined
    go(to("rooms", room))
    jump(current, "start")
  }
  const pick = (offset: number) => {
    origin.current ??= pinned ? "end" : (list.current?.place() ?? "end")
    if (narrow) setSearching(false)
    if (at === offset) jump(offset)
    else go(to("rooms", room, { at: offset }))
  }
  const key = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return
    const typing = isTyping(event)
    if (event.key === "Escape" && (searching || origin.current !== undefined || !pinned)) back()
    else if (typing) return
    else if (event.key === "c") box.current?.focus()
    else if (event.key === "/" && isOpen) setSearching(true)
    else if (event.key === "End") toEnd()
    else if (event.key === "Home") void open?.oldest()
    else if (event.key === "PageUp" || event.key === "PageDown") list.current?.page(event.key)
    else return
    event.preventDefault()
  }
  useWindowKeys(key)

  const pending = open?.pending(unsent) ?? []
  const line = rooms?.find((known) => known.room === open?.room)?.line
  const refusal = error ?? view?.error
  return (
    <>
      <section className="screen room" aria-label={`Room ${room}`}>
        <RoomHead room={room} line={line} narrow={narrow} onChanged={refresh}>
          {!refusal && (
            <button
              type="button"
              className="icon-button"
              aria-label="Search in this room"
              title="Search in this room (/)"
              aria-pressed={searching}
              onClick={() => (searching ? back() : setSearching(true))}
            >
              <Icon name="search" />
            </button>
          )}
          <Bell />
          {!withPeople && !refusal && (
            <button
              type="button"
              className="icon-button"
              aria-label={`${view?.people.length ?? 0} people here`}
              title="Who is here"
              onClick={() => setAbout(true)}
            >
              <Icon name="people" />
            </button>
          )}
        </RoomHead>
        <div className="room-catching-up" hidden={refusal !== undefined || (isOpen && view.behind === 0)}>
          <span className="visually-hidden">Catching up …</span>
        </div>
        {room === LOBBY && line === "" && <Greeting />}
        <div className="room-body">
          {refusal && <Refused room={room} error={refusal} onMade={again} />}
          {isOpen && view.tail === 0 && pending.length === 0 && <NothingSaid />}
          {open && isOpen && (
            <MessageList
              key={view.generation}
              ref={list}
              {...{ open, view, pending, newAfter }}
              author={session.author}
              offline={state !== "live"}
              onPinned={pin}
            />
          )}
          {isOpen && older > 0 && pinned && !wentUp && (
            <button
              type="button"
              className="room-jump room-jump-up"
              onClick={() => {
                setWentUp(true)
                jump(newAfter! + 1, "start")
              }}
            >
              {older.toLocaleString()} new: show the first
            </button>
          )}
          {isOpen && !pinned && (
            <button type="button" className="room-jump" onClick={toEnd}>
              {view.unread > 0 ? `${view.unread.toLocaleString()} new` : "To the newest"} <Icon name="down" />
            </button>
          )}
          {searching && <SearchPanel room={room} onPick={pick} onClose={back} />}
        </div>
        <LastSaid entry={said} />
        {!refusal && (
          <Composer
            ref={box}
            room={room}
            onPage={(key) => list.current?.page(key)}
            onSaid={() => {
              allRead()
              toEnd()
            }}
          />
        )}
      </section>
      {withPeople && !refusal && (
        <aside className="room-about" aria-label="About this room">
          <AboutRoom room={room} people={view?.people ?? []} />
        </aside>
      )}
      {about && !withPeople && (
        <Dialog title={room} onClose={() => setAbout(false)}>
          <AboutRoom room={room} people={view?.people ?? []} />
        </Dialog>
      )}
    </>
  )
}

/** Listens to keys wherever the focus is. */
function useWindowKeys(onKey: (event: KeyboardEvent) => void): void {
  const latest = useRef(onKey)
  latest.current = onKey
  useEffect(() => {
    const key = (event: KeyboardEvent) => latest.current(event)
    addEventListener("keydown", key)
    return () => removeEventListener("keydown", key)
  }, [])
}
