import { LandlineError } from "../../../protocol/errors.ts"
import { shownBytes } from "../../../protocol/lab/diagnosis.ts"
import { decode, type Encoding, encode } from "../../../protocol/lab/encodings.ts"
import {
  diagnoseAnswer,
  diagnoseEncoding,
  diagnoseNoAnswer,
  diagnoseServer,
} from "../../../protocol/lab/ping-diagnosis.ts"
import type { LabLog } from "../log.ts"
import type { Answer } from "./answers.ts"
import { type PingLine, TcpLine, UdpLine } from "./lines.ts"

export interface PingClientOptions {
  readonly host: string
  readonly port: number
  readonly udp: boolean
  /** Over UDP: our own port; 0: any free one. */
  readonly fromPort: number
  /** What ends the connection: a message of them is the last, and at the end they are tried in turn. */
  readonly tokens: readonly string[]
  readonly encoding: Encoding
  readonly chunkBytes: number
  /** For the connection, and for each answer. */
  readonly timeoutMs: number
  /** How long a pause is that ends an answer. */
  readonly pauseMs: number
  /** Ends it. */
  readonly signal: AbortSignal
}

/**
 * Sends messages one by one, each when the one before is answered, and tells the answers.
 * @throws LandlineError no_hub where there is no server, or one that does not answer; usage | port_in_use
 */
export async function ping(
  options: PingClientOptions,
  messages: AsyncIterable<string> | Iterable<string>,
  log: LabLog,
): Promise<void> {
  const line = await open(options, log)
  const stop = () => void line.close()
  options.signal.addEventListener("abort", stop)
  try {
    if (!options.signal.aborted) await new PingClient(line, options, log).run(messages)
  } finally {
    options.signal.removeEventListener("abort", stop)
    await line.close()
  }
}

async function open(options: PingClientOptions, log: LabLog): Promise<PingLine> {
  const server = serverOf(options)
  if (options.udp) {
    const onStranger = (from: string) =>
      log.warning("recv_resp", `A datagram from ${from} is left out: the server is ${server}`)
    const line = await UdpLine.open({ ...options, onStranger })
    log.info("__init__", `Sending to ${server} from port ${line.port}`)
    return line
  }
  const line = await TcpLine.connect(options)
  log.info("__init__", `Connected to ${server}`)
  return line
}

const serverOf = ({ host, port }: PingClientOptions) =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

class PingClient {
  readonly #line: PingLine
  readonly #options: PingClientOptions
  readonly #log: LabLog
  readonly #server: string
  #sent = 0
  #missing = 0 // messages without an answer in time
  #late = 0 // answers to them that came after all

  constructor(line: PingLine, options: PingClientOptions, log: LabLog) {
    this.#line = line
    this.#options = options
    this.#log = log
    this.#server = serverOf(options)
  }

  async run(messages: AsyncIterable<string> | Iterable<string>): Promise<void> {
    const { tokens, signal, pauseMs } = this.#options
    const { answers } = this.#line
    for await (const message of messages) {
      if (signal.aborted) return
      if (message === "") continue // nothing can be sent of it
      this.#tellSurplus()
      this.#send(message)
      if (tokens.includes(message)) return this.#quit()
      await this.#answer()
      if (signal.aborted) return
      if (answers.ended) break
    }
    const more = await answers.next(pauseMs)
    if (signal.aborted) return
    this.#tellSurplus(more)
    await this.#leave()
    if (this.#missing > 0) throw this.#noAnswer()
  }

  #send(message: string): void {
    const { encoding } = this.#options
    const bytes = encode(message, encoding)
    if (!bytes)
      throw new LandlineError(
        "usage",
        {},
        `${message} cannot be written in ${encoding}. Choose another with --encoding.`,
      )
    this.#log.info("send_message", message)
    this.#line.send(bytes)
    this.#sent++
  }

  async #answer(): Promise<void> {
    const { answers, received, udp } = this.#line
    const { timeoutMs, signal } = this.#options
    const answer = await answers.next(timeoutMs)
    if (signal.aborted) return
    if (answer) return this.#tell(answer)
    const silence = answers.ended ? { byte: received } : { byte: received, timeoutMs }
    this.#log.diagnosis(diagnoseNoAnswer(silence, udp), this.#server)
    this.#missing++
  }

  #tell({ at, bytes }: Answer): void {
    const elsewhere = diagnoseServer(at, bytes)
    if (elsewhere) {
      this.#log.diagnosis(elsewhere, this.#server)
      throw new LandlineError("no_hub", {}, `${this.#server} is no ping server.`)
    }
    const text = decode(bytes, this.#options.encoding)
    if (text !== undefined) return this.#log.info("recv_resp", text.trimEnd())
    this.#log.diagnosis(diagnoseEncoding({ at, bytes }, this.#options.encoding), this.#server)
    this.#missing++
    this.#late++ // it came
  }

  /** Answers that nothing was asked for. */
  #tellSurplus(first?: Answer): void {
    const { answers } = this.#line
    for (let answer = first ?? answers.take(); answer; answer = answers.take()) {
      const isLate = this.#late < this.#missing
      if (isLate) this.#late++
      this.#log.diagnosis(diagnoseAnswer(isLate ? "late" : "twice", answer.at, answer.bytes), this.#server)
    }
  }

  /** The last message was a token: the server closes. */
  async #quit(): Promise<void> {
    const { answers, udp } = this.#line
    const answer = udp ? undefined : await answers.next(this.#options.timeoutMs)
    if (answer) this.#log.info("recv_resp", this.#textOf(answer))
    if (this.#missing > 0) throw this.#noAnswer()
  }

  /** Programs that read on after the end of a connection would never end: they are told, in the word they know. */
  async #leave(): Promise<void> {
    const { answers, udp } = this.#line
    const { tokens, encoding, timeoutMs, signal } = this.#options
    if (udp) return
    for (const token of tokens) {
      const bytes = encode(token, encoding)
      if (answers.ended || signal.aborted || !bytes) return
      this.#log.debug("send_message", token)
      this.#line.send(bytes)
      const answer = await answers.next(timeoutMs)
      if (!answer) return // it has closed, or does neither that nor answer
      this.#log.debug("recv_resp", this.#textOf(answer))
    }
  }

  #textOf({ bytes }: Answer): string {
    return decode(bytes, this.#options.encoding)?.trimEnd() ?? shownBytes(bytes)
  }

  #noAnswer(): LandlineError {
    const what = this.#sent === 1 ? "the message" : `${this.#missing} of ${this.#sent} messages`
    return new LandlineError("no_hub", {}, `${this.#server} did not answer ${what} so that it can be read.`)
  }
}
