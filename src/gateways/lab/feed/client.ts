import { setTimeout as sleep } from "node:timers/promises"
import { WebSocket } from "ws"
import { BlockTimer } from "../../../protocol/block-timer.ts"
import { LandlineError } from "../../../protocol/errors.ts"
import { type FeedKind, type FeedWant, kindOf } from "../../../protocol/lab/feed-messages.ts"
import { renderReport } from "../../../protocol/lab/feed-reports.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { limits } from "../../../protocol/limits.ts"

export interface FeedClientOptions {
  readonly host: string
  readonly port: number
  readonly want: FeedWant
  /** Messages of a block. */
  readonly blockMessages: number
  /** Kept messages after which it ends; left out: never. */
  readonly messagesMax?: number | undefined
  /** How long a message is waited for before it gives up; left out: for ever. */
  readonly timeoutMs?: number | undefined
  /** Ends it. */
  readonly signal: AbortSignal
  /** @param kind undefined where it is neither */
  onMessage(text: string, kind: FeedKind | undefined): void
  /** @param text what was sent to the server about a block */
  onReport(text: string, block: { readonly messages: number; readonly spanMs: number }): void
  onReconnecting(): void
  /** @param reason a sentence, of a server that is there and is no feed server; each once in a row */
  onTrouble(reason: string): void
}

/**
 * Receives from a feed server, the coursework's own too, until `messagesMax` or `signal`. Whatever the server does,
 * it connects again.
 * @throws LandlineError no_hub where nothing came for `timeoutMs`
 */
export async function receiveFeed(options: FeedClientOptions): Promise<void> {
  await new FeedClient(options).run()
}

class FeedClient {
  readonly #options: FeedClientOptions
  readonly #ending = new AbortController()
  #silence: NodeJS.Timeout | undefined
  #silent = false
  #kept = 0
  #trouble = ""
  /** Servers that do not know it leave it out of account; should one refuse it, it is not sent again. */
  #query: string

  constructor(options: FeedClientOptions) {
    this.#options = options
    this.#query = options.want === "both" ? "" : `?want=${options.want}`
  }

  async run(): Promise<void> {
    const { host, port, signal, timeoutMs, onReconnecting } = this.#options
    const end = () => this.#ending.abort()
    signal.addEventListener("abort", end)
    if (signal.aborted) end()
    this.#listen()
    try {
      while (!this.#ending.signal.aborted) {
        await this.#connection()
        await sleep(labLimits.reconnectMs, undefined, { signal: this.#ending.signal }).catch(() => {})
        if (!this.#ending.signal.aborted) onReconnecting()
      }
    } finally {
      clearTimeout(this.#silence)
      signal.removeEventListener("abort", end)
    }
    if (this.#silent)
      throw new LandlineError(
        "no_hub",
        { host, port },
        `Nothing came from ${host}:${port} within ${timeoutMs! / 1000} s. Start a feed server there, or name another HOST:PORT.`,
      )
  }

  /** Resolves when it has ended, or there was none. */
  async #connection(): Promise<void> {
    const { host, port, blockMessages } = this.#options
    const address = host.includes(":") ? `[${host}]` : host
    const socket = new WebSocket(`ws://${address}:${port}/${this.#query}`, {
      handshakeTimeout: labLimits.replyTimeoutMs,
      maxPayload: limits.frameBytesMax,
    })
    const close = () => {
      if (socket.readyState === WebSocket.CONNECTING) return socket.terminate()
      socket.close(1000)
      setTimeout(() => socket.terminate(), limits.closeTimeoutMs).unref()
    }
    let blocks: BlockTimer | undefined
    socket.on("upgrade", ({ socket: line }) => void line.setKeepAlive(true, limits.heartbeatMs))
    socket.on("open", () => {
      this.#trouble = ""
      blocks = new BlockTimer(blockMessages, performance.now())
    })
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary)
        return this.#say("The server sends binary frames, which a feed of text has not. They are left out.")
      if (socket.readyState === WebSocket.OPEN) this.#take(data.toString(), socket, blocks!)
    })
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const { code = "", message } = error
      // Nobody there, or gone: that it connects again says enough.
      if (this.#ending.signal.aborted || GONE.has(code)) return
      if (!blocks) this.#query = ""
      const reason = /^E[A-Z]/.test(code)
        ? `There is no way to ${host}:${port} (${code}). Is the address right?`
        : `The server at ${host}:${port} does not speak WebSocket as RFC 6455 has it: ${message}.`
      this.#say(reason)
    })
    this.#ending.signal.addEventListener("abort", close)
    await new Promise<void>((resolve) => void socket.once("close", () => resolve()))
    this.#ending.signal.removeEventListener("abort", close)
  }

  #take(text: string, socket: WebSocket, blocks: BlockTimer): void {
    const { want, messagesMax = Number.POSITIVE_INFINITY, onMessage, onReport } = this.#options
    const kind = kindOf(text)
    this.#listen()
    if (want !== "both" && kind !== want) return
    onMessage(text, kind)
    const block = blocks.received(performance.now())
    if (block) {
      const report = renderReport(block.messages, block.spanMs / 1000)
      socket.send(report)
      onReport(report, block)
    }
    if (++this.#kept >= messagesMax) this.#ending.abort()
  }

  /** From now on silence counts. */
  #listen(): void {
    const { timeoutMs } = this.#options
    clearTimeout(this.#silence)
    if (timeoutMs === undefined) return
    this.#silence = setTimeout(() => {
      this.#silent = true
      this.#ending.abort()
    }, timeoutMs)
  }

  #say(trouble: string): void {
    if (trouble !== this.#trouble) this.#options.onTrouble(trouble)
    this.#trouble = trouble
  }
}

const GONE = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"])
