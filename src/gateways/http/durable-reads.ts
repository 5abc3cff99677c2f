import type { OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { usualEntries } from "../../capabilities/feeds/feeds.ts"
import type { Batch } from "../../core/batch.ts"
import type { Following } from "../../core/following.ts"
import type { Bodies } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { type FeedInfo, isJson, isText } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { deliver } from "./deliver.ts"
import { presented } from "./dispositions.ts"
import { names } from "./downloads.ts"
import { ARRAY, batchFormats, eventFormats, type Frame, PLAIN } from "./durable-bodies.ts"
import { streamCursor } from "./durable-headers.ts"
import type { HttpLimits, HttpParts } from "./gateway.ts"
import type { EventStreams, EventWords } from "./streams.ts"

export const ReadQuery = z.object({
  offset: z.string().optional(),
  live: z.enum(["long-poll", "sse"]).optional(),
  cursor: z.string().optional(),
})

/** A read, as it was asked for. */
export interface Reading {
  readonly info: FeedInfo
  readonly follow: Following
  readonly query: z.infer<typeof ReadQuery>
}

type Bounds = Pick<HttpLimits, "longPollMs" | "downloadStallMs">

/** Answers to reads, by the Durable Streams protocol, sections 5.5 to 5.7. */
export class DurableReads {
  readonly #feeds: HttpParts["feeds"]
  readonly #streams: EventStreams
  readonly #bounds: Bounds
  readonly #onDefect: (cause: unknown) => void

  constructor(
    { feeds, onDefect }: Pick<HttpParts, "feeds" | "onDefect">,
    streams: EventStreams,
    bounds: Bounds,
  ) {
    this.#feeds = feeds
    this.#onDefect = onDefect
    this.#streams = streams
    this.#bounds = bounds
  }

  /** @throws LandlineError entries_gone | too_many | unknown_topic | log_unavailable */
  async send(request: FastifyRequest, reply: FastifyReply, reading: Reading) {
    const { follow, query } = reading
    if (follow.after + 1 < follow.stat.head) throw gone(follow)
    if (query.live === "sse") return this.#events(reply, reading)
    if (query.live === "long-poll") {
      reply.header("Stream-Cursor", streamCursor(query.cursor, Date.now(), Math.random()))
      if (follow.after === follow.stat.tail) return this.#poll(reply, reading)
    }
    return this.#catchUp(request, reply, reading)
  }

  async #catchUp(request: FastifyRequest, reply: FastifyReply, { info, follow, query }: Reading) {
    const { stat, after } = follow
    const last = Math.min(stat.tail, after + usualEntries(stat, limits.streamAnswerBytesMax))
    const headers: OutgoingHttpHeaders = { ...placed(follow, last), ...shown(info) }
    if (query.offset !== "now") {
      const tag = tagOf(follow, last)
      headers["etag"] = tag
      headers["cache-control"] = caching(query.offset, last < stat.tail)
      const had = names(request.headers["if-none-match"] ?? "", tag, `W/${tag}`)
      if (had) return reply.headers(headers).removeHeader("Content-Type").status(304).send()
    }
    const frame = isJson(info.type) ? ARRAY : PLAIN
    if (after === last) return reply.headers(headers).send(whole(frame.open, frame.close))
    this.#hold(reply.raw, () => {}, this.#bounds.downloadStallMs)
    const first = await this.#feeds.chunk(follow, after, last, frame.between)
    reply.headers(headers)
    if (first.to === last) return reply.send(whole(frame.open, first.bytes, frame.close))
    reply.hijack()
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders)
    try {
      await deliver(reply.raw, this.#pieces(follow, first, last, frame))
    } catch (error) {
      if (!(error instanceof LandlineError)) this.#onDefect(error) // the head is out: nobody can be told
    }
  }

  /** The body of an answer, one chunk written while the next is read. */
  async *#pieces(follow: Following, first: Bodies, last: number, frame: Frame): AsyncGenerator<Uint8Array> {
    let piece = frame.open
    for (let chunk = first; ; ) {
      const ahead = chunk.to < last ? this.#feeds.chunk(follow, chunk.to, last, frame.between) : undefined
      ahead?.catch(() => {}) // thrown below, unless the peer has left
      if (piece !== "") yield Buffer.from(piece)
      yield chunk.bytes
      if (!ahead) break
      chunk = await ahead
      piece = frame.between
    }
    if (frame.close !== "") yield Buffer.from(frame.close)
  }

  /** Waits at the tail for the next batch. */
  async #poll(reply: FastifyReply, { info, follow }: Reading) {
    const batch = await this.#next(reply.raw, follow)
    const last = batch?.to ?? follow.after
    reply.headers(placed(follow, last))
    if (!batch) return reply.status(204).send()
    reply.headers({ ...shown(info), etag: tagOf(follow, last) })
    return reply.send(batch.encoded(batchFormats[isJson(info.type) ? "json" : "bytes"]))
  }

  /** Undefined when nothing came in time, or nothing more will come. @throws LandlineError */
  async #next(response: ServerResponse, follow: Following): Promise<Batch | undefined> {
    if (response.destroyed) return undefined // the peer left before this, and "close" will not come again
    const { promise, resolve, reject } = Promise.withResolvers<Batch | undefined>()
    const { longPollMs, downloadStallMs } = this.#bounds
    this.#hold(response, () => reject(new LandlineError("stopping")), longPollMs + downloadStallMs)
    const timer = setTimeout(() => resolve(undefined), longPollMs)
    response.once("close", () => resolve(undefined))
    const follower = follow.start({
      full: false,
      deliver(batch) {
        resolve(batch)
        return false // one is all that is wanted
      },
      gap() {
        reject(gone(follow))
        return false
      },
      end: (reason) => (reason.code === "topic_closed" ? resolve(undefined) : reject(reason)),
    })
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      follower.close()
    }
  }

  #events(reply: FastifyReply, { info, follow, query }: Reading): void {
    const { stat, after } = follow
    const form = isJson(info.type) ? "json" : isText(info.type) ? "text" : "base64"
    const cursor = streamCursor(query.cursor, Date.now(), Math.random())
    let last = after
    const control = (more: object) =>
      `event: control\ndata:${JSON.stringify({ streamNextOffset: cursorAt(stat, last), ...more })}\n\n`
    const words: EventWords = {
      opening: after === stat.tail && !stat.closed ? control({ streamCursor: cursor, upToDate: true }) : "",
      batch(batch) {
        last = batch.to
        const upToDate = last === follow.now.tail && { upToDate: true }
        // In one piece: a client that has the messages has the place after them too.
        return whole(batch.encoded(eventFormats[form]), control({ streamCursor: cursor, ...upToDate }))
      },
      gap: () => undefined, // the client comes again from where it is, and is told
      end: ({ code }) => (code === "topic_closed" ? control({ upToDate: true, streamClosed: true }) : ""),
    }
    this.#streams.admit(reply.raw.socket!)
    reply.hijack()
    reply.raw.writeHead(200, {
      ...reply.getHeaders(),
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-cache",
      ...(form === "base64" && { "Stream-SSE-Data-Encoding": "base64" }),
    } as OutgoingHttpHeaders)
    this.#streams.start(reply.raw, follow, false, words)
  }

  /** Bounds how many answers are open, and for how long one is that the peer does not take. */
  #hold(response: ServerResponse, end: () => void, ms: number): void {
    this.#streams.admit()
    this.#streams.hold(response, end)
    response.setTimeout(ms) // Node then ends the connection
  }
}

