import type { Batch } from "../../core/batch.ts"
import type { Follower, Receiver } from "../../core/follower.ts"
import type { Following } from "../../core/following.ts"
import type { Presence } from "../../core/presence.ts"
import { cursorAt } from "../../core/topics.ts"
import type { LandlineError } from "../../protocol/errors.ts"
import type { TopicName } from "../../protocol/names.ts"
import type { Connection } from "./connection.ts"
import { entriesFormat, messageFrame } from "./frames.ts"
import { presenceFrame } from "./presence-frame.ts"

/** One topic that a session follows: the far end of its follower, and its place in the topic's presence. */
export class TopicFollow implements Receiver {
  readonly #connection: Connection
  readonly #topic: TopicName
  readonly #ended: () => void
  #epoch = 0
  #follower: Follower | undefined
  #absent: (() => void) | undefined

  /** @param ended called when the topic ends the follow, rather than the session */
  constructor(connection: Connection, topic: TopicName, ended: () => void) {
    this.#connection = connection
    this.#topic = topic
    this.#ended = ended
  }

  /** @param author who is present now @param wish what the session asked for, see `Follow` */
  start(
    follow: Following,
    presence: Presence,
    author: string,
    wish: { presence: boolean | undefined; conflated: boolean | undefined },
  ): void {
    const topic = this.#topic
    this.#epoch = follow.stat.epoch
    presence.join(topic, author)
    // Presence is a hint: a peer that is behind does without.
    const unwatch =
      wish.presence &&
      presence.watch(
        topic,
        (change) => this.#connection.full || this.#connection.write(presenceFrame(change)),
      )
    this.#absent = () => {
      if (unwatch) unwatch()
      presence.leave(topic, author)
    }
    // Last: a topic that is closed may end it at once, and then all of this is to be undone.
    this.#follower = follow.start(this, wish.conflated)
  }

  get full(): boolean {
    return this.#connection.full
  }

  deliver(batch: Batch): boolean {
    return this.#connection.write(batch.encoded(entriesFormat))
  }

  gap(from: number, to: number): boolean {
    const cursor = cursorAt({ epoch: this.#epoch }, to)
    return this.#connection.write(messageFrame({ op: "gap", topic: this.#topic, cursor, from, to }))
  }

  end(reason: LandlineError): void {
    this.close()
    this.#ended()
    this.#connection.sendError(reason, { topic: this.#topic })
  }

  resume(): void {
    this.#follower?.resume()
  }

  close(): void {
    this.#follower?.close()
    this.#absent?.()
    this.#absent = undefined
  }
}
