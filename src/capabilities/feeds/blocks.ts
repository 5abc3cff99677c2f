import type { BlockReport, ReceiverBlocks } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"

/** What receivers of one feed have reported: the last blocks of each, the least recently heard of first. */
export class Blocks {
  readonly #receivers = new Map<string, ReceiverBlocks["blocks"]>()

  add(receiver: string, report: BlockReport, time: number): void {
    const before = this.#receivers.get(receiver) ?? []
    this.#receivers.delete(receiver)
    this.#receivers.set(receiver, [...before.slice(1 - limits.feedBlocksMax), { ...report, time }])
    if (this.#receivers.size > limits.feedReceiversMax)
      this.#receivers.delete(this.#receivers.keys().next().value!)
  }

  all(): ReceiverBlocks[] {
    return [...this.#receivers].map(([receiver, blocks]) => ({ receiver, blocks }))
  }
}
