import { useEffect } from "react"

/** While something would be lost with the page, the browser asks before it goes. */
export function useWarnedBeforeLeaving(warn: boolean): void {
  useEffect(() => {
    if (!warn) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener("beforeunload", ask)
    return () => removeEventListener("beforeunload", ask)
  }, [warn])
}
