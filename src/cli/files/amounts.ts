/** Amounts as people read them. */

export { amount } from "../../client/amounts.ts"

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
