import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import type { Diagnosis } from "../../../protocol/lab/diagnosis.ts"
import { encode } from "../../../protocol/lab/encodings.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import {
  diagnoseElsewhere,
  diagnoseHalf,
  diagnoseLater,
  diagnosePing,
  diagnoseSilent,
} from "../../../protocol/lab/ping-diagnosis.ts"
import { answerTo, type PingMessage, PingReader } from "../../../protocol/lab/ping-words.ts"
import { Guest } from "../guest.ts"
import type { LabLog } from "../log.ts"
import { PerSecond } from "../per-second.ts"
import type { PingSettings } from "./server.ts"

type Silence = "none" | "pause" | "end"

/** One client of the ping service over TCP. */
export class PingConnection {
  /** Resolves when the socket is. */
  readonly closed: Promise<void>
  readonly #guest: Guest
  readonly #log: LabLog
  readonly #settings: PingSettings
  readonly #reader: PingReader
  readonly #lines = new PerSecond(labLimits.pingLinesPerSecondMax)
  readonly #diagnosed = new Set<string>() // each mistake is told once
  #untold = 0 // messages without a line
  #silence: Silence = "none"
  #waits = false // for the peer to read, or for the others' turn: nothing is answered
  #pause: NodeJS.Timeout | undefined
  #turn: NodeJS.Immediate | undefined

  constructor(socket: Socket, log: LabLog, settings: PingSettings) {
    this.#guest = new Guest(socket, log, "recv_message")
    this.#log = log
    this.#settings = settings
    this.#reader = new PingReader(settings)
    this.closed = this.#guest.closed.then(() => this.#onClose())
    log.info("accept_client", `Connected to ${this.#guest.tuple}`)
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("end", () => this.#onEnd())
    socket.on("drain", () => this.#goOn())
    this.#guest.within(settings.timeoutMs, () => this.#onLate())
  }

  close(): void {
    this.#guest.leave()
  }

  #onData(chunk: Uint8Array): void {
    if (this.#guest.over) return
    this.#reader.push(chunk)
    this.#silence = "none"
    if (!this.#waits) this.#read()
  }

  #onEnd(): void {
    this.#silence = "end"
    if (!this.#waits) this.#read()
  }

  #goOn(): void {
    this.#waits = false
    if (this.#guest.over) return
    this.#guest.socket.resume()
    this.#read()
  }

  /** Answers what is there, a while at a time: one client that floods does not keep the others waiting. */
  #read(): void {
    clearTimeout(this.#pause)
    clearImmediate(this.#turn)
    for (let taken = 0; taken < labLimits.pingMessagesPerTurn; taken++) {
      if (this.#guest.over || this.#waits) return
      const message = this.#reader.next(this.#silence !== "none")
      if (!message) return this.#await()
      this.#take(message)
    }
    if (this.#guest.over || this.#waits) return
    this.#stop()
    this.#turn = setImmediate(() => this.#goOn())
  }

  /** Reads no more for now. */
  #stop(): void {
    this.#waits = true
    this.#guest.socket.pause()
  }

  /** All that is a message so far is answered: what is due next. */
  #await(): void {
    if (this.#silence === "end") return this.#guest.leave()
    if (this.#reader.rest.length === 0) return
    const { pauseMs, wordPauseMs } = this.#settings
    this.#pause = setTimeout(
      () => {
        // Bytes that are here already, while the program was busy, are read first: that was no pause.
        this.#turn = setImmediate(() => {
          this.#silence = "pause"
          this.#read()
        })
      },
      this.#reader.insideWord ? wordPauseMs : pauseMs,
    )
  }

  #onLate(): void {
    const { address, tuple } = this.#guest
    const { timeoutMs, idleMs, ports } = this.#settings
    if (this.#waits) {
      this.#log.warning("send_resp", `Let go of ${tuple}: it does not read its answers`)
      return void this.#guest.socket.destroy()
    }
    if (this.#reader.at + this.#reader.rest.length === 0)
      this.#log.diagnosis(diagnoseSilent({ byte: 0, timeoutMs }, ports), address)
    else this.#log.info("recv_message", `Let go of ${tuple}: no message for ${idleMs / 1000} s`)
    this.#guest.leave()
  }

  #take(message: PingMessage): void {
    const { kind, at, bytes, text } = message
    const { ports, response, other, timeoutMs, idleMs } = this.#settings
    const byName = kind === "other" || kind === "garbled"
    const whole = byName ? concat([bytes, this.#reader.rest]) : bytes
    const elsewhere = byName && (at === 0 ? diagnoseElsewhere(whole, ports) : diagnoseLater(at, whole, ports))
    if (elsewhere) {
      this.#log.diagnosis(elsewhere, this.#guest.address)
      return this.#guest.leave()
    }
    this.#guest.within(Math.max(idleMs, timeoutMs), () => this.#onLate())
    this.#diagnose(diagnosePing(message, this.#settings) ?? this.#half(message))
    if (kind === "nul" || kind === "garbled") return
    const told = this.#lines.take()
    if (told) this.#tellOthers()
    else this.#untold++
    if (told || kind === "quit") this.#log.info("recv_message", `${this.#guest.tuple}: ${text}`)
    if (kind === "quit") return this.#guest.leave()
    this.#answer(kind === "ping" ? answerTo(text, response) : other, told)
  }

  #answer(answer: string, told: boolean): void {
    if (told) this.#log.info("send_resp", `${this.#guest.tuple}: ${answer}`)
    // In one call: the other end may read once and expect it whole.
    if (!this.#guest.socket.write(encode(answer, this.#settings.encoding)!)) this.#stop()
  }

  #half(message: PingMessage): Diagnosis | undefined {
    if (this.#silence === "none") return undefined
    const byte = this.#reader.at
    const { wordPauseMs: timeoutMs } = this.#settings
    return diagnoseHalf(message, this.#silence === "end" ? { byte } : { byte, timeoutMs })
  }

  #diagnose(diagnosis: Diagnosis | undefined): void {
    if (!diagnosis || this.#diagnosed.has(diagnosis.mend)) return
    this.#diagnosed.add(diagnosis.mend)
    this.#log.diagnosis(diagnosis, this.#guest.address)
  }

  #tellOthers(): void {
    if (this.#untold > 0)
      this.#log.debug("recv_message", `${this.#guest.tuple}: ${this.#untold} more messages, answered as well`)
    this.#untold = 0
  }

  #onClose(): void {
    clearTimeout(this.#pause)
    clearImmediate(this.#turn)
    this.#tellOthers()
    this.#log.info("accept_client", `Closed the connection to ${this.#guest.tuple}`)
  }
}
