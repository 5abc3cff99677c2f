import type { Socket } from "node:net"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { limits } from "../../protocol/limits.ts"
import { addressText } from "./listener.ts"
import type { LabLog } from "./log.ts"

/**
 * How answers are delivered: all of these are what TCP may do to any program.
 * - `bytes`: each byte in a segment of its own.
 * - `glued`: held until nothing more is written for a while, then in one write.
 * - `slow`: in small pieces, over two seconds.
 * - `late`: each a while after it was written.
 */
export const DELIVERIES = ["normal", "bytes", "glued", "slow", "late"] as const
export type Delivery = (typeof DELIVERIES)[number]

export interface DeliverOptions {
  readonly how: Delivery
  readonly log: LabLog
  /** Ms between what the service says unasked; `glued` waits for more of it. */
  readonly everyMs?: number | undefined
}

const BYTES_APART_MS = 2
const SLOW_PIECES = 24
const SLOW_APART_MS = 80 // less than the pause that ends a message where nothing else does
export const LATE_MS = 1_500
const GLUE_MS = 300
const GLUE_MS_MAX = 2_000 // a service that never pauses is heard all the same

/** How a stream calls what is no text. */
const BYTES = "buffer" as BufferEncoding

/** The sockets of one port whose services' words go out in an awkward way. */
export class Deliveries {
  readonly #options: DeliverOptions
  readonly #open = new Set<DeliveredSocket>()

  constructor(options: DeliverOptions) {
    this.#options = options
  }

