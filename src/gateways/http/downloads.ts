import type { OutgoingHttpHeaders } from "node:http"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { FileRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { deliver } from "./deliver.ts"
import { reprDigest } from "./digests.ts"
import { presented } from "./dispositions.ts"
import type { HttpParts } from "./gateway.ts"
import { type ByteRange, byteRange } from "./ranges.ts"

/**
 * Answers a GET or HEAD with a file or one range of it (RFC 9110 13 and 14).
 * @param delivered is called when the last byte of what was wanted has been handed over
 * @throws LandlineError range_unsatisfiable
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { files, onDefect }: Pick<HttpParts, "files" | "onDefect">,
  file: FileRecord,
  presentation: Presentation,
  delivered: (range: ByteRange) => Promise<void>,
): Promise<void> {
  const { bytes, sha256 } = file
  const etag = `"${sha256}"`
  const known = matches(request.headers["if-none-match"], etag)
  const range = known ? undefined : wantedRange(request, etag, bytes)
  if (range === "unsatisfiable") {
    reply.header("Content-Range", `bytes */${bytes}`)
    throw new LandlineError("range_unsatisfiable", { bytes })
  }
  const { from, to } = range ?? { from: 0, to: bytes }
  const once = presentation === "once"
  reply.headers({
    ...presented(file, once),
    "Cache-Control": once ? "no-store" : "private, no-cache",
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Repr-Digest": reprDigest(sha256),
    ...(file.items > 0 && { "Landline-Items": file.items }),
    ...(range && { "Content-Range": `bytes ${from}-${to - 1}/${bytes}` }),
    ...(!known && { "Content-Length": to - from }),
  })
  reply.hijack()
  reply.raw.writeHead(known ? 304 : range ? 206 : 200, reply.getHeaders() as OutgoingHttpHeaders)
  if (known || request.method === "HEAD") {
    reply.raw.end()
    return
  }
  try {
    if (await deliver(reply.raw, files.read(file, from, to))) await delivered({ from, to })
  } catch (error) {
    onDefect(error) // the head is out: there is nobody else to tell
  }
}

/** `once`: it is for whoever asked, and never shown in place. */
type Presentation = "once" | "shared"

/** If-None-Match (RFC 9110 13.1.2), whose comparison is weak. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(",").some((tag) => ["*", etag, `W/${etag}`].includes(tag.trim()))
}

/** RFC 9110 14.2: a range is for GET alone; 13.1.5: with If-Range, only for a client that has a part of this file. */
function wantedRange({ method, headers }: FastifyRequest, etag: string, bytes: number) {
  const { range, "if-range": ifRange } = headers
  if (method !== "GET" || (ifRange !== undefined && ifRange !== etag)) return undefined
  return byteRange(range, bytes)
}
