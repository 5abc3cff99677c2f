/**
 * The messages of the lab's feed, as the coursework's server sends them: somebody, as Python's `repr` of a list of
 * three strings, or numbers, as numpy's `str` of an array.
 */

export const WANTS = ["users", "numbers", "both"] as const

/** What a receiver takes. */
export type FeedWant = (typeof WANTS)[number]
export type FeedKind = Exclude<FeedWant, "both">

export interface FeedUser {
  readonly name: string
  readonly address: string
  readonly email: string
}

/** `['Name', 'street\nplace', 'mail@example.org']`. */
export function renderUser({ name, address, email }: FeedUser): string {
  // The coursework's client tells a user from an array by the second character alone: it has to be `'`.
  return `[${quoted(name, "'")}, ${repr(address)}, ${repr(email)}]`
}

/** As Python's `repr`: in double quotes where that saves escapes. */
const repr = (text: string): string => quoted(text, text.includes("'") && !text.includes('"') ? '"' : "'")

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }
/** What Python does not print as it is: controls, unassigned and private signs, and all blanks but the blank. */
const ESCAPED = /[\\\p{C}\p{Z}]/gu

function quoted(text: string, quote: "'" | '"'): string {
  const inside = text.replace(ESCAPED, (sign) => (sign === " " ? sign : (ESCAPES[sign] ?? numbered(sign))))
  return quote + inside.replaceAll(quote, `\\${quote}`) + quote
}

function numbered(sign: string): string {
  const code = sign.codePointAt(0)!
  if (code < 0x100) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0")

const LINE_CHARACTERS_MAX = 74 // of numpy's 75 one is kept for the bracket
const SHOWN_WHOLE_MAX = 1_000 // above, numpy shows the ends alone
const SHOWN_OF_EACH_END = 3

/** `[60 56  7 ... ]`: columns aligned to the right, wrapped, each further line with a blank in front. */
export function renderNumbers(numbers: readonly number[]): string {
  const whole = numbers.length <= SHOWN_WHOLE_MAX
  const shown = whole
    ? numbers
    : [...numbers.slice(0, SHOWN_OF_EACH_END), ...numbers.slice(-SHOWN_OF_EACH_END)]
  const width = Math.max(...shown.map((number) => String(number).length))
  const words = shown.map((number) => String(number).padStart(width))
  if (!whole) words.splice(SHOWN_OF_EACH_END, 0, "...")
  const lines: string[] = []
  let line = ""
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length >= LINE_CHARACTERS_MAX) {
      lines.push(line)
      line = ""
    }
    line += line === "" ? word : ` ${word}`
  }
  return `[${[...lines, line].join("\n ")}]`
}

/** What a received message is, in either form and in JSON; undefined for anything else. */
export function kindOf(text: string): FeedKind | undefined {
  if (/^\s*(?:\{|\[\s*['"])/.test(text)) return "users"
  return /^\s*\[[\s\d.,-]*\]\s*$/.test(text) ? "numbers" : undefined
}

/** What a message holds: three texts, or numbers; undefined where it cannot be read. */
export function valuesOf(text: string): FeedUser | number[] | undefined {
  return parseJson(text) ?? parseUser(text) ?? parseNumbers(text)
}

/** Somebody or numbers in JSON, as the hub's feeds have them. */
export function parseJson(text: string): FeedUser | number[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (Array.isArray(value)) return value.every((item) => typeof item === "number") ? value : userOf(value)
  const { name, address, email } = Object(value)
  return userOf([name, address, email])
}

function userOf(values: readonly unknown[]): FeedUser | undefined {
  const [name, address, email] = values
  if (typeof name !== "string" || typeof address !== "string" || typeof email !== "string") return undefined
  return values.length === 3 ? { name, address, email } : undefined
}

/** Reads Python's `repr` of a list of three strings. */
export function parseUser(text: string): FeedUser | undefined {
  const list = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1]
  if (list === undefined) return undefined
  const values: string[] = []
  let rest = list
  while (values.length < 3) {
    const [item, quote, inside] = /^\s*(['"])((?:\\.|(?!\1)[^\\])*)\1\s*(?:,|$)/s.exec(rest) ?? []
    if (item === undefined || quote === undefined) return undefined
    values.push(unescaped(inside!))
    rest = rest.slice(item.length)
  }
  return rest.trim() === "" ? userOf(values) : undefined
}

const SIGNS: Record<string, string> = { n: "\n", r: "\r", t: "\t" }

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(00(?:0[\da-fA-F]|10)[\da-fA-F]{4})|(.))/gs,
    (_, two, four, eight, sign) => {
      const digits = two ?? four ?? eight
      return digits === undefined ? (SIGNS[sign] ?? sign) : String.fromCodePoint(Number.parseInt(digits, 16))
    },
  )
}

/** Reads numpy's `str` of an array; one that is not shown whole cannot be read. */
export function parseNumbers(text: string): number[] | undefined {
  const words = /^\s*\[([\s\d.-]*)\]\s*$/.exec(text)?.[1]?.trim()
  if (words === undefined) return undefined
  const numbers = words === "" ? [] : words.split(/\s+/).map(Number)
  return numbers.every(Number.isFinite) ? numbers : undefined
}
