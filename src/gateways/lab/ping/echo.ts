import type { Socket } from "node:net"
import { shownBytes } from "../../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { Guest } from "../guest.ts"
import type { LabLog } from "../log.ts"
import { PerSecond } from "../per-second.ts"
import type { PingSettings } from "./server.ts"

/** One client of the echo service (RFC 862): what comes goes back, until the client ends. */
export class EchoConnection {
  /** Resolves when the socket is. */
  readonly closed: Promise<void>
  readonly #guest: Guest
  readonly #log: LabLog
  readonly #settings: PingSettings
  readonly #lines = new PerSecond(labLimits.pingLinesPerSecondMax)

  constructor(socket: Socket, log: LabLog, settings: PingSettings) {
    this.#guest = new Guest(socket, log, "recv_message")
    this.#log = log
    this.#settings = settings
    this.closed = this.#guest.closed.then(() =>
      log.info("accept_client", `Closed the connection to ${this.#guest.tuple}`),
    )
    log.info("accept_client", `Connected to ${this.#guest.tuple}`)
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("end", () => this.#guest.leave())
    socket.on("drain", () => socket.resume())
    this.#await(settings.timeoutMs)
  }

  close(): void {
    this.#guest.leave()
  }

  #onData(chunk: Uint8Array): void {
    if (this.#guest.over) return
    const { idleMs, timeoutMs } = this.#settings
    this.#await(Math.max(idleMs, timeoutMs))
    if (this.#lines.take()) this.#log.info("recv_message", `${this.#guest.tuple}: ${shownBytes(chunk)}`)
    if (!this.#guest.socket.write(chunk)) this.#guest.socket.pause()
  }

  #await(ms: number): void {
    this.#guest.within(ms, () => {
      this.#log.info(
        "recv_message",
        `Let go of ${this.#guest.tuple}: nothing came or went for ${ms / 1000} s`,
      )
      if (this.#guest.socket.isPaused()) this.#guest.socket.destroy()
      else this.#guest.leave()
    })
  }
}
