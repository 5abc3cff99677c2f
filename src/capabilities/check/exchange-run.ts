import { randomInt } from "node:crypto"
import { LandlineError } from "../../protocol/errors.ts"
import {
  type Begin,
  conditionOf,
  type ExchangeReply,
  type ExchangeWriter,
  type Fields,
  isExchangeNumber,
  NUMBER_MAX,
  type ReceivedExchange,
  type Sha256,
  unreadable,
} from "../../protocol/exchange.ts"
import { ExchangePayloads, wrongBits } from "../../protocol/exchange-payloads.ts"
import type { Transcript, TranscriptLine } from "../../protocol/exchange-transcript.ts"
import { limits } from "../../protocol/limits.ts"

const TEXT_CHARACTERS_MAX = 256 // of a nonce or a name in an exchange
const NOTHING = new Uint8Array(0)

/** Replied to, and not acknowledged. */
interface Unacked {
  readonly line: TranscriptLine
  readonly damaged: boolean
}

export interface ExchangeRunOptions {
  readonly begin: Begin
  /** The hub's name. */
  readonly hub: string
  readonly transcript: Transcript
  readonly sha256: Sha256
  /** Takes the answers. */
  readonly writer: ExchangeWriter
}

/**
 * One run, as the hub sees it. Requests and acknowledgements come in order, so a damaged one is still known by its
 * place: it is answered with what came, told as damaged, and the run goes on.
 */
export class ExchangeRun {
  readonly #options: ExchangeRunOptions
  readonly #payloads: ExchangePayloads
  readonly #unacked: Unacked[] = []
  readonly #damagedAcks: number[] = []
  #replied = 0
  #acked = 0
  #damaged = 0

  constructor(options: ExchangeRunOptions) {
    this.#options = options
    this.#payloads = new ExchangePayloads(options.begin.seed, options.begin.patterns)
  }

  get counts() {
    return { exchanges: this.#acked, damaged: this.#damaged, transcript: this.#options.transcript.hash }
  }

  /** Of the payload that is to follow a line. */
  payloadBytes({ op }: Fields): number {
    return op === "request" ? this.#payloads.size(this.#replied + 1) : 0
  }

  /**
   * Replies to a request; refuses a number that is none of 1 to 100, which is then no exchange.
   * @throws LandlineError bad_request | too_many
   */
  request(message: ReceivedExchange): void {
    const { begin, hub, sha256, writer } = this.#options
    const seq = this.#replied + 1
    if (seq > limits.sumExchangesMax || this.#unacked.length >= limits.sumUnackedMax)
      throw new LandlineError("too_many", {}, "The run has too many exchanges, or too many not acknowledged.")
    const due = this.#payloads.up(seq)
    const { digest, line, payload } = conditionOf(message, due, sha256)
    const { fields } = message
    const refusal = line ? refusalOf(fields, seq) : undefined
    if (refusal !== undefined)
      return void writer.add({ op: "error", code: "bad_request", message: refusal, seq })
    const client = text(fields.name, begin.name)
    const nonce = text(fields.nonce, "")
    const number = Number.isSafeInteger(fields.number) ? (fields.number as number) : 0
    const answer = randomInt(1, NUMBER_MAX + 1)
    const sum = number + answer
    const bytes = due.length
    let reply: ExchangeReply = {
      op: "reply",
      seq,
      name: hub,
      number: answer,
      sum,
      nonce,
      request: digest,
      bytes,
    }
    if (!line) reply = { ...reply, line: true }
    if (!payload) reply = { ...reply, ...wrongBits(message.payload, due) }
    const replied = writer.add(reply, this.#payloads.down(seq))
    this.#replied = seq
    this.#unacked.push({
      line: { seq, client, number, hub, answer, sum, nonce, request: digest, reply: replied },
      damaged: !line || !payload,
    })
  }

  /** Completes an exchange. @throws LandlineError bad_request */
  ack(message: ReceivedExchange): void {
    const { sha256, transcript } = this.#options
    const { fields } = message
    const unacked = this.#unacked.shift()
    if (!unacked) throw new LandlineError("bad_request", {}, "There is nothing to acknowledge.")
    const { line, damaged } = unacked
    const whole = conditionOf(message, NOTHING, sha256).line
    if (whole && fields.seq !== line.seq) throw outOfTurn(line.seq)
    if (!whole && this.#damagedAcks.length < limits.sumAcksToldMax) this.#damagedAcks.push(line.seq)
    if (damaged || !whole || fields.sum !== line.sum || fields.reply !== line.reply) this.#damaged++
    this.#acked = line.seq
    transcript.add(line)
  }

  /** @throws LandlineError bad_request */
  end(message: ReceivedExchange): void {
    const { sha256, transcript, writer } = this.#options
    if (!conditionOf(message, NOTHING, sha256).line) throw unreadable("A line is damaged")
    const acks = this.#damagedAcks
    writer.add({ op: "ended", exchanges: this.#acked, transcript: transcript.hash, acks })
  }
}

/** What is wrong with a request that came as it was sent. @throws LandlineError bad_request where no other can follow */
function refusalOf({ seq, number, name, nonce }: Fields, due: number): string | undefined {
  if (seq !== due) throw outOfTurn(due)
  if (!isExchangeNumber(number)) return `The number is to be a whole one from 1 to ${NUMBER_MAX}.`
  const fine = [name, nonce].every(
    (value) => typeof value === "string" && value.length <= TEXT_CHARACTERS_MAX,
  )
  return fine ? undefined : "Name and nonce are to be texts."
}

const outOfTurn = (due: number): LandlineError =>
  new LandlineError("bad_request", {}, `Another exchange than the one that is due, ${due}, came.`)

/** A text of a line that may be damaged. */
const text = (value: unknown, otherwise: string): string =>
  typeof value === "string" ? value.slice(0, TEXT_CHARACTERS_MAX) : otherwise
