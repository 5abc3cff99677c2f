import { printableLine } from "../text.ts"

/** What a peer's framing gets wrong, exact to the byte. */
export interface Diagnosis {
  /** A short name of the mistake, for a table: as in `try`, where that tries the same. Left out of our own clients'. */
  readonly case?: string
  /** Place in what this peer has sent, counted from 0 as in `data[0]`. */
  readonly byte: number
  readonly expected: string
  readonly got: string
  /** What to mend, in plain words: whole sentences. */
  readonly mend: string
}

/** Ports that a peer may have meant. Those that there are not, or not yet, are left out. */
export interface LabPorts {
  /** Where the hub answers HTTP. */
  hub?: number
  chat?: number
  file?: number
  feed?: number
  sum?: number
  ping?: number
  hello?: number
}

/** `byte N: expected X, got Y (PEER). What to mend.` */
export function formatDiagnosis(diagnosis: Diagnosis, peer: string): string {
  const { byte, expected, got, mend } = diagnosis
  return `byte ${byte}: expected ${expected}, got ${got} (${peer}). ${mend}`
}

/** A mistake's name as it stands in tables: `cut-short`. */
export const caseName = (kind: string): string => kind.replaceAll("_", "-")

const SHOWN_BYTES_MAX = 24

/** Bytes as they may stand in a log line: text in quotes, anything else as `\xNN`, cut after 24 bytes. */
export function shownBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "nothing"
  const shown = bytes.subarray(0, SHOWN_BYTES_MAX)
  const text = decodeText(shown) ?? escaped(shown)
  return `"${printableLine(text)}${bytes.length > SHOWN_BYTES_MAX ? "..." : ""}"`
}

function escaped(bytes: Uint8Array): string {
  const sign = (byte: number) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`
  return Array.from(bytes, sign).join("")
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text, or undefined where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** How many bytes are UTF-8, up to the first sequence that is not; by halves, since bodies are long. */
export function textPrefix(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (beginsText(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  while (decodeText(bytes.subarray(0, good)) === undefined) good-- // back to where the sequence begins
  return good
}

function beginsText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
