import type { Socket } from "node:net"
import { toLandlineError } from "../../../protocol/errors.ts"
import {
  type ChatFault,
  diagnoseChat,
  diagnoseEncoding,
  diagnoseName,
  diagnoseToken,
} from "../../../protocol/lab/chat-diagnosis.ts"
import { ChatDecoder, encodeFrame } from "../../../protocol/lab/chat-frames.ts"
import { decodeText } from "../../../protocol/lab/diagnosis.ts"
import { limits } from "../../../protocol/limits.ts"
import { addressText } from "../listener.ts"
import type { LabLog } from "../log.ts"
import type { ChatMember, ChatReceiver, ChatRoom } from "./room.ts"
import type { ChatSettings } from "./server.ts"

/**
 * One chat client. Stages:
 * - `nameless`: connected; the username is awaited, or with wide headers the first message.
 * - `joining`: the room is asked, the socket is not read.
 * - `member`: talks and listens; silence is fine for ever.
 * - `leaving`: nothing more is read or decoded.
 */
export class ChatConnection {
  #stage: "nameless" | "joining" | "member" | "leaving" = "nameless"
  readonly #socket: Socket
  readonly #room: ChatRoom
  readonly #log: LabLog
  readonly #settings: ChatSettings
  readonly #decoder: ChatDecoder
  readonly #address: string
  #name: string
  #member: ChatMember | undefined
  #held: Uint8Array | undefined // a wide first message, while its sender joins
  #said: Promise<void> = Promise.resolve() // settles when all that was said so far is taken, and answered
  #refused = false
  #saying = { messages: 0, bytes: 0 }
  #silence: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined

