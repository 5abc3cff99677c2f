import type { OutboxStore, Unsent } from "../../../src/client/main.ts"

/**
 * Keeps what is said and not stored yet while this tab is there, so that a reload loses nothing. It belongs to the
 * tab: two tabs of one person each send their own.
 */
export function unsentKept(name: string): OutboxStore {
  const key = `landline.unsent.${name}`
  return {
    load() {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? "[]") as Unsent[]
      } catch {
        return []
      }
    },
    save(unsent) {
      try {
        if (unsent.length === 0) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, JSON.stringify(unsent))
      } catch {
        // Storage is full or forbidden: then a reload loses what waits, and the page asks before it goes.
      }
    },
  }
}
