import type { FastifyReply, FastifyRequest } from "fastify"
import type { NewUpload, UploadState } from "../../capabilities/files/types.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { uploadPath } from "../../protocol/files.ts"
import { hasBody } from "./bodies.ts"
import { reprDigest, sha256Of } from "./digests.ts"
import { pathForSender } from "./file-answers.ts"
import type { HttpParts } from "./gateway.ts"
import { type Pace, RequestBytes } from "./request-bytes.ts"
import {
  checksum,
  checkTusVersion,
  concat,
  count,
  declaredLength,
  metadata,
  newUpload,
} from "./tus-headers.ts"
import type { UploadRequest } from "./uploads.ts"
import { asAuthor } from "./visitor.ts"

const OFFSET_STREAM = "application/offset+octet-stream"

/** tus 1.0.0 (https://tus.io/protocols/resumable-upload), one method for each of its requests. */
export class TusUploads {
  readonly #parts: HttpParts
  readonly #pace: Pace

  constructor(parts: HttpParts, pace: Pace) {
    this.#parts = parts
    this.#pace = pace
  }

  /** Creation, with an upload or without, of a whole, of a part, or out of parts. */
  async create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    checkTusVersion(
      request,
      reply,
      "PUT sends a file at once: curl -T FILE HUB/files/. POST is for tus 1.0.0.",
    )
    const { headers } = request
    const kind = concat(headers["upload-concat"])
    const said = headers["upload-metadata"]
    const wish = { ...newUpload(metadata(said)), metadata: String(said ?? "") }
    if (hasBody(request)) checkType(request)
    const begun = await this.#begin(request, kind, wish)
    // Known to the client even where what follows is refused.
    reply.header("Location", uploadPath(begun.record.id))
    const state = hasBody(request) ? await this.#write(request, reply, begun.record.id, 0) : begun
    return answered(reply.status(201), state)
  }

  #begin(request: FastifyRequest, kind: ReturnType<typeof concat>, wish: NewUpload): Promise<UploadState> {
    const { files, people } = this.#parts
    const { "upload-length": length, "upload-defer-length": deferred } = request.headers
    if (typeof kind === "string") {
      const upload = { ...wish, bytes: declaredLength(length, deferred), partial: kind === "partial" }
      return asAuthor(people, request, (who) => files.start(who, upload))
    }
    // tus, Concatenation: the length of the final upload is that of its parts.
    if (length !== undefined || deferred !== undefined || hasBody(request))
      throw new LandlineError("bad_request", {}, "A final upload has neither a length nor bytes of its own.")
    return asAuthor(people, request, (who) => files.join(who, kind.parts, wish))
  }

  async patch(request: UploadRequest, reply: FastifyReply): Promise<FastifyReply> {
    checkTusVersion(
      request,
      reply,
      "An upload goes on by tus: send Tus-Resumable: 1.0.0, or PUT with Content-Range.",
    )
    checkType(request)
    const offset = count("Upload-Offset", request.headers["upload-offset"])
    if (offset === undefined)
      throw new LandlineError("bad_request", {}, "Upload-Offset is missing: it says where the bytes begin.")
    const state = await this.#write(request, reply, request.params.id, offset)
    return answered(reply.status(204), state)
  }

  async head(request: UploadRequest, reply: FastifyReply): Promise<FastifyReply> {
    checkTusVersion(request, reply)
    const { files } = this.#parts
    const { id } = request.params
    // By tus, whoever asks is about to go on, and a request of theirs that is still open is stale.
    const tus = request.headers["tus-resumable"] !== undefined
    const state = await (tus ? files.settled(id) : files.state(id))
    const { bytes, partial, parts, metadata: said } = state.record
    reply.headers({
      ...(bytes === undefined ? { "Upload-Defer-Length": "1" } : { "Upload-Length": bytes }),
      ...(partial && { "Upload-Concat": "partial" }),
      ...(parts.length > 0 && { "Upload-Concat": `final;${parts.map(uploadPath).join(" ")}` }),
      ...(said !== "" && { "Upload-Metadata": said }),
    })
    return answered(reply, state)
  }

  async #write(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    offset: number,
  ): Promise<UploadState> {
    const { headers } = request
    const options = {
      checksum: checksum(headers["upload-checksum"]),
      bytes: count("Upload-Length", headers["upload-length"]),
      sha256: sha256Of(headers["repr-digest"]),
    }
    using body = new RequestBytes(request.raw, reply.raw, this.#pace)
    return await this.#parts.files.write(id, offset, body, options)
  }
}

function checkType({ headers }: FastifyRequest): void {
  if (headers["content-type"]?.toLowerCase() !== OFFSET_STREAM) throw new LandlineError("wrong_type")
}

/** Where the upload stands, or what file it is. */
function answered(reply: FastifyReply, { record, offset, file }: UploadState): FastifyReply {
  return reply
    .headers({
      "Upload-Offset": offset,
      "Upload-Expires": new Date(record.expires).toUTCString(),
      ...(file && { "Landline-File": pathForSender(file), "Repr-Digest": reprDigest(file.sha256) }),
    })
    .send()
}
