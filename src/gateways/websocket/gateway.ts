import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { type RawData, type WebSocket, WebSocketServer } from "ws"
import type { Chat } from "../../capabilities/chat/chat.ts"
import type { Check } from "../../capabilities/check/check.ts"
import type { Feeds } from "../../capabilities/feeds/feeds.ts"
import type { Presence } from "../../core/presence.ts"
import type { Sessions } from "../../core/sessions.ts"
import type { Telemetry } from "../../core/telemetry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { SUBPROTOCOL } from "../../protocol/session.ts"
import { Connection } from "./connection.ts"
import { messageFrame } from "./frames.ts"
import { SessionConnection } from "./session.ts"

export interface SessionParts {
  readonly chat: Chat
  readonly feeds: Feeds
  readonly check: Check
  readonly sessions: Sessions
  readonly presence: Presence
  readonly hub: { readonly name: string; readonly version: string }
  /** Messages a second that one session may publish. */
  readonly publishRate: number
  /** How often clients are asked to measure their line. */
  readonly lineEveryMs: number
  /** Told of what should never happen. */
  onDefect(cause: unknown): void
}

export interface WebSocketParts extends SessionParts {
  readonly telemetry: Telemetry
}

const HEARTBEAT = messageFrame({ op: "heartbeat" })
const SWEEP_MS = 500
const STALLED_MS = 120_000 // a peer that takes nothing for this long while much is waiting for it is cut

/** The WebSocket door: sessions under `SESSION_PATH`. */
export class WebSocketGateway {
  readonly #parts: WebSocketParts
  readonly #sessions = new Map<WebSocket, SessionConnection>()
  readonly #awaited = new Set<SessionConnection>() // connections that have not said hello
  readonly #sweeper: NodeJS.Timeout
  readonly #heartbeat: NodeJS.Timeout
  #closing: LandlineError | undefined
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // a frame must be the same bytes for every follower
    maxPayload: limits.frameBytesMax,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })

  constructor(parts: WebSocketParts) {
    this.#parts = parts
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref()
    this.#heartbeat = setInterval(() => this.#beat(), limits.heartbeatMs / 2).unref()
  }

  /** Connections that are open, and bytes that wait for their peers. */
  get load(): { connections: number; queuedBytes: number } {
    let queuedBytes = 0
    for (const { connection } of this.#sessions.values()) queuedBytes += connection.queuedBytes
    return { connections: this.#sessions.size, queuedBytes }
  }

  /** @throws LandlineError stopping | too_many */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#closing) throw this.#closing
    if (this.#sessions.size >= limits.sessionsMax) throw new LandlineError("too_many")
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#open(ws, socket))
  }

  /** Tells every session that the hub stops, and waits until they are gone. */
  async close(reason: LandlineError): Promise<void> {
    this.#closing = reason
    clearInterval(this.#heartbeat)
    clearInterval(this.#sweeper)
    const gone = [...this.#sessions.keys()].map((ws) => new Promise((resolve) => ws.once("close", resolve)))
    for (const { connection } of this.#sessions.values()) connection.refuse(reason)
    await Promise.all(gone)
  }

  #open(ws: WebSocket, socket: Socket): void {
    const { telemetry, onDefect } = this.#parts
    const connection = new Connection(ws, socket, telemetry, onDefect)
    const session = new SessionConnection(this.#parts, connection)
    this.#sessions.set(ws, session)
    this.#awaited.add(session)
    socket.setNoDelay(true)
    socket.on("drain", () => {
      connection.drained()
      session.drained()
    })
    ws.on("message", (data: RawData, isBinary) => {
      connection.lastHeard = performance.now()
      session.receive(isBinary ? "" : (data as Buffer).toString())
      if (connection.full) connection.hold("full") // who does not read the answers is not read either
    })
    ws.on("pong", () => {
      connection.lastHeard = performance.now()
    })
    ws.on("error", (error: Error & { code?: string }) => telemetry.cut(error.code ?? "error"))
    ws.on("close", () => {
      this.#sessions.delete(ws)
      this.#awaited.delete(session)
      session.close()
    })
  }

  /** Refuses those who have not said hello in time. */
  #sweep(): void {
    const now = performance.now()
    for (const session of this.#awaited) {
      if (session.greeted) this.#awaited.delete(session)
      else if (now - session.connection.openedAt > limits.helloTimeoutMs) {
        this.#awaited.delete(session)
        session.connection.refuse(new LandlineError("hello_expected"))
      }
    }
  }

  #beat(): void {
    const now = performance.now()
    for (const [ws, { connection }] of this.#sessions) {
      const silent = now - connection.lastHeard > 2 * limits.heartbeatMs
      if (connection.fullForMs(now) > STALLED_MS) connection.refuse(new LandlineError("too_slow"))
      else if (silent && !connection.full && !ws.isPaused) connection.drop("silent")
      else if (!connection.full) {
        connection.ping()
        if (now - connection.lastSent > limits.heartbeatMs / 4) connection.write(HEARTBEAT)
      }
    }
  }
}
