import type { Commit } from "../core/topic-log.ts"

/** Tells a watcher what was stored. If it throws, the append has passed all the same, and others are told too. */
export function announce(watcher: ((commit: Commit) => void) | undefined, commit: Commit): void {
  try {
    watcher?.(commit)
  } catch (error) {
    // It is the watcher's author who must see it, as with any uncaught error.
    queueMicrotask(() => {
      throw error
    })
  }
}
