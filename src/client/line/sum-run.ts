import { ERRORS, type ErrorCode, LandlineError } from "../../protocol/errors.ts"
import {
  conditionOf,
  EXCHANGE_VERSION,
  ExchangeReader,
  ExchangeWriter,
  type Fields,
  isExchangeNumber,
  type Pattern,
  type ReceivedExchange,
  type Sha256,
} from "../../protocol/exchange.ts"
import { ExchangePayloads, wrongBits } from "../../protocol/exchange-payloads.ts"
import { Transcript } from "../../protocol/exchange-transcript.ts"
import { randomId } from "../random-id.ts"

/** Something that did not arrive as it was sent. */
export interface Mismatch {
  readonly seq: number
  readonly direction: "up" | "down"
  /** The line is the JSON before the payload. */
  readonly part: "line" | "payload" | "acknowledgement"
  /** Of the payload; bit 7 is the highest. */
  readonly byte?: number
  readonly bit?: number
}

/** The other end, or the line, did what no line of good faith does: the check has found a fault. */
export class ExchangeFault extends Error {}

const MISMATCHES_MAX = 1_000 // told one by one; above, they are counted
const SAID_CHARACTERS_MAX = 300
const NOTHING = new Uint8Array(0)

export interface SumRunOptions {
  readonly sha256: Sha256
  readonly run: string
  readonly name: string
  readonly seed: number
  readonly patterns: readonly Pattern[]
  readonly count: number
  /** Exchanges in flight at most; 1: one after the other. */
  readonly window: number
  /** The number of an exchange, 1 to 100. */
  numberOf(seq: number): number
  /** Told of each line of the transcript, its head first. */
  onLine?: ((line: string) => void) | undefined
}

interface Sent {
  readonly number: number
  readonly nonce: string
  readonly digest: string
}

/** The client's end of a run of verified exchanges: bytes in, bytes out. */
export class SumRun {
  readonly #options: SumRunOptions
  readonly #payloads: ExchangePayloads
  readonly #writer: ExchangeWriter
  readonly #reader = new ExchangeReader((fields) => this.#payloadBytes(fields))
  readonly #inFlight: Sent[] = []
  readonly #damaged = new Set<number>()
  /** The first of them, in the order in which they were found. */
  readonly mismatches: Mismatch[] = []
  mismatchCount = 0
  /** Exchanges whose reply came. */
  done = 0
  /** The last one, in numbers. */
  last: { readonly number: number; readonly answer: number; readonly sum: number } | undefined
  /** The hub's; undefined until it has answered. */
  hub: string | undefined
  /** The last hash of the hub's transcript, once the run is over. */
  hubTranscript: string | undefined
  over = false
  #transcript: Transcript | undefined
  #count: number
  #sent = 0
  #ending = false

  constructor(options: SumRunOptions) {
    this.#options = options
    this.#count = options.count
    this.#writer = new ExchangeWriter(options.sha256)
    this.#payloads = new ExchangePayloads(options.seed, options.patterns)
    const { run, name, seed, patterns } = options
    this.#writer.add({ op: "begin", version: EXCHANGE_VERSION, run, name, seed, patterns })
  }

  get run(): string {
    return this.#options.run
  }

  /** Exchanges that there are to be. */
  get count(): number {
    return this.#count
  }

  /** Exchanges of which something did not arrive as it was sent. */
  get damaged(): number {
    return this.#damaged.size
  }

  /** The last hash of this end's transcript. */
  get transcript(): string | undefined {
    return this.#transcript?.hash
  }

  /** No new exchange begins; the run ends with those in flight. */
  stop(): void {
    this.#count = this.#sent
  }

  /** What is to be sent next; undefined where something must come first. */
  take(): Uint8Array | undefined {
    if (this.#transcript) {
      while (this.#sent < this.#count && this.#inFlight.length < this.#options.window && !this.#writer.full)
        this.#request()
      if (this.done === this.#count && !this.#ending) {
        this.#ending = true
        this.#writer.add({ op: "end" })
      }
    }
    return this.#writer.take()
  }

  /** @throws ExchangeFault | LandlineError no_hub | what the hub refuses with */
  receive(chunk: Uint8Array): void {
    try {
      this.#reader.push(chunk, (message) => this.#take(message))
    } catch (error) {
      if (!(error instanceof LandlineError) || error.code !== "bad_request") throw error
      if (!this.#transcript) throw new LandlineError("no_hub")
      throw new ExchangeFault(`On the way down, after ${this.done} exchanges: ${error.message}`)
    }
  }

  #request(): void {
    const { name, numberOf } = this.#options
    const seq = ++this.#sent
    const payload = this.#payloads.up(seq)
    const number = numberOf(seq)
    const nonce = randomId()
    const bytes = payload.length
    const digest = this.#writer.add({ op: "request", seq, nonce, name, number, bytes }, payload)
    this.#inFlight.push({ number, nonce, digest })
  }

  /** While replies are due, whatever cannot be read as something else is one. */
  #payloadBytes({ op }: Fields): number {
    const other = !this.#transcript || op === "ended" || op === "error"
    return other || this.#inFlight.length === 0 ? 0 : this.#payloads.size(this.done + 1)
  }

