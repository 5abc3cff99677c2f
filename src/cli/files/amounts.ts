/** Amounts as people read them. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const

/** Bytes in decimal units: `1 byte`, `1.2 MB`, `6 GB`. */
export function amount(bytes: number): string {
  if (bytes === 1) return "1 byte"
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value < 99.95 && unit > 0 ? 1 : 0
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`
}

const two = (number: number): string => String(number).padStart(2, "0")

/** `0:05`, `12:34`, `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  const rest = two(whole % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** `1 file`, `1,234 files`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`
}
