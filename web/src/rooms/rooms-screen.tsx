import { useEffect } from "react"
import { LOBBY } from "../../../src/protocol/names.ts"
import { go, to, useRoute } from "../app/route.ts"
import { useWide } from "../ui/use-wide.ts"
import { Conversation } from "./conversation.tsx"
import { neighbour, RoomList } from "./room-list.tsx"
import { useRoomsList } from "./rooms-list.tsx"
import "./rooms.css"
import "./conversation.css"
import "./messages.css"

/** From this width on the list of rooms stands beside the conversation, and from that on the people too. */
const WITH_LIST_PX = 760
const WITH_PEOPLE_PX = 1_180

/** The list of rooms and the one that is open; on a narrow screen one of the two. */
export function RoomsScreen() {
  const { path, query } = useRoute()
  const { rooms } = useRoomsList()
  const wide = useWide(WITH_LIST_PX)
  const withPeople = useWide(WITH_PEOPLE_PX)
  const room = path === "" && wide ? LOBBY : path
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || !rooms) return
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return
      event.preventDefault()
      const next = neighbour(rooms, room, event.key === "ArrowUp" ? -1 : 1)
      if (next !== undefined) go(to("rooms", next))
    }
    addEventListener("keydown", key)
    return () => removeEventListener("keydown", key)
  }, [rooms, room])
  return (
    <div className="rooms">
      {(wide || room === "") && <RoomList current={room} />}
      {room !== "" && (
        <Conversation key={room} room={room} at={placeOf(query)} narrow={!wide} withPeople={withPeople} />
      )}
    </div>
  )
}

function placeOf(query: URLSearchParams): number | undefined {
  const at = Number(query.get("at"))
  return Number.isSafeInteger(at) && at > 0 ? at : undefined
}
