import { encodeText } from "../../../protocol/lab/feed-frames.ts"
import { type FeedWant, renderNumbers, renderUser } from "../../../protocol/lab/feed-messages.ts"
import { randomChoice, randomNumbers, randomUser } from "./random.ts"
import type { FeedMember, FeedReceiver, FeedSource } from "./source.ts"

export type FeedFormat = "text" | "json"

export interface RandomSourceOptions {
  readonly intervalMs: number
  /** Numbers of an array. */
  readonly size: number
  /** `text`: as Python prints it. */
  readonly format: FeedFormat
}

/** The source of the stand-alone service, as the coursework has it: each client gets messages of its own. */
export class RandomSource implements FeedSource {
  readonly #options: RandomSourceOptions

  constructor(options: RandomSourceOptions) {
    this.#options = options
  }

  async join(_address: string, want: FeedWant, receiver: FeedReceiver): Promise<FeedMember> {
    const send = () => receiver.receive(encodeText(this.#message(want)))
    const timer = setInterval(send, this.#options.intervalMs)
    send()
    return {
      report() {}, // the log has it, and nothing else is kept here
      leave: () => clearInterval(timer),
    }
  }

  #message(want: FeedWant): string {
    const { format, size } = this.#options
    const user = want === "users" || (want === "both" && randomChoice())
    if (format === "json") return JSON.stringify(user ? randomUser() : randomNumbers(size))
    return user ? renderUser(randomUser()) : renderNumbers(randomNumbers(size))
  }
}
