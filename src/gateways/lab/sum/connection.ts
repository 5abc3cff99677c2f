import { randomInt } from "node:crypto"
import type { Socket } from "node:net"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { diagnoseOrder, diagnoseSum, type SumSilence } from "../../../protocol/lab/sum-diagnosis.ts"
import { encodeReply, SumDecoder } from "../../../protocol/lab/sum-formats.ts"
import { closesAtOnce } from "../../../protocol/lab/sum-json.ts"
import type { Silence, SumFault, SumFormat, SumMessage } from "../../../protocol/lab/sum-message.ts"
import { limits } from "../../../protocol/limits.ts"
import { addressText, addressTuple } from "../listener.ts"
import type { LabLog } from "../log.ts"
import { PerSecond } from "../per-second.ts"
import type { SumSettings } from "./server.ts"

/** One client of the sum service: each request that it sends is answered in its own format. */
export class SumConnection {
  /** Resolves when the socket is. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #log: LabLog
  readonly #settings: SumSettings
  readonly #stopService: () => void
  readonly #decoder = new SumDecoder("request")
  readonly #address: string
  readonly #lines = new PerSecond(labLimits.sumLinesPerSecondMax)
  #untold = 0 // requests that were answered without a line of the log
  #answered: SumFormat | undefined // of the last request
  #silence: Silence = "none"
  #full = false // the peer does not read: nothing more is answered
  #over = false // nothing more is taken
  #deadline: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined
  #afterPause: NodeJS.Immediate | undefined // or after others had their turn

  /**
   * @param firstBytes what was read of the socket already
   * @param stopService called for a number out of range, where that stops it
   */
  constructor(
    socket: Socket,
    firstBytes: Uint8Array,
    log: LabLog,
    settings: SumSettings,
    stopService: () => void,
  ) {
    this.#socket = socket
    this.#log = log
    this.#settings = settings
    this.#stopService = stopService
    this.#address = addressText(socket.remoteAddress, socket.remotePort)
    log.debug(
      "start_server",
      `Connection accepted from ${addressTuple(socket.remoteAddress, socket.remotePort)}`,
    )
    this.closed = new Promise((resolve) => socket.once("close", () => resolve(this.#onClose())))
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("drain", () => this.#onDrain())
    socket.on("end", () => this.#decode("end"))
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error))
    this.#onData(firstBytes)
    this.#awaitRequest()
  }

  /** Lets the client go. What it still sends is thrown away for a moment, so that it sees a close and no reset. */
  close(): void {
    if (this.#over) return
    this.#log.debug("handle_client", "Client connection closed")
    this.#leave()
  }

  #leave(): void {
    this.#over = true
    this.#stopWaiting()
    this.#socket.resume()
    this.#socket.end()
    this.#deadline = setTimeout(() => this.#socket.destroy(), limits.closeTimeoutMs)
  }

  #onData(chunk: Uint8Array): void {
    if (this.#over) return
    this.#decoder.push(chunk)
    this.#decode("none")
  }

  /** Answers what is there, a while at a time: one client that floods does not keep the others waiting. */
  #decode(silence: Silence): void {
    this.#silence = silence
    clearTimeout(this.#pause)
    clearImmediate(this.#afterPause)
    for (let taken = 0; taken < labLimits.sumRequestsPerTurn; taken++) {
      if (this.#over || this.#full) return
      const message = this.#decoder.next(silence)
      if (!message) return this.#goOn()
      this.#take(message)
    }
    if (!this.#over && !this.#full) this.#letOthers()
  }

  #letOthers(): void {
    this.#socket.pause()
    this.#afterPause = setImmediate(() => {
      this.#socket.resume()
      this.#decode(this.#silence)
    })
  }

  /** All requests that came are answered: what is due next. */
  #goOn(): void {
    const { fault, idle } = this.#decoder
    const said = this.#silence !== "none" // a pause has told what it can
    if (fault && said) return this.#refuse(fault)
    if (this.#silence === "end") return idle ? this.close() : this.#refuse("cut_short")
    if (this.#answered?.kind === "json" && closesAtOnce(this.#answered.nameKey, this.#answered.numberKey)) {
      // One that ends its lines may go on with another.
      if (!this.#answered.line || (idle && said)) return this.close()
    } else if (idle) return
    if (!said) this.#awaitPause()
  }

  /** Bytes that are here already, while the program was busy, are read first: that was no pause. */
  #awaitPause(): void {
    this.#pause = setTimeout(() => {
      this.#afterPause = setImmediate(() => this.#decode("pause"))
    }, this.#settings.pauseMs)
  }

  /** Counted from the request before, however slowly bytes drip in. */
  #awaitRequest(): void {
    if (this.#over) return
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => {
      if (this.#full) {
        this.#log.warning("handle_client", `Let go of ${this.#address}: it does not read its replies`)
        this.#socket.destroy()
      } else if (!this.#decoder.idle) this.#refuse("stalled")
      else if (this.#answered) this.close()
      else this.#refuse("silent")
    }, this.#settings.timeoutMs)
  }

  #stopWaiting(): void {
    clearTimeout(this.#deadline)
    clearTimeout(this.#pause)
    clearImmediate(this.#afterPause)
  }

  #take(message: SumMessage): void {
    const { name, number, format } = message
    const told = this.#lines.take()
    if (told) this.#tellOthers()
    else this.#untold++
    if (told) this.#log.debug("handle_client", "Message recieved from client")
    if (number < 1n || number > 100n) return this.#outOfRange(message)
    const { name: ownName } = this.#settings
    const own = BigInt(randomInt(1, 101))
    const sum = number + own
    if (told) {
      this.#log.info("handle_client", `Client Name: ${name} | Server Name: ${ownName}`)
      this.#log.info("handle_client", `Client Number: ${number} | Server Number: ${own} | Sum: ${sum}`)
      this.#log.debug("handle_client", "Sending client response")
    }
    this.#answered = format
    // In one call: the other end may read once and expect it whole.
    if (!this.#socket.write(encodeReply(ownName, own, sum, format))) {
      this.#full = true
      this.#socket.pause()
    }
    this.#awaitRequest()
  }

  #tellOthers(): void {
    if (this.#untold > 0)
      this.#log.debug("handle_client", `${this.#address}: ${this.#untold} more requests, answered as well`)
    this.#untold = 0
  }

  #outOfRange(message: SumMessage): void {
    const order = diagnoseOrder(message, this.#decoder.evidence().from)
    if (order) this.#log.diagnosis(order, this.#address)
    const stops = this.#settings.onOutOfRange === "stop"
    const what = stops ? "Terminating the server." : "Closing its connection."
    this.#log.warning("handle_client", `Client int out of range: ${message.number}. ${what}`)
    if (!stops) return this.close()
    this.#leave() // in the document nothing more is said
    this.#stopService()
  }

  #refuse(fault: SumFault | SumSilence): void {
    const { timeoutMs, ports } = this.#settings
    const bounds = { role: "request", timeoutMs, ports } as const
    this.#log.diagnosis(diagnoseSum(fault, this.#decoder.evidence(), bounds), this.#address)
    this.close()
  }

  #onDrain(): void {
    if (!this.#full) return
    this.#full = false
    this.#socket.resume()
    if (!this.#over) this.#decode(this.#silence)
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#over) return
    const what = error.code === "ECONNRESET" ? "was reset by the peer" : `failed: ${error.message}`
    this.#log.warning("handle_client", `The connection from ${this.#address} ${what}`)
  }

  #onClose(): void {
    this.#stopWaiting()
    this.#tellOthers()
    if (!this.#over) this.#log.debug("handle_client", "Client connection closed")
    this.#over = true
  }
}
