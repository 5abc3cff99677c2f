import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { ReturningKey } from "../peers/returning.ts"
import { start, stop } from "../support/process.ts"

export interface ReceiveOrder {
  readonly peer: ReturningKey
  readonly port: number
  readonly receivers: number
}

/** So many messages were published; how many did each get? */
export interface ReceiversOrder {
  readonly messages: number
}

/** `back`: when the last receiver had everything again. `lost`: messages that each receiver did not get. */
export type ReceiversReport =
  | { op: "following" }
  | { op: "back"; atMs: number }
  | { op: "heard"; lost: number[]; doubles: number }

type Named<Op> = Extract<ReceiversReport, { op: Op }>

const program = fileURLToPath(new URL("./receive.ts", import.meta.url))
const reportTimeoutMs = 90_000

/** Receivers that come back, as the benchmark sees them. Their reports come in the order of the calls. */
export class Receivers implements AsyncDisposable {
  readonly #child

  private constructor(order: ReceiveOrder) {
    this.#child = start(process.execPath, [program, JSON.stringify(order)], "ipc")
  }

  /** Resolves when all of them follow. */
  static async open(order: ReceiveOrder): Promise<Receivers> {
    const receivers = new Receivers(order)
    try {
      await receivers.#next("following")
    } catch (error) {
      await receivers[Symbol.asyncDispose]()
      throw error
    }
    return receivers
  }

  /** When the last of them had everything again, after the server was lost. Ask before it is back. */
  async back(): Promise<number> {
    return (await this.#next("back")).atMs
  }

  async end(messages: number): Promise<Named<"heard">> {
    const heard = this.#next("heard")
    this.#child.send({ messages } satisfies ReceiversOrder)
    return heard
  }

  /** @throws Error when they ended, or said nothing for 90 s */
  async #next<Op extends ReceiversReport["op"]>(op: Op): Promise<Named<Op>> {
    const over = AbortSignal.timeout(reportTimeoutMs)
    const ended = once(this.#child, "exit", { signal: over }).then(() => {
      throw new Error("The receivers ended.")
    })
    ended.catch(() => {}) // they end with us
    const [report] = await Promise.race([once(this.#child, "message", { signal: over }), ended])
    if (report.op !== op) throw new Error(`The receivers said ${report.op} in place of ${op}.`)
    return report
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#child)
  }
}
