import type { Socket } from "node:net"
import { toLandlineError } from "../../../protocol/errors.ts"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import { diagnoseBinary, diagnoseCutShort, diagnoseFrame } from "../../../protocol/lab/feed-diagnosis.ts"
import { encodeClose, encodeFrame, FeedDecoder, type FeedFrame } from "../../../protocol/lab/feed-frames.ts"
import { parseReport } from "../../../protocol/lab/feed-reports.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { limits } from "../../../protocol/limits.ts"
import type { LabLog } from "../log.ts"
import type { Opening } from "./handshakes.ts"
import type { FeedMember, FeedSource } from "./source.ts"

/** The window in which a client's frames are counted. */
const WINDOW_MS = 1_000

/**
 * One feed client, from its handshake on. Stages:
 * - `joining`: the source is asked, the socket is not read.
 * - `member`: gets messages, and reports.
 * - `leaving`: the close is sent; the peer's own close, or end, is awaited.
 */
export class FeedConnection {
  #stage: "joining" | "member" | "leaving" = "joining"
  readonly #socket: Socket
  readonly #log: LabLog
  readonly #address: string
  readonly #decoder: FeedDecoder
  readonly #ports: LabPorts | undefined
  #member: FeedMember | undefined
  #missed = 0
  #framesInWindow = 0
  #window: NodeJS.Timeout | undefined
  #ending: NodeJS.Timeout | undefined
  #binaryTold = false

  /** @param ports of the other services, where there are some */
  constructor(socket: Socket, opening: Opening, source: FeedSource, log: LabLog, ports?: LabPorts) {
    this.#socket = socket
    this.#ports = ports
    this.#log = log
    this.#address = opening.address
    this.#decoder = new FeedDecoder({ at: opening.at, messageBytesMax: labLimits.feedMessageBytesMax })
    socket.setKeepAlive(true, limits.heartbeatMs) // a machine that vanished says nothing
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("end", () => this.#onEnd())
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error))
    socket.on("close", () => this.#onClose())
    socket.pause()
    void this.#join(source, opening)
  }

  /** Lets the client go. @param code RFC 6455 7.4.1 @param reason at most 123 bytes, in words */
  close(code: number, reason = ""): void {
    this.#leave(encodeClose(code, reason))
  }

  #leave(lastWords: Uint8Array): void {
    if (this.#stage === "leaving") return
    this.#stage = "leaving"
    clearTimeout(this.#window)
    this.#member?.leave()
    if (this.#socket.writable) this.#socket.end(lastWords)
    this.#socket.resume() // so that the peer's close is seen
    this.#ending = setTimeout(() => this.#socket.destroy(), limits.closeTimeoutMs)
  }

  async #join(source: FeedSource, { want, head }: Opening): Promise<void> {
    let member: FeedMember
    try {
      member = await source.join(this.#address, want, {
        receive: (frame) => this.#send(frame),
        end: (reason) => {
          this.#log.warning("handle_client", `Let go of ${this.#address}: ${reason.message}`)
          this.close(1011)
        },
      })
    } catch (error) {
      this.#log.error("handle_client", `Refused ${this.#address}: ${toLandlineError(error).message}`)
      return this.close(1011)
    }
    if (this.#stage !== "joining") return member.leave()
    this.#member = member
    this.#stage = "member"
    this.#log.info("handle_client", `A client has connected from ${this.#address}`)
    this.#socket.resume()
    this.#onData(head)
  }

  /** Who does not read gets the newest message when it reads again, and not those between. */
  #send(frame: Uint8Array): void {
    if (this.#stage === "leaving" || !this.#socket.writable) return
    if (this.#socket.writableLength > labLimits.feedQueueBytesMax) {
      this.#missed++
      return
    }
    if (this.#missed > 0)
      this.#log.warning("handle_client", `${this.#address} did not read, and missed ${this.#missed} messages`)
    this.#missed = 0
    this.#socket.write(frame)
  }

  #onData(chunk: Uint8Array): void {
    if (this.#stage === "leaving") return
    this.#decoder.push(chunk)
    this.#decode()
  }

  #decode(): void {
    while (this.#stage === "member" && this.#framesInWindow < labLimits.feedFramesPerSecondMax) {
      const frame = this.#decoder.next()
      if (!frame) break
      this.#framesInWindow++
      this.#take(frame)
    }
    if (this.#stage !== "member") return
    const { fault } = this.#decoder
    if (fault) {
      const diagnosis = diagnoseFrame(fault, this.#ports)
      this.#log.diagnosis(diagnosis, this.#address)
      return this.close(diagnosis.close, `Expected ${diagnosis.expected}.`)
    }
    if (this.#framesInWindow === 0) return
    if (this.#framesInWindow >= labLimits.feedFramesPerSecondMax) this.#socket.pause()
    this.#window ??= setTimeout(() => {
      this.#window = undefined
      this.#framesInWindow = 0
      this.#socket.resume()
      this.#decode()
    }, WINDOW_MS)
  }

  #take(frame: FeedFrame): void {
    switch (frame.type) {
      case "text":
        this.#log.info("handle_client", frame.text)
        return this.#report(frame.text)
      case "binary":
        if (!this.#binaryTold) this.#log.diagnosis(diagnoseBinary(frame.at, frame.bytes), this.#address)
        this.#binaryTold = true
        return
      case "ping":
        return this.#send(encodeFrame("pong", frame.bytes))
      case "pong":
        return
      case "close":
        // RFC 6455 5.5.1: the same status goes back, where one came.
        return this.close(frame.bytes.length < 2 ? 1000 : (frame.bytes[0]! << 8) | frame.bytes[1]!)
    }
  }

  #report(text: string): void {
    const report = parseReport(text)
    try {
      if (report) this.#member!.report(report)
    } catch (error) {
      this.#log.error("handle_client", `Not kept from ${this.#address}: ${toLandlineError(error).message}`)
    }
  }

  /** Without a close before it: a program that ended, or was ended. */
  #onEnd(): void {
    if (this.#stage === "leaving") return this.#socket.destroySoon()
    const { awaited } = this.#decoder
    if (awaited) this.#log.diagnosis(diagnoseCutShort(awaited), this.#address)
    this.#leave(new Uint8Array())
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#stage === "leaving") return // it may not wait for our close
    const what = error.code === "ECONNRESET" ? "was reset by the peer" : `failed: ${error.message}`
    this.#log.warning("handle_client", `The connection from ${this.#address} ${what}`)
  }

  #onClose(): void {
    clearTimeout(this.#window)
    clearTimeout(this.#ending)
    if (this.#stage !== "leaving") this.#member?.leave()
    this.#stage = "leaving"
    this.#log.info("handle_client", "A client has disconnected")
  }
}
