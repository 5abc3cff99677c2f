import http from "node:http"
import https from "node:https"
import { sessionUrl } from "../../client/address.ts"
import { ERRORS, type ErrorCode, type ErrorDetails, LandlineError } from "../../protocol/errors.ts"
import { personName } from "../../protocol/names.ts"
import { deviceSecret } from "../device.ts"
import { noHub, spoken } from "../failure.ts"
import type { HubOptions } from "../hub-options.ts"

/** A line on which nothing at all moves for so long is dead; the hub may need a while to make a large file durable. */
const IDLE_MS = 120_000
/** A hub that is there takes a connection at once. */
const CONNECT_MS = 5_000
/** Small files that are sent at once. */
export const AT_ONCE = 32
/** Of a refusal, or of a page of a list. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** Pieces of a stream are written before the next is asked for. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
}

/** A hub's HTTP doors (PROTOCOL.md sections 7 and 9), as the member that speaks here. */
export class HubHttp {
  /** Ends with `/`. */
  readonly base: URL
  /** Whether there ever was an answer: before that, there may be no hub at all. */
  reached = false
  readonly #hub: string
  readonly #as: string
  readonly #agent: http.Agent
  readonly #identity: Record<string, string>

  /** @throws LandlineError usage | bad_name */
  constructor({ hub, as }: HubOptions, identity = identityOf(as)) {
    this.base = new URL(".", sessionUrl(hub))
    this.base.protocol = this.base.protocol === "wss:" ? "https:" : "http:"
    this.#hub = hub
    this.#as = as
    const { Agent } = this.base.protocol === "https:" ? https : http
    this.#agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
    this.#identity = identity
  }

  /**
   * Sends a request. The answer's body is still to be read.
   * @param path without a slash in front
   * @throws LandlineError what the hub refuses with; no_hub where the line is lost; what the body throws
   */
  async request(method: string, path: string, { headers, body }: Sent = {}): Promise<http.IncomingMessage> {
    const url = new URL(path, this.base)
    const request = (url.protocol === "https:" ? https : http).request(url, {
      method,
      agent: this.#agent,
      timeout: IDLE_MS,
      headers: { accept: "application/json", ...this.#identity, ...lengthOf(method, body), ...headers },
    })
    const answer = this.#answer(request)
    answer.catch(() => {}) // it is awaited below, after the body
    try {
      await write(request, body)
    } catch (error) {
      request.destroy()
      throw error
    }
    const response = await answer
    if (response.statusCode! < 400) return response
    const refusal = await this.#refusal(response)
    // A refusal may come before the body is sent: what is left of it has nowhere to go.
    if (!request.writableFinished) request.destroy()
    throw refusal
  }

  /** Sends a request and reads the answer, in JSON. @throws as `request` */
  async json<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    const text = await this.text(await this.request(method, path, sent))
    try {
      return JSON.parse(text) as T
    } catch {
      throw this.#notAHub("something else")
    }
  }

  /** The whole of an answer. @throws LandlineError no_hub */
  async text(response: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > TEXT_BYTES_MAX) throw this.#notAHub("something endless")
        chunks.push(chunk)
      }
    } catch (error) {
      throw error instanceof LandlineError ? error : this.lost(error)
    }
    return Buffer.concat(chunks).toString()
  }

  /** The error for a line that was lost. */
  lost(cause?: unknown): LandlineError {
    const error = noHub(this.#hub)
    error.cause = cause
    return error
  }

  #answer(request: http.ClientRequest): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      let late: NodeJS.Timeout | undefined
      request.once("socket", (socket) => {
        if (!socket.connecting) return
        late = setTimeout(() => request.destroy(new Error("no connection")), CONNECT_MS)
        socket.once("connect", () => clearTimeout(late))
      })
      request.once("timeout", () => request.destroy(new Error("idle")))
      request.once("response", (response) => {
        this.reached = true
        resolve(response)
      })
      request.once("error", (error: NodeJS.ErrnoException) => {
        // HPE: the parser's; what it read is not HTTP.
        reject(error.code?.startsWith("HPE_") ? this.#notAHub("something else than HTTP") : this.lost(error))
      })
      request.once("close", () => clearTimeout(late))
    })
  }

  async #refusal(response: http.IncomingMessage): Promise<LandlineError> {
    const status = response.statusCode!
    const { code, message, details } = refusalIn(await this.text(response))
    if (code)
      return spoken(new LandlineError(code, { ...details, status }, message), this.#as) as LandlineError
    // What stands between us and the hub says that the hub is not there.
    if (status >= 502 && status <= 504) return this.lost()
    return this.#notAHub(`${status} ${response.statusMessage}`, { status })
  }

  #notAHub(said: string, details: ErrorDetails = {}): LandlineError {
    const say = `What listens at ${this.#hub} answered with ${said}: it is no Landline hub that knows of files.`
    return new LandlineError("bad_request", details, say)
  }
}

/** PROTOCOL 7.1. @throws LandlineError bad_name */
export function identityOf(as: string): Record<string, string> {
  // Headers are bytes: Node takes each character for one.
  const name = Buffer.from(personName(as), "utf8").toString("latin1")
  return { "landline-name": name, authorization: `Bearer ${deviceSecret()}` }
}

function lengthOf(method: string, body: Sent["body"]): Record<string, string> {
  if (body instanceof Uint8Array) return { "content-length": String(body.length) }
  return body === undefined && method !== "GET" ? { "content-length": "0" } : {}
}

/** Writes a body, piece by piece, until it ends or an answer comes, whichever is first. */
async function write(request: http.ClientRequest, body: Sent["body"]): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) return void request.end(body)
  let over = false
  let wake = () => {}
  const stop = () => {
    over = true
    wake()
  }
  request.once("response", stop).once("error", stop).once("close", stop)
  for await (const piece of body) {
    if (over) return
    await new Promise<void>((resolve) => {
      wake = resolve
      request.write(piece, () => resolve())
    })
  }
  request.end()
}

function refusalIn(text: string): { code?: ErrorCode; message?: string; details?: ErrorDetails } {
  try {
    const { error } = JSON.parse(text)
    return Object.hasOwn(ERRORS, error.code) ? error : {}
  } catch {
    return {}
  }
}
