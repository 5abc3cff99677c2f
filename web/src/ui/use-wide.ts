import { useSyncExternalStore } from "react"

/** Whether the page is at least so many px wide. */
export function useWide(px: number): boolean {
  const query = matchMedia(`(min-width: ${px}px)`)
  return useSyncExternalStore(
    (changed) => {
      query.addEventListener("change", changed)
      return () => query.removeEventListener("change", changed)
    },
    () => query.matches,
  )
}
