import { decodeText, textPrefix } from "./diagnosis.ts"
import { MORE, refused, type Silence, type SumReading, type SumRole, WHOLE } from "./sum-message.ts"

/** Keys that are met, the coursework's first. */
const NAME_KEYS: Record<SumRole, readonly string[]> = {
  request: ["client_name", "name", "message"],
  reply: ["server_name", "name", "message"],
}
const NUMBER_KEYS: Record<SumRole, readonly string[]> = {
  request: ["client_number", "number", "integer"],
  reply: ["server_number", "number", "integer"],
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a

/** Reads one object, and the newline behind it. @param start where its brace is */
export function readJson(bytes: Uint8Array, start: number, role: SumRole, silence: Silence): SumReading {
  const end = objectEnd(bytes, start)
  if (end === undefined) {
    const first = bytes.subarray(start + 1).findIndex((byte) => !isBlank(byte))
    const broken = first !== -1 && bytes[start + 1 + first] !== QUOTE
    return broken && silence !== "none" ? refused("not_json", start + 1 + first) : MORE
  }
  const text = decodeText(bytes.subarray(start, end))
  if (text === undefined) return refused("encoding", start + textPrefix(bytes.subarray(start, end)))
  const object = parse(text)
  if (object === undefined) return refused("not_json", start)
  const nameKey = NAME_KEYS[role].find((key) => Object.hasOwn(object, key))
  const numberKey = NUMBER_KEYS[role].find((key) => Object.hasOwn(object, key))
  if (!nameKey && !numberKey) return refused("no_keys", start, end - start)
  if (!numberKey) return refused("no_number", start, end - start)
  const number = object[numberKey]
  if (typeof number !== "bigint")
    return refused("not_an_integer", start + bytesBeforeValue(text, numberKey), tokenBytes(text, numberKey))
  const name = nameKey === undefined ? undefined : object[nameKey]
  if (nameKey === undefined || typeof name !== "string") return refused("no_name", start, end - start)
  const behind = end + bytes.subarray(end).findIndex((byte) => byte === NEWLINE || !isBlank(byte))
  const line = behind >= end && bytes[behind] === NEWLINE
  // The coursework's own keys are without delimiter; so is whatever a client waits for.
  const atOnce = behind >= end || role === "reply" || closesAtOnce(nameKey, numberKey)
  if (!atOnce && silence === "none") return WHOLE
  return {
    state: "message",
    message: {
      name,
      number,
      ...(Object.hasOwn(object, "sum") && { sum: object["sum"] }),
      format: { kind: "json", nameKey, numberKey, line },
    },
    bytes: line ? behind + 1 : end,
  }
}

/** Whether the server closes after its reply: the coursework's client has these keys and waits for no more. */
export const closesAtOnce = (nameKey: string, numberKey: string): boolean =>
  nameKey.startsWith("client_") || numberKey.startsWith("client_")

/** One object. A newline inside a name is an escape, so a line stays one. */
export function encodeJson(object: Record<string, string | bigint>, line: boolean): string {
  const members = Object.entries(object).map(
    ([key, value]) => `${JSON.stringify(key)}: ${typeof value === "bigint" ? value : JSON.stringify(value)}`,
  )
  return `{${members.join(", ")}}${line ? "\n" : ""}`
}

/** Integers become `bigint`, which JSON itself does not tell from `50.0` or `1e2`; undefined for no object. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) =>
      typeof value === "number" && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context!.source!) : value,
    )
  } catch {
    return undefined
  }
}

/** Behind the brace that closes the one at `start`; undefined while it has not come. */
function objectEnd(bytes: Uint8Array, start: number): number | undefined {
  let depth = 0
  let inString = false
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inString) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === 0x7b) depth++
    else if (byte === 0x7d && --depth === 0) return at + 1
  }
  return undefined
}

const isBlank = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** Where the value of a key stands, as well as that can be told without a parser of our own. */
function valueIn(text: string, key: string): { before: string; token: string } {
  const found = new RegExp(`"${key}"\\s*:\\s*`).exec(text)
  const at = found ? found.index + found[0].length : 0
  const [token] = /^(?:"(?:[^"\\]|\\.)*"|[^,}\s]*)/.exec(text.slice(at))!
  return { before: text.slice(0, at), token }
}

const utf8 = new TextEncoder()
const bytesBeforeValue = (text: string, key: string) => utf8.encode(valueIn(text, key).before).length
const tokenBytes = (text: string, key: string) => utf8.encode(valueIn(text, key).token).length
