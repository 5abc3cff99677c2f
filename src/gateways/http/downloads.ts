import type { OutgoingHttpHeaders } from "node:http"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { FileRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { deliver } from "./deliver.ts"
import { reprDigest } from "./digests.ts"
import { presented } from "./dispositions.ts"
import type { HttpLimits, HttpParts } from "./gateway.ts"
import { type ByteRange, byteRange } from "./ranges.ts"

/** What of a file went out. */
export interface Handed extends ByteRange {
  /** The peer did not take all that it had asked for. */
  readonly cut: boolean
}

type Bounds = Pick<HttpLimits, "downloadsMax" | "downloadStallMs">

/** Files and ranges of them on their way out (RFC 9110 13 and 14). */
export class Downloads {
  readonly #parts: Pick<HttpParts, "files" | "onDefect">
  readonly #bounds: Bounds
  #open = 0

  constructor(parts: Pick<HttpParts, "files" | "onDefect">, bounds: Bounds) {
    this.#parts = parts
    this.#bounds = bounds
  }

  /**
   * Answers a GET or HEAD.
   * @returns what was handed to the kernel; nothing where no bytes were wanted, or they cannot be read
   * @throws LandlineError etag_mismatch | range_unsatisfiable | too_many
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    file: FileRecord,
    presentation: Presentation,
  ): Promise<Handed | undefined> {
    const { bytes, sha256 } = file
    const etag = `"${sha256}"`
    const { "if-match": wanted, "if-none-match": had } = request.headers
    if (wanted !== undefined && !names(wanted, etag)) throw new LandlineError("etag_mismatch")
    const known = had !== undefined && names(had, etag, `W/${etag}`)
    const range = known ? undefined : wantedRange(request, etag, bytes)
    if (range === "unsatisfiable") {
      reply.header("Content-Range", `bytes */${bytes}`)
      throw new LandlineError("range_unsatisfiable", { bytes })
    }
    const bare = known || request.method === "HEAD"
    if (!bare && this.#open >= this.#bounds.downloadsMax)
      throw new LandlineError("too_many", {}, "Too many downloads are open. Try again in a moment.")
    const { from, to } = range ?? { from: 0, to: bytes }
    reply.headers({
      ...headersOf(file, presentation),
      ETag: etag,
      ...(range && { "Content-Range": `bytes ${from}-${to - 1}/${bytes}` }),
      ...(!known && { "Content-Length": to - from }),
    })
    reply.hijack()
    reply.raw.writeHead(known ? 304 : range ? 206 : 200, reply.getHeaders() as OutgoingHttpHeaders)
    if (bare) return void reply.raw.end()
    return this.#deliver(reply, file, { from, to })
  }

  async #deliver({ raw }: FastifyReply, file: FileRecord, { from, to }: ByteRange) {
    const { files, onDefect } = this.#parts
    raw.setTimeout(this.#bounds.downloadStallMs) // Node then ends the connection
    this.#open++
    try {
      const { bytes, cut } = await deliver(raw, files.read(file, from, to))
      return { from, to: from + bytes, cut }
    } catch (error) {
      onDefect(error) // the head is out: there is nobody else to tell
      return undefined
    } finally {
      this.#open--
    }
  }
}

/** `once`: it is for whoever asked, and never shown in place. */
type Presentation = "once" | "shared"

function headersOf(file: FileRecord, presentation: Presentation): Record<string, string | number> {
  const once = presentation === "once"
  return {
    ...presented(file, once),
    "Cache-Control": once ? "no-store" : "private, no-cache",
    // Whether the last bytes of a link arrived is told by how the peer ends the connection, or goes on with it.
    ...(once && { Connection: "keep-alive" }),
    "Accept-Ranges": "bytes",
    "Repr-Digest": reprDigest(file.sha256),
    ...(file.items > 0 && { "Landline-Items": file.items }),
  }
}

/** Whether If-Match or If-None-Match (RFC 9110 13.1.1 and 13.1.2) has one of these tags. */
export const names = (header: string, ...tags: string[]): boolean =>
  header.split(",").some((tag) => ["*", ...tags].includes(tag.trim()))

/** RFC 9110 14.2: a range is for GET alone; 13.1.5: with If-Range, only for a client that has a part of this file. */
function wantedRange({ method, headers }: FastifyRequest, etag: string, bytes: number) {
  const { range, "if-range": ifRange } = headers
  if (method !== "GET" || (ifRange !== undefined && ifRange !== etag)) return undefined
  return byteRange(range, bytes)
}
