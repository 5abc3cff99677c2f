import type { IncomingMessage, ServerResponse } from "node:http"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { sendContinue } from "./bodies.ts"
import type { Turns } from "./turns.ts"

/** The pace that an upload has to keep. */
export interface Pace {
  /** Bytes a second. */
  readonly uploadRateMin: number
  readonly uploadRateWindowMs: number
  /** What all uploads share. */
  readonly turns: Turns
}

/**
 * The body of a request as it arrives, read ahead up to limits.uploadBufferBytes while what came before is stored.
 * A client that waits for 100 Continue is told so when the first bytes are asked for: whatever speaks against
 * the request is known by then. It throws where the body ends early (`bad_request`) or is slower than the pace
 * (`too_slow`). `using` lets go of the request, however far it was read.
 *
 * Chunks of a body of more than limits.uploadBufferBytes are lent: asking for the next gives the memory of the last
 * back at once. Left to the collector, chunks that come at the speed of a line keep it running, at twice the cost
 * of all else that is done with them.
 */
export class RequestBytes implements AsyncIterableIterator<Uint8Array>, Disposable {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #pace: Pace
  #queue: Buffer[] = []
  #queuedBytes = 0
  #lent: Buffer | undefined
  readonly #lends: boolean
  #waiting: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined
  #end: { readonly error?: LandlineError } | undefined
  #timer: NodeJS.Timeout | undefined
  /** Of this window of the pace. */
  #receivedBytes = 0
  #resting = false
  /** It was this side that let the client wait. */
  #held = false

  constructor(request: IncomingMessage, response: ServerResponse, pace: Pace) {
    this.#request = request
    this.#response = response
    this.#pace = pace
    this.#lends = Number(request.headers["content-length"] ?? Infinity) > limits.uploadBufferBytes
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#timer) this.#begin()
    if (this.#lent && this.#lends) free(this.#lent)
    this.#lent = undefined
    const chunk = this.#queue.shift()
    if (chunk) {
      this.#queuedBytes -= chunk.length
      this.#goOn()
      return this.#lend(chunk)
    }
    if (this.#end?.error) throw this.#end.error
    if (this.#end) return { done: true, value: undefined }
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this[Symbol.dispose]()
    return { done: true, value: undefined }
  }

  [Symbol.dispose](): void {
    this.#finish({})
    this.#request.off("data", this.#take).pause()
    this.#queue = []
  }

  #begin(): void {
    const { uploadRateWindowMs } = this.#pace
    this.#timer = setInterval(() => this.#judge(), uploadRateWindowMs).unref()
    if (this.#request.destroyed) return this.#cut()
    this.#request.on("data", this.#take)
    this.#request.once("end", () => this.#finish({}))
    this.#request.once("close", () => this.#cut())
    this.#request.on("error", () => {}) // "close" follows
    sendContinue(this.#request, this.#response)
  }

  readonly #take = (chunk: Buffer): void => {
    this.#receivedBytes += chunk.length
    if (!this.#pace.turns.spend(chunk.length)) this.#rest()
    if (this.#waiting) {
      this.#waiting.resolve(this.#lend(chunk))
      this.#waiting = undefined
      return
    }
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.length
    if (this.#queuedBytes < limits.uploadBufferBytes) return
    this.#held = true
    this.#request.pause()
  }

  /** It is the others' turn. */
  #rest(): void {
    this.#resting = true
    this.#request.pause()
    this.#pace.turns.wait(() => {
      this.#resting = false
      this.#goOn()
    })
  }

  #goOn(): void {
    const room = this.#queuedBytes <= limits.uploadBufferBytes / 2
    if (room && !this.#resting && !this.#end && this.#request.isPaused()) this.#request.resume()
  }

  #lend(chunk: Buffer): IteratorResult<Uint8Array> {
    this.#lent = chunk
    return { done: false, value: chunk }
  }

  #judge(): void {
    const { uploadRateMin, uploadRateWindowMs } = this.#pace
    if (!this.#held && this.#receivedBytes < (uploadRateMin * uploadRateWindowMs) / 1_000)
      this.#finish({ error: tooSlow() })
    this.#receivedBytes = 0
    this.#held = this.#request.isPaused()
  }

  #cut(): void {
    const say = "The connection ended before the upload did. What arrived is kept."
    this.#finish({ error: new LandlineError("bad_request", {}, say) })
  }

  /** The first end counts. */
  #finish(end: { readonly error?: LandlineError }): void {
    clearInterval(this.#timer)
    this.#end ??= end
    if (this.#end.error) this.#waiting?.reject(this.#end.error)
    else this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = undefined
  }
}

/** Small chunks may share their memory with others. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0)
}

function tooSlow(): LandlineError {
  return new LandlineError(
    "too_slow",
    {},
    "The upload came too slowly. What arrived is kept: go on from there.",
  )
}
