import { useEffect, useState } from "react"
import type { Entry } from "../../../src/client/main.ts"
import { useRoute } from "../app/route.ts"
import { useHub } from "../hub/hub.tsx"
import { clock } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"

export function RoomsScreen() {
  const { path: room } = useRoute()
  const { session } = useHub()
  const [entries, setEntries] = useState<readonly Entry[]>([])
  useEffect(() => {
    if (room === "") return
    setEntries([])
    const follow = session.follow(room, { last: 50 })
    follow.on("entry", ({ entry }) => setEntries((all) => [...all, entry].slice(-200)))
    return () => follow.close()
  }, [session, room])
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>{room}</h1>
      </header>
      <ol className="screen-body">
        {entries.map(({ offset, author, text, time }) => (
          <li key={offset}>
            {clock(time)} <Untrusted text={author} />: {text}
          </li>
        ))}
      </ol>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const box = event.currentTarget.elements.namedItem("text") as HTMLInputElement
          void session.publish(room, box.value)
          box.value = ""
        }}
      >
        <input name="text" aria-label="Message" />
      </form>
    </section>
  )
}
