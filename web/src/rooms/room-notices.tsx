import { useEffect, useRef } from "react"
import { feedOf, isFeed, roomOf } from "../../../src/protocol/names.ts"
import { go, to, useRoute } from "../app/route.ts"
import { useHub } from "../hub/hub.tsx"
import { counted } from "../ui/format.ts"
import { toast } from "../ui/toasts.tsx"
import { giveBack } from "./drafts.ts"
import { giveNotice } from "./notices.ts"
import { useRoomsList } from "./rooms-list.tsx"

/** What is told of rooms wherever one is: the page's title, notices, and messages that the hub refused. */
export function RoomNotices() {
  const { session } = useHub()
  const { rooms, unread } = useRoomsList()
  const { screen, path } = useRoute()
  const current = screen === "rooms" ? path || "lobby" : undefined

  const hub = session.welcome?.hub.name
  useEffect(() => {
    const place = current ?? screen.charAt(0).toUpperCase() + screen.slice(1)
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${place} · ${hub ?? "Landline"}`
  }, [current, screen, unread, hub])

  const before = useRef<ReadonlyMap<string, number>>(undefined)
  useEffect(() => {
    if (rooms === undefined) return
    for (const { room, unread } of rooms) {
      const more = before.current === undefined ? 0 : unread - (before.current.get(room) ?? 0)
      // The room that is shown tells by itself, in its words.
      if (more > 0 && room !== current)
        giveNotice(room, counted(more, "new message"), () => go(to("rooms", room)))
    }
    before.current = new Map(rooms.map(({ room, unread }) => [room, unread]))
  }, [rooms, current])

  useEffect(
    () =>
      session.on("undelivered", ({ topic, text, error }) => {
        if (isFeed(topic)) return toast(`A message in ${feedOf(topic)} was not published: ${error.message}`)
        giveBack(roomOf(topic), text, error.message)
        toast(`A message in ${roomOf(topic)} was not sent: ${error.message}`)
      }),
    [session],
  )
  return null
}
