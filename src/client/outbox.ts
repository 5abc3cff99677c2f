import { LandlineError } from "../protocol/errors.ts"
import { limits } from "../protocol/limits.ts"
import type { Ack, ErrorMessage, Publish } from "../protocol/messages.ts"
import type { TopicName } from "../protocol/names.ts"

/** Messages that wait for their ack, in all topics together; bounds what a program that goes on writing costs. */
const MESSAGES_MAX = 10_000
/** On their way in one topic. One refusal refuses all behind it too, and a hub closes who is refused too often. */
const IN_FLIGHT_MAX = limits.refusalsMax / 2

export interface Stored {
  /** A place in the topic after the message. */
  readonly cursor: string
}

interface Message {
  readonly text: string
  readonly resolve: (stored: Stored) => void
  readonly reject: (error: LandlineError) => void
}

interface Lane {
  producer: string
  /** Unacked messages in the order they were said; the first has the number `first`, the next one more. */
  queue: Message[]
  first: number
  /** So many of the queue are on their way on this connection, */
  sent: number
  /** and so many may be. */
  window: number
  /** In a row, with no ack between them. */
  refusals: number
}

/**
 * Messages from being said to being stored: each is stored once and in order, or its promise is rejected.
 * Knows no socket and no clock; the session sends what `take` gives and tells it what was answered.
 *
 * Why nothing is doubled. The hub stores a producer's messages strictly in sequence and answers them in that order,
 * so sending again under the same producer and number is always safe, however often and over however many
 * connections. A new producer is not: the message may be stored already. The only proof that it is not is
 * `sequence_gap` for the oldest unacked message: an earlier number is missing, so neither it nor any later one
 * can have been stored. Answers for others than the oldest are not needed: they come again, when it is their turn.
 */
export class Outbox {
  readonly #newProducer: () => string
  readonly #lanes = new Map<TopicName, Lane>()
  #size = 0

  /** @param newProducer an id that no other program uses */
  constructor(newProducer: () => string) {
    this.#newProducer = newProducer
  }

  /** Messages that are not stored yet. */
  get size(): number {
    return this.#size
  }

  /** Rejects with LandlineError: too_many where 10,000 are waiting, or whatever the hub refuses it with. */
  add(topic: TopicName, text: string): Promise<Stored> {
    if (this.#size >= MESSAGES_MAX)
      return Promise.reject(
        new LandlineError("too_many", {}, `${MESSAGES_MAX} messages are waiting to be sent already.`),
      )
    this.#size++
    return new Promise((resolve, reject) => this.#lane(topic).queue.push({ text, resolve, reject }))
  }

  /** What is to be sent now, in order. Each message is given once, and again after `rewind`. */
  *take(): Generator<Publish> {
    for (const [topic, lane] of this.#lanes)
      while (lane.sent < Math.min(lane.queue.length, lane.window)) {
        const { text } = lane.queue[lane.sent]!
        yield { op: "publish", topic, text, producer: lane.producer, seq: lane.first + lane.sent++ }
      }
  }

  /** A new connection: what is unacked goes again, under the same numbers. */
  rewind(): void {
    for (const lane of this.#lanes.values()) Object.assign(lane, { sent: 0, window: IN_FLIGHT_MAX })
  }

  /** The wait after a refusal is over: one message asks whether the hub takes them again. */
  retry(topic: string): void {
    const lane = this.#lanes.get(topic as TopicName)
    if (lane?.window === 0) Object.assign(lane, { sent: 0, window: 1 })
  }

  acked({ topic, producer, seq, cursor }: Ack): void {
    const lane = this.#lanes.get(topic as TopicName)
    if (lane === undefined || producer !== lane.producer || seq === undefined || seq < lane.first) return
    for (const message of this.#shift(lane, seq - lane.first + 1)) message.resolve({ cursor })
    Object.assign(lane, { window: IN_FLIGHT_MAX, refusals: 0 })
  }

  /** @returns where the hub asks to wait: how often it has in a row (from 0); then call `retry`. */
  refused(error: ErrorMessage): number | undefined {
    const lane = this.#lanes.get(error.topic as TopicName)
    if (lane === undefined || error.producer !== lane.producer || error.seq !== lane.first) return undefined
    if (error.retry === "never") {
      for (const message of this.#shift(lane, 1)) message.reject(asError(error))
      return undefined
    }
    // A gap before number 1 cannot be: a hub that says so is asked again, but not at once for ever.
    if (error.retry === "resend" && lane.first > 1) {
      Object.assign(lane, { producer: this.#newProducer(), first: 1, sent: 0 })
      return undefined
    }
    if (lane.window === 0) return undefined
    lane.window = 0
    return lane.refusals++
  }

  /** Gives up: everything that is not stored is rejected. */
  fail(error: LandlineError): void {
    for (const lane of this.#lanes.values())
      for (const message of this.#shift(lane, lane.queue.length)) message.reject(error)
  }

  #lane(topic: TopicName): Lane {
    let lane = this.#lanes.get(topic)
    if (lane === undefined) {
      lane = {
        producer: this.#newProducer(),
        queue: [],
        first: 1,
        sent: 0,
        window: IN_FLIGHT_MAX,
        refusals: 0,
      }
      this.#lanes.set(topic, lane)
    }
    return lane
  }

  #shift(lane: Lane, count: number): Message[] {
    const messages = lane.queue.splice(0, count)
    this.#size -= messages.length
    lane.first += messages.length
    lane.sent = Math.max(0, lane.sent - messages.length)
    return messages
  }
}

/** What the hub said, as an error to throw. */
export function asError({ code, message, details }: ErrorMessage): LandlineError {
  return new LandlineError(code, details, message)
}
