import { useEffect, useState } from "react"
import { useLine } from "../hub/hub.tsx"
import { useWarnedBeforeLeaving } from "../ui/use-warned-before-leaving.ts"

const PATIENCE_MS = 400 // a line that is made this fast needs no words

/** What is wrong with the line, in words, while something is; else nothing. */
export function LineBar() {
  const { state, refused, unsent, welcomes } = useLine()
  const waiting = unsent.reduce((sum, { texts }) => sum + texts.length, 0)
  const newer = useNewerVersion(welcomes)
  const patient = useAfter(PATIENCE_MS, waiting > 0 ? `${state}, waiting` : state)
  // Storage of this tab keeps what waits over a reload; closing the tab would lose it.
  useWarnedBeforeLeaving(waiting > 0 && state !== "live")

  let say: string | undefined
  let kind = "warn"
  if (refused !== undefined) [say, kind] = [`The hub refuses: ${refused.message}`, "bad"]
  else if (state === "offline")
    say = `The line is down; it is tried again and again. ${
      waiting > 0
        ? `${count(waiting)} will be sent when it is back.`
        : "What you write is kept and sent when it is back."
    }`
  else if (state === "connecting" && patient) say = "Connecting to the hub …"
  else if (state === "live" && waiting > 0 && patient) say = `${count(waiting)} on the way …`
  return (
    <>
      <div className="line-bar" data-kind={kind} role="status" aria-live="polite" hidden={say === undefined}>
        <span className="line-bar-dot" aria-hidden="true" />
        <span>{say}</span>
        {refused !== undefined && (
          <button type="button" className="button small" onClick={() => location.reload()}>
            Try again
          </button>
        )}
      </div>
      {newer && (
        <div className="line-bar" data-kind="news" role="status">
          <span>The hub has a newer version of this page. Nothing is lost by loading it.</span>
          <button type="button" className="button small" onClick={() => location.reload()}>
            Load it
          </button>
        </div>
      )}
    </>
  )
}

const count = (waiting: number) => `${waiting} ${waiting === 1 ? "message" : "messages"}`

/** Whether nothing but this was so for so long. */
function useAfter(ms: number, what: unknown): boolean {
  const [passed, setPassed] = useState<unknown>()
  useEffect(() => {
    const timer = setTimeout(() => setPassed(what), ms)
    return () => clearTimeout(timer)
  }, [ms, what])
  return passed === what
}

/** After each welcome but the first: whether the hub now serves another page than this one. */
function useNewerVersion(welcomes: number): boolean {
  const [newer, setNewer] = useState(false)
  useEffect(() => {
    if (welcomes < 2 || import.meta.env.DEV) return
    const asked = new AbortController()
    fetch("/", { headers: { Accept: "text/html" }, signal: asked.signal })
      .then(async (response) => {
        if (response.ok) setNewer(!(await response.text()).includes(new URL(import.meta.url).pathname))
      })
      .catch(() => {})
    return () => asked.abort()
  }, [welcomes])
  return newer
}
