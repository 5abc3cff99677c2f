import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { uploadInfo } from "../../capabilities/files/types.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { sha256Of } from "./digests.ts"
import { infoForSender, sendJson, sendSent, sendText, uploadLine } from "./file-answers.ts"
import type { HttpParts } from "./gateway.ts"
import { contentRange } from "./ranges.ts"
import { type Pace, RequestBytes } from "./request-bytes.ts"
import { TusUploads } from "./tus.ts"
import { checkTusVersion, count, TUS_OPTIONS } from "./tus-headers.ts"
import { asAuthor, wantsJson } from "./visitor.ts"

export type UploadRequest = FastifyRequest<{ Params: { id: string } }>
type Handler = (request: UploadRequest, reply: FastifyReply) => Promise<FastifyReply>

/** Files on their way in, by tus and by PUT. PROTOCOL.md 9.3 and 9.4. */
export function registerUploads(app: FastifyInstance, parts: HttpParts, pace: Pace): void {
  const { files, people } = parts
  const upload = { config: { upload: true } } as const
  const tus = new TusUploads(parts, pace)

  for (const path of ["/files", "/files/", "/uploads", "/uploads/"]) {
    app.post(path, upload, (request, reply) => tus.create(request, reply))
    app.options(path, options)
  }
  app.options("/uploads/:id", options)

  /** A program that cannot send PATCH and its like sends POST, and names them in a header. */
  const overridden: Record<string, Handler> = {
    PATCH: (request, reply) => tus.patch(request, reply),
    HEAD: (request, reply) => tus.head(request, reply),
    DELETE: remove,
  }
  app.patch("/uploads/:id", upload, overridden["PATCH"]!)
  app.head("/uploads/:id", overridden["HEAD"]!)
  app.delete("/uploads/:id", remove)
  app.post("/uploads/:id", upload, async (request: UploadRequest, reply) => {
    const method = String(request.headers["x-http-method-override"]).toUpperCase()
    const handler = Object.hasOwn(overridden, method) ? overridden[method] : undefined
    if (handler) return handler(request, reply)
    throw new LandlineError("not_found", {}, "An upload goes on with PATCH, or with PUT and Content-Range.")
  })

  app.put("/uploads/:id", upload, async (request: UploadRequest, reply) => {
    checkTusVersion(request, reply)
    const { from, size, end } = placeOf(request)
    const sha256 = sha256Of(request.headers["repr-digest"])
    using body = new RequestBytes(request.raw, reply.raw, pace)
    const state = await files.write(request.params.id, from, body, { bytes: size, end, sha256 })
    if (state.file) return sendSent(request, reply, state.file)
    reply.header("Upload-Offset", state.offset)
    return wantsJson(request) ? sendJson(reply, uploadInfo(state)) : sendText(reply, uploadLine(state))
  })

  app.get("/uploads", async (request, reply) => {
    const states = await asAuthor(people, request, (who) => files.uploads(who))
    if (wantsJson(request)) return sendJson(reply, states.map(uploadInfo))
    return sendText(reply, states.map(uploadLine).join(""))
  })

  app.get("/uploads/:id", async (request: UploadRequest, reply) => {
    checkTusVersion(request, reply)
    const state = await files.state(request.params.id)
    if (!wantsJson(request)) return sendText(reply, uploadLine(state))
    return sendJson(reply, state.file ? { file: infoForSender(state.file) } : uploadInfo(state))
  })

  async function remove(request: UploadRequest, reply: FastifyReply) {
    checkTusVersion(request, reply)
    await files.abandon(request.params.id)
    return reply.status(204).send()
  }
}

async function options(_request: FastifyRequest, reply: FastifyReply) {
  return reply.status(204).headers(TUS_OPTIONS).send()
}

/** Where the bytes of a PUT begin. Without Content-Range they are the whole file. */
function placeOf({ headers }: FastifyRequest) {
  const bytes = count("Content-Length", headers["content-length"])
  const header = headers["content-range"]
  if (header === undefined) return { from: 0, size: bytes, end: true }
  const range = contentRange(header)
  if (!range || (bytes !== undefined && bytes !== range.to - range.from))
    throw new LandlineError(
      "bad_request",
      {},
      "Content-Range is bytes FROM-LAST/TOTAL, as `curl -C FROM -T FILE` sends it.",
    )
  return { from: range.from, size: range.size, end: false }
}
