import { useEffect, useRef, useState } from "react"
import type { Entry, LandlineError } from "../../../src/client/main.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { useHub } from "../hub/hub.tsx"
import { Failure, Loading } from "../ui/empty.tsx"
import { ago, fullTime } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { Name } from "../ui/name.tsx"

const PAGE = 50
const PAUSE_MS = 200
const SHOWN_CHARACTERS = 300

/** The hub answers with fewer than a page where they are large. */
const LARGE_CHARACTERS = 20_000
const isFull = (entries: readonly Entry[]): boolean =>
  entries.length === PAGE || entries.reduce((sum, { text }) => sum + text.length, 0) > LARGE_CHARACTERS

interface Found {
  readonly entries: readonly Entry[]
  readonly more: boolean
}

/** Search in a room: the newest first; a result leads to its place. */
export function SearchPanel({
  room,
  onPick,
  onClose,
}: {
  room: string
  onPick: (offset: number) => void
  onClose: () => void
}) {
  const { session } = useHub()
  const [words, setWords] = useState("")
  const [found, setFound] = useState<Found>()
  const [error, setError] = useState<string>()
  const turn = useRef(0)
  const ask = async (before?: number, sofar: readonly Entry[] = []) => {
    const mine = ++turn.current
    setError(undefined)
    try {
      const entries = await session.search(room, words, { limit: PAGE, before })
      if (mine === turn.current) setFound({ entries: [...sofar, ...entries], more: isFull(entries) })
    } catch (error) {
      if (mine === turn.current) setError((error as LandlineError).message)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when the words have changed
  useEffect(() => {
    turn.current++
    setFound(undefined)
    if (words.trim() === "") return
    const timer = setTimeout(ask, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [words])
  const last = found?.entries.at(-1)
  return (
    <aside className="room-search" aria-label="Search">
      <div className="room-search-head">
        <input
          type="search"
          aria-label={`Search in ${room}`}
          placeholder="Words, in any order"
          value={words}
          // biome-ignore lint/a11y/noAutofocus: the panel was opened to type here
          autoFocus
          onChange={(event) => setWords(event.target.value)}
        />
        <button type="button" className="icon-button" aria-label="Close the search" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <p className="visually-hidden" role="status">
        {found && (found.entries.length === 0 ? "Nothing found" : `${found.entries.length} found`)}
      </p>
      {error && <Failure say={error} onRetry={() => ask()} />}
      {words.trim() !== "" && found === undefined && !error && <Loading say="Searching" />}
      {found?.entries.length === 0 && <p className="note">Nothing in {room} has all these words.</p>}
      {found && found.entries.length > 0 && (
        <ol className="room-search-results">
          {found.entries.map((entry) => (
            <li key={entry.offset}>
              <button type="button" onClick={() => onPick(entry.offset)}>
                <span className="room-search-who">
                  <Name author={entry.author} />
                  <time title={fullTime(entry.time)}>{ago(entry.time)}</time>
                </span>
                <span className="room-search-text" dir="auto">
                  {printableLine(entry.text.slice(0, SHOWN_CHARACTERS))}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {found?.more && last && (
        <button type="button" className="button" onClick={() => ask(last.offset, found.entries)}>
          Older results
        </button>
      )}
    </aside>
  )
}
