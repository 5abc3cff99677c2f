import { isUtf8 } from "node:buffer"
import { ensureBatch } from "../../capabilities/feeds/messages.ts"
import type { Batch, WireFormat } from "../../core/batch.ts"
import type { Entry } from "../../core/topic-log.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { isJson, isText } from "../../protocol/feeds.ts"
import { jsonPieces } from "../../protocol/json-pieces.ts"
import { limits } from "../../protocol/limits.ts"

/** How the messages of a feed stand in the bodies of the Durable Streams protocol: sections 5.7 and 7. */

/**
 * The messages in the body of a request: of JSON the value, or the elements where it is an array; of all else the
 * bytes, in pieces that fit an entry.
 * @throws LandlineError bad_request for what is no JSON and should be | too_large
 */
export function messagesOf(body: Buffer, type: string): Uint8Array[] {
  if (body.length === 0) return []
  if (!isJson(type)) return pieces(body, isText(type))
  const elements = elementsOf(body)
  ensureBatch(elements.length)
  return elements.map((element) => Buffer.from(element))
}

function elementsOf(body: Buffer): string[] {
  try {
    if (!isUtf8(body)) throw new SyntaxError("no UTF-8")
    return jsonPieces(body.toString())
  } catch {
    throw new LandlineError("bad_request", {}, "The stream holds JSON, and the body of the request is none.")
  }
}

function pieces(body: Buffer, text: boolean): Buffer[] {
  const found: Buffer[] = []
  for (let from = 0; from < body.length; ) {
    let to = Math.min(from + limits.entryBytesMax, body.length)
    // A sign of text stays whole; a sign has at most four bytes.
    for (let back = 0; text && back < 3 && to < body.length && isWithinSign(body[to]!); back++) to--
    found.push(body.subarray(from, to))
    from = to
  }
  return found
}

const isWithinSign = (byte: number): boolean => (byte & 0xc0) === 0x80

/** What stands before, between and after messages. */
export interface Frame {
  readonly open: string
  readonly between: string
  readonly close: string
}

export const ARRAY: Frame = { open: "[", between: ",", close: "]" }
export const PLAIN: Frame = { open: "", between: "", close: "" }
const ARRAY_EVENT: Frame = { open: "event: data\ndata:[", between: ",", close: "]\n\n" }

/** A batch as a body. */
export const batchFormats: Record<"json" | "bytes", WireFormat> = {
  json: { encode: ({ entries }) => joined(entries, ARRAY) },
  bytes: { encode: ({ entries }) => joined(entries, PLAIN) },
}

/** A batch as one `data` event; what is no text is in base64 (5.7). */
export const eventFormats: Record<"json" | "text" | "base64", WireFormat> = {
  json: { encode: ({ entries }) => joined(entries, ARRAY_EVENT) }, // a message of JSON is on one line
  text: { encode: ({ entries }: Batch) => Buffer.from(dataEvent(joined(entries, PLAIN).toString())) },
  base64: {
    encode: ({ entries }: Batch) => Buffer.from(dataEvent(joined(entries, PLAIN).toString("base64"))),
  },
}

/** Line ends would end the event's field, so each line is one; and a blank that begins it needs one before it. */
function dataEvent(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data:${line.startsWith(" ") ? " " : ""}${line}\n`)
  return `event: data\n${lines.join("")}\n`
}

/** Written in one go: an answer may hold thousands of messages. */
function joined(entries: readonly Entry[], { open, between, close }: Frame): Buffer {
  let length = open.length + close.length + between.length * Math.max(0, entries.length - 1)
  for (const { body } of entries) length += body.length
  const bytes = Buffer.allocUnsafe(length)
  let at = bytes.write(open, "latin1")
  for (let index = 0; index < entries.length; index++) {
    if (index > 0 && between !== "") at += bytes.write(between, at, "latin1")
    bytes.set(entries[index]!.body, at)
    at += entries[index]!.body.length
  }
  bytes.write(close, at, "latin1")
  return bytes
}
