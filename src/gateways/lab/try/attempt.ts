import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import { connectTo } from "../connect.ts"

const GOT_BYTES_MAX = 64 * 1024 // a server that answers with gigabytes has shown what it is by then
const APART_MS = 5 // between pieces that are to arrive one by one

/** How a connection ended: by the server's FIN, by its reset, or by being cut here because too much came. */
export type End = "closed" | "reset" | "too much"

/** One connection to a server that is tried: everything sent and received is kept, in bounds. */
export class Attempt {
  readonly #socket: Socket
  #sent: Uint8Array[] = []
  #got: Uint8Array = new Uint8Array()
  #end: End | undefined
  readonly #waiting = new Set<() => void>()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on("data", (chunk: Buffer) => {
      this.#got = concat([this.#got, chunk])
      if (this.#got.length > GOT_BYTES_MAX) this.#over("too much")
      this.#changed()
    })
    socket.on("end", () => this.#over("closed"))
    socket.on("error", () => this.#over("reset"))
    socket.on("close", () => this.#over("closed"))
  }

  /** @throws LandlineError no_hub */
  static async open(host: string, port: number, timeoutMs: number): Promise<Attempt> {
    return new Attempt(await connectTo(host, port, timeoutMs))
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

  /** Sends in pieces that arrive one by one. @param pieceBytes 1: byte by byte */
  async sendApart(bytes: Uint8Array | string, pieceBytes = 1): Promise<void> {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
    for (let at = 0; at < all.length; at += pieceBytes) {
      this.send(all.subarray(at, at + pieceBytes))
      await sleep(APART_MS)
    }
  }

  /** Waits until enough has come, the connection ends, or the time is over. @returns whether enough came */
  async until(isEnough: (attempt: this) => boolean, timeoutMs: number): Promise<boolean> {
    const timer = setTimeout(() => this.#changed(), timeoutMs)
    const late = performance.now() + timeoutMs
    try {
      while (!isEnough(this) && this.#end === undefined && performance.now() < late - 1)
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

  [Symbol.dispose](): void {
    this.#socket.destroy()
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
