import { isUtf8 } from "node:buffer"
import { Readable } from "node:stream"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import type { Author } from "../../core/author.ts"
import type { FollowFrom } from "../../core/following.ts"
import type { Producer } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { parseCursor } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { printableLine } from "../../protocol/text.ts"
import { formats, type PageFormat } from "./formats.ts"
import type { HttpParts } from "./gateway.ts"
import { parsedQuery } from "./query.ts"
import type { EventStreams } from "./streams.ts"
import { asAuthor } from "./visitor.ts"

const LAST_DEFAULT = 50

const Query = z.object({
  after: z.string().optional(),
  last: z.coerce.number().int().min(0).max(10_000).default(LAST_DEFAULT),
})

type RoomRequest = FastifyRequest<{ Params: { room: string } }>

/** GET and POST /rooms/ROOM, GET /rooms. */
export function registerRooms(app: FastifyInstance, parts: HttpParts, streams: EventStreams): void {
  const { chat, people } = parts

  app.get("/rooms", (request, reply) =>
    asAuthor(people, request, async (who) => {
      const rooms = await chat.rooms(who)
      if (wanted(request) !== "text") return reply.type("application/json").send(rooms)
      const lines = rooms.map(({ room, line, count }) => `${room}\t${count}\t${printableLine(line)}\n`)
      return reply.type("text/plain; charset=utf-8").send(lines.join(""))
    }),
  )

  app.post("/rooms/:room", (request: RoomRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const { room } = request.params
      const { offset, epoch } = await chat.say(who, room, said(request.body), producer(request))
      const cursor = cursorAt({ epoch }, offset)
      reply.status(201).header("Landline-Cursor", cursor)
      if (wanted(request) !== "text") return reply.send({ room, author: who.name, cursor })
      return reply.type("text/plain; charset=utf-8").send(`Said in ${room} as ${who.name}.\n`)
    }),
  )

  app.get("/rooms/:room", (request: RoomRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const format = wanted(request)
      const from = placeOf(request)
      if (format === "sse") return stream(request, reply, who, from)
      return page(request, reply, who, from, formats[format])
    }),
  )

  async function page(
    request: RoomRequest,
    reply: FastifyReply,
    who: Author,
    from: Place,
    format: PageFormat,
  ) {
    const follow = await chat.follow(who, request.params.room, from)
    const { stat } = follow
    async function* body() {
      if (request.method === "HEAD") return // nothing of the log is read for an answer without a body
      for await (const part of chat.read(follow))
        yield Array.isArray(part) ? format.entries(part, stat.epoch) : format.gap(part.from, part.to)
    }
    reply.type(format.type).header("Landline-Cursor", cursorAt(stat, stat.tail))
    return reply.send(Readable.from(body()))
  }

  async function stream(request: RoomRequest, reply: FastifyReply, who: Author, from: FollowFrom) {
    const follow = await chat.follow(who, request.params.room, from)
    streams.admit()
    reply.hijack()
    reply.raw.writeHead(200, { ...reply.getHeaders(), "Content-Type": "text/event-stream" } as Record<
      string,
      string
    >)
    if (request.method === "HEAD") reply.raw.end()
    else streams.start(reply.raw, follow)
  }
}

type Place = Exclude<FollowFrom, "now">

function placeOf(request: FastifyRequest): Place {
  const { after, last } = parsedQuery(Query, request)
  // A browser that comes back names the last event it saw; that is newer than what the address says.
  const resumed = request.headers["last-event-id"]
  const cursor = typeof resumed === "string" && resumed !== "" ? resumed : after
  return cursor === undefined ? { last } : parseCursor(cursor)
}

function wanted(request: FastifyRequest): "text" | "jsonl" | "sse" {
  const accept = request.headers.accept ?? ""
  if (accept.includes("text/event-stream")) return "sse"
  return accept.includes("json") ? "jsonl" : "text"
}

function said(body: unknown): string {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  if (!isUtf8(bytes)) throw new LandlineError("bad_request", {}, "A message is text in UTF-8; this is not.")
  // `echo hello | curl --data-binary @-` means the word, not the line end that echo adds.
  const text = bytes.toString("utf8").replace(/\r?\n$/, "")
  if (text === "")
    throw new LandlineError(
      "bad_request",
      {},
      "There is nothing to say in that request: curl -d TEXT says it.",
    )
  return text
}

/** A program that wants its message stored once, however often it sends it, numbers it. */
function producer(request: FastifyRequest): Producer | undefined {
  const { "landline-producer": id, "landline-seq": seq } = request.headers
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
