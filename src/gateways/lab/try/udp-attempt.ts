import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { isIPv6 } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { type Peer, peersOf } from "../datagrams.ts"
import type { Opened } from "./case.ts"

const GOT_BYTES_MAX = 64 * 1024 // as much as of a connection
const ANSWERS_MAX = 1_000 // empty ones among them
const AGAIN_MS = 50

export interface UdpPlace {
  readonly host: string
  readonly port: number
  /** Of our own; 0: any free one. */
  readonly fromPort: number
  /** The server may only be starting: what is refused is sent again. */
  mayStart(): boolean
}

/** One client of a server over UDP, with a port of its own: everything sent and received is kept, in bounds. */
export class UdpAttempt implements Opened {
  readonly #place: UdpPlace
  readonly #peers: readonly Peer[]
  #at = 0 // of the peers: the first that does not refuse
  #socket: Socket | undefined
  readonly #sent: Uint8Array[] = []
  readonly #answers: Uint8Array[] = []
  #gotBytes = 0
  #isRefused = false
  #isOver = false
  #changed: () => void = () => {}

  private constructor(place: UdpPlace, peers: readonly Peer[]) {
    this.#place = place
    this.#peers = peers
  }

  /** @throws LandlineError no_hub where the name stands for nothing */
  static async open(place: UdpPlace): Promise<UdpAttempt> {
    return new UdpAttempt(place, await peersOf(place))
  }

  get sent(): Uint8Array {
    return concat(this.#sent)
  }

  get got(): Uint8Array {
    return concat(this.#answers)
  }

  /** Each datagram that came. */
  get answers(): readonly Uint8Array[] {
    return this.#answers
  }

  get end(): "too much" | undefined {
    return this.#tooMuch ? "too much" : undefined
  }

  get isReached(): boolean {
    return this.#answers.length > 0
  }

  /**
   * Sends a datagram and waits for one that answers it.
   * @returns whether one came
   * @throws LandlineError no_hub where nothing listens; port_in_use
   */
  async ask(bytes: Uint8Array | string, timeoutMs: number): Promise<boolean> {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
    const { length } = this.#answers
    this.#sent.push(all)
    for (;;) {
      await this.#send(all)
      await this.#until(() => this.#answers.length > length, timeoutMs)
      if (!this.#isRefused) return this.#answers.length > length
      if (!(await this.#tryElse())) throw this.#nobody()
    }
  }

  /** Nothing more may come within so long: what did is among the answers. */
  quiet(ms: number): Promise<void> {
    return this.#until(() => false, ms)
  }

  finish(): void {
    this.#isOver = true
    this.#close()
    this.#changed()
  }

  /** Over UDP there is nothing to reset. */
  reset(): void {
    this.finish()
  }

  [Symbol.dispose](): void {
    this.finish()
  }

  get #tooMuch(): boolean {
    return this.#gotBytes > GOT_BYTES_MAX || this.#answers.length > ANSWERS_MAX
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#isRefused = false
    const socket = this.#socket ?? (await this.#openSocket())
    if (!this.#isOver) socket.send(bytes)
  }

  /** Connected: a port where nobody listens is told then, by ICMP. */
  async #openSocket(): Promise<Socket> {
    const { address, port } = this.#peers[this.#at]!
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4")
    this.#socket = socket
    try {
      socket.bind(this.#place.fromPort)
      await once(socket, "listening")
      socket.connect(port, address)
      await once(socket, "connect")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return this.#refuse(socket)
      const say = `Port ${this.#place.fromPort} is in use. Stop the other program, or choose another with --from-port.`
      throw new LandlineError("port_in_use", { port: this.#place.fromPort }, say)
    }
    socket.on("error", () => this.#refuse(socket))
    socket.on("message", (bytes: Buffer) => {
      if (this.#tooMuch) return
      this.#answers.push(bytes)
      this.#gotBytes += bytes.length
      this.#changed()
    })
    return socket
  }

  #refuse(socket: Socket): Socket {
    this.#isRefused = true
    this.#changed()
    return socket
  }

  /** After a refusal. @returns whether there is another address, or time, to try it again */
  async #tryElse(): Promise<boolean> {
    this.#close()
    if (this.#isOver || this.isReached) return false
    this.#at = (this.#at + 1) % this.#peers.length
    if (this.#at > 0) return true
    await sleep(AGAIN_MS)
    return this.#place.mayStart()
  }

  async #until(isEnough: () => boolean, timeoutMs: number): Promise<void> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#changed()
    }, timeoutMs)
    while (!isEnough() && !this.#isRefused && !this.#tooMuch && !this.#isOver && !isLate)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    clearTimeout(timer)
  }

  #close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  #nobody(): LandlineError {
    const { host, port } = this.#place
    const say = `No server listens at ${host}:${port} over UDP. Start one, or name another HOST:PORT.`
    return new LandlineError("no_hub", { host, port }, say)
  }
}
