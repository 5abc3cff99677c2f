const UNITS = ["B", "kB", "MB", "GB", "TB"] as const

/** `1.2 MB`; units of 1,000, as disks and networks count. */
export function bytesText(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1_000
    unit++
  }
  return `${unit === 0 || amount >= 99.95 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const CLOCK_SECONDS = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
})
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" })
const DAY_YEAR = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
})
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" })

/** `14:02`. All times are ms since 1970. */
export const clock = (time: number): string => CLOCK.format(time)
export const clockSeconds = (time: number): string => CLOCK_SECONDS.format(time)
/** Everything of a time, for a tooltip. */
export const fullTime = (time: number): string => FULL.format(time)

/** Of the reader's own calendar, to tell days apart. */
export const dayKey = (time: number): string => new Date(time).toDateString()

/** `Today`, `Yesterday`, `Monday, 3 March`. */
export function dayText(time: number, now = Date.now()): string {
  if (dayKey(time) === dayKey(now)) return "Today"
  if (dayKey(time) === dayKey(now - 86_400_000)) return "Yesterday"
  return (new Date(time).getFullYear() === new Date(now).getFullYear() ? DAY : DAY_YEAR).format(time)
}

/** `just now`, `5 min ago`, `14:02`, `3 March`. */
export function ago(time: number, now = Date.now()): string {
  const seconds = Math.round((now - time) / 1_000)
  if (seconds < 45) return "just now"
  if (seconds < 3_600) return `${Math.max(1, Math.round(seconds / 60))} min ago`
  return dayKey(time) === dayKey(now) ? clock(time) : dayText(time, now)
}

/** `0.42 ms`, `12 ms`, `1.5 s`: three digits at most. */
export function msText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(ms >= 10_000 ? 0 : 1)} s`
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(2))} ms`
}

/** `1 file`, `3 files`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`
