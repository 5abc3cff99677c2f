import { LandlineError } from "../../protocol/errors.ts"
import {
  conditionOf,
  ExchangeReader,
  ExchangeWriter,
  type Fields,
  type ReceivedExchange,
  type Sha256,
  unreadable,
} from "../../protocol/exchange.ts"
import type { ExchangeRun } from "./exchange-run.ts"

const NOTHING = new Uint8Array(0)

export interface ExchangePeerOptions {
  /** The hub's name. */
  readonly hub: string
  readonly sha256: Sha256
  /** @throws LandlineError */
  begin(fields: Fields, writer: ExchangeWriter): ExchangeRun
  onEnded(run: ExchangeRun, complete: boolean): void
}

/** The hub's end of one connection: bytes in, bytes out. */
export class ExchangePeer {
  readonly #options: ExchangePeerOptions
  readonly #writer: ExchangeWriter
  readonly #reader = new ExchangeReader((fields) => this.#run?.payloadBytes(fields) ?? 0)
  #run: ExchangeRun | undefined
  #over = false

  constructor(options: ExchangePeerOptions) {
    this.#options = options
    this.#writer = new ExchangeWriter(options.sha256)
  }

  /** The run has ended: once what waits is sent, nothing more comes. */
  get over(): boolean {
    return this.#over
  }

  /** What is to be sent now. */
  take(): Uint8Array | undefined {
    return this.#writer.take()
  }

  /** @throws LandlineError after which the connection is of no more use; `refuse` tells the peer */
  receive(chunk: Uint8Array): void {
    this.#reader.push(chunk, (message) => this.#take(message))
  }

  refuse({ code, message }: LandlineError): void {
    this.#writer.add({ op: "error", code, message })
  }

  /** The connection is gone. */
  leave(): void {
    if (this.#run && !this.#over) this.#end(false)
  }

  #take(message: ReceivedExchange): void {
    const run = this.#run
    if (this.#over) throw new LandlineError("bad_request", {}, "The run is over.")
    if (!run) return this.#begin(message)
    const { op } = message.fields
    if (op === "request") run.request(message)
    else if (op === "ack") run.ack(message)
    else if (op === "end") {
      run.end(message)
      this.#end(true)
    } else {
      const whole = conditionOf(message, NOTHING, this.#options.sha256).line
      throw whole ? new LandlineError("unknown_operation") : unreadable("A line is damaged")
    }
  }

  #begin(message: ReceivedExchange): void {
    const { begin, hub, sha256 } = this.#options
    if (!conditionOf(message, NOTHING, sha256).line)
      throw new LandlineError("bad_request", {}, "The first line is damaged, or its digest is wrong.")
    this.#run = begin(message.fields, this.#writer)
    this.#writer.add({ op: "begun", name: hub })
  }

  #end(complete: boolean): void {
    this.#over = true
    this.#options.onEnded(this.#run!, complete)
  }
}
