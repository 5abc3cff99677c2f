import { isUtf8 } from "node:buffer"
import type { Draft } from "../../core/topic-log.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { essence, isJson, isText } from "../../protocol/feeds.ts"
import { jsonLine } from "../../protocol/json-pieces.ts"
import { limits } from "../../protocol/limits.ts"

/** Media type of a feed whose first message is this one, by its look. */
export function typeByLook(message: Uint8Array): string {
  if (!isUtf8(message)) return "application/octet-stream"
  try {
    JSON.parse(asText(message))
    return "application/json"
  } catch {
    return "text/plain"
  }
}

/** @throws LandlineError bad_request for what is no media type (RFC 9110, section 8.3.1) */
export function mediaType(type: string): string {
  if (type.length <= 200 && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;[\x20-\x7e]*)?$/.test(type)) return type.trim()
  throw new LandlineError("bad_request", {}, `${JSON.stringify(type.slice(0, 80))} is no content type.`)
}

/**
 * Messages as they are stored: JSON on one line, what is text as text, and all else as bytes.
 * @throws LandlineError bad_request | too_large
 */
export function draftsOf(author: string, type: string, messages: readonly Uint8Array[]): Draft[] {
  ensureBatch(messages.length)
  return messages.map((message) => draftOf(author, type, message))
}

/** To be asked before much is done for each message. @throws LandlineError too_large */
export function ensureBatch(messages: number): void {
  if (messages > limits.feedBatchMessagesMax)
    throw new LandlineError("too_large", {}, `A batch has at most ${limits.feedBatchMessagesMax} messages.`)
}

function draftOf(author: string, type: string, message: Uint8Array): Draft {
  if (message.length > limits.entryBytesMax)
    throw new LandlineError(
      "too_large",
      { bytes: message.length, bytesMax: limits.entryBytesMax },
      `A message has at most ${limits.entryBytesMax / 1024} KiB; this one has ${Math.ceil(message.length / 1024)}.`,
    )
  if (isJson(type)) return { author, kind: "text", body: json(message) }
  return { author, kind: isText(type) && isUtf8(message) ? "text" : "bytes", body: message }
}

/** @throws LandlineError type_mismatch */
export function ensureType(feed: string, holds: string, given: string): void {
  if (essence(holds) !== essence(given))
    throw new LandlineError(
      "type_mismatch",
      { type: holds },
      `The feed ${feed} holds ${essence(holds)}, and this is ${essence(given)}.`,
    )
}

function json(message: Uint8Array): Uint8Array {
  try {
    if (!isUtf8(message)) throw new SyntaxError("no UTF-8")
    return Buffer.from(jsonLine(asText(message)))
  } catch {
    throw new LandlineError("bad_request", {}, "The feed holds JSON, and this message is none.")
  }
}

const asText = (message: Uint8Array): string =>
  Buffer.from(message.buffer, message.byteOffset, message.length).toString()