/** Where the client is after an answer, and whether there is more. @param last offset */
function placed({ stat, now }: Following, last: number): OutgoingHttpHeaders {
  const upToDate = last >= now.tail
  return {
    "stream-next-offset": cursorAt(stat, last),
    ...(upToDate && { "stream-up-to-date": "true" }),
    ...(upToDate && now.closed && { "stream-closed": "true" }),
  }
}

/** 5.5: of what lies between two offsets; that nothing follows is told by the answer too, so that is part of it. */
const tagOf = ({ stat, now, after }: Following, last: number): string =>
  `"${cursorAt(stat, after)}:${last}${now.closed && last === now.tail ? ":closed" : ""}"`

/** A browser that goes to a stream runs nothing of it, whatever it holds. */
const shown = ({ feed, type }: FeedInfo): Record<string, string> =>
  presented({ name: feed.slice(feed.lastIndexOf("/") + 1), type }, false)

const whole = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)))

/**
 * What lies between two cursors never changes. All else has to be asked for again, and costs little where the tag is
 * still the same: a stream may grow, end, or be replaced by another of its name. (8.1)
 */
const caching = (offset: string | undefined, full: boolean): string =>
  full && offset !== undefined && offset !== "-1"
    ? "private, max-age=60, stale-while-revalidate=300"
    : "private, no-cache"

/** 5.5 */
function gone({ stat, now }: Following): LandlineError {
  return new LandlineError("entries_gone", { oldest: cursorAt(stat, now.head - 1) })
}
