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

/** The HTTP door: rooms for curl and scripts, and what operators ask. PROTOCOL.md section 7. */
export function createHttpGateway(parts: HttpParts): HttpGateway {
  const app = Fastify({
    bodyLimit: limits.entryBytesMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4 * limits.nameCharactersMax },
  })
  const streams = new EventStreams()

  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    })
    checkDoor(request.headers, parts.names)
  })

  // What people say is text, whatever content type their program puts on it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body))

  app.setNotFoundHandler(async () => {
    throw new LandlineError(
      "not_found",
      {},
      "There is nothing at that address. GET / says what this hub offers.",
    )
  })
  app.setErrorHandler((thrown, request, reply) => {
    const error = fromFastify(thrown)
    if (error.code === "internal") parts.onDefect(error.cause)
    return sendError(error, request, reply)
  })

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

function fromFastify(thrown: unknown): LandlineError {
  const { code, statusCode } = thrown as { code?: string; statusCode?: number }
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new LandlineError("too_large", {}, `A message has at most ${limits.entryBytesMax / 1024} KiB.`)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new LandlineError("bad_request")
  return toLandlineError(thrown)
}
