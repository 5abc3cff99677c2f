const BARS = "▁▂▃▄▅▆▇█"

/**
 * Amounts as bars of one column each, the newest at the right. Bars begin at 0, and what is usual (the median) stands
 * half high, so that even blocks look even and only what is out of the way stands out.
 * @param columns only so many of the newest
 */
export function sparkline(amounts: readonly number[], columns: number): string {
  const shown = amounts.slice(Math.max(0, amounts.length - columns))
  const usual = shown.toSorted((one, other) => one - other)[(shown.length - 1) >> 1] ?? 0
  const most = Math.max(2 * usual, ...shown)
  return shown
    .map((amount) => BARS[most === 0 ? 0 : Math.max(0, Math.round((amount / most) * 8) - 1)])
    .join("")
}
