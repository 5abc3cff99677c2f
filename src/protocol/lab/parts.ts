import { concat } from "./bytes.ts"
import { chatParts } from "./chat-parts.ts"
import { shownBytes } from "./diagnosis.ts"
import { feedParts } from "./feed-parts.ts"
import { FileDecoder, SEPARATORS } from "./file-transfer.ts"
import { labLimits } from "./lab-limits.ts"
import { PingReader, QUIT_TOKENS } from "./ping-words.ts"
import type { LabServiceName, Side } from "./records.ts"
import { SumDecoder } from "./sum-formats.ts"
import type { SumRole } from "./sum-message.ts"

/** A frame, or a field of one, as it is drawn. */
export interface Part {
  /** Place in what its side has sent. */
  readonly at: number
  readonly bytes: number
  readonly say: string
}

export interface Sent {
  readonly from: Side
  readonly at: number
  readonly bytes: Uint8Array
}

type Parts = Readonly<Record<Side, readonly Part[]>>

/**
 * Draws what both sides of a connection have sent.
 * @param pieces what each read and write carried, from the first byte on and without a gap
 * @param ended nothing more comes
 */
export function drawParts(service: LabServiceName, pieces: readonly Sent[], ended: boolean): Parts {
  const of = (side: Side) => pieces.filter(({ from }) => from === side)
  const all = (side: Side) => concat(of(side).map(({ bytes }) => bytes))
  const { client, server } = partsOf(service, all, of, ended)
  const most = labLimits.partsDrawnMax
  return { client: client.slice(0, most), server: server.slice(0, most) }
}

/** Draws pings over UDP: each datagram is a message. An empty one has no bytes to draw. */
export function drawDatagrams(pieces: readonly Sent[]): Parts {
  const of = (side: Side, say: (bytes: Uint8Array) => string) =>
    each(
      pieces.filter(({ from }) => from === side),
      say,
    ).slice(0, labLimits.partsDrawnMax)
  return { client: of("client", datagramSay), server: of("server", named("answer")) }
}

function partsOf(
  service: LabServiceName,
  all: (side: Side) => Uint8Array,
  of: (side: Side) => readonly Sent[],
  ended: boolean,
): Parts {
  const server = each(of("server"), (bytes) => shownBytes(bytes))
  switch (service) {
    case "chat":
      return chatParts(all("client"), all("server"))
    case "feed":
      return { client: feedParts(all("client")), server: feedParts(all("server")) }
    case "file":
      return { client: fileParts(all("client"), ended), server }
    case "ping":
      return { client: pingParts(all("client")), server: each(of("server"), named("answer")) }
    case "hello":
      return {
        client: each([{ from: "client", at: 0, bytes: all("client") }], named("greeting")),
        server: each(of("server"), named("greeting")),
      }
    case "sum":
      return { client: sumParts(all("client"), "request"), server: sumParts(all("server"), "reply") }
  }
}

/** What the program calls itself, where its protocol has names. @param bytes what it sent first */
export function programName(service: LabServiceName, bytes: Uint8Array): string | undefined {
  const first = bytes.subarray(0, labLimits.trailBytesMax)
  if (service === "chat") return chatParts(first, new Uint8Array()).name
  if (service !== "sum") return undefined
  const decoder = new SumDecoder("request")
  decoder.push(first)
  return (decoder.next() ?? decoder.next("end"))?.name
}

const named = (what: string) => (bytes: Uint8Array) => `${what} ${shownBytes(bytes)}`

const each = (pieces: readonly Sent[], say: (bytes: Uint8Array) => string): Part[] =>
  pieces
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ at, bytes }) => ({ at, bytes: bytes.length, say: say(bytes) }))

const PING_KINDS = { ping: "PING", quit: "token", other: "text", nul: "NUL", garbled: "no text:" } as const

function pingParts(bytes: Uint8Array): Part[] {
  const reader = new PingReader({
    encoding: "utf-8",
    tokens: QUIT_TOKENS,
    chunkBytes: labLimits.pingChunkBytes,
  })
  reader.push(bytes)
  const parts: Part[] = []
  for (let next = reader.next(true); next && parts.length < labLimits.partsDrawnMax; next = reader.next(true))
    parts.push({
      at: next.at,
      bytes: next.bytes.length,
      say: `${PING_KINDS[next.kind]} ${shownBytes(next.bytes)}`,
    })
  return parts
}

function datagramSay(bytes: Uint8Array): string {
  const messages = pingParts(bytes)
  const [only] = messages
  return messages.length === 1 && only!.bytes === bytes.length ? only!.say : `text ${shownBytes(bytes)}`
}

function sumParts(bytes: Uint8Array, role: SumRole): Part[] {
  const decoder = new SumDecoder(role)
  decoder.push(bytes)
  const parts: Part[] = []
  while (parts.length < labLimits.partsDrawnMax) {
    const { from: at } = decoder.evidence()
    const message = decoder.next() ?? decoder.next("end")
    const { from: end, rest } = decoder.evidence()
    if (!message) {
      if (rest.length > 0) parts.push({ at, bytes: rest.length, say: `no message ${shownBytes(rest)}` })
      return parts
    }
    const sum = message.sum === undefined ? "" : `, sum ${JSON.stringify(message.sum, bigints)}`
    const name = JSON.stringify(message.name)
    parts.push({ at, bytes: end - at, say: `name ${name}, number ${message.number}${sum}` })
  }
  return parts
}

const bigints = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value)

/** Name, separator, size and data; where the size ends is known for sure only at the end. */
function fileParts(bytes: Uint8Array, ended: boolean): Part[] {
  const decoder = new FileDecoder()
  decoder.push(bytes)
  const whole = ended ? decoder.end() : undefined
  const { header, separated, run, sizeDigits, rest } = decoder.evidence()
  if (!separated) return each([{ from: "client", at: 0, bytes }], named("no separator in"))
  const text = new TextDecoder("latin1").decode(header)
  const separator = SEPARATORS.find((known) => text.endsWith(known))!
  const name = header.subarray(0, header.length - separator.length)
  const digits = whole ? whole.from - header.length : sizeDigits
  const data = header.length + digits
  return [
    { at: 0, bytes: name.length, say: `name ${shownBytes(name)}` },
    { at: name.length, bytes: separator.length, say: "separator" },
    { at: header.length, bytes: digits, say: digits > 0 ? `size ${run.slice(0, digits)}` : "no size" },
    ...(bytes.length > data
      ? [{ at: data, bytes: bytes.length - data, say: digits > 0 ? "data" : shownBytes(rest) }]
      : []),
  ]
}
