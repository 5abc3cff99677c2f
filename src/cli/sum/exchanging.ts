import { type IncomingMessage, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import { type RawData, WebSocket } from "ws"
import { sessionUrl } from "../../client/address.ts"
import { ExchangeFault, type SumRun } from "../../client/line/sum-run.ts"
import { ERRORS, type ErrorCode, LandlineError } from "../../protocol/errors.ts"
import { EXCHANGE_PATH } from "../../protocol/exchange.ts"
import { targetOf } from "../check/target.ts"
import { noHub } from "../failure.ts"
import { unreachable } from "../line/line-errors.ts"

const ANSWER_MS = 5_000 // a hub that is there answers an exchange at once
const PROGRESS_MS = 100

export interface ExchangingOptions {
  readonly hub: string
  /** Ends the run early, with the exchanges that are in flight. */
  readonly signal?: AbortSignal | undefined
  /** At most ten times a second. */
  onProgress?(): void
}

/** What a run took. */
export interface Traffic {
  /** From the hub's first answer to its last. */
  readonly ms: number
  /** Messages of the run, without what WebSocket and TCP add. */
  readonly bytesUp: number
  readonly bytesDown: number
}

/**
 * Takes a run over a connection of its own, to its end.
 * @throws LandlineError no_hub | stopping | too_many | usage
 * @throws ExchangeFault where what came is not what a hub sends over a sound line; the run tells how far it went
 */
export async function exchangeAll(run: SumRun, options: ExchangingOptions): Promise<Traffic> {
  const ws = await open(options.hub)
  let bytesUp = 0
  let bytesDown = 0
  let heardMs = performance.now()
  let begunMs = heardMs
  let silentTicks = 0
  const ended = Promise.withResolvers<void>()
  const send = () => {
    for (let bytes = run.take(); bytes; bytes = run.take()) {
      bytesUp += bytes.length
      ws.send(bytes)
    }
  }
  const watch = setInterval(() => {
    options.onProgress?.()
    // Counted, not timed: while this program itself was stopped (Ctrl-Z), the hub has missed nothing.
    if (++silentTicks * PROGRESS_MS < ANSWER_MS) return
    const say = `The hub at ${options.hub} did not answer exchange ${run.done + 1} within ${ANSWER_MS / 1000} s.`
    ended.reject(new LandlineError("no_hub", {}, say))
  }, PROGRESS_MS)
  const stop = () => {
    run.stop()
    send()
  }
  if (options.signal?.aborted) run.stop()
  options.signal?.addEventListener("abort", stop)
  ws.on("message", (data: RawData, isBinary) => {
    heardMs = performance.now()
    silentTicks = 0
    if (run.hub === undefined) begunMs = heardMs
    bytesDown += (data as Buffer).length
    try {
      if (!isBinary) throw new ExchangeFault("What came is no binary message.")
      run.receive(data as Buffer)
      send()
      if (run.over) ended.resolve()
    } catch (error) {
      const foreign = error instanceof LandlineError && error.code === "no_hub"
      ended.reject(foreign ? notAHub(options.hub, "something else", error) : error)
    }
  })
  ws.on("error", (error: Error & { code?: string }) => {
    if (error.code?.startsWith("WS_ERR")) ended.reject(new ExchangeFault(brokenFrame("down", run.done)))
  })
  ws.on("close", (code) => {
    // RFC 6455 7.4.1: the hub read a frame that was none, or text that was no UTF-8, or too much.
    if (code === 1002 || code === 1007 || code === 1009)
      return ended.reject(new ExchangeFault(brokenFrame("up", run.done)))
    const say = `The line to the hub at ${options.hub} was cut after ${run.done} exchanges.`
    ended.reject(new LandlineError("no_hub", {}, say))
  })
  try {
    send()
    await ended.promise
    return { ms: heardMs - begunMs, bytesUp, bytesDown }
  } finally {
    clearInterval(watch)
    options.signal?.removeEventListener("abort", stop)
    ws.terminate()
  }
}

const brokenFrame = (way: "up" | "down", done: number): string =>
  `On the way ${way}, after ${done} exchanges, a frame came damaged: what follows cannot be read.`

function open(hub: string): Promise<WebSocket> {
  const url = new URL(EXCHANGE_PATH.slice(1), new URL(".", sessionUrl(hub)))
  const ws = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: ANSWER_MS,
    maxPayload: 1024 * 1024,
    followRedirects: false,
    // Zeros: the patterns of the payloads are then on the line as they are. RFC 6455 10.3 masks against pages that
    // choose the bytes of somebody else's connection; this program chooses those of its own.
    generateMask: (mask) => mask.fill(0),
  })
  return new Promise((resolve, reject) => {
    ws.once("open", () => {
      ws.removeAllListeners()
      resolve(ws)
    })
    ws.once("upgrade", ({ socket }: IncomingMessage) => (socket as Socket).setNoDelay(true))
    ws.once("unexpected-response", (_, answer: IncomingMessage) => {
      reject(refusal(hub, answer))
      ws.on("error", () => {})
      ws.terminate()
    })
    ws.once("error", (error) => {
      ws.on("error", () => {})
      reject(unreached(hub, error))
    })
  })
}

/** PROTOCOL 13: a hub that does not want the connection says the error's code as the reason. */
function refusal(hub: string, { statusCode = 0, statusMessage = "" }: IncomingMessage): LandlineError {
  if (Object.hasOwn(ERRORS, statusMessage) && statusMessage !== "not_found")
    return new LandlineError(statusMessage as ErrorCode)
  if (statusCode >= 502 && statusCode <= 504) return noHub(hub)
  return notAHub(hub, `${statusCode} ${STATUS_CODES[statusCode] ?? ""}`.trim())
}

/** Of the system, why there is no connection. */
const REASONS = new Set("ENOTFOUND EAI_AGAIN ECONNREFUSED ETIMEDOUT EHOSTUNREACH ENETUNREACH".split(" "))

function unreached(hub: string, error: NodeJS.ErrnoException): LandlineError {
  const { code = "", message } = error
  // The parsers of Node and ws: what they read is not HTTP, or not WebSocket. EPROTO: it is not TLS.
  if (/^(HPE_|EPROTO)/.test(code))
    return notAHub(hub, code === "EPROTO" ? "no TLS" : "something else than HTTP", error)
  if (/Sec-WebSocket|Upgrade header/i.test(message))
    return notAHub(hub, "something else than WebSocket", error)
  if (code === "ECONNRESET") return notAHub(hub, "nothing, and closed the connection", error)
  const { host, port } = targetOf(hub)
  const none = REASONS.has(code) ? unreachable(error, { host, port }) : noHub(hub)
  none.cause = error
  return none
}

function notAHub(hub: string, said: string, cause?: unknown): LandlineError {
  const say = `What listens at ${hub} answered with ${said}: it is no Landline hub that knows of sums.`
  const error = new LandlineError("no_hub", {}, say)
  error.cause = cause
  return error
}
