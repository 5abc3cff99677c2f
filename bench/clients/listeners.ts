import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { start, stop } from "../support/process.ts"

export interface ListenOrder {
  readonly port: number
  readonly followers: number
}

/** `lateMs`: from when each message was said until each follower had it. */
export type ListenReport = { op: "following" } | { op: "heard"; lateMs: number[] }

const program = fileURLToPath(new URL("./listen.ts", import.meta.url))
const heardTimeoutMs = 30_000
const askAgainMs = 100

/** Followers that time each message. */
export class Listeners implements AsyncDisposable {
  readonly #child
  readonly #failed: Promise<never>

  private constructor(order: ListenOrder) {
    this.#child = start(process.execPath, [program, JSON.stringify(order)], "ipc")
    this.#failed = once(this.#child, "exit").then(() => {
      throw new Error("The followers ended.")
    })
    this.#failed.catch(() => {}) // they end with us
  }

  /** Resolves when all of them follow. */
  static async open(order: ListenOrder): Promise<Listeners> {
    const listeners = new Listeners(order)
    await listeners.#next()
    return listeners
  }

  /** The delays of so many messages, times followers, in ms. @throws Error when they are not there within 30 s */
  async heard(count: number): Promise<readonly number[]> {
    for (let waitedMs = 0; waitedMs < heardTimeoutMs; waitedMs += askAgainMs) {
      const answer = this.#next()
      this.#child.send({})
      const report = await answer
      if (report.op === "heard" && report.lateMs.length === count) return report.lateMs
      await sleep(askAgainMs)
    }
    throw new Error(`The followers did not get all messages within ${heardTimeoutMs / 1_000} s.`)
  }

  async #next(): Promise<ListenReport> {
    const [report] = await Promise.race([once(this.#child, "message"), this.#failed])
    return report
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#child)
  }
}
