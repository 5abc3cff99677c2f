import { diagnoseChange } from "./changed-protocol.ts"
import { type Diagnosis, type LabPorts, shownBytes, textPrefix } from "./diagnosis.ts"
import type { Encoding } from "./encodings.ts"
import { chatOrFile, otherProtocol, rightPort } from "./other-protocol.ts"
import { PING, type PingMessage } from "./ping-words.ts"

export interface PingBounds {
  readonly encoding: Encoding
  readonly tokens: readonly string[]
  /** Of the other services, where there are some. */
  readonly ports?: LabPorts | undefined
}

/** What a client that pings gets wrong with a message; undefined for nothing. It is answered all the same. */
export function diagnosePing(message: PingMessage, bounds: PingBounds): Diagnosis | undefined {
  const { kind, at, bytes, text } = message
  if (kind === "garbled") return diagnoseEncoding(message, bounds.encoding)
  if (kind === "nul") return at === 0 ? binary(bytes) : nulBehind(at)
  if (kind !== "other") return undefined
  const said = { byte: at, got: shownBytes(bytes) }
  if (bytes.includes(0) && bounds.encoding !== "utf-16le")
    return isUtf16(bytes) ? utf16(said) : nulIn(at, bytes)
  const [, quoted] = QUOTED.exec(text) ?? []
  if (quoted !== undefined)
    return {
      ...said,
      case: "quoted",
      expected: quoted,
      mend: `Send "${quoted}".encode(): what str() or json.dumps() makes of it has marks around it.`,
    }
  const token =
    bounds.tokens.find((token) => token.toLowerCase() === text.toLowerCase()) ?? misspelt(text, bounds)
  if (token === undefined) return undefined
  const known = bounds.tokens.map((token) => `"${token}"`).join(", ")
  return {
    ...said,
    case: "token",
    expected: `the token "${token}"`,
    mend: `The connection goes on: only ${known} ${bounds.tokens.length > 1 ? "end" : "ends"} it, exact to the letter.`,
  }
}

