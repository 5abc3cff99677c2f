import type { Socket } from "node:net"
import { LandlineError } from "../../../protocol/errors.ts"
import type { Encoding } from "../../../protocol/lab/encodings.ts"
import { limits } from "../../../protocol/limits.ts"
import { connectTo } from "../connect.ts"
import { Datagrams, type Peer, peersOf } from "../datagrams.ts"
import { addressText } from "../listener.ts"
import { AnswerReader, Answers } from "./answers.ts"

/** The way to a ping server, and what it answers. */
export interface PingLine {
  readonly answers: Answers
  readonly udp: boolean
  /** Bytes that came so far. */
  readonly received: number
  send(bytes: Uint8Array): void
  /** Resolves when it is closed. */
  close(): Promise<void>
}

export interface TcpLineOptions {
  readonly host: string
  readonly port: number
  readonly encoding: Encoding
  readonly chunkBytes: number
  /** For the connection. */
  readonly timeoutMs: number
  /** How long a pause is that ends an answer. */
  readonly pauseMs: number
}

export class TcpLine implements PingLine {
  readonly udp = false
  readonly answers = new Answers()
  readonly #socket: Socket
  readonly #reader: AnswerReader
  #received = 0
  #pause: NodeJS.Timeout | undefined

  private constructor(socket: Socket, { encoding, chunkBytes, pauseMs }: TcpLineOptions) {
    this.#socket = socket
    this.#reader = new AnswerReader(encoding, chunkBytes)
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.length
      this.#reader.push(chunk)
      this.#read(false)
      if (!this.#reader.idle) this.#pause = setTimeout(() => this.#read(true), pauseMs)
    })
    socket.on("end", () => this.#over())
    socket.on("close", () => this.#over())
    socket.on("error", () => {}) // the close says it
  }

  /** @throws LandlineError no_hub */
  static async connect(options: TcpLineOptions): Promise<TcpLine> {
    return new TcpLine(await connectTo(options.host, options.port, options.timeoutMs), options)
  }

  get received(): number {
    return this.#received
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return
    this.#socket.end()
    const timer = setTimeout(() => this.#socket.destroy(), limits.closeTimeoutMs)
    await new Promise((resolve) => this.#socket.once("close", resolve))
    clearTimeout(timer)
  }

  #read(silent: boolean): void {
    clearTimeout(this.#pause)
    for (const answer of this.#reader.read(silent)) if (!this.answers.push(answer)) this.#socket.destroy()
  }

  #over(): void {
    this.#read(true)
    this.answers.end()
  }
}

export interface UdpLineOptions {
  readonly host: string
  readonly port: number
  /** Of our own; 0: any free one. */
  readonly fromPort: number
  /** A datagram came from somebody else. */
  onStranger(address: string): void
}

export class UdpLine implements PingLine {
  readonly udp = true
  readonly answers = new Answers()
  readonly #server: Peer
  readonly #onStranger: (address: string) => void
  #datagrams: Datagrams | undefined
  #received = 0

  private constructor(server: Peer, onStranger: (address: string) => void) {
    this.#server = server
    this.#onStranger = onStranger
  }

  /** @throws LandlineError no_hub | port_in_use */
  static async open({ host, port, fromPort, onStranger }: UdpLineOptions): Promise<UdpLine> {
    const [server] = await peersOf({ host, port })
    const line = new UdpLine(server!, onStranger)
    line.#datagrams = await Datagrams.open({
      host: server!.address.includes(":") ? "::" : "0.0.0.0",
      port: fromPort,
      onDatagram: (bytes, from) => line.#onDatagram(bytes, from),
      onError: () => line.answers.end(),
    }).catch((error: unknown) => {
      if (!(error instanceof LandlineError) || error.code !== "port_in_use") throw error
      const say = `Port ${fromPort} is in use. Stop the other program, or choose another with --from-port.`
      throw new LandlineError("port_in_use", { port: fromPort }, say)
    })
    return line
  }

  get received(): number {
    return this.#received
  }

  /** Our own. */
  get port(): number {
    return this.#datagrams!.port
  }

  send(bytes: Uint8Array): void {
    void this.#datagrams!.send(bytes, this.#server)
  }

  async close(): Promise<void> {
    this.answers.end()
    this.#datagrams!.close()
  }

  /** A program may answer from another port, or another address of this machine, than it was asked at. */
  #onDatagram(bytes: Uint8Array, { address, port }: Peer): void {
    const { address: server } = this.#server
    const same = address === server || (address.startsWith("127.") && server.startsWith("127."))
    if (!same) return this.#onStranger(addressText(address, port))
    this.answers.push({ at: this.#received, bytes })
    this.#received += bytes.length
  }
}
