import { InvalidArgumentError } from "commander"

/** Spans of time as people write and read them. */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const
type Unit = keyof typeof UNITS

/** For commander: `500ms`, `60s`, `5m`, `1h`, `7d`, and 0, as ms. */
export function span(text: string): number {
  if (text === "0") return 0
  const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? []
  const ms = Math.round(Number(digits) * UNITS[unit as Unit])
  if (!(ms <= 1e15)) throw new InvalidArgumentError("It is a time such as 500ms, 60s, 5m, 1h or 7d; or 0.")
  return ms
}

const WORDS: readonly (readonly [Unit, string])[] = [
  ["d", "day"],
  ["h", "hour"],
  ["m", "minute"],
  ["s", "second"],
]

/** In the largest unit that says it exactly: `90 minutes`, `1 day`, `500 ms`. */
export function spanWords(ms: number): string {
  for (const [unit, word] of WORDS)
    if (ms >= UNITS[unit] && ms % UNITS[unit] === 0) {
      const number = ms / UNITS[unit]
      return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`
    }
  return `${ms} ms`
}

/** How long ago, roughly: `3 s ago`, `5 min ago`, `2 h ago`, `8 days ago`. */
export function ago(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / UNITS.s))} s ago`
  if (ms < UNITS.h) return `${Math.floor(ms / UNITS.m)} min ago`
  if (ms < 2 * UNITS.d) return `${Math.floor(ms / UNITS.h)} h ago`
  return `${Math.floor(ms / UNITS.d).toLocaleString("en")} days ago`
}

/** `5.012 s`, to the millisecond. */
export const exactSeconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`
