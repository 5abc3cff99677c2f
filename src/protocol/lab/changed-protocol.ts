import { type Diagnosis, type LabPorts, shownBytes } from "./diagnosis.ts"
import { isChat, type OtherProtocol, rightPort } from "./other-protocol.ts"

type Changed = OtherProtocol | "chat" | "SSH"

/** Whole lines and records: in the middle of a connection a few letters are more likely somebody's text. */
const SHAPES: readonly (readonly [RegExp, Changed])[] = [
  [/^(?:[A-Z]{3,8} \S+ HTTP\/[12](?:\.\d)?|HTTP\/[12](?:\.\d)? \d{3}[^\n]*)\r?\n/, "HTTP"],
  [/^[\x15\x16]\x03[\x00-\x04]/, "TLS"], // RFC 8446 5.1: a handshake record or an alert
  [/^SSH-\d\.\d/, "SSH"],
  [/^\s*\{\s*"(?:client|server)_(?:name|number)"/, "sum"],
  [/^[^\r\n]{1,255}<(?:SEPARATOR|SEPERATOR|SEP)>\d/, "file transfer"],
  [/^(?:P[IO]NG\s*)+$/i, "ping"],
]

const SEEN_BYTES_MAX = 512

/** The protocol that begins here, in the middle of a connection; undefined for none that is known. */
export function changedTo(bytes: Uint8Array): Changed | undefined {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, SEEN_BYTES_MAX))
  return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? (isChat(bytes) ? "chat" : undefined)
}

export interface Begun {
  /** What the connection speaks: `ping`. */
  readonly as: string
  /** What was due here. */
  readonly expected: string
  /** Of a server's other services; left out where a server is read. */
  readonly ports?: LabPorts | undefined
}

/** A program that began right and goes on in another protocol; undefined where these bytes are none. */
export function diagnoseChange(begun: Begun, byte: number, bytes: Uint8Array): Diagnosis | undefined {
  const to = changedTo(bytes)
  if (to === undefined || to === begun.as) return undefined
  const where = begun.ports && to !== "SSH" ? ` ${rightPort(to, begun.ports)}` : ""
  return {
    case: "changed-protocol",
    byte,
    expected: begun.expected,
    got: `${to}: ${shownBytes(bytes)}`,
    mend: `${changeWords(begun.as, to)}${where}`,
  }
}

/** As a sentence. @param to what it changes to */
export const changeWords = (from: string, to: string): string =>
  `The connection began as ${from} and changes to ${to} here; a connection speaks one protocol, from its first byte to its last.`
