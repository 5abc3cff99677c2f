import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import { diagnoseChat } from "../../../protocol/lab/chat-diagnosis.ts"
import { ChatDecoder, encodeFrame, type HeaderBytes } from "../../../protocol/lab/chat-frames.ts"
import { type Diagnosis, formatDiagnosis } from "../../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { limits } from "../../../protocol/limits.ts"
import { connectTo } from "../connect.ts"

export interface ChatClientOptions {
  readonly host: string
  readonly port: number
  /** Sent as the first frame; with wide headers not at all. */
  readonly name: string
  readonly headerBytes: HeaderBytes
  /** With wide headers, what is sent to leave. */
  readonly token: string
  /** For the connection, the rest of a frame, and with wide headers each answer. */
  readonly timeoutMs: number
  onMessage(name: string, text: string): void
  /** With wide headers: what the server answered. */
  onAnswer(text: string): void
  onDiagnosis(diagnosis: Diagnosis): void
}

/** `left`: on our own account. `closed`: by the server. Else what went wrong while reading, as a sentence. */
export type ChatEnd = "left" | "closed" | { readonly readingError: string }

/** A client of either family, also for the coursework's own servers. */
export class ChatClient {
  /** Settles once, and never rejects. */
  readonly ended: Promise<ChatEnd>
  readonly #socket: Socket
  readonly #options: ChatClientOptions
  readonly #decoder: ChatDecoder
  readonly #wide: boolean
  #end: ChatEnd = "closed"
  #sender: string | undefined // the username frame came, its message has not
  #answer: Uint8Array[] = []
  #lastAnswer = ""
  #answered: (() => void) | undefined
  #saying: Promise<void> = Promise.resolve() // one after the other: answers bear no name
  #timer: NodeJS.Timeout | undefined

  private constructor(socket: Socket, options: ChatClientOptions) {
    this.#socket = socket
    this.#options = options
    this.#wide = options.headerBytes === 64
    this.#decoder = new ChatDecoder({ headerBytes: options.headerBytes, bodyBytesMax: limits.frameBytesMax })
    this.ended = new Promise((resolve) => socket.once("close", () => resolve(this.#end)))
    socket.on("data", (chunk: Buffer) => (this.#wide ? this.#onAnswer(chunk) : this.#onFrames(chunk)))
    socket.on("end", () => this.#onEnd())
    socket.on("error", (error) => this.#fail(error.message))
    socket.on("close", () => {
      clearTimeout(this.#timer)
      this.#takeAnswer()
    })
  }

  /** @throws LandlineError no_hub */
  static async connect(options: ChatClientOptions): Promise<ChatClient> {
    const socket = await connectTo(options.host, options.port, options.timeoutMs)
    const client = new ChatClient(socket, options)
    if (!client.#wide) await client.#send(options.name)
    return client
  }

  /** Resolves when it is sent; with wide headers when it is answered, or when no answer came in time. */
  say(text: string): Promise<void> {
    this.#saying = this.#saying.then(() => this.#exchange(text))
    return this.#saying
  }

  async #exchange(text: string): Promise<void> {
    const answered = this.#wide && this.#socket.writable ? this.#awaitAnswer() : undefined
    await this.#send(text)
    await answered
  }

  /** Leaves after all that was said; the server has a moment to close its end. */
  async leave(): Promise<void> {
    if (this.#socket.closed) return
    if (this.#end === "closed") this.#end = "left"
    if (this.#wide) await this.#send(this.#options.token)
    this.#socket.end()
    // The coursework's own server of the narrow family closes only when its next client moves.
    const waitMs = this.#wide ? limits.closeTimeoutMs : labLimits.pauseMs
    const timer = setTimeout(() => this.#socket.destroy(), waitMs)
    await this.ended
    clearTimeout(timer)
  }

  /** One write for the whole frame: the other end may read each part only once. */
  async #send(text: string): Promise<void> {
    if (!this.#socket.writable) return
    const frame = encodeFrame(text, this.#options.headerBytes)
    await new Promise<void>((resolve) => this.#socket.write(frame, () => resolve()))
  }

  #onFrames(chunk: Uint8Array): void {
    clearTimeout(this.#timer)
    this.#decoder.push(chunk)
    for (let body = this.#decoder.next(); body; body = this.#decoder.next()) {
      const text = new TextDecoder().decode(body)
      if (this.#sender === undefined) this.#sender = text
      else {
        this.#options.onMessage(this.#sender, text)
        this.#sender = undefined
      }
    }
    if (this.#decoder.fault) this.#failFrame(this.#decoder.fault)
    else if (!this.#decoder.idle)
      this.#timer = setTimeout(() => this.#failFrame("stalled"), this.#options.timeoutMs)
  }

  /** Answers have no frame and no delimiter: the same as the last one is whole, else a pause ends it. */
  #onAnswer(chunk: Uint8Array): void {
    clearTimeout(this.#timer)
    this.#answer.push(chunk)
    const bytes = concat(this.#answer)
    if (textOfAnswer(bytes) === this.#lastAnswer || bytes.length > limits.frameBytesMax) this.#takeAnswer()
    else this.#timer = setTimeout(() => this.#takeAnswer(), labLimits.pauseMs)
  }

  #takeAnswer(): void {
    const bytes = concat(this.#answer)
    this.#answer = []
    if (bytes.length > 0) {
      this.#lastAnswer = textOfAnswer(bytes)
      this.#options.onAnswer(this.#lastAnswer)
    }
    this.#answered?.()
  }

  async #awaitAnswer(): Promise<void> {
    const { timeoutMs } = this.#options
    await new Promise<void>((resolve) => {
      this.#answered = resolve
      this.#timer = setTimeout(() => {
        this.#options.onDiagnosis({
          byte: 0,
          expected: "an answer to the message",
          got: `nothing for ${timeoutMs / 1000} s`,
          mend: "This server answers nobody; perhaps it speaks with headers of 10 bytes: try --header 10.",
        })
        resolve()
      }, timeoutMs)
    })
    this.#answered = undefined
  }

  #onEnd(): void {
    if (!this.#wide && !this.#decoder.idle && !this.#decoder.fault) this.#failFrame("cut_short")
  }

  #failFrame(fault: Parameters<typeof diagnoseChat>[0]): void {
    const { timeoutMs, host, port } = this.#options
    const bounds = { bodyBytesMax: limits.frameBytesMax, timeoutMs }
    const diagnosis = diagnoseChat(fault, this.#decoder.evidence(), bounds)
    this.#fail(formatDiagnosis(diagnosis, `${host}:${port}`))
  }

  #fail(reason: string): void {
    if (this.#end === "closed") this.#end = { readingError: reason }
    this.#socket.destroy()
  }
}

/** `--ack-framed` and its relatives put a wide header before the answer as well. */
function textOfAnswer(bytes: Uint8Array): string {
  const decoder = new ChatDecoder({ headerBytes: 64, bodyBytesMax: limits.frameBytesMax })
  decoder.push(bytes)
  return new TextDecoder().decode(decoder.next() ?? bytes)
}
