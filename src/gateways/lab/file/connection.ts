import type { Socket } from "node:net"
import { toLandlineError } from "../../../protocol/errors.ts"
import { fileName } from "../../../protocol/file-names.ts"
import {
  diagnoseFile,
  diagnoseGlued,
  type FileProblem,
  foreignProtocol,
} from "../../../protocol/lab/file-diagnosis.ts"
import { FileDecoder, SEPARATOR, type WholeFile } from "../../../protocol/lab/file-transfer.ts"
import { limits } from "../../../protocol/limits.ts"
import { addressText } from "../listener.ts"
import type { LabLog } from "../log.ts"
import type { FileSettings } from "./server.ts"
import type { FileSink, IncomingFile } from "./sink.ts"

/** One file client. What it sends is taken read by read: the socket is not read while a read is being stored. */
export class FileConnection {
  readonly #socket: Socket
  readonly #sink: FileSink
  readonly #log: LabLog
  readonly #settings: FileSettings
  readonly #decoder: FileDecoder
  readonly #address: string
  #file: IncomingFile | undefined
  #work: Promise<void> = Promise.resolve()
  #ended = false // all came; what happens to the connection then changes nothing
  #over = false // the file is kept, or nothing of it is
  #silence: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined
  #afterPause: NodeJS.Immediate | undefined

  /** @param firstBytes what was read of the socket already */
  constructor(socket: Socket, firstBytes: Uint8Array, sink: FileSink, log: LabLog, settings: FileSettings) {
    this.#socket = socket
    this.#sink = sink
    this.#log = log
    this.#settings = settings
    this.#decoder = new FileDecoder(settings.separator)
    this.#address = addressText(socket.remoteAddress, socket.remotePort)
    socket.on("data", (chunk: Buffer) => this.#onData(chunk))
    socket.on("end", () => {
      this.#ended = true
      this.#then(() => this.#onEnd())
    })
    socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error))
    socket.on("close", () => this.#onClose())
    this.#onData(firstBytes)
  }

  /** Resolves when the connection is closed and its file is kept, or nothing of it. */
  async done(): Promise<void> {
    if (!this.#socket.closed) await new Promise((resolve) => this.#socket.once("close", resolve))
    await this.#work
  }

  /** Lets the client go; of a file that is not whole, nothing stays. */
  close(): void {
    this.#then(async () => {
      if (this.#over) return
      if (this.#file) this.#log.warning("receive", `The service ends: nothing of ${this.#file.name} is kept`)
      await this.#leave()
    })
  }

  /** One after the other, and none fails. */
  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error) => this.#fail(error))
  }

  #onData(chunk: Uint8Array): void {
    if (this.#over) return
    this.#stopWaiting()
    this.#socket.pause()
    const came = performance.now()
    this.#then(async () => {
      if (!this.#over) await this.#take(chunk)
      if (!this.#over) this.#await(came)
      this.#socket.resume()
    })
  }

  async #take(chunk: Uint8Array): Promise<void> {
    const data = this.#decoder.push(chunk)
    if (this.#decoder.fault) return this.#refuse(this.#decoder.fault)
    if (this.#tooLarge()) return this.#refuse("too_large")
    if (this.#decoder.sized && !this.#file) await this.#begin()
    if (data.length > 0) await this.#file!.write(data)
  }

  async #begin(): Promise<void> {
    const { name: sent } = this.#decoder
    const name = fileName(sent)
    this.#file = await this.#sink.begin(name, this.#address)
    if (name !== sent.split(/[/\\]/).at(-1))
      this.#log.info("receive", `The sender's name for it was "${sent}"`)
    this.#log.info("receive", `Incoming file, saving as ${this.#file.name}`)
  }

  /** What is due next, and until when. @param came when the last read did */
  #await(came: number): void {
    const { timeoutMs, pauseMs } = this.#settings
    this.#silence = setTimeout(() => this.#then(() => this.#refuse("stalled")), timeoutMs)
    if (this.#decoder.state === "data" || this.#decoder.bytes === 0) return
    // Bytes that are here already, while the program was busy, are read first: that was no pause.
    const look = () => {
      this.#afterPause = setImmediate(() => this.#then(() => this.#onPause()))
    }
    this.#pause = setTimeout(look, Math.max(0, came + pauseMs - performance.now()))
  }

  #stopWaiting(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#pause)
    clearImmediate(this.#afterPause)
  }

  async #onPause(): Promise<void> {
    if (foreignProtocol(this.#decoder.evidence())) return this.#refuse("no_separator")
    this.#decoder.pause()
    if (this.#tooLarge()) await this.#refuse("too_large")
  }

  async #onEnd(): Promise<void> {
    this.#stopWaiting()
    if (this.#over) return
    if (this.#decoder.bytes === 0) return this.#leave()
    const whole = this.#decoder.end()
    if (!whole) return this.#refuse(this.#decoder.fault!)
    if (whole.bytes > this.#settings.fileBytesMax) return this.#refuse("too_large")
    await this.#keep(whole)
  }

  async #keep(whole: WholeFile): Promise<void> {
    if (!this.#file) await this.#begin()
    const name = await this.#file!.keep(whole.front)
    this.#over = true
    this.#log.info("receive", `Done receiving ${name}`)
    const glued = diagnoseGlued(whole, this.#decoder.evidence())
    if (glued) this.#log.diagnosis(glued, this.#address)
    this.#endSocket()
  }

  #tooLarge(): boolean {
    return this.#decoder.fileBytesMin > this.#settings.fileBytesMax
  }

  async #refuse(problem: FileProblem): Promise<void> {
    if (this.#over) return
    const { separator = SEPARATOR, ...bounds } = this.#settings
    this.#log.diagnosis(
      diagnoseFile(problem, this.#decoder.evidence(), { ...bounds, separator }),
      this.#address,
    )
    await this.#leave()
  }

  /** What is none of the peer's doing. */
  async #fail(error: unknown): Promise<void> {
    if (this.#over) return
    this.#log.error("receive", `Nothing is kept from ${this.#address}: ${toLandlineError(error).message}`)
    await this.#leave()
  }

  async #leave(): Promise<void> {
    this.#over = true
    this.#stopWaiting()
    await this.#file?.discard()
    this.#endSocket()
  }

  /** What the peer still sends is thrown away for a moment, so that it sees a close and no reset. */
  #endSocket(): void {
    this.#socket.resume()
    this.#socket.end()
    this.#silence = setTimeout(() => this.#socket.destroy(), limits.closeTimeoutMs)
  }

  /** Said behind all that came before it, as the last word on the file. */
  #onError(error: NodeJS.ErrnoException): void {
    if (this.#ended) return
    const what = error.code === "ECONNRESET" ? "was reset by the peer" : `failed: ${error.message}`
    this.#then(async () => {
      if (this.#over) return
      const lost = this.#file ? `; nothing of ${this.#file.name} is kept` : ""
      this.#log.warning("receive", `The connection from ${this.#address} ${what}${lost}`)
      await this.#leave()
    })
  }

  #onClose(): void {
    this.#stopWaiting()
    this.#then(async () => {
      if (!this.#over) await this.#leave()
    })
  }
}
