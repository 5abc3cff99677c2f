import { type FormEvent, useMemo, useState } from "react"
import { LandlineError } from "../../../src/client/main.ts"
import { limits } from "../../../src/protocol/limits.ts"
import { LOBBY, roomName } from "../../../src/protocol/names.ts"
import { go, to } from "../app/route.ts"
import { useHub } from "../hub/hub.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { Failure, Loading } from "../ui/empty.tsx"
import { ago, counted } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { VirtualList } from "../ui/virtual-list.tsx"
import { type ListedRoom, useRoomsList } from "./rooms-list.tsx"

const ROW_PX = 56
/** Below so many, a list is seen at a glance. */
const FILTERED_FROM = 8

/** All rooms, and what is new in each since it was last seen here. */
export function RoomList({ current }: { current: string }) {
  const { rooms, error, refresh } = useRoomsList()
  const [words, setWords] = useState("")
  const [making, setMaking] = useState(false)
  const shown = useMemo(() => ordered(rooms ?? [], words), [rooms, words])
  return (
    <section className="rooms-list" aria-label="Rooms">
      <header className="rooms-list-head">
        <h2>Rooms</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Make a room"
          title="Make a room"
          onClick={() => setMaking(true)}
        >
          <Icon name="plus" />
        </button>
      </header>
      {rooms && rooms.length >= FILTERED_FROM && (
        <input
          type="search"
          className="rooms-filter"
          placeholder={`Find one of ${rooms.length} rooms`}
          aria-label="Find a room"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && shown[0]) go(to("rooms", shown[0].room))
            if (event.key === "Escape") setWords("")
          }}
        />
      )}
      {rooms === undefined && !error && <Loading />}
      {rooms === undefined && error && <Failure say={error} onRetry={refresh} />}
      <VirtualList
        label="Rooms"
        count={shown.length}
        rowHeight={ROW_PX}
        shown={words === "" ? shown.findIndex(({ room }) => room === current) : undefined}
        row={(index) => <RoomLink room={shown[index]!} current={shown[index]!.room === current} />}
      />
      {rooms && shown.length === 0 && (
        <p className="note rooms-list-note">No room has that in its name or topic line.</p>
      )}
      {making && <MakeRoom name={words} onClose={() => setMaking(false)} onMade={refresh} />}
    </section>
  )
}

function RoomLink({
  room: { room, line, unread, present, time },
  current,
}: {
  room: ListedRoom
  current: boolean
}) {
  return (
    <a className="rooms-link" href={to("rooms", room)} aria-current={current ? "page" : undefined}>
      <span className="rooms-link-name" data-unread={unread > 0}>
        <Untrusted text={room} />
      </span>
      {unread > 0 && (
        <span className="badge">
          {unread > 999 ? "999+" : unread}
          <span className="visually-hidden"> new</span>
        </span>
      )}
      <span className="rooms-link-line">
        {line !== "" ? (
          <Untrusted text={line} />
        ) : present > 0 ? (
          counted(present, "person", "people")
        ) : time > 0 ? (
          ago(time)
        ) : (
          "nothing said yet"
        )}
      </span>
    </a>
  )
}

/** The lobby first, then by name; only those with all these words. */
function ordered(rooms: readonly ListedRoom[], words: string): readonly ListedRoom[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = rooms.filter(({ room, line }) => {
    const text = `${room} ${line}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  return [...found.filter(({ room }) => room === LOBBY), ...found.filter(({ room }) => room !== LOBBY)]
}

/** Alt and an arrow: the room before or after this one. */
export function neighbour(rooms: readonly ListedRoom[], current: string, step: 1 | -1): string | undefined {
  const all = ordered(rooms, "")
  return all[all.findIndex(({ room }) => room === current) + step]?.room
}

function MakeRoom({ name, onClose, onMade }: { name: string; onClose: () => void; onMade: () => void }) {
  const { session } = useHub()
  const [room, setRoom] = useState(name)
  const [line, setLine] = useState("")
  const [problem, setProblem] = useState<string>()
  const make = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const made = await session.createRoom(roomName(room), line)
      onMade()
      onClose()
      go(to("rooms", made.room))
    } catch (error) {
      if (!(error instanceof LandlineError)) throw error
      setProblem(error.message)
    }
  }
  return (
    <Dialog title="Make a room" onClose={onClose}>
      <form className="rooms-make" onSubmit={make} noValidate>
        <label htmlFor="room-name">Name</label>
        <input
          id="room-name"
          value={room}
          onChange={(event) => setRoom(event.target.value)}
          maxLength={limits.nameCharactersMax}
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby="room-note"
          aria-invalid={problem !== undefined}
        />
        <label htmlFor="room-line">What it is for (if you like)</label>
        <input
          id="room-line"
          value={line}
          onChange={(event) => setLine(event.target.value)}
          maxLength={limits.topicLineCharactersMax}
        />
        <p id="room-note" className={problem ? "note bad" : "note"} role={problem ? "alert" : undefined}>
          {problem ?? "Letters, digits, dots, dashes and underscores. Everyone on this hub can come in."}
        </p>
        <button type="submit" className="button primary">
          Make it
        </button>
      </form>
    </Dialog>
  )
}
