import { ERRORS, type ErrorCode, LandlineError } from "../protocol/errors.ts"
import { limits } from "../protocol/limits.ts"
import type { ErrorMessage, Hello, HubMessage, Request, Welcome } from "../protocol/messages.ts"
import { SUBPROTOCOL } from "../protocol/session.ts"
import { backoffMs } from "./backoff.ts"
import { asError } from "./outbox.ts"

/**
 * `connecting`: the first try is under way. `live`: the hub has said welcome. `offline`: the line is down and is
 * tried again. `closed`: for good, by `close` or because the hub refused.
 */
export type State = "connecting" | "live" | "offline" | "closed"

export interface ConnectionPorts {
  readonly url: string
  readonly WebSocket: typeof WebSocket
  /** Asked anew for each connection. */
  hello(): Hello
  /** The state is `live`. */
  onWelcome(welcome: Welcome): void
  /** Everything after the welcome but heartbeats. */
  onMessage(message: HubMessage): void
  /** The line is down; the state is `offline`. */
  onOffline(): void
  /** The state is `closed`. With an error: the hub does not want this session back. */
  onClosed(error?: LandlineError): void
}

/**
 * Close codes after which the same session would be refused again (PROTOCOL 8). 4408 is not one of them: a hello
 * that came too late may be in time on a better line.
 */
const FINAL: readonly number[] = [
  ERRORS.bad_request.close,
  ERRORS.name_taken.close,
  ERRORS.version_mismatch.close,
  ERRORS.too_large.close,
]

/** One line to the hub at a time, made again whenever it is lost, until `close` or a refusal. */
export class Connection {
  readonly #ports: ConnectionPorts
  #state: State = "connecting"
  #socket: WebSocket | undefined
  #failures = 0
  /** What the hub said last that answers no request: the reason, when a close follows. */
  #complaint: ErrorMessage | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setTimeout> | undefined
  #heardAt = 0

  constructor(ports: ConnectionPorts) {
    this.#ports = ports
    this.#open()
  }

  get state(): State {
    return this.#state
  }

  /** Sends, where the line is up; what must not be lost is kept and sent again by the caller. */
  send(message: Request): void {
    if (this.#state === "live") this.#socket?.send(JSON.stringify(message))
  }

  /** Resolves when the hub has taken the close, or after a second. */
  async close(): Promise<void> {
    clearTimeout(this.#retry)
    const socket = this.#leave()
    this.#closed()
    if (socket === undefined || socket.readyState === socket.CLOSED) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limits.closeTimeoutMs)
      socket.onclose = () => {
        clearTimeout(timer)
        resolve()
      }
      socket.close(1000)
    })
  }

  #open(): void {
    const { url, WebSocket, hello } = this.#ports
    const socket = new WebSocket(url, SUBPROTOCOL)
    this.#socket = socket
    this.#complaint = undefined
    socket.onopen = () => socket.send(JSON.stringify(hello()))
    socket.onmessage = ({ data }) => this.#receive(data)
    // `close` follows every error.
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }) => this.#lost(code, reason)
    this.#heardAt = performance.now()
    this.#hush(2 * limits.helloTimeoutMs)
  }

  #receive(data: unknown): void {
    this.#heardAt = performance.now()
    const message = parse(data)
    if (message === undefined) this.#lost(1007, "")
    else if (message.op === "welcome") {
      this.#failures = 0
      this.#hush(2 * message.heartbeatMs)
      this.#state = "live"
      this.#ports.onWelcome(message)
    } else if (message.op !== "heartbeat") {
      if (message.op === "error" && message.id === undefined && message.topic === undefined)
        this.#complaint = message
      if (this.#state === "live") this.#ports.onMessage(message)
    }
  }

  /** Watches for silence: a line that is dead without a close says nothing, and the hub would. */
  #hush(silenceMs: number): void {
    clearTimeout(this.#watch)
    const check = () => {
      const left = this.#heardAt + silenceMs - performance.now()
      if (left <= 0) this.#lost(1006, "")
      else this.#watch = setTimeout(check, left)
    }
    this.#watch = setTimeout(check, silenceMs)
  }

  /** Turns away from the socket: nothing that still comes from it counts. */
  #leave(): WebSocket | undefined {
    clearTimeout(this.#watch)
    const socket = this.#socket
    this.#socket = undefined
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null
    return socket
  }

  #lost(code: number, reason: string): void {
    this.#leave()?.close()
    if (FINAL.includes(code)) {
      this.#closed(this.#complaint ? asError(this.#complaint) : closedError(code, reason))
      return
    }
    this.#retry = setTimeout(() => this.#open(), backoffMs(this.#failures++))
    if (this.#state === "offline") return
    this.#state = "offline"
    this.#ports.onOffline()
  }

  #closed(error?: LandlineError): void {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.#ports.onClosed(error)
  }
}

function parse(data: unknown): HubMessage | undefined {
  try {
    return typeof data === "string" ? (JSON.parse(data) as HubMessage) : undefined
  } catch {
    return undefined
  }
}

function closedError(code: number, reason: string): LandlineError {
  const known = Object.entries(ERRORS).find(([, { close }]) => close === code)!
  return new LandlineError(known[0] as ErrorCode, {}, reason || undefined)
}
