import { isUtf8 } from "node:buffer"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { ensureBatch, ensureType, typeByLook } from "../../capabilities/feeds/messages.ts"
import type { Author } from "../../core/author.ts"
import type { FollowFrom } from "../../core/following.ts"
import type { Appended } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { parseCursor, START } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { BlockReport, essence, FeedAbout, isText } from "../../protocol/feeds.ts"
import { jsonLine } from "../../protocol/json-pieces.ts"
import { limits } from "../../protocol/limits.ts"
import { feedName } from "../../protocol/names.ts"
import { names } from "./downloads.ts"
import { feedLine, messageHeaders, messageLines } from "./feed-formats.ts"
import { sendJson, sendText } from "./file-answers.ts"
import { formats } from "./formats.ts"
import type { HttpParts } from "./gateway.ts"
import { parsedBody, parsedQuery } from "./query.ts"
import {
  bodyOf,
  producerOf,
  resumedAfter,
  sendEvents,
  sendPages,
  wanted,
  withoutLineEnd,
} from "./short-door.ts"
import type { EventStreams } from "./streams.ts"
import { asAuthor, wantsJson } from "./visitor.ts"

/** Present without a value: `?about`. */
const flag = z
  .enum(["", "true"], "it is there or not, without a value")
  .optional()
  .transform((value) => value !== undefined)

const Reading = z.object({
  about: flag,
  blocks: flag,
  after: z.string().optional(),
  last: z.coerce.number().int().min(0).max(10_000).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  conflated: flag,
})
const Writing = z.object({ blocks: flag, close: flag, label: z.string().max(64).optional() })
const Described = FeedAbout.extend({ type: z.string().max(200).optional() }).strict()

/** One message on each line of a body. */
const BATCH = "application/x-ndjson"
/** Of a feed that is made before anything is published in it: takes whatever `curl -d` sends. */
const TYPE_DEFAULT = "text/plain"

type FeedRequest = FastifyRequest<{ Params: { "*": string } }>

