import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { Readable } from "node:stream"
import type { FastifyReply, FastifyRequest } from "fastify"
import { ERRORS, LandlineError, toLandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { dropped, isUnread } from "./bodies.ts"
import { wantsJson } from "./visitor.ts"

/** Headers of every answer. */
export const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}

interface BodyBounds {
  readonly requestTimeoutMs: number
  readonly closeTimeoutMs: number
}

/** Refuses a request in words. @param closeTimeoutMs for which a body that still comes is read and dropped */
export function sendError(
  error: LandlineError,
  request: FastifyRequest,
  reply: FastifyReply,
  closeTimeoutMs: number,
): FastifyReply {
  const { code, message, details } = error
  const { http, retry } = ERRORS[code]
  reply.status(http)
  if (retry === "later") reply.header("Retry-After", "1")
  if (code === "offset_mismatch") reply.header("Upload-Offset", details["offset"])
  const json = wantsJson(request)
  reply.type(json ? "application/json" : "text/plain; charset=utf-8")
  const body = json ? JSON.stringify({ error: { code, message, retry, details } }) : `${message}\n`
  if (!isUnread(request.raw) || request.method === "HEAD") return reply.send(body)
  reply.headers({ Connection: "close", "Content-Length": Buffer.byteLength(body) })
  return reply.send(Readable.from(beforeTheRest(body, request.raw, closeTimeoutMs)))
}

/**
 * A connection that is closed while the peer still sends is reset, and the reset can overtake the answer. So the
 * answer goes out first, and ends only when the peer has stopped sending.
 */
async function* beforeTheRest(answer: string, request: IncomingMessage, closeTimeoutMs: number) {
  yield answer
  await dropped(request, closeTimeoutMs)
}

/**
 * Reads and drops a body that was of no use before the answer goes out, and ends the connection after it where the
 * body still comes then. (A refusal sees to that by itself.)
 */
export async function endUnread(request: FastifyRequest, reply: FastifyReply, closeTimeoutMs: number) {
  if (reply.statusCode >= 400 || !isUnread(request.raw)) return
  await dropped(request.raw, closeTimeoutMs)
  if (isUnread(request.raw)) reply.header("Connection", "close")
}

/** What every request has to say (RFC 9112 3.2), and what none may ask for (RFC 9110 10.1.1). @throws LandlineError bad_request */
export function checkHead({ host, expect }: IncomingHttpHeaders): void {
  if (host === undefined)
    throw new LandlineError("bad_request", {}, "The request has no Host: it is the hub's address.")
  if (expect !== undefined && expect.toLowerCase() !== "100-continue")
    throw new LandlineError("bad_request", {}, "The only Expect that the hub knows is 100-continue.")
}

const LATE = "The request did not come in time."
const LARGE_HEAD = "The address and the headers of a request have at most 16 KiB."

/** What is not HTTP, or comes too slowly, becomes no request: it is answered on the bare socket. */
export function refuseUnread(
  { code }: { readonly code?: string },
  socket: Socket,
  closeTimeoutMs: number,
): void {
  if (socket.writableEnded) return // it was refused already, and this is what still came
  // Browsers open connections ahead and may never use them: an answer would belong to no request.
  if (!socket.writable || socket.bytesRead === 0) return void socket.destroy()
  const say: Record<string, string> = { ERR_HTTP_REQUEST_TIMEOUT: LATE, HPE_HEADER_OVERFLOW: LARGE_HEAD }
  const body = `${say[code ?? ""] ?? ERRORS.bad_request.say}\n`
  const headers = {
    ...HEADERS,
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${ERRORS.bad_request.http} Bad Request\r\n${lines.join("")}\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), closeTimeoutMs)
  socket.once("close", () => clearTimeout(timer))
}

/**
 * Ends the connection of a request whose body is not here in time, so that a slow client does not hold it. (Node's
 * own bound holds for all requests alike, and would cut uploads.)
 */
export function boundBody(request: IncomingMessage, response: ServerResponse, bounds: BodyBounds): void {
  if (!isUnread(request)) return
  const { socket } = request
  const timer = setTimeout(() => {
    if (response.headersSent) socket.destroy()
    else refuseUnread({ code: "ERR_HTTP_REQUEST_TIMEOUT" }, socket, bounds.closeTimeoutMs)
  }, bounds.requestTimeoutMs).unref()
  const done = () => clearTimeout(timer)
  request.once("end", done).once("close", done)
}

/** What Fastify refuses by itself, as one of our errors. @param bodyBytesMax of the route */
export function fromFastify(thrown: unknown, bodyBytesMax: number): LandlineError {
  const { code, statusCode } = thrown as { code?: string; statusCode?: number }
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new LandlineError("too_large", {}, tooLarge(bodyBytesMax))
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new LandlineError(
      "bad_request",
      {},
      "The Content-Type of the request is none: it is such as text/plain.",
    )
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new LandlineError("bad_request")
  return toLandlineError(thrown)
}

/** A route that takes more than a message takes batches of them. */
function tooLarge(bodyBytesMax: number): string {
  const message = `A message has at most ${limits.entryBytesMax / 1024} KiB`
  return bodyBytesMax > limits.entryBytesMax
    ? `${message}, and a batch ${bodyBytesMax / 1024} KiB.`
    : `${message}.`
}
