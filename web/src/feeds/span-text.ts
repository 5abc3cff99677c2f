const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const

/** `7 days`, `90 seconds`: the largest unit of which it is a whole number. */
export function spanText(ms: number): string {
  for (const [unit, size] of UNITS)
    if (ms >= size && ms % size === 0) return `${ms / size} ${unit}${ms === size ? "" : "s"}`
  return `${ms} ms`
}
