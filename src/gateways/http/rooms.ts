import { isUtf8 } from "node:buffer"
import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"
import type { FollowFrom } from "../../core/following.ts"
import { cursorAt } from "../../core/topics.ts"
import { parseCursor } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { printableLine } from "../../protocol/text.ts"
import { formats } from "./formats.ts"
import type { HttpParts } from "./gateway.ts"
import { parsedQuery } from "./query.ts"
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
      const { offset, epoch } = await chat.say(who, room, said(bodyOf(request)), producerOf(request))
      const cursor = cursorAt({ epoch }, offset)
      reply.status(201).header("Landline-Cursor", cursor)
      if (wanted(request) !== "text") return reply.send({ room, author: who.name, cursor })
      return reply.type("text/plain; charset=utf-8").send(`Said in ${room} as ${who.name}.\n`)
    }),
  )

  app.get("/rooms/:room", (request: RoomRequest, reply) =>
    asAuthor(people, request, async (who) => {
      const format = wanted(request)
      const follow = await chat.follow(who, request.params.room, placeOf(request))
      if (format === "sse") return sendEvents(request, reply, streams, follow)
      return sendPages(request, reply, follow, () => chat.read(follow), formats[format])
    }),
  )
}

function placeOf(request: FastifyRequest): FollowFrom {
  const { after, last } = parsedQuery(Query, request)
  const cursor = resumedAfter(request, after)
  return cursor === undefined ? { last } : parseCursor(cursor)
}

function said(body: Buffer): string {
  if (!isUtf8(body)) throw new LandlineError("bad_request", {}, "A message is text in UTF-8; this is not.")
  const text = withoutLineEnd(body).toString("utf8")
  if (text === "")
    throw new LandlineError(
      "bad_request",
      {},
      "There is nothing to say in that request: curl -d TEXT says it.",
    )
  return text
}