  /** Changes how writes on it go out: in order, in bounds, and its end behind them. */
  take(socket: Socket): void {
    if (this.#options.how === "normal") return
    const delivered = new DeliveredSocket(socket, this.#options)
    this.#open.add(delivered)
    socket.once("close", () => this.#open.delete(delivered))
  }

  /** What is still held goes out at once. */
  hasten(): void {
    for (const delivered of this.#open) delivered.hasten()
  }
}

type Written = (error?: Error | null) => void
type Chunk = { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }

/**
 * The stream's own machinery keeps order, backpressure and the end: what is replaced is the step that hands a write to
 * the system, and it takes its time.
 */
class DeliveredSocket {
  readonly #socket: Socket
  readonly #options: DeliverOptions
  readonly #address: string
  readonly #send: Socket["_write"]
  readonly #destroy: Socket["destroy"]
  readonly #times: number[] = [] // when each write that has not gone out was written
  #written = 0
  #sent = 0
  #sentAtEnd: number | undefined // when the client ended its half
  #handingOver = false // the system has a piece, and the client's buffer no room for it
  #hasty = false
  #letGo = false // by us
  #wake: (() => void) | undefined
  #glue: { readonly since: number; timer: NodeJS.Timeout } | undefined

  constructor(socket: Socket, options: DeliverOptions) {
    this.#socket = socket
    this.#options = options
    this.#address = addressText(socket.remoteAddress, socket.remotePort)
    this.#send = socket._write.bind(socket)
    this.#destroy = socket.destroy.bind(socket)
    socket._write = (chunk, encoding, done) => void this.#deliver([{ chunk, encoding }], done)
    socket._writev = (chunks, done) => void this.#deliver(chunks, done)
    socket.destroy = (error) => this.#leave(error)
    const { write, end } = socket
    socket.write = ((...words: Parameters<Socket["write"]>) => {
      this.#note(words[0])
      const more = write.apply(socket, words)
      if (!more) this.#unglue() // the service waits for room: nothing more is coming
      return more
    }) as Socket["write"]
    socket.end = ((...words: Parameters<Socket["end"]>) => {
      this.#letGo = true
      this.#note(words[0])
      return end.apply(socket, words)
    }) as Socket["end"]
    socket.once("end", () => {
      if (!this.#letGo) this.#sentAtEnd = this.#sent
    })
    socket.once("close", () => this.#onClose())
  }

  hasten(): void {
    this.#hasty = true
    this.#unglue()
    this.#wake?.()
  }

  #note(words: unknown): void {
    if (typeof words !== "string" && !(words instanceof Uint8Array)) return
    this.#written += Buffer.byteLength(words)
    this.#times.push(performance.now())
    if (this.#options.how === "glued" && !this.#hasty) this.#hold()
  }

  #hold(): void {
    const now = performance.now()
    if (!this.#glue) this.#socket.cork()
    clearTimeout(this.#glue?.timer)
    const since = this.#glue?.since ?? now
    const { everyMs = 0 } = this.#options
    const most = since + Math.max(GLUE_MS_MAX, 2.5 * everyMs) - now
    const ms = Math.max(0, Math.min(GLUE_MS + everyMs, most))
    this.#glue = { since, timer: setTimeout(() => this.#unglue(), ms) }
  }

  #unglue(): void {
    if (!this.#glue) return
    clearTimeout(this.#glue.timer)
    this.#glue = undefined
    this.#socket.uncork()
  }

  async #deliver(chunks: readonly Chunk[], done: Written): Promise<void> {
    const parts = chunks.map(({ chunk, encoding }) =>
      typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk,
    )
    const times = this.#times.splice(0, parts.length)
    try {
      if (this.#options.how === "late") {
        for (const [index, part] of parts.entries()) {
          await this.#until(times[index]! + LATE_MS)
          await this.#handOver(part)
        }
      } else await this.#inPieces(Buffer.concat(parts))
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  async #inPieces(all: Buffer): Promise<void> {
    const [pieceBytes, apartMs] = this.#cut(all.length)
    for (let at = 0; at < all.length; ) {
      const piece = this.#hasty ? all.subarray(at) : all.subarray(at, at + pieceBytes)
      await this.#handOver(piece)
      at += piece.length
      await this.#until(performance.now() + apartMs)
    }
  }

  /** @returns bytes of a piece, and ms after it */
  #cut(bytes: number): readonly [number, number] {
    const { how } = this.#options
    if (how === "bytes") return [1, BYTES_APART_MS]
    if (how === "slow") return [Math.ceil(bytes / SLOW_PIECES), SLOW_APART_MS]
    return [bytes, 0]
  }

  #handOver(piece: Buffer): Promise<void> {
    if (piece.length === 0) return Promise.resolve()
    this.#handingOver = true
    return new Promise((resolve, reject) =>
      this.#send(piece, BYTES, (error) => {
        this.#handingOver = false
        if (error) return reject(error)
        this.#sent += piece.length
        resolve()
      }),
    )
  }

  /** Waits, as long as there is something to wait for. */
  #until(time: number): Promise<void> {
    const ms = time - performance.now()
    if (ms <= 0 || this.#hasty || this.#socket.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }

  /** A service that lets a client go gives it a second, counted from its last word: that one is still held here. */
  #leave(error?: Error): Socket {
    this.#letGo ||= error === undefined && this.#sentAtEnd === undefined
    if (error || this.#socket.writableLength === 0 || this.#handingOver) return this.#destroy(error)
    this.#socket.end()
    const close = () => void this.#destroy()
    const timer = setTimeout(close, labLimits.deliverEndMs)
    this.#socket
      .once("finish", () => setTimeout(close, limits.closeTimeoutMs).unref())
      .once("close", () => clearTimeout(timer))
    return this.#socket
  }

  #onClose(): void {
    clearTimeout(this.#glue?.timer)
    this.#wake?.()
    this.#options.log.info("delivery", `${this.#address} ${this.#told()}`)
  }

  /** What the client did with it. */
  #told(): string {
    const { errored } = this.#socket
    const out = this.#sentAtEnd ?? this.#sent
    if (this.#written === 0) return "was sent nothing"
    if (this.#sentAtEnd !== undefined && out < this.#written && !errored)
      return `closed its side after ${out} of ${this.#written} bytes; the rest was sent`
    const took = out < this.#written ? `took ${out} of ${this.#written} bytes` : "took everything"
    if (this.#sentAtEnd !== undefined) return `${took}, then closed`
    return `${took}, then ${errored ? "broke the connection" : this.#letGo ? "the service closed" : "closed"}`
  }
}
