import { decodeText, textPrefix } from "./diagnosis.ts"
import { MORE, refused, type Silence, type SumFormat, type SumReading, WHOLE } from "./sum-message.ts"

/**
 * Reads a name and an integer as text. The last number counts and what stands before it is the separator, so a name
 * may hold separators too. Decided at a newline, except where a line may be a name whose number is on the next one:
 * `Client 1`, `25`.
 */
export function readText(bytes: Uint8Array, silence: Silence): SumReading {
  const text = latin1.decode(bytes) // one sign a byte
  const start = text.length - text.trimStart().length
  const [first, rest] = lineAt(text, start)
  const read = nameAndNumber(first.text)
  if (rest === undefined) {
    if (read) return silence === "none" ? WHOLE : message(bytes, start, first.end, read, "")
    return silence === "none" ? MORE : (wrongNumber(first.text, start) ?? MORE)
  }
  if (read && read.separator !== " ") return message(bytes, start, rest, read, first.newline)

  const [second, afterSecond] = lineAt(text, rest)
  if (INTEGER.test(second.text.trim())) {
    if (afterSecond === undefined && silence === "none") return WHOLE
    const format: SumFormat = { kind: "lines", newline: first.newline }
    return named(bytes, start, start + first.text.length, BigInt(second.text.trim()), format, second.end)
  }
  const begun = afterSecond === undefined && /^[ \t\r]*[+-]?$/.test(second.text)
  if (begun) {
    if (silence === "none") return read ? WHOLE : MORE
    return read ? message(bytes, start, rest, read, first.newline) : (wrongNumber(first.text, start) ?? MORE)
  }
  if (read) return message(bytes, start, rest, read, first.newline)
  if (afterSecond === undefined && silence === "none") return MORE
  return wrongNumber(first.text, start) ?? refused("not_an_integer", rest, second.text.length)
}

/** Text that reads as a name and an integer and nothing else. */
export function isText(bytes: Uint8Array): boolean {
  return nameAndNumber(latin1.decode(bytes).trim()) !== undefined
}

/** What stands between name and number becomes a blank in the name, since real programs split in two there. */
export function encodeText(name: string, number: bigint, separator: string, end: string): string {
  const plain = name.replaceAll(separator.trim() || "\n", " ").replace(/[\r\n\0]/g, " ")
  return `${plain}${separator}${number}${end}`
}

const latin1 = new TextDecoder("latin1")
const INTEGER = /^[+-]?\d+$/
const SEPARATORS = ",:;|"
const BLANKS = " \t\r"

interface Line {
  /** Without its newline. */
  readonly text: string
  /** Behind its newline. */
  readonly end: number
  readonly newline: string
}

/** @returns the line, and where the next one begins; undefined while its newline has not come */
function lineAt(text: string, start: number): [Line, number | undefined] {
  const at = text.indexOf("\n", start)
  if (at === -1) return [{ text: text.slice(start), end: text.length, newline: "\n" }, undefined]
  const carriage = at > start && text[at - 1] === "\r"
  const line = text.slice(start, carriage ? at - 1 : at)
  return [{ text: line, end: at + 1, newline: carriage ? "\r\n" : "\n" }, at + 1]
}

interface NameAndNumber {
  readonly nameLength: number
  readonly separator: string
  readonly number: bigint
}

// By hand and from behind: a pattern that ends with `\d+$` is slow on a flood of digits.
function nameAndNumber(line: string): NameAndNumber | undefined {
  const end = trimmedEnd(line, line.length)
  let at = end
  while (at > 0 && isDigit(line[at - 1]!)) at--
  if (at === end) return undefined
  if (line[at - 1] === "+" || line[at - 1] === "-") at--
  const number = BigInt(line.slice(at, end).replace("+", ""))
  const beforeBlanks = trimmedEnd(line, at)
  if (beforeBlanks > 0 && SEPARATORS.includes(line[beforeBlanks - 1]!)) {
    const nameLength = trimmedEnd(line, beforeBlanks - 1)
    return { nameLength, separator: line.slice(nameLength, at), number }
  }
  return beforeBlanks > 0 && beforeBlanks < at
    ? { nameLength: beforeBlanks, separator: " ", number }
    : undefined
}

function trimmedEnd(text: string, end: number): number {
  while (end > 0 && BLANKS.includes(text[end - 1]!)) end--
  return end
}

const isDigit = (sign: string) => sign >= "0" && sign <= "9"

function message(
  bytes: Uint8Array,
  start: number,
  used: number,
  { nameLength, separator, number }: NameAndNumber,
  end: string,
): SumReading {
  return named(bytes, start, start + nameLength, number, { kind: "text", separator, end }, used)
}

function named(
  bytes: Uint8Array,
  start: number,
  nameEnd: number,
  number: bigint,
  format: SumFormat,
  used: number,
): SumReading {
  const name = decodeText(bytes.subarray(start, nameEnd))
  if (name === undefined) return refused("encoding", start + textPrefix(bytes.subarray(start, nameEnd)))
  return { state: "message", message: { name, number, format }, bytes: used }
}

/** What stands where the integer should; undefined where the line may be a name and nothing else. */
function wrongNumber(line: string, start: number): SumReading | undefined {
  const end = trimmedEnd(line, line.length)
  const separator = Math.max(...Array.from(SEPARATORS, (sign) => line.lastIndexOf(sign)))
  const afterBlanks = (from: number) =>
    from + (line.slice(from, end).length - line.slice(from, end).trimStart().length)
  if (separator !== -1) {
    const at = afterBlanks(separator + 1)
    if (at >= end) return refused("no_number", start + end)
    const name = line[separator] === "," && at > separator + 1 && !/["'+\d.-]/.test(line[at]!) // `Doe, Jane`
    return name ? undefined : refused("not_an_integer", start + at, end - at)
  }
  const blank = Math.max(line.lastIndexOf(" ", end - 1), line.lastIndexOf("\t", end - 1))
  const word = line.slice(blank + 1, end)
  if (INTEGER.test(word)) return refused("no_name", start)
  return /^["'+-]*\d/.test(word) ? refused("not_an_integer", start + blank + 1, word.length) : undefined
}
