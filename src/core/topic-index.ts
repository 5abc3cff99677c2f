import type { TopicName } from "../protocol/names.ts"

export interface SearchQuery {
  /**
   * Every word must occur, in whatever case, accents and composition; `hel*` stands for all words that begin so,
   * and costs more the larger the log is. Nothing else in it is an expression.
   */
  readonly words: string
  /** Only offsets below this one; the next page of older results. */
  readonly before?: number
  readonly limit: number
}

/**
 * A projection of the log, fed by watching it, outside the ack path: lost, it is rebuilt from the log. All
 * implementations pass `storage/topic-index-contract.ts`.
 *
 * Freshness: an answer covers at least what was committed when the question was asked.
 */
export interface Index {
  /** Offsets of the entries that hold the words, newest first. None for an unknown topic. */
  search(topic: TopicName, query: SearchQuery): Promise<number[]>

  /**
   * For each of `offsets` that a later entry is about (its `ref`), the offset of the newest such entry: where
   * the last state after edits stands.
   */
  lastStates(topic: TopicName, offsets: readonly number[]): Promise<Map<number, number>>

  /** Messages that each author said in the topic. */
  counts(topic: TopicName): Promise<Map<string, number>>

  close(): Promise<void>
}
