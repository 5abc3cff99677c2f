import type { TopicName } from "../protocol/names.ts"

/** What is said in one topic and not stored yet, oldest first. */
export interface Unsent {
  readonly topic: TopicName
  /** With `first`, the number of the first text: as they were sent, so that what is stored already is not stored twice. */
  readonly producer: string
  readonly first: number
  readonly texts: readonly string[]
}

/** Where a program keeps what is not stored yet between runs. Both are called often and are to be quick. */
export interface OutboxStore {
  load(): readonly Unsent[]
  save(unsent: readonly Unsent[]): void
}
