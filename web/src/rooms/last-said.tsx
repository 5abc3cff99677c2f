import { useEffect, useRef, useState } from "react"
import type { Entry } from "../../../src/client/main.ts"
import { printableLine } from "../../../src/protocol/text.ts"

/** A busy room is told of this often, not message by message. */
const EVERY_MS = 2_000
const CHARACTERS = 200

/** Tells somebody who hears the page what was said last. */
export function LastSaid({ entry }: { entry: Entry | undefined }) {
  const [told, setTold] = useState<Entry>()
  const latest = useRef(entry)
  latest.current = entry
  const waiting = entry !== told
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => setTold(latest.current), EVERY_MS)
    return () => clearTimeout(timer)
  }, [waiting])
  return (
    <p className="visually-hidden" aria-live="polite">
      {told && printableLine(`${told.author}: ${told.text.slice(0, CHARACTERS)}`)}
    </p>
  )
}
