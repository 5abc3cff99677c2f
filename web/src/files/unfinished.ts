import { keep, kept } from "../hub/kept.ts"
import type { Target } from "./chosen.ts"

/** An upload that is not finished, as this browser remembers it: the bytes themselves it cannot keep over a reload. */
export interface Unfinished {
  /** Its path at the hub. */
  readonly path: string
  readonly fingerprint: string
  readonly name: string
  readonly bytes: number
  readonly items: number
  readonly target: Target
  /** The tab that sends it, and when that tab said so last, in ms since 1970. */
  readonly tab: string
  readonly seen: number
}

/** A tab that has not said so for this long is gone. */
const GONE_MS = 30_000
/** How often a tab says so. */
export const SEEN_EVERY_MS = 5_000

const TAB = "landline.tab"
let own: string | undefined

/** Stays the same over a reload of this tab, and is another in every other tab. */
function thisTab(): string {
  if (own !== undefined) return own
  try {
    own = sessionStorage.getItem(TAB) ?? undefined
    own ??= String(Math.random())
    sessionStorage.setItem(TAB, own)
  } catch {
    own ??= String(Math.random())
  }
  return own
}

/** Of one person in this browser. */
export class UnfinishedUploads {
  readonly #key: string

  constructor(person: string) {
    this.#key = `uploads.${person}`
  }

  /** Those that no other tab is sending. */
  list(now = Date.now()): Unfinished[] {
    return this.#all().filter(({ tab, seen }) => tab === thisTab() || now - seen > GONE_MS)
  }

  remember(upload: Omit<Unfinished, "tab" | "seen">): void {
    const others = this.#all().filter(({ path }) => path !== upload.path)
    keep(this.#key, [...others, { ...upload, tab: thisTab(), seen: Date.now() }])
  }

  /** Says of these that they are still this tab's. */
  touch(paths: ReadonlySet<string>): void {
    if (paths.size === 0) return
    const mine = { tab: thisTab(), seen: Date.now() }
    keep(
      this.#key,
      this.#all().map((upload) => (paths.has(upload.path) ? { ...upload, ...mine } : upload)),
    )
  }

  forget(path: string): void {
    const rest = this.#all().filter((upload) => upload.path !== path)
    keep(this.#key, rest.length > 0 ? rest : undefined)
  }

  #all(): Unfinished[] {
    return kept<Unfinished[]>(this.#key, [])
  }
}