/** The short door of feeds, for curl and scripts: /feeds and /feeds/NAME. PROTOCOL.md section 10. */
export function registerFeeds(app: FastifyInstance, parts: HttpParts, streams: EventStreams): void {
  const { feeds, people } = parts

  app.get("/feeds", (request, reply) =>
    asAuthor(people, request, async (who) => {
      const all = await feeds.feeds(who)
      return wantsJson(request) ? sendJson(reply, all) : sendText(reply, all.map(feedLine).join(""))
    }),
  )

  app.get("/feeds/*", (request: FeedRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const name = request.params["*"]
      const { about, blocks, conflated, limit, ...place } = parsedQuery(Reading, request)
      if (about) return sendJson(reply, await feeds.feed(who, name))
      if (blocks) return sendJson(reply, feeds.blocks(who, name))
      const form = wanted(request)
      const from = placeOf(request, place)
      if (form === "sse") {
        const follow = await feeds.follow(who, name, from ?? "now")
        return sendEvents(request, reply, streams, follow, conflated)
      }
      if (from === undefined) return latest(request, reply, who, name)
      const follow = await feeds.follow(who, name, from)
      const { type } = await feeds.feed(who, name)
      const format = (form === "text" && messageLines(type)) || formats.jsonl
      return sendPages(request, reply, follow, () => feeds.read(follow, limit), format)
    }),
  )

  app.post("/feeds/*", { bodyLimit: limits.feedBatchBytesMax }, (request: FeedRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const name = request.params["*"]
      const { blocks, close, label } = parsedQuery(Writing, request)
      if (close) {
        const say = "What closes a feed has no body: publish it before."
        if (bodyOf(request).length > 0) throw new LandlineError("bad_request", {}, say)
        return sendJson(reply, await feeds.closeFeed(who, name))
      }
      if (blocks) {
        feeds.report(who, name, parsedBody(BlockReport, bodyOf(request)), label)
        return reply.status(204).send()
      }
      const { offset, epoch } = await publish(request, who, name)
      const feed = feedName(name)
      const cursor = cursorAt({ epoch }, offset)
      reply.status(201).header("Landline-Cursor", cursor)
      if (wantsJson(request)) return sendJson(reply, { feed, author: who.name, cursor })
      return sendText(reply, `Published in ${feed} as ${who.name}.\n`)
    }),
  )

  app.put("/feeds/*", (request: FeedRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const name = request.params["*"]
      const body = bodyOf(request)
      const { type, ...about } = body.length > 0 ? parsedBody(Described, body) : {}
      const held = await typeOf(who, name)
      if (held === undefined) {
        const [made, isNew] = await feeds.create(who, name, type ?? TYPE_DEFAULT, about)
        if (isNew) return sendJson(reply.status(201), made)
      } else if (type !== undefined) ensureType(feedName(name), held, type)
      return sendJson(reply, await feeds.describe(who, name, about))
    }),
  )

  app.delete("/feeds/*", (request: FeedRequest, reply) =>
    asAuthor(people, request, async (who) => {
      await feeds.remove(who, request.params["*"])
      return reply.status(204).send()
    }),
  )

  /** The newest message as it was published. */
  async function latest(request: FeedRequest, reply: FastifyReply, who: Author, name: string) {
    const { entry, cursor } = await feeds.latest(who, name)
    reply.header("Landline-Cursor", cursor)
    if (!entry) return reply.status(204).send()
    const etag = `"${cursor}"`
    reply.headers({ "Landline-Time": entry.time, ETag: etag, "Cache-Control": "no-cache" })
    const had = request.headers["if-none-match"]
    if (had !== undefined && names(had, etag, `W/${etag}`)) return reply.status(304).send()
    reply.headers(messageHeaders(await feeds.feed(who, name), entry.kind))
    return reply.send(Buffer.from(entry.body))
  }

  /** The body as one message, or as a batch. A feed that is not there is made. */
  async function publish(request: FeedRequest, who: Author, name: string): Promise<Appended> {
    const type = typeSaid(request)
    const body = bodyOf(request)
    const producer = producerOf(request)
    const numbered = producer && { producer }
    if (type !== undefined && essence(type) === BATCH) {
      return feeds.publishFirst(who, name, batchOf(body), { type: "application/json", ...numbered })
    }
    const holds = type ?? (await typeOf(who, name)) ?? typeByLook(body)
    const message = isText(holds) ? withoutLineEnd(body) : body
    if (message.length === 0) throw nothing()
    return feeds.publishFirst(who, name, [message], { type, ...numbered })
  }

  /** What a feed holds; undefined where there is none. */
  async function typeOf(who: Author, name: string): Promise<string | undefined> {
    try {
      return (await feeds.feed(who, name)).type
    } catch (error) {
      if (error instanceof LandlineError && error.code === "unknown_feed") return undefined
      throw error
    }
  }
}

function placeOf(
  request: FastifyRequest,
  { after, last }: Pick<z.infer<typeof Reading>, "after" | "last">,
): Exclude<FollowFrom, "now"> | undefined {
  const cursor = resumedAfter(request, after)
  if (cursor !== undefined) return cursor === "start" ? START : parseCursor(cursor)
  return last === undefined ? undefined : { last }
}

/** The content type that a client chose; not the one that `curl -d` puts on everything. */
function typeSaid({ headers }: FastifyRequest): string | undefined {
  const type = headers["content-type"]
  if (type === undefined || essence(type) === "application/x-www-form-urlencoded") return undefined
  if (!essence(type).startsWith("multipart/")) return type
  throw new LandlineError(
    "wrong_type",
    {},
    "A message is the body as it stands, not a form: curl --data-binary @FILE sends it.",
  )
}

/** @throws LandlineError bad_request with the first line that is no JSON | too_large */
function batchOf(body: Buffer): Buffer[] {
  if (!isUtf8(body))
    throw new LandlineError("bad_request", {}, "A batch is JSON lines in UTF-8; this is not.")
  const messages: Buffer[] = []
  for (const [index, line] of body.toString().split("\n").entries()) {
    if (line.trim() === "") continue
    ensureBatch(messages.length + 1)
    try {
      messages.push(Buffer.from(jsonLine(line)))
    } catch {
      throw new LandlineError(
        "bad_request",
        {},
        `Line ${index + 1} of the batch is no JSON; nothing was published.`,
      )
    }
  }
  if (messages.length === 0) throw nothing()
  return messages
}

const nothing = () =>
  new LandlineError(
    "bad_request",
    {},
    "There is nothing to publish in that request: curl -d TEXT publishes it.",
  )
