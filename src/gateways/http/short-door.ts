import type { OutgoingHttpHeaders } from "node:http"
import { Readable } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Following, Gap } from "../../core/following.ts"
import type { Entry, Producer } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { PageFormat } from "./formats.ts"
import type { EventStreams } from "./streams.ts"

/** What the short doors for scripts, /rooms and /feeds, have in common. PROTOCOL.md section 7. */

/** The form of the answer that a client asks for. */
export function wanted({ headers }: FastifyRequest): "text" | "jsonl" | "sse" {
  const accept = headers.accept ?? ""
  if (accept.includes("text/event-stream")) return "sse"
  return accept.includes("json") ? "jsonl" : "text"
}

/** A program that wants its message stored once, however often it sends it, numbers it. */
export function producerOf({ headers }: FastifyRequest): Producer | undefined {
  const { "landline-producer": id, "landline-seq": seq } = headers
  if (id === undefined && seq === undefined) return undefined
  if (
    typeof id === "string" &&
    /^[\x21-\x7e]{1,64}$/.test(id) &&
    typeof seq === "string" &&
    /^[1-9]\d{0,14}$/.test(seq)
  )
    return { id, epoch: 0, seq: Number(seq) }
  throw new LandlineError(
    "bad_request",
    {},
    "Landline-Producer is 1 to 64 signs, and Landline-Seq, which goes with it, is 1, 2, 3 ...",
  )
}

/** A browser that comes back names the last event it saw; that is newer than what the address says. */
export function resumedAfter({ headers }: FastifyRequest, after: string | undefined): string | undefined {
  const resumed = headers["last-event-id"]
  return typeof resumed === "string" && resumed !== "" ? resumed : after
}

export const bodyOf = ({ body }: FastifyRequest): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

/** `echo hello | curl --data-binary @-` means the word, not the line end that echo adds. */
export function withoutLineEnd(text: Buffer): Buffer {
  if (text.at(-1) !== 0x0a) return text
  return text.subarray(0, text.at(-2) === 0x0d ? -2 : -1)
}

/** What there is after a place, up to the tail as it was when this began. */
export function sendPages(
  request: FastifyRequest,
  reply: FastifyReply,
  { stat }: Following,
  read: () => AsyncIterable<Entry[] | Gap>,
  format: PageFormat,
): FastifyReply {
  async function* body() {
    if (request.method === "HEAD") return // nothing of the log is read for an answer without a body
    for await (const part of read())
      yield Array.isArray(part) ? format.entries(part, stat.epoch) : format.gap(part.from, part.to)
  }
  reply.type(format.type).header("Landline-Cursor", cursorAt(stat, stat.tail))
  return reply.send(Readable.from(body(), { highWaterMark: 1 })) // pages are large: one waits while one goes out
}

/** What comes after a place, and goes on coming. @throws LandlineError too_many */
export function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  streams: EventStreams,
  follow: Following,
  conflated = false,
): void {
  streams.admit(request.raw.socket)
  reply.hijack()
  reply.raw.writeHead(200, {
    ...reply.getHeaders(),
    "Content-Type": "text/event-stream",
  } as OutgoingHttpHeaders)
  if (request.method === "HEAD") reply.raw.end()
  else streams.start(reply.raw, follow, conflated)
}
