import { isRecord, type Reading } from "./reading.ts"

/** Series that a feed can have: of more numbers, in a record or in different ones, the first are shown. */
export const FIELDS_MAX = 24
/** `a.b.c`, and nothing below. */
const DEPTH_MAX = 3
/** Keys of one record that are looked at. */
const KEYS_MAX = 200
/** A chart cannot draw what is larger; nothing that is measured is. */
const DRAWN_MAX = 1e100

/** The name of a message that is one number. */
export const VALUE = "value"

/**
 * The numbers in a message, by the names of their series: a number is `value`, a field of a record is `name` or
 * `name.inner`, an array of numbers is its `min`, `mean` and `max`.
 */
export function numbersOf(value: unknown): Map<string, number> {
  const found = new Map<string, number>()
  collect(found, value, "", 0)
  return found
}

function collect(found: Map<string, number>, value: unknown, name: string, depth: number): void {
  if (typeof value === "number") put(found, name || VALUE, value)
  else if (Array.isArray(value)) collectArray(found, value, name)
  else if (isRecord(value) && depth < DEPTH_MAX)
    for (const key of Object.keys(value).slice(0, KEYS_MAX))
      collect(found, value[key], name === "" ? key : `${name}.${key}`, depth + 1)
}

function collectArray(found: Map<string, number>, array: readonly unknown[], name: string): void {
  if (array.length === 0 || !array.every((item) => typeof item === "number")) return
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const item of array) {
    min = Math.min(min, item)
    max = Math.max(max, item)
    sum += item
  }
  const head = name === "" ? "" : `${name}.`
  put(found, `${head}min`, min)
  put(found, `${head}mean`, sum / array.length)
  put(found, `${head}max`, max)
}

function put(found: Map<string, number>, name: string, value: number): void {
  if (Math.abs(value) <= DRAWN_MAX && (found.size < FIELDS_MAX || found.has(name))) found.set(name, value)
}

/** Whether a message is an array of numbers, of which the chart shows the least, the mean and the greatest. */
export const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number")

/** Drawn at first: further series would be flat lines beside one that is so many times larger. */
const COMPARABLE = 20
const CHOSEN_MAX = 4

/** Which series are drawn until somebody chooses: the first, and a few that are of about its size. */
export function chosenAtFirst(
  greatest: readonly { readonly name: string; readonly most: number }[],
): string[] {
  const [first] = greatest
  if (first === undefined) return []
  return greatest
    .filter(
      ({ most }) => most === first.most || (most < first.most * COMPARABLE && first.most < most * COMPARABLE),
    )
    .slice(0, CHOSEN_MAX)
    .map(({ name }) => name)
}

const COLUMNS_MAX = 8

/** The columns of a table of these messages: the names in its records, as they are met. */
export function columnsOf(readings: readonly Reading[]): string[] {
  const columns = new Set<string>()
  for (const { value } of readings) {
    if (!isRecord(value)) continue
    for (const key of Object.keys(value).slice(0, COLUMNS_MAX)) columns.add(key)
    if (columns.size >= COLUMNS_MAX) break
  }
  return [...columns].slice(0, COLUMNS_MAX)
}

/** A value in a cell: text as it is, all else as JSON. */
export function cellText(value: unknown): string {
  if (value === undefined) return ""
  if (typeof value === "string") return value
  try {
    return JSON.stringify(value)
  } catch {
    return "…" // JSON of 30,000 levels can be read, but not written again
  }
}

/** At most so many characters, and how many there are in all where some are left out. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text
  const whole = text.slice(0, most).replace(/[\ud800-\udbff]$/, "")
  return `${whole}… (${text.length.toLocaleString()} characters)`
}

/** `3 bytes: 00 ff 41` of base64, the first ones only. */
export function bytesWords(base64: string, most: number): string {
  const padding = /=*$/.exec(base64)![0].length
  const size = (base64.length / 4) * 3 - padding
  const head = atob(base64.slice(0, Math.ceil(most / 3) * 4)).slice(0, most)
  const hex = Array.from(head, (sign) => sign.charCodeAt(0).toString(16).padStart(2, "0")).join(" ")
  return `${size.toLocaleString()} ${size === 1 ? "byte" : "bytes"}: ${hex}${size > most ? " …" : ""}`
}

/** A message on one short line. */
export function shortText({ text, isBytes }: Reading, most: number): string {
  return isBytes ? bytesWords(text, Math.min(16, most)) : clipped(text, most)
}

/** A number for people: seven digits, and of large ones those before the point. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return value.toExponential(3)
  const digits = size >= 1_000 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 7 }
  return value.toLocaleString(undefined, digits)
}
