import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify"
import type { Chat } from "../../capabilities/chat/chat.ts"
import type { Check } from "../../capabilities/check/check.ts"
import type { Feeds } from "../../capabilities/feeds/feeds.ts"
import type { Files } from "../../capabilities/files/files.ts"
import type { Lab } from "../../capabilities/lab/lab.ts"
import { checkDoor } from "../../core/door.ts"
import type { People } from "../../core/people.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { PROBE_UPGRADE } from "../../protocol/probe.ts"
import { sendContinue } from "./bodies.ts"
import { registerDurableStreams } from "./durable-streams.ts"
import { registerFeeds } from "./feeds.ts"
import { registerFiles } from "./files.ts"
import { registerLab } from "./lab.ts"
import { registerLine } from "./line.ts"
import { registerPages } from "./pages.ts"
import { boundBody, checkHead, endUnread, fromFastify, HEADERS, refuseUnread, sendError } from "./refusals.ts"
import { registerRooms } from "./rooms.ts"
import { EventStreams } from "./streams.ts"
import { Turns } from "./turns.ts"
import { TUS_VERSION } from "./tus-headers.ts"
import { registerUploads } from "./uploads.ts"
import { registerWeb } from "./web.ts"

export interface HttpParts {
  readonly chat: Chat
  readonly files: Files
  readonly feeds: Feeds
  readonly check: Check
  /** Undefined where the hub serves no lab. */
  readonly lab?: Lab | undefined
  readonly people: People
  readonly hub: { readonly name: string; readonly version: string }
  /** Where somebody new begins to talk. */
  readonly startRoom: string
  /** By what other programs reach the hub, `http://192.168.1.20:7300` each, once it listens. */
  addresses(): readonly string[]
  /** Names that the hub goes by, for `checkDoor`. */
  readonly names: ReadonlySet<string>
  /** The browser library as one module; undefined where it was not built. */
  readonly clientFile: string | undefined
  /** The browser app; undefined where it was not built. */
  readonly webFolder?: string | undefined
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
  readonly [K in
    | "headTimeoutMs"
    | "requestTimeoutMs"
    | "closeTimeoutMs"
    | "eventStreamsMax"
    | "longPollMs"
    | "downloadsMax"
    | "downloadStallMs"
    | "linkConfirmMs"
    | "uploadRateMin"
    | "uploadRateWindowMs"]: number
}

/** What a connection can become: see gateways/upgrades.ts. */
const UPGRADES = ["websocket", PROBE_UPGRADE]

/** A route that reads its body itself, at the pace of an upload. */
declare module "fastify" {
  interface FastifyContextConfig {
    readonly upload?: true
  }
}

/** The HTTP door: rooms and files for curl and scripts, and what operators ask. PROTOCOL.md sections 7 and 9. */
export function createHttpGateway(parts: HttpParts, bounds: HttpLimits = limits): HttpGateway {
  const app = Fastify({
    bodyLimit: limits.entryBytesMax,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 4 * limits.nameCharactersMax },
    http: {
      headersTimeout: bounds.headTimeoutMs,
      connectionsCheckingInterval: bounds.headTimeoutMs / 2,
      requireHostHeader: false, // Node's own refusal has no words; checkHead has
      // RFC 9110 7.8: a client that offers another protocol, such as h2c, is served in this one all the same.
      shouldUpgradeCallback: ({ headers }) => UPGRADES.includes(headers.upgrade?.toLowerCase() ?? ""),
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
    clientErrorHandler: (error, socket) => refuseUnread(error, socket, bounds.closeTimeoutMs),
  })
  const streams = new EventStreams(bounds.eventStreamsMax)

  function enter(request: FastifyRequest, reply: FastifyReply): void {
    reply.headers(HEADERS)
    // Who speaks tus is answered in tus, refusals included.
    if (request.headers["tus-resumable"] !== undefined) reply.header("Tus-Resumable", TUS_VERSION)
    if (!request.routeOptions.config.upload) boundBody(request.raw, reply.raw, bounds)
    checkHead(request.headers)
    checkDoor(request.headers, parts.names)
  }

  function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = fromFastify(thrown, request.routeOptions.bodyLimit)
    if (error.code === "internal") parts.onDefect(error.cause)
    return sendError(error, request, reply, bounds.closeTimeoutMs)
  }

  app.addHook("onRequest", async (request, reply) => enter(request, reply))
  app.addHook("onSend", (request, reply) => endUnread(request, reply, bounds.closeTimeoutMs))
  // Without a listener Node asks for the body of every request; here only who reads it does. What else a client may
  // expect is refused by checkHead, in words.
  for (const event of ["checkContinue", "checkExpectation"])
    app.server.on(event, (request, response) => app.server.emit("request", request, response))

  // A body is left unread where nobody asks for it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", (_request, _body, done) => done(null))

  app.setNotFoundHandler(async ({ method }) => {
    const say = `There is nothing to ${method} at that address. GET / says what this hub offers.`
    throw new LandlineError("not_found", {}, say)
  })
  app.setErrorHandler(fail)

  registerPages(app, parts)
  if (parts.webFolder !== undefined) registerWeb(app, parts.webFolder)
  registerLine(app, parts)
  const pace = { ...bounds, turns: new Turns() }
  registerFiles(app, parts, pace, bounds)
  registerUploads(app, parts, pace)
  app.register(async (scope) => {
    // What people say is text, whatever content type their program puts on it.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body))
    scope.addHook("preParsing", async (request, reply) => sendContinue(request.raw, reply.raw))
    registerLab(scope, parts)
    registerRooms(scope, parts, streams)
    registerFeeds(scope, parts, streams)
    registerDurableStreams(scope, parts, streams, bounds)
  })
  return { app, endStreams: () => streams.end() }
}
