import { limits } from "../../protocol/limits.ts"
import type { Connection } from "./connection.ts"

/**
 * The requests of one session, answered one after the other in the order in which they came, and none while the
 * peer leaves its answers unread: what a small request can call for is large.
 */
export class Requests {
  readonly #connection: Connection
  readonly #waiting: (() => Promise<void>)[] = []
  #running = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @param answer never rejects */
  add(answer: () => Promise<void>): void {
    this.#waiting.push(answer)
    if (this.#waiting.length > limits.requestsWaitingMax) this.#connection.hold("requests")
    if (!this.#running) void this.#answerAll()
  }

  async #answerAll(): Promise<void> {
    this.#running = true
    while (this.#connection.open) {
      const answer = this.#waiting.shift()
      if (!answer) break
      if (this.#waiting.length <= limits.requestsWaitingMax / 2) this.#connection.release("requests")
      await this.#connection.room()
      await answer()
    }
    this.#running = false
  }
}
