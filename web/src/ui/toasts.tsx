import { useEffect, useState } from "react"

interface Toast {
  readonly id: number
  readonly say: string
}

const TOAST = "landline:toast"
const SHOWN_MS = 6_000
const SHOWN_MAX = 3
let lastId = 0

/** Says a short sentence at the edge of the screen, for a moment. */
export const toast = (say: string) => dispatchEvent(new CustomEvent(TOAST, { detail: { id: ++lastId, say } }))

export function Toasts() {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  useEffect(() => {
    const add = (event: Event) => {
      const { detail } = event as CustomEvent<Toast>
      setToasts((all) => [...all, detail].slice(-SHOWN_MAX))
      setTimeout(() => setToasts((all) => all.filter(({ id }) => id !== detail.id)), SHOWN_MS)
    }
    addEventListener(TOAST, add)
    return () => removeEventListener(TOAST, add)
  }, [])
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, say }) => (
        <p key={id} className="toast">
          {say}
        </p>
      ))}
    </div>
  )
}
