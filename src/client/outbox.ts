import { LandlineError } from "../protocol/errors.ts"
import { limits } from "../protocol/limits.ts"
import type { Ack, ErrorMessage, Publish } from "../protocol/messages.ts"
import type { TopicName } from "../protocol/names.ts"
import type { Unsent } from "./outbox-store.ts"

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
  /** What the hub answered, since it was sent last. */
  refusal?: ErrorMessage | undefined
  readonly resolve: (stored: Stored) => void
  readonly reject: (error: LandlineError) => void
}

/** Messages under one producer, in the order they were said; the first has the number `first`, the next one more. */
interface Run {
  producer: string
  first: number
  queue: Message[]
  /** Of an earlier run of the program. Nothing is added to it: another copy of the program may have been restored from
   *  the same place, and what either of them added would bear the same numbers. */
  isRestored: boolean
}

/** The unacked messages of one topic. */
interface Lane extends Run {
  /** So many of the queue are on their way on this connection, */
  sent: number
  /** so many of these are refused, */
  refused: number
  /** and so many may be on their way. */
  window: number
  /** Waits for the hub in a row, with no ack between them. */
  waits: number
  /** What is sent when the queue is stored. */
  readonly later: Run[]
}

/**
 * Messages from being said to being stored: each is stored once and in order, or its promise is rejected.
 * Knows no socket and no clock; the session sends what `take` gives and tells it what was answered.
 *
 * Why nothing is doubled. The hub stores a producer's messages strictly in sequence, so sending again under the same
 * producer and number is always safe, however often and over however many connections. A new producer is not: the
 * message may be stored already. The only proof that it is not is `sequence_gap` for the oldest unacked message: an
 * earlier number is missing for good, so neither it nor any later one can have been stored.
 *
 * A refusal may overtake the acks of what was said before it. So it counts only when its message is the oldest, and
 * nothing is sent again before everything on its way is answered: an answer is never taken for that of another try.
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
    return new Promise((resolve, reject) => this.#own(topic).queue.push({ text, resolve, reject }))
  }

  /**
   * Takes over what an earlier run has not got stored, before anything is said.
   * @param rejected told of each of them that the hub refuses for good
   */
  restore(
    unsent: readonly Unsent[],
    rejected: (topic: TopicName, text: string, error: LandlineError) => void,
  ): void {
    for (const { topic, producer, first, texts } of unsent) {
      const queue = texts.map(
        (text): Message => ({ text, resolve() {}, reject: (error) => rejected(topic, text, error) }),
      )
      const lane = this.#lane(topic)
      const run = { producer, first, queue, isRestored: true }
      if (lane.queue.length === 0) Object.assign(lane, run)
      else lane.later.push(run)
      this.#size += queue.length
    }
  }

  /** What is not stored yet. */
  unsent(): Unsent[] {
    return [...this.#lanes].flatMap(([topic, lane]) =>
      [lane, ...lane.later].flatMap(({ producer, first, queue }) =>
        queue.length === 0 ? [] : { topic, producer, first, texts: queue.map(({ text }) => text) },
      ),
    )
  }

  /** What is to be sent now, in order. Each message is given once, and again after `rewind`. */
  *take(): Generator<Publish> {
    for (const [topic, lane] of this.#lanes)
      while (lane.refused === 0 && lane.sent < Math.min(lane.queue.length, lane.window)) {
        const { text } = lane.queue[lane.sent]!
        yield { op: "publish", topic, text, producer: lane.producer, seq: lane.first + lane.sent++ }
      }
  }

  /** A new connection: what is unacked goes again, under the same numbers. */
  rewind(): void {
    for (const lane of this.#lanes.values()) rewind(lane, IN_FLIGHT_MAX)
  }

  /** The wait after a refusal is over: one message asks whether the hub takes them again. */
  retry(topic: string): void {
    const lane = this.#lanes.get(topic as TopicName)
    if (lane?.window === 0) rewind(lane, 1)
  }

  /** @returns as `refused` */
  acked({ topic, producer, seq, cursor }: Ack): number | undefined {
    const lane = this.#lanes.get(topic as TopicName)
    if (lane === undefined || producer !== lane.producer || seq === undefined || seq < lane.first)
      return undefined
    for (const message of this.#shift(lane, seq - lane.first + 1)) message.resolve({ cursor })
    Object.assign(lane, { window: IN_FLIGHT_MAX, waits: 0 })
    return this.#settle(lane)
  }

  /** @returns where the hub is to be given time: how often it was in a row (from 0); then call `retry`. */
  refused(error: ErrorMessage): number | undefined {
    const lane = this.#lanes.get(error.topic as TopicName)
    if (lane === undefined || error.producer !== lane.producer || error.seq === undefined) return undefined
    const place = error.seq - lane.first
    const message = lane.queue[place]
    if (message === undefined || place >= lane.sent || message.refusal) return undefined
    message.refusal = error
    lane.refused++
    return this.#settle(lane)
  }

  /** Gives up: everything that is not stored is rejected. */
  fail(error: LandlineError): void {
    for (const lane of this.#lanes.values())
      while (lane.queue.length > 0)
        for (const message of this.#shift(lane, lane.queue.length)) message.reject(error)
  }

  #settle(lane: Lane): number | undefined {
    for (let oldest = lane.queue[0]; oldest?.refusal; oldest = lane.queue[0]) {
      const { refusal } = oldest
      if (refusal.retry === "never") {
        this.#shift(lane, 1)
        oldest.reject(asError(refusal))
      } else if (refusal.retry === "resend" && lane.first > 1) {
        Object.assign(lane, { producer: this.#newProducer(), first: 1 })
        rewind(lane, IN_FLIGHT_MAX)
      } else if (lane.refused < lane.sent || lane.window === 0) return undefined
      else {
        lane.window = 0
        return lane.waits++
      }
    }
    return undefined
  }

  #lane(topic: TopicName): Lane {
    let lane = this.#lanes.get(topic)
    if (lane === undefined) {
      lane = { ...this.#newRun(), sent: 0, refused: 0, window: IN_FLIGHT_MAX, waits: 0, later: [] }
      this.#lanes.set(topic, lane)
    }
    return lane
  }

  /** Where what is said now goes. */
  #own(topic: TopicName): Run {
    const lane = this.#lane(topic)
    const last = lane.later.at(-1) ?? lane
    if (!last.isRestored) return last
    const run = this.#newRun()
    lane.later.push(run)
    return run
  }

  #newRun = (): Run => ({ producer: this.#newProducer(), first: 1, queue: [], isRestored: false })

  #shift(lane: Lane, count: number): Message[] {
    const messages = lane.queue.splice(0, count)
    this.#size -= messages.length
    lane.first += messages.length
    lane.sent = Math.max(0, lane.sent - messages.length)
    lane.refused -= messages.filter(({ refusal }) => refusal).length
    if (lane.queue.length === 0 && lane.isRestored) Object.assign(lane, lane.later.shift() ?? this.#newRun())
    return messages
  }
}

function rewind(lane: Lane, window: number): void {
  for (const message of lane.queue.slice(0, lane.sent)) message.refusal = undefined
  Object.assign(lane, { sent: 0, refused: 0, window })
}

/** What the hub said, as an error to throw. */
export function asError({ code, message, details }: ErrorMessage): LandlineError {
  return new LandlineError(code, details, message)
}