  /** @param firstBytes what was read of the socket already */
  constructor(socket: Socket, firstBytes: Uint8Array, room: ChatRoom, log: LabLog, settings: ChatSettings) {
    this.#socket = socket
    this.#room = room
    this.#log = log
    this.#settings = settings
    this.#decoder = new ChatDecoder({ headerBytes: settings.headerBytes, bodyBytesMax: limits.entryBytesMax })
    this.#address = addressText(socket.remoteAddress, socket.remotePort)
    this.#name = this.#address
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("drain", () => this.#member?.resume())
    socket.on("end", () => this.#onEnd())
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error))
    socket.on("close", () => this.#onClose())
    if (settings.headerBytes === 64) void this.#join(this.#address)
    this.#onData(firstBytes)
  }

  /** Lets the client go: what was said is still taken. */
  close(): void {
    if (this.#stage === "leaving") return
    this.#stage = "leaving"
    clearTimeout(this.#silence)
    clearTimeout(this.#pause)
    this.#socket.resume() // so that the peer's close is seen, and it is not reset while it still reads
    void this.#said.then(() => this.#socket.end())
    this.#silence = setTimeout(() => this.#socket.destroy(), limits.closeTimeoutMs)
  }

  #onData(chunk: Uint8Array): void {
    if (this.#stage === "leaving") return
    this.#decoder.push(chunk)
    if (this.#stage !== "joining") this.#decode()
  }

  #decode(): void {
    clearTimeout(this.#silence)
    while (this.#stage === "nameless" || this.#stage === "member") {
      const body = this.#held ?? this.#decoder.next()
      this.#held = undefined
      if (body === undefined) break
      if (this.#stage === "member") this.#take(body)
      else if (this.#decoder.headerBytes === 10) this.#joinWith(body)
      else {
        this.#held = body
        void this.#join(this.#address)
      }
    }
    if (this.#stage === "joining" || this.#stage === "leaving") return
    if (this.#decoder.fault) this.#refuseSoon(this.#decoder.fault)
    else this.#await()
  }

  /** What is due next, and until when. */
  #await(): void {
    const { idle, undecided } = this.#decoder
    clearTimeout(this.#pause)
    if (undecided)
      this.#pause = setTimeout(() => {
        this.#decoder.settle()
        this.#decode()
      }, this.#settings.pauseMs)
    if (this.#stage === "member" && idle) return
    this.#silence = setTimeout(() => this.#refuse(idle ? "silent" : "stalled"), this.#settings.timeoutMs)
  }

  #joinWith(username: Uint8Array): void {
    const name = decodeText(username)
    if (name === undefined) {
      this.#log.diagnosis(diagnoseEncoding(username, this.#bodyAt(username)), this.#address)
      this.close()
    } else void this.#join(name, username)
  }

  async #join(name: string, frame?: Uint8Array): Promise<void> {
    this.#stage = "joining"
    this.#socket.pause()
    try {
      this.#member = await this.#room.join(name, frame && this.#receiver())
    } catch (error) {
      const { code, message } = toLandlineError(error)
      if (code === "bad_name" && frame) this.#log.diagnosis(diagnoseName(frame, 10, message), this.#address)
      else this.#log.error("receive_message", `Refused ${this.#address}: ${message}`)
      return this.close()
    }
    if (this.#stage !== "joining" || this.#socket.destroyed) return this.#member.leave()
    this.#name = name
    this.#stage = "member"
    this.#log.info("start", `Accepted new connection from ${this.#address}, username: ${name}`)
    this.#socket.resume()
    this.#decode()
  }

  /** What others say is written at once and as one piece: the coursework's client reads each part once. */
  #receiver(): ChatReceiver {
    return {
      receive: (frames) => {
        if (frames.length > 0 && this.#socket.writable) this.#socket.write(frames)
        return this.#socket.writableLength <= limits.socketQueueBytesMax
      },
      missed: (messages) =>
        this.#log.warning("start", `${this.#name} did not read, and missed ${messages} messages`),
      end: (reason) => {
        this.#log.warning("start", `Let go of ${this.#name}: ${reason.message}`)
        this.close()
        if (reason.code === "too_slow") this.#socket.destroy() // it does not read its close either
      },
    }
  }

  #take(body: Uint8Array): void {
    const text = decodeText(body)
    const { headerBytes } = this.#decoder
    const wide = headerBytes === 64
    if (text === undefined) {
      this.#log.diagnosis(diagnoseEncoding(body, this.#bodyAt(body)), this.#name, this.#address)
      if (wide) this.close() // it waits for an answer, and must not get one that says that this was taken
      return
    }
    this.#log.info("start", `Received message from ${this.#name}: ${text}`)
    if (wide && this.#settings.tokens.includes(text)) {
      this.#answer()
      this.close()
      return
    }
    const token = wide ? diagnoseToken(text, this.#bodyAt(body), this.#settings.tokens) : undefined
    if (token) this.#log.diagnosis(token, this.#name, this.#address)
    this.#say(text, body.length)
    if (wide) this.#answer()
  }

  #say(text: string, bytes: number): void {
    this.#saying.messages++
    this.#saying.bytes += bytes
    // Who is faster than the disk is not read for a while.
    if (this.#tooFast()) this.#socket.pause()
    const taken = this.#member!.say(text).catch((error) => {
      this.#log.error("start", `Not taken from ${this.#name}: ${toLandlineError(error).message}`)
      if (this.#decoder.headerBytes === 64) this.#socket.destroy()
    })
    this.#said = this.#said.then(() => taken)
    void taken.then(() => {
      const slowed = this.#tooFast()
      this.#saying.messages--
      this.#saying.bytes -= bytes
      if (slowed && !this.#tooFast()) this.#socket.resume()
    })
  }

  #tooFast(): boolean {
    return this.#saying.messages >= limits.authorEntriesMax || this.#saying.bytes >= limits.authorBytesMax
  }

  /** The wide family: every frame is answered, in order, once it is taken. */
  #answer(): void {
    const { ack, ackFramed } = this.#settings
    this.#said = this.#said.then(() => {
      if (this.#socket.writable) this.#socket.write(ackFramed ? encodeFrame(ack, 64) : ack)
    })
  }

  /** Place in the stream of the body that was decoded last. */
  #bodyAt(body: Uint8Array): number {
    const { from, frames } = this.#decoder.evidence()
    return from + frames.reduce((size, frame) => size + frame.length, 0) - body.length
  }

  /** Bytes that come within a pause belong to the evidence: a request line seldom comes letter by letter. */
  #refuseSoon(fault: ChatFault): void {
    if (this.#refused) return
    this.#refused = true
    this.#pause = setTimeout(() => this.#refuse(fault), this.#settings.pauseMs)
  }

  #refuse(fault: ChatFault): void {
    const bounds = {
      bodyBytesMax: limits.entryBytesMax,
      timeoutMs: this.#settings.timeoutMs,
      ports: this.#settings.ports,
    }
    this.#log.diagnosis(diagnoseChat(fault, this.#decoder.evidence(), bounds), this.#name, this.#address)
    this.close()
  }

  #onEnd(): void {
    if (this.#stage === "leaving") return
    this.#decoder.settle()
    this.#decode()
    if (this.#decoder.fault) this.#refuse(this.#decoder.fault)
    else if (!this.#decoder.idle) this.#refuse("cut_short")
    else this.close()
  }

  #onError(error: NodeJS.ErrnoException): void {
    const what = error.code === "ECONNRESET" ? "was reset by the peer" : `failed: ${error.message}`
    this.#log.warning("receive_message", `The connection from ${this.#name} ${what}`)
  }

  #onClose(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#pause)
    this.#stage = "leaving"
    this.#member?.leave()
    this.#log.info("start", `Closed connection from: ${this.#name}`)
  }
}