  #take(message: ReceivedExchange): void {
    const { op } = message.fields
    if (!this.#transcript) this.#begun(message)
    else if (op === "error") this.#refused(message)
    else if (op === "ended") this.#ended(message)
    else this.#reply(message)
  }

  #begun(message: ReceivedExchange): void {
    const { op, name } = message.fields
    if (!conditionOf(message, NOTHING, this.#options.sha256).line)
      throw new ExchangeFault("The first line that came is damaged, or its digest is wrong.")
    if (op === "error") this.#refused(message)
    if (op !== "begun" || typeof name !== "string") throw new LandlineError("no_hub")
    this.hub = name
    const { run, name: client, sha256, onLine } = this.#options
    this.#transcript = new Transcript({ transcript: 1, run, client, hub: name }, sha256, onLine)
  }

  #reply(message: ReceivedExchange): void {
    const sent = this.#inFlight.shift()
    if (!sent) throw new ExchangeFault(`The hub answered exchange ${message.fields.seq ?? this.done} twice.`)
    const seq = ++this.done
    const due = this.#payloads.down(seq)
    const { digest, line, payload } = conditionOf(message, due, this.#options.sha256)
    const { fields } = message
    if (line) this.#judge(seq, sent, fields)
    else this.#found({ seq, direction: "down", part: "line" })
    if (!payload) this.#foundBits(seq, "down", wrongBits(message.payload, due))

    const { name: client } = this.#options
    const answer = whole(fields.number)
    const sum = whole(fields.sum)
    const { number, nonce, digest: request } = sent
    const hub = typeof fields.name === "string" ? fields.name : ""
    this.#writer.add({ op: "ack", seq, sum, reply: digest })
    this.#transcript!.add({
      seq,
      client,
      number,
      hub,
      answer,
      sum,
      nonce,
      request,
      reply: digest,
    })
    this.last = { number, answer, sum }
  }

  /** A reply whose line came as the hub sent it. */
  #judge(seq: number, { number, nonce, digest }: Sent, fields: Fields): void {
    if (fields.op !== "reply")
      throw new ExchangeFault(`The hub answered exchange ${seq} with something else.`)
    if (fields.seq !== seq)
      throw new ExchangeFault(
        whole(fields.seq) < seq
          ? `The hub answered exchange ${fields.seq} twice.`
          : `The hub answered another exchange than ${seq}, whose answer was due.`,
      )
    if (fields.nonce !== nonce && fields.request === digest)
      throw new ExchangeFault(
        `The hub's answer to exchange ${seq} is not to what was sent: its nonce is another.`,
      )
    const { bits, wrong, line } = fields
    if (Array.isArray(bits)) this.#foundBits(seq, "up", { bits, wrong: whole(wrong) })
    if (line === true || (fields.request !== digest && !bits))
      this.#found({ seq, direction: "up", part: "line" })
    else if (!isExchangeNumber(fields.number))
      throw new ExchangeFault(`The hub's number in exchange ${seq} is none of 1 to 100.`)
    else if (fields.sum !== number + fields.number)
      throw new ExchangeFault(
        `The hub's sum is wrong in exchange ${seq}: ${number} and ${fields.number} are ${number + fields.number}, it says ${fields.sum}.`,
      )
  }

  #ended(message: ReceivedExchange): void {
    const { exchanges, transcript, acks } = message.fields
    if (!this.#ending || this.over) throw new ExchangeFault("The hub ended the run too early.")
    this.over = true
    if (!conditionOf(message, NOTHING, this.#options.sha256).line)
      return this.#found({ seq: this.done, direction: "down", part: "line" })
    if (exchanges !== this.done)
      throw new ExchangeFault(`The hub counted ${exchanges} exchanges, and there were ${this.done}.`)
    this.hubTranscript = String(transcript)
    for (const seq of Array.isArray(acks) ? acks : [])
      this.#found({ seq: whole(seq), direction: "up", part: "acknowledgement" })
  }

  /** @throws ExchangeFault | LandlineError always: nothing that comes as it was sent is refused as unreadable */
  #refused({ fields }: ReceivedExchange): never {
    const said = String(fields.message).slice(0, SAID_CHARACTERS_MAX)
    const code = String(fields.code)
    if (code === "bad_request" || code === "unknown_operation" || !Object.hasOwn(ERRORS, code))
      throw new ExchangeFault(`On the way up, after ${this.done} exchanges: ${said}`)
    throw new LandlineError(code as ErrorCode, {}, said)
  }

  #foundBits(
    seq: number,
    direction: "up" | "down",
    { bits, wrong }: { bits: readonly unknown[]; wrong: number },
  ): void {
    for (const place of bits) {
      const [byte, bit] = Array.isArray(place) ? place.map(whole) : []
      this.#found({ seq, direction, part: "payload", byte: byte ?? 0, bit: bit ?? 0 })
    }
    this.mismatchCount += Math.max(0, wrong - bits.length)
  }

  #found(mismatch: Mismatch): void {
    this.#damaged.add(mismatch.seq)
    this.mismatchCount++
    if (this.mismatches.length < MISMATCHES_MAX) this.mismatches.push(mismatch)
  }
}

const whole = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0)