const QUOTED = /^(?:b?['"]|\ufeff)(ping)['"]?$/i

/** A token that is met elsewhere, and is none here. */
const misspelt = (text: string, { tokens }: PingBounds) =>
  /^!?q(?:uit)?$/i.test(text) ? tokens[0] : undefined

type Said = Pick<Diagnosis, "byte" | "got">

/** Letters and NUL bytes in turn, as a program that encodes with two bytes a character sends them. */
const isUtf16 = (bytes: Uint8Array) => bytes.every((byte, at) => (byte === 0) === (at % 2 === 1))

const utf16 = (said: Said): Diagnosis => ({
  ...said,
  case: "encoding",
  expected: "one byte for each of these letters",
  mend: 'This is UTF-16: encode with text.encode("utf-8"), or serve with --encoding utf-16le.',
})

const binary = (bytes: Uint8Array): Diagnosis => ({
  case: "binary",
  byte: 0,
  expected: PING,
  got: shownBytes(bytes),
  mend: 'This port takes text, without a length in front of it: send "PING".encode().',
})

const nulBehind = (at: number): Diagnosis => ({
  case: "nul",
  byte: at,
  expected: "the end of the message",
  got: "a NUL byte",
  mend: "Send strlen(text) bytes: the NUL that ends a string in C stays at home.",
})

const nulIn = (at: number, bytes: Uint8Array): Diagnosis => nulBehind(at + bytes.indexOf(0))

/** Bytes that are no text. */
export function diagnoseEncoding(
  { at, bytes }: Pick<PingMessage, "at" | "bytes">,
  encoding: Encoding,
): Diagnosis {
  const valid =
    encoding === "utf-8" ? textPrefix(bytes) : encoding === "ascii" ? bytes.findIndex((b) => b > 0x7f) : 0
  const wide = /^(?:\xff\xfe|\xfe\xff)/.test(String.fromCharCode(...bytes.subarray(0, 2)))
  return {
    case: "encoding",
    byte: at + valid,
    expected: encoding === "utf-8" ? "UTF-8" : `text in ${encoding}`,
    got: shownBytes(bytes.subarray(valid, valid + 4)),
    mend: wide
      ? 'It begins as UTF-16 does: encode with text.encode("utf-8"). It was left out.'
      : `Encode with text.encode("${encoding}"). It was left out.`,
  }
}

/** First bytes that are for another service; undefined for none. What came is to be refused then. */
export function diagnoseElsewhere(firstBytes: Uint8Array, ports: LabPorts = {}): Diagnosis | undefined {
  const other = otherService(firstBytes)
  if (other === undefined) return undefined
  return {
    case: "wrong-port",
    byte: 0,
    expected: PING,
    got: `${other}: ${shownBytes(firstBytes)}`,
    mend: `This port answers pings. ${rightPort(other, ports)}`,
  }
}

/** Bytes behind a message that are for another service; undefined for none. */
export function diagnoseLater(at: number, bytes: Uint8Array, ports: LabPorts = {}): Diagnosis | undefined {
  return diagnoseChange({ as: "ping", expected: `${PING}, text or a token`, ports }, at, bytes)
}

function otherService(bytes: Uint8Array): Exclude<ReturnType<typeof otherProtocol>, "ping"> | "chat" {
  const other = otherProtocol(bytes)
  // "GET well soon" is something that people write.
  if (other === "HTTP") return HTTP_LINE.test(new TextDecoder("latin1").decode(bytes)) ? "HTTP" : undefined
  if (other !== undefined && other !== "ping") return other
  const header = bytes.subarray(0, 10)
  return header.length === 10 && header.includes(0x20) && chatOrFile(bytes) === "chat" ? "chat" : undefined
}

const HTTP_LINE = /^[A-Z]+ \S+ HTTP\/1/

/** Why nothing more comes. */
export interface PingSilence {
  readonly byte: number
  /** Ms of waiting; left out: the connection ended. */
  readonly timeoutMs?: number
}

const waited = ({ timeoutMs }: PingSilence) =>
  timeoutMs === undefined ? "the end of the connection" : `nothing for ${timeoutMs / 1000} s`

/** A client that has said nothing at all. */
export function diagnoseSilent(silence: PingSilence, ports: LabPorts = {}): Diagnosis {
  const hello =
    ports.hello === undefined ? "" : ` The server that speaks first is hello, on port ${ports.hello}.`
  return {
    case: "silent",
    byte: silence.byte,
    expected: PING,
    got: waited(silence),
    mend: `The client speaks first: call send() before recv().${hello}`,
  }
}

/** A word that ends in the middle; undefined where the text is none. */
export function diagnoseHalf(message: PingMessage, silence: PingSilence): Diagnosis | undefined {
  const { kind, at, bytes, text } = message
  if (kind !== "other" || text.length < 2 || !PING.startsWith(text.toUpperCase())) return undefined
  return {
    case: "cut-short",
    byte: at + bytes.length,
    expected: `the rest of ${PING}`,
    got: `${waited(silence)} after "${text}"`,
    mend: "It was taken for a message of its own. Send the word whole, with sendall().",
  }
}

/** What a server that is pinged gets wrong about an answer. */
export type AnswerFault = "twice" | "late"

export function diagnoseAnswer(fault: AnswerFault, byte: number, bytes: Uint8Array): Diagnosis {
  const got = shownBytes(bytes)
  if (fault === "late")
    return {
      byte,
      expected: "an answer in time",
      got: `${got}, late`,
      mend: "It belongs to a message before. A longer --timeout waits for it.",
    }
  return {
    byte,
    expected: "one answer to each message",
    got: `one more: ${got}`,
    mend: "The server answers twice, or answers a message in pieces: one send() for each message.",
  }
}

/** An answer that did not come. @param udp then a datagram may be lost, and nobody tells */
export function diagnoseNoAnswer(silence: PingSilence, udp: boolean): Diagnosis {
  return {
    byte: silence.byte,
    expected: "an answer",
    got: waited(silence),
    mend: udp
      ? "The datagram or its answer was lost, nobody listens there, or it was no word that is answered over UDP."
      : "The server's log may say why.",
  }
}

/** An answer that shows that this is no ping server; undefined where it may be one. */
export function diagnoseServer(byte: number, bytes: Uint8Array): Diagnosis | undefined {
  const text = new TextDecoder("latin1").decode(bytes)
  const what = /^HTTP\/1/.test(text)
    ? "HTTP"
    : /^\x15\x03/.test(text)
      ? "TLS"
      : /^Hello client!/i.test(text)
        ? "hello"
        : undefined
  if (what === undefined) return undefined
  const hello = "That server speaks first: landline lab hello connect."
  return {
    byte,
    expected: "an answer to a ping",
    got: `${what}: ${shownBytes(bytes)}`,
    mend: what === "hello" ? hello : "Is that the right port?",
  }
}
