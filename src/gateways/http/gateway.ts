import type { Socket } from "node:net"
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify"
import type { Chat } from "../../capabilities/chat/chat.ts"
import { checkDoor } from "../../core/door.ts"
import type { People } from "../../core/people.ts"
import { ERRORS, LandlineError, toLandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { registerPages } from "./pages.ts"
import { registerRooms } from "./rooms.ts"
import { EventStreams } from "./streams.ts"

export interface HttpParts {
  readonly chat: Chat
  readonly people: People
  readonly hub: { readonly name: string; readonly version: string }
  /** Names that the hub goes by, for `checkDoor`. */
  readonly names: ReadonlySet<string>
  /** The browser library as one module; undefined where it was not built. */
  readonly clientFile: string | undefined
  /** Prometheus text format. */
  metrics(): Promise<string>
  /** Whether entries can be stored, as far as the last try tells. */
  ready(): boolean
  onDefect(cause: unknown): void
}

export interface HttpGateway {
  readonly app: FastifyInstance
  /** Ends the event streams, so that the server can close. */
  endStreams(): void
}

/** The limits that a test may set lower. */
export type HttpLimits = {
  readonly [K in "headTimeoutMs" | "requestTimeoutMs" | "eventStreamsMax"]: number
}

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}

/** The HTTP door: rooms for curl and scripts, and what operators ask. PROTOCOL.md section 7. */
export function createHttpGateway(parts: HttpParts, bounds: HttpLimits = limits): HttpGateway {
  const app = Fastify({
    bodyLimit: limits.entryBytesMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4 * limits.nameCharactersMax },
    requestTimeout: bounds.requestTimeoutMs,
    http: {
      headersTimeout: bounds.headTimeoutMs,
      connectionsCheckingInterval: bounds.headTimeoutMs / 2,
      // RFC 9110 7.8: a client that offers another protocol, such as h2c, is served in this one all the same.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
    // An address that no route can be looked up for comes past all hooks.
    frameworkErrors: (error, request, reply) => {
      try {
        enter(request, reply)
        fail(error, request, reply)
      } catch (refusal) {
        fail(refusal, request, reply)
      }
    },
    clientErrorHandler: refuseUnread,
  })
  const streams = new EventStreams(bounds.eventStreamsMax)

  function enter(request: FastifyRequest, reply: FastifyReply): void {
    reply.headers(HEADERS)
    checkDoor(request.headers, parts.names)
  }

  function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = fromFastify(thrown)
    if (error.code === "internal") parts.onDefect(error.cause)
    return sendError(error, request, reply)
  }

  app.addHook("onRequest", async (request, reply) => enter(request, reply))

  // What people say is text, whatever content type their program puts on it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body))

  app.setNotFoundHandler(async ({ method }) => {
    const say = `There is nothing to ${method} at that address. GET / says what this hub offers.`
    throw new LandlineError("not_found", {}, say)
  })
  app.setErrorHandler(fail)

  registerPages(app, parts)
  registerRooms(app, parts, streams)
  return { app, endStreams: () => streams.end() }
}

function sendError(error: LandlineError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message, details } = error
  reply.status(ERRORS[code].http)
  if (ERRORS[code].retry === "later") reply.header("Retry-After", "1")
  if (/json/.test(request.headers.accept ?? ""))
    return reply
      .type("application/json")
      .send({ error: { code, message, retry: ERRORS[code].retry, details } })
  return reply.type("text/plain; charset=utf-8").send(`${message}\n`)
}

/** What is not HTTP, or comes too slowly, becomes no request: it is answered on the bare socket. */
function refuseUnread({ code }: Error & { code?: string }, socket: Socket): void {
  // Browsers open connections ahead and may never use them: an answer would belong to no request.
  if (!socket.writable || socket.bytesRead === 0) return void socket.destroy()
  const late = code === "ERR_HTTP_REQUEST_TIMEOUT"
  const body = `${late ? "The request did not come in time." : ERRORS.bad_request.say}\n`
  const headers = {
    ...HEADERS,
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${ERRORS.bad_request.http} Bad Request\r\n${lines.join("")}\r\n${body}`)
  socket.destroySoon()
}

function fromFastify(thrown: unknown): LandlineError {
  const { code, statusCode } = thrown as { code?: string; statusCode?: number }
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new LandlineError("too_large", {}, `A message has at most ${limits.entryBytesMax / 1024} KiB.`)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new LandlineError("bad_request")
  return toLandlineError(thrown)
}
