/** Measured values as a person reads them. */

/** `0.4 ms`, `12 ms`, `1.2 s` */
export function time(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `5 of 100`, `1 of 1,000`: a share in numbers that can be pictured. */
export function outOf(part: number, whole: number): string {
  const share = part / whole
  const of = share >= 0.0095 ? 100 : 1_000
  return `${Math.max(1, Math.round(share * of)).toLocaleString("en")} of ${of.toLocaleString("en")}`
}

/** `a, b and c` */
export function list(words: readonly string[], last = "and"): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`
}
