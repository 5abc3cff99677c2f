import { useState } from "react"
import type { LandlineError } from "../../../src/client/main.ts"
import { openShare } from "../app/share-dialog.tsx"
import { useHub } from "../hub/hub.tsx"
import { Empty, Failure } from "../ui/empty.tsx"
import { Untrusted } from "../ui/untrusted.tsx"

/** In the lobby, by the hub: what it is, where, and how others come in. */
export function Greeting() {
  const { session } = useHub()
  return (
    <div className="room-greeting">
      <p>
        This is <strong>{<Untrusted text={session.welcome?.hub.name ?? "Landline"} />}</strong>, a hub on this
        network, at <code>{location.host}</code>. What is said here stays here.
      </p>
      <button type="button" className="button small" onClick={openShare}>
        Invite others
      </button>
    </div>
  )
}

export function NothingSaid() {
  return (
    <Empty title="Nothing said yet">
      <p>Write the first message below, or drop a file here. Whoever comes in later reads it too.</p>
    </Empty>
  )
}

/** The room cannot be followed: mostly, there is none of that name. */
export function Refused({ room, error, onMade }: { room: string; error: LandlineError; onMade: () => void }) {
  const { session } = useHub()
  const [problem, setProblem] = useState<string>()
  if (error.code !== "unknown_room") return <Failure say={error.message} onRetry={onMade} />
  const make = () =>
    session.createRoom(room).then(onMade, (refusal: LandlineError) => setProblem(refusal.message))
  return (
    <Empty title="There is no such room">
      <p>
        Nobody has made a room named <Untrusted text={room} /> on this hub yet.
      </p>
      <div>
        <button type="button" className="button primary" onClick={make}>
          Make it
        </button>
      </div>
      {problem && (
        <p className="note bad" role="alert">
          {problem}
        </p>
      )}
    </Empty>
  )
}
