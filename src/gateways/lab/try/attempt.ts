import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import { connectTo } from "../connect.ts"
import type { Opened } from "./case.ts"

const GOT_BYTES_MAX = 64 * 1024 // a server that answers with gigabytes has shown what it is by then
const APART_MS = 10 // between pieces that are to arrive one by one
const GOODBYE_MS = 50 // in which a server that ends first does so

/** How a connection ended: by the server's FIN, by its reset, or by being cut here because too much came. */
export type End = "closed" | "reset" | "too much"

/** One connection to a server that is tried: everything sent and received is kept, in bounds. */
export class Attempt implements Opened {
  readonly isReached = true
  readonly #socket: Socket
  readonly #keepsHalf: boolean
  #sent: Uint8Array[] = []
  #got: Uint8Array = new Uint8Array()
  #end: End | undefined
  readonly #waiting = new Set<() => void>()
  #isKept = false

  private constructor(socket: Socket, keepsHalf: boolean) {
    this.#socket = socket
    this.#keepsHalf = keepsHalf
    socket.allowHalfOpen = true // a server that ends its half may still read
    socket.on("data", (chunk: Buffer) => {
      this.#got = concat([this.#got, chunk])
      if (this.#got.length > GOT_BYTES_MAX) this.#over("too much")
      this.#changed()
    })
    socket.on("end", () => this.#over("closed"))
    socket.on("error", () => this.#over("reset"))
    socket.on("close", () => this.#over("closed"))
  }

  /**
   * @param keepsHalf our half stays open behind a server that has ended first, until `reset`
   * @throws LandlineError no_hub
   */
  static async open(host: string, port: number, timeoutMs: number, keepsHalf = false): Promise<Attempt> {
    return new Attempt(await connectTo(host, port, timeoutMs), keepsHalf)
  }

  /** All that was sent, and all that came. */
  get sent(): Uint8Array {
    return concat(this.#sent)
  }

  get got(): Uint8Array {
    return this.#got
  }

  get text(): string {
    return new TextDecoder().decode(this.#got)
  }

  /** Undefined while it is open. */
  get end(): End | undefined {
    return this.#end
  }

  /** Sends in one write. */
  send(bytes: Uint8Array | string): void {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
    this.#sent.push(all)
    if (!this.#socket.destroyed) this.#socket.write(all)
  }

  /**
   * Sends in pieces that arrive one by one, as long as the connection lasts.
   * @param pieceBytes 1: byte by byte
   * @returns whether all was sent
   */
  async sendApart(bytes: Uint8Array | string, pieceBytes = 1): Promise<boolean> {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
    for (let at = 0; at < all.length; at += pieceBytes) {
      if (this.#end !== undefined) return false
      this.send(all.subarray(at, at + pieceBytes))
      await sleep(APART_MS)
    }
    return true
  }

  /** Waits until enough has come, the connection ends, or the time is over. @returns whether enough came */
  async until(isEnough: (attempt: this) => boolean, timeoutMs: number): Promise<boolean> {
    let isLate = false // told by the timer alone: it may fire a little before a clock says so
    const timer = setTimeout(() => {
      isLate = true
      this.#changed()
    }, timeoutMs)
    try {
      while (!isEnough(this) && this.#end === undefined && !isLate)
        await new Promise<void>((resolve) => this.#waiting.add(resolve))
    } finally {
      clearTimeout(timer)
    }
    return isEnough(this)
  }

  /** Waits until so many bytes have come. */
  untilBytes(count: number, timeoutMs: number): Promise<boolean> {
    return this.until(({ got }) => got.length >= count, timeoutMs)
  }

  /** Waits until the server ends the connection. */
  untilEnd(timeoutMs: number): Promise<boolean> {
    return this.until(({ end }) => end !== undefined, timeoutMs)
  }

  /** Nothing more may come within so long: what did is in `got`. */
  async quiet(ms: number): Promise<void> {
    await this.until(() => false, ms)
  }

  /** Sends no more (FIN); what comes is still taken. */
  finish(): void {
    this.#socket.end()
  }

  /** Resets the connection, as a program does that dies. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** It stays open until this is done, whoever disposes of it before; then it is disposed of. */
  keepUntil(done: Promise<unknown>): void {
    this.#isKept = true
    void done.then(() => {
      this.#isKept = false
      this[Symbol.dispose]()
    })
  }

  [Symbol.dispose](): void {
    if (this.#isKept) return
    if (!this.#keepsHalf) return void this.#socket.destroy()
    // RFC 9293, section 3.6: who ends first keeps the port in TIME-WAIT, unless the other end is a reset.
    const leave = () => this.#end !== "closed" && this.#socket.destroy()
    if (this.#end === undefined) setTimeout(leave, GOODBYE_MS)
    else leave()
  }

  #over(end: End): void {
    this.#end ??= end
    if (end === "too much") this.#socket.destroy()
    this.#changed()
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
