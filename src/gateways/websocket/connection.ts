import type { Socket } from "node:net"
import { WebSocket } from "ws"
import type { Telemetry } from "../../core/telemetry.ts"
import { ERRORS, LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { ErrorMessage, HubMessage } from "../../protocol/messages.ts"
import { messageFrame } from "./frames.ts"

const REFUSALS_WINDOW_MS = 10_000

/** What an error says it answers. */
export type Regarding = Pick<ErrorMessage, "id" | "topic" | "producer" | "seq">

/** Why a peer is not read for a while: it leaves answers unread, publishes too fast, or asks too much. */
const HOLDS = { full: 1, author: 2, hello: 4, requests: 8 } as const
type Hold = keyof typeof HOLDS

/**
 * The sending side of a session's socket. Data frames go straight to the TCP socket, so that one buffer serves
 * all followers; `ws` itself sends only control frames here, and each write is whole frames, so the two never
 * mix inside a frame.
 */
export class Connection {
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #telemetry: Telemetry
  readonly #onDefect: (cause: unknown) => void
  /** performance.now() of its beginning, of the last write, and of the last sign of life. */
  readonly openedAt = performance.now()
  lastSent = this.openedAt
  lastHeard = this.openedAt
  #fullSince = 0
  #waiting: PromiseWithResolvers<void> | undefined
  #refusals = 0
  #refusalsSince = 0
  #holds = 0 // bits of HOLDS: there are thousands of idle connections, and each byte counts

  constructor(ws: WebSocket, socket: Socket, telemetry: Telemetry, onDefect: (cause: unknown) => void) {
    this.#ws = ws
    this.#socket = socket
    this.#telemetry = telemetry
    this.#onDefect = onDefect
  }

  /** Stops reading from the peer until each reason to do so is released. */
  hold(reason: Hold): void {
    if (this.#holds === 0) this.#ws.pause()
    this.#holds |= HOLDS[reason]
  }

  release(reason: Hold): void {
    if ((this.#holds & HOLDS[reason]) === 0) return
    this.#holds &= ~HOLDS[reason]
    if (this.#holds === 0) this.#ws.resume()
  }

  /** Nothing has ended it, and nothing is about to. */
  get open(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  /** Resolves when the peer can be sent more; never, where it does not read until it is gone. */
  room(): Promise<void> | undefined {
    if (!this.full) return undefined
    this.#waiting ??= Promise.withResolvers()
    return this.#waiting.promise
  }

  /** The peer has read everything. */
  drained(): void {
    this.lastHeard = performance.now()
    this.#fullSince = 0
    this.release("full")
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  /** More is waiting to be read by the peer than a follower may leave. */
  get full(): boolean {
    return this.#socket.writableLength > limits.socketQueueBytesMax
  }

  get queuedBytes(): number {
    return this.#socket.writableLength
  }

  /** ms for which the peer has been full. */
  fullForMs(now: number): number {
    if (!this.full) this.#fullSince = 0
    else if (this.#fullSince === 0) this.#fullSince = now
    return this.#fullSince && now - this.#fullSince
  }

  /** @param frame whole frames. @returns false when the socket is full now */
  write(frame: Uint8Array): boolean {
    if (!this.open) return false
    this.lastSent = performance.now()
    this.#socket.write(frame)
    return !this.full
  }

  send(message: HubMessage): void {
    this.write(messageFrame(message))
  }

  sendError(error: LandlineError, regarding: Regarding = {}): void {
    if (error.code === "internal") this.#onDefect(error.cause)
    const { code, message, details } = error
    this.send({ op: "error", code, retry: ERRORS[code].retry, message, ...regarding, details })
  }

  /** Answers with the error; a peer that goes on and on with what is refused is closed. */
  sendRefusal(error: LandlineError, regarding: Regarding): void {
    const now = performance.now()
    if (now - this.#refusalsSince > REFUSALS_WINDOW_MS) {
      this.#refusalsSince = now
      this.#refusals = 0
    }
    if (++this.#refusals > limits.refusalsMax) this.refuse(new LandlineError("slow_down"))
    else this.sendError(error, regarding)
  }

  ping(): void {
    if (this.open) this.#ws.ping()
  }

  /** Tells why, closes with the error's close code, and does not wait long for a peer that does not read. */
  refuse(error: LandlineError): void {
    this.sendError(error)
    this.close(ERRORS[error.code].close || 1011, error)
  }

  close(code: number, { code: reason }: { code: string }): void {
    if (!this.open) return
    this.#telemetry.cut(reason)
    this.#ws.close(code, reason)
    this.#ws.resume() // its close must be read to be seen
    setTimeout(() => this.#ws.terminate(), limits.closeTimeoutMs).unref()
  }

  /** The peer gave no sign of life. */
  drop(reason: string): void {
    this.#telemetry.cut(reason)
    this.#ws.terminate()
  }
}
