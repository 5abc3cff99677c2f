import { useEffect, useRef, useState } from "react"
import { isGuest } from "../../../src/protocol/names.ts"
import { useHub } from "../hub/hub.tsx"
import { bytesText } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Name } from "../ui/name.tsx"
import { toast } from "../ui/toasts.tsx"
import { VirtualList } from "../ui/virtual-list.tsx"
import { type ExportForm, exportRoom } from "./export-room.ts"

const ROW_PX = 36

/** Who is in a room now, and the room as a file. */
export function AboutRoom({ room, people }: { room: string; people: readonly string[] }) {
  const { who } = useHub()
  // Members first: a guest's name is anybody's.
  const ordered = [...people.filter((name) => !isGuest(name)), ...people.filter(isGuest)]
  return (
    <div className="about-room">
      <h2>
        {people.length} here <span className="visually-hidden">in this room now</span>
      </h2>
      <VirtualList
        label="People here"
        count={ordered.length}
        rowHeight={ROW_PX}
        row={(index) => (
          <span className="about-room-person">
            <span className="about-room-dot" aria-hidden="true" />
            <Name author={ordered[index]!} />
            {ordered[index] === who.name && <span className="soft small">you</span>}
          </span>
        )}
      />
      <Export room={room} />
    </div>
  )
}

function Export({ room }: { room: string }) {
  const { http } = useHub()
  const [bytes, setBytes] = useState<number>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), []) // nobody could stop it any more
  const start = async (form: ExportForm) => {
    running.current = new AbortController()
    setBytes(0)
    try {
      await exportRoom(http, room, form, setBytes, running.current.signal)
    } catch (error) {
      if ((error as Error).name !== "AbortError")
        toast(`The room was not exported: ${(error as Error).message}`)
    } finally {
      setBytes(undefined)
    }
  }
  return (
    <div className="about-room-export">
      <h3>Keep a copy</h3>
      {bytes === undefined ? (
        <div className="about-room-forms">
          <button type="button" className="button small" onClick={() => start("text")}>
            <Icon name="download" /> Text
          </button>
          <button type="button" className="button small" onClick={() => start("jsonl")}>
            <Icon name="download" /> JSON lines
          </button>
        </div>
      ) : (
        <div className="about-room-forms">
          <span role="status" className="number">
            {bytesText(bytes)} so far
          </span>
          <button type="button" className="button small" onClick={() => running.current?.abort()}>
            Stop
          </button>
        </div>
      )}
    </div>
  )
}
