import type { TopicName } from "../protocol/names.ts"
import type { Entry } from "./topic-log.ts"

/** How a gateway writes a batch: made once per batch and format, whoever follows. */
export interface WireFormat {
  /** Pure: the same batch gives the same bytes. */
  encode(batch: Batch): Uint8Array
}

/** Entries of one topic that are delivered together: a commit, or a page of the log. Offsets have no hole. */
export class Batch {
  readonly topic: TopicName
  readonly epoch: number
  readonly entries: readonly Entry[]
  readonly #encoded = new Map<WireFormat, Uint8Array>()

  /** @param entries at least one */
  constructor(topic: TopicName, epoch: number, entries: readonly Entry[]) {
    this.topic = topic
    this.epoch = epoch
    this.entries = entries
  }

  get from(): number {
    return this.entries[0]!.offset
  }

  get to(): number {
    return this.entries.at(-1)!.offset
  }

  /** The bytes in that format, shared by all who ask. */
  encoded(format: WireFormat): Uint8Array {
    let bytes = this.#encoded.get(format)
    if (bytes === undefined) {
      bytes = format.encode(this)
      this.#encoded.set(format, bytes)
    }
    return bytes
  }

  /** What comes after an offset; the batch itself where that is all of it. @param offset below `to` */
  after(offset: number): Batch {
    if (offset < this.from) return this
    return new Batch(this.topic, this.epoch, this.entries.slice(offset + 1 - this.from))
  }

  /** Bytes held: bodies and what was encoded. */
  get bytes(): number {
    let bytes = 0
    for (const entry of this.entries) bytes += entry.body.length + 100
    for (const encoded of this.#encoded.values()) bytes += encoded.length
    return bytes
  }
}
