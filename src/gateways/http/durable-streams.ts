import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Author } from "../../core/author.ts"
import type { Producer } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { FeedInfo } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { messagesOf } from "./durable-bodies.ts"
import { closes, lifetime, markOf, placeOf, producerOf } from "./durable-headers.ts"
import { DurableReads, ReadQuery } from "./durable-reads.ts"
import type { HttpLimits, HttpParts } from "./gateway.ts"
import { parsedQuery } from "./query.ts"
import { bodyOf } from "./short-door.ts"
import type { EventStreams } from "./streams.ts"
import { asAuthor } from "./visitor.ts"

type StreamRequest = FastifyRequest<{ Params: { "*": string } }>

const ADDRESS = "/streams/*"
const TYPE_DEFAULT = "application/octet-stream"

/** The Durable Streams protocol: /streams/NAME is the feed NAME. PROTOCOL.md section 11. */
export function registerDurableStreams(
  app: FastifyInstance,
  parts: HttpParts,
  streams: EventStreams,
  bounds: Pick<HttpLimits, "longPollMs" | "downloadStallMs">,
): void {
  const { feeds, people } = parts
  const reads = new DurableReads(parts, streams, bounds)
  const written = { bodyLimit: limits.streamBodyBytesMax }

  app.put(ADDRESS, written, (request: StreamRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const { headers, params, url } = request
      const forking = Object.keys(headers).find((header) => header.startsWith("stream-fork"))
      if (forking !== undefined)
        throw new LandlineError("unknown_operation", { header: forking }, "This hub does not fork streams.")
      const type = headers["content-type"] ?? TYPE_DEFAULT
      const messages = messagesOf(bodyOf(request), type)
      const about = lifetime(headers, Date.now())
      const close = closes(headers)
      const [found, made] = await feeds.create(who, params["*"], type, about)
      const info = made ? await begin(who, found, messages, close) : ensureAlike(found, close)
      describe(reply.status(made ? 201 : 200), info)
      if (made) reply.header("Location", `http://${headers.host}${url.split("?", 1)[0]}`)
      return reply.send()
    }),
  )

  app.post(ADDRESS, written, (request: StreamRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const { headers } = request
      const body = bodyOf(request)
      const type = headers["content-type"]
      const close = closes(headers)
      const producer = producerOf(headers)
      const mark = markOf(headers)
      const messages = published(body, type, close)
      const options = {
        close,
        ...(body.length > 0 && { type }),
        ...(producer && { producer }),
        ...(mark !== undefined && { mark }),
      }
      const name = request.params["*"]
      try {
        const { duplicate, offset, epoch, seq } = await feeds.publish(who, name, messages, options)
        if (producer) reply.headers({ "Producer-Epoch": producer.epoch, "Producer-Seq": seq - 1 })
        if (duplicate) describe(reply, await feeds.feed(who, name))
        else reply.header("Stream-Next-Offset", cursorAt({ epoch }, offset))
        if (close) reply.header("Stream-Closed", "true")
        return reply.status(producer && !duplicate && body.length > 0 ? 200 : 204).send()
      } catch (error) {
        if (!(error instanceof LandlineError)) throw error
        if (error.code !== "topic_closed") throw explained(error, producer, reply)
        describe(reply, await feeds.feed(who, name))
        if (body.length > 0) throw error
        return reply.status(204).send() // to close what is closed is no mistake
      }
    }),
  )

  app.head(ADDRESS, (request: StreamRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const info = await feeds.feed(who, request.params["*"])
      describe(reply, info)
      if (info.ttlMs > 0) reply.header("Stream-TTL", Math.floor(info.ttlMs / 1_000))
      else if (info.expires > 0) reply.header("Stream-Expires-At", new Date(info.expires).toISOString())
      return reply.send()
    }),
  )

  app.get(ADDRESS, { exposeHeadRoute: false }, async (request: StreamRequest, reply) => {
    const query = parsedQuery(ReadQuery, request)
    const { offset = "-1", live } = query
    if (live !== undefined && query.offset === undefined)
      throw new LandlineError("bad_request", {}, `live=${live} needs an offset, such as -1 or now.`)
    const from = placeOf(offset)
    const name = request.params["*"]
    const reading = await asAuthor(people, request, async (who) => ({
      info: await feeds.feed(who, name),
      follow: await feeds.follow(who, name, from),
      query,
    }))
    return reads.send(request, reply, reading)
  })

  app.delete(ADDRESS, (request: StreamRequest, reply) =>
    asAuthor(people, request, async (who) => {
      await feeds.remove(who, request.params["*"])
      return reply.status(204).send()
    }),
  )

  /** A new stream's first messages: a stream that cannot have them is not made. */
  async function begin(who: Author, { feed }: FeedInfo, messages: Uint8Array[], close: boolean) {
    if (messages.length > 0 || close) {
      try {
        await feeds.publish(who, feed, messages, { close })
      } catch (error) {
        await feeds.remove(who, feed)
        throw error
      }
    }
    return feeds.feed(who, feed)
  }
}

/** @throws LandlineError bad_request */
function published(body: Buffer, type: string | undefined, close: boolean): Uint8Array[] {
  const nothing = "There is nothing to publish in that request."
  if (body.length === 0) {
    if (close) return []
    throw new LandlineError("bad_request", {}, nothing)
  }
  if (type === undefined)
    throw new LandlineError("bad_request", {}, "Content-Type is missing: send that of the stream.")
  const messages = messagesOf(body, type)
  if (messages.length === 0) throw new LandlineError("bad_request", {}, nothing)
  return messages
}

/** What a stream is, in headers. */
function describe(reply: FastifyReply, { type, cursor, closed }: FeedInfo): void {
  reply.headers({ "Content-Type": type, "Stream-Next-Offset": cursor })
  if (closed) reply.header("Stream-Closed", "true")
}

function ensureAlike(info: FeedInfo, close: boolean): FeedInfo {
  if (info.closed === close) return info
  const say = `There is a stream of that name already, and it is ${info.closed ? "closed" : "open"}.`
  throw new LandlineError("feed_exists", { feed: info.feed }, say)
}

/** 5.2.1: what a producer is to do is told in headers. */
function explained(error: LandlineError, producer: Producer | undefined, reply: FastifyReply): LandlineError {
  const { epoch, expected } = error.details as { epoch?: number; expected?: number }
  if (!producer) return error
  if (error.code === "forbidden" && epoch !== undefined) reply.header("Producer-Epoch", epoch)
  if (error.code !== "sequence_gap" || expected === undefined) return error
  if (epoch !== undefined && producer.epoch > epoch)
    return new LandlineError("bad_request", { epoch }, "A new epoch begins with Producer-Seq 0.")
  reply.headers({ "Producer-Expected-Seq": expected - 1, "Producer-Received-Seq": producer.seq - 1 })
  return error
}
