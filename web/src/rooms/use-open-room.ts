import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { type Entry, LandlineError } from "../../../src/client/main.ts"
import { useHub } from "../hub/hub.tsx"
import { OpenRoom, type RoomView } from "./open-room.ts"

const NEVER = () => () => {}

/**
 * Opens a room while it is shown.
 * @param onEntry told of each entry that is said from now on
 * @returns undefined at first; an error where the name can be none of a room
 */
export function useOpenRoom(
  room: string,
  onEntry: (entry: Entry) => void,
): { open?: OpenRoom; view?: RoomView; error?: LandlineError; again(): void } {
  const { session } = useHub()
  const [state, setState] = useState<{ open?: OpenRoom; error?: LandlineError }>({})
  const [turn, setTurn] = useState(0)
  const told = useRef(onEntry)
  told.current = onEntry
  // biome-ignore lint/correctness/useExhaustiveDependencies: opened again
  useEffect(() => {
    try {
      const open = new OpenRoom(session, room, (entry) => told.current(entry))
      setState({ open })
      return () => open.close()
    } catch (error) {
      if (!(error instanceof LandlineError)) throw error
      setState({ error })
      return undefined
    }
  }, [session, room, turn])
  const { open } = state
  const view = useSyncExternalStore(open?.subscribe ?? NEVER, () => open?.view)
  return { ...state, ...(view && { view }), again: () => setTurn((turn) => turn + 1) }
}
