import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { z } from "zod"
import { fileInfo } from "../../capabilities/files/types.ts"
import type { FileRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { uploadPath } from "../../protocol/files.ts"
import { limits } from "../../protocol/limits.ts"
import { Arrivals } from "./arrivals.ts"
import { expectsContinue, sendUploadLocation } from "./bodies.ts"
import { sha256Of } from "./digests.ts"
import { Downloads } from "./downloads.ts"
import { fileLine, sendJson, sendSent, sendText } from "./file-answers.ts"
import type { HttpLimits, HttpParts } from "./gateway.ts"
import { parsedQuery } from "./query.ts"
import { type Pace, RequestBytes } from "./request-bytes.ts"
import { count } from "./tus-headers.ts"
import { asAuthor, wantsJson } from "./visitor.ts"

const SendQuery = z.object({
  room: z.string().optional(),
  link: z.enum(["0", "1"]).default("0"),
  items: z.coerce.number().int().min(0).max(10_000_000).default(0),
})

const ListQuery = z.object({
  room: z.string().optional(),
  search: z.string().max(200).optional(),
  before: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(limits.filesListedMax).default(50),
})

const UNNAMED = "A file needs a name: curl -T FILE HUB/files/, with the / at the end, or PUT /files/NAME."

type FileRequest = FastifyRequest<{ Params: { id: string } }>

/** Files by PUT, GET, HEAD and DELETE, and one-time links. PROTOCOL.md 9.2 and 9.5 to 9.7. */
export function registerFiles(app: FastifyInstance, parts: HttpParts, pace: Pace, bounds: HttpLimits): void {
  const { files, people } = parts
  const downloads = new Downloads(parts, bounds)
  const arrivals = new Arrivals(app.server, bounds)
  const upload = { config: { upload: true } } as const

  app.put("/files", upload, unnamed)
  app.put("/files/*", upload, async (request: FastifyRequest<{ Params: { "*": string } }>, reply) => {
    const name = request.params["*"]
    if (name === "") return unnamed()
    const { room, link, items } = parsedQuery(SendQuery, request)
    const bytes = count("Content-Length", request.headers["content-length"])
    const sha256 = sha256Of(request.headers["repr-digest"])
    const wish = { name, bytes, room, link: link === "1", items, sha256 }
    using body = new RequestBytes(request.raw, reply.raw, pace)
    const begun = (id: string) => sendUploadLocation(reply.raw, uploadPath(id))
    const waits = expectsContinue(request.raw)
    const file = await asAuthor(people, request, (who) =>
      files.put(who, wish, body, waits ? begun : undefined),
    )
    return sendSent(request, reply, file)
  })

  app.get("/files", list)
  app.get("/files/", list)

  async function list(request: FastifyRequest, reply: FastifyReply) {
    const { limit, room, search: words, before } = parsedQuery(ListQuery, request)
    const query = { limit, ...(room && { room }), ...(words && { words }), ...(before && { before }) }
    const found = await asAuthor(people, request, (who) => files.list(who, query))
    if (wantsJson(request)) return sendJson(reply, found.map(fileInfo))
    return sendText(reply, found.map(fileLine).join(""))
  }

  app.get("/files/:id", get)
  app.get("/files/:id/*", get)

  async function get(request: FileRequest, reply: FastifyReply) {
    const file = await asAuthor(people, request, (who) => files.file(who, request.params.id))
    const handed = await downloads.send(request, reply, file, "shared")
    if (handed && !handed.cut && handed.to === file.bytes)
      await files.countDownload(file).catch(parts.onDefect)
  }

  app.delete("/files/:id", remove)
  app.delete("/files/:id/*", remove)

  async function remove(request: FileRequest, reply: FastifyReply) {
    await asAuthor(people, request, (who) => files.remove(who, request.params.id))
    return reply.status(204).send()
  }

  app.get("/get/:code", async (request: FastifyRequest<{ Params: { code: string } }>, reply) => {
    const { code } = request.params
    if (request.method === "HEAD") {
      await downloads.send(request, reply, await files.peek(code, request.ip), "once")
      return
    }
    const file = await files.redeem(code, request.ip)
    const arrived = await sendOnce(request, reply, file)
    if (arrived) await files.redeemed(file).catch(parts.onDefect)
    else if (arrived === false) files.lost(file)
  })

  /** Whether the whole has arrived at the peer; undefined where it has not been handed over. */
  async function sendOnce(request: FastifyRequest, reply: FastifyReply, file: FileRecord) {
    using arrival = arrivals.watch(request.raw, reply.raw)
    const handed = await downloads.send(request, reply, file, "once")
    if (!handed || !files.handedOver(file, handed.from, handed.to)) return undefined
    return await arrival.confirmed()
  }
}

async function unnamed(): Promise<never> {
  throw new LandlineError("bad_request", {}, UNNAMED)
}
