import type { Chat } from "../../capabilities/chat/chat.ts"
import type { Feeds } from "../../capabilities/feeds/feeds.ts"
import type { Author } from "../../core/author.ts"
import type { Appended } from "../../core/topic-log.ts"
import { cursorAt } from "../../core/topics.ts"
import { LandlineError, toLandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { Ack, Publish } from "../../protocol/messages.ts"
import { feedOf, isFeed, roomOf, topicName } from "../../protocol/names.ts"
import type { Connection } from "./connection.ts"

const PRODUCER_MAX = 64

interface PublishingParts {
  readonly chat: Chat
  readonly feeds: Feeds
  /** Messages a second; twice as many at once. */
  readonly publishRate: number
}

/** What one session publishes: its acks, and what happens when it is too fast. */
export class Publishing {
  readonly #connection: Connection
  readonly #parts: PublishingParts
  readonly #who: Author
  readonly #rate: number
  readonly #acks = new Map<string, { message: Publish; appended: Appended }>()
  #entries = 0
  #bytes = 0
  #credit: number
  #creditAt = performance.now()

  constructor(connection: Connection, parts: PublishingParts, who: Author) {
    this.#connection = connection
    this.#parts = parts
    this.#who = who
    this.#rate = parts.publishRate
    this.#credit = 2 * parts.publishRate
  }

  publish(message: Publish): void {
    const { text, producer, seq } = message
    if (!isNumbered(producer, seq)) {
      const words = "A producer is 1 to 64 characters, and needs a seq, which is 1, 2, 3 ..."
      return this.#refuse(new LandlineError("bad_request", {}, words), message)
    }
    if (!this.#spendCredit()) return this.#refuse(new LandlineError("slow_down"), message)
    this.#entries++
    this.#bytes += text.length
    this.#pauseOrResume()
    this.#say(message).then(
      (appended) => {
        this.#landed(message)
        this.#stored(appended, message)
      },
      (error) => {
        this.#landed(message)
        this.#sendAcks() // what came before the refused one is told before it
        this.#refuse(toLandlineError(error), message)
      },
    )
  }

  #say({ topic, text, producer, seq }: Publish): Promise<Appended> {
    try {
      const id = producer === undefined ? undefined : { id: producer, epoch: 0, seq: seq! }
      const name = topicName(topic)
      const { chat, feeds } = this.#parts
      if (!isFeed(name)) return chat.say(this.#who, roomOf(name), text, id)
      return feeds.publishFirst(this.#who, feedOf(name), [Buffer.from(text)], id && { producer: id })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #refuse(error: LandlineError, { topic, producer, seq }: Publish): void {
    this.#connection.sendRefusal(error, { topic, producer, seq })
  }

  #landed({ text }: Publish): void {
    this.#entries--
    this.#bytes -= text.length
    this.#pauseOrResume()
  }

  #stored(appended: Appended, message: Publish): void {
    if (message.producer === undefined) return this.#connection.send(ackOf(message, appended))
    // One commit settles many publishes in one go: the last ack stands for all of them.
    if (this.#acks.size === 0) queueMicrotask(() => this.#sendAcks())
    this.#acks.set(`${message.topic} ${message.producer}`, { message, appended })
  }

  #sendAcks(): void {
    for (const { message, appended } of this.#acks.values()) this.#connection.send(ackOf(message, appended))
    this.#acks.clear()
  }

  /** Not reading the socket is how an author is slowed down: TCP passes it on. */
  #pauseOrResume(): void {
    const over = this.#entries > limits.authorEntriesMax || this.#bytes > limits.authorBytesMax
    const low = this.#entries <= limits.authorEntriesMax / 2 && this.#bytes <= limits.authorBytesMax / 2
    if (over) this.#connection.hold("author")
    else if (low) this.#connection.release("author")
  }

  #spendCredit(): boolean {
    if (this.#credit < 1) {
      const now = performance.now()
      const earned = ((now - this.#creditAt) / 1_000) * this.#rate
      this.#credit = Math.min(2 * this.#rate, this.#credit + earned)
      this.#creditAt = now
    }
    if (this.#credit < 1) return false
    this.#credit--
    return true
  }
}

function isNumbered(producer: string | undefined, seq: number | undefined): boolean {
  if (seq !== undefined && !(Number.isSafeInteger(seq) && seq >= 0)) return false
  return producer === undefined || (producer.length > 0 && producer.length <= PRODUCER_MAX && seq! >= 1)
}

function ackOf({ topic, producer, seq }: Publish, appended: Appended): Ack {
  return { op: "ack", topic, producer, seq, cursor: cursorAt(appended, appended.offset) }
}
