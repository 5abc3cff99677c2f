import type { EntryKind } from "../protocol/entry.ts"
import type { LandlineError } from "../protocol/errors.ts"
import type { TopicName } from "../protocol/names.ts"

/** One item of a topic. */
export interface Entry {
  /** 1, 2, 3 ... without a hole; what retention removes, it removes from the low end. */
  readonly offset: number
  /** ms since 1970, by the hub's clock, when it was taken in. */
  readonly time: number
  readonly author: string
  readonly kind: EntryKind
  /** Offset of the entry that this one is about; 0 for none. */
  readonly ref: number
  /** The topic's messages up to and with this entry: unread is a subtraction. */
  readonly count: number
  /** 0 .. limits.entryBytesMax bytes. */
  readonly body: Uint8Array
}

/** An entry before it has its place. */
export interface Draft {
  readonly author: string
  readonly kind: EntryKind
  readonly ref?: number
  readonly body: Uint8Array
}

/**
 * A publish id. The log keeps the last sequence of each producer in each topic, in the append's own
 * transaction. A known sequence is a duplicate; the next one is stored; a later one is `sequence_gap`, so that
 * what follows a failed append fails too and can be sent again in order. The first sequence is 1, and begins
 * anew with a higher epoch; a lower epoch than the last is `forbidden`.
 */
export interface Producer {
  readonly id: string
  readonly epoch: number
  /** Of the first draft; further drafts of the same append take the numbers after it. */
  readonly seq: number
  /** The sequence counts appends: all drafts of one, none included, bear `seq`. */
  readonly perAppend?: boolean
}

export interface AppendOptions {
  readonly producer?: Producer
  /** Append only when the topic's newest offset is this one, else `tail_moved`. */
  readonly ifTail?: number
  /** Append only when the topic's last mark sorts before this one, else `mark_passed`; then it is the last. */
  readonly mark?: string
  /** Close the topic with this append: later ones fail with `topic_closed`. */
  readonly close?: boolean
}

export interface Appended {
  /**
   * Offset of the last draft. For a duplicate, of its producer's newest entry in the topic: the same where the
   * last append is sent again, a later one where an earlier is.
   */
  readonly offset: number
  readonly epoch: number
  readonly duplicate: boolean
  /** Last sequence of the producer in the topic; 0 without one. */
  readonly seq: number
}

export interface TopicStat {
  readonly topic: TopicName
  /** The log's creation time in ms, larger than any before it for that name, removed ones included. */
  readonly epoch: number
  /** Oldest and newest offset kept; tail = head - 1 when none is. */
  readonly head: number
  readonly tail: number
  /** Messages ever appended. */
  readonly count: number
  /** Bytes of the bodies kept. */
  readonly bytes: number
  /** ms since 1970 of the newest entry; 0 before the first. */
  readonly time: number
  readonly closed: boolean
  /** Of the last append that had one; empty before. */
  readonly mark: string
}

/** Bodies of entries that follow each other, one behind the other. */
export interface Bodies {
  /** Offset of the last one's entry. */
  readonly to: number
  readonly bytes: Uint8Array
}

/** What is kept of a topic. A bound that is left out does not apply. */
export interface Retention {
  readonly entriesMax?: number
  readonly bytesMax?: number
  /** ms */
  readonly ageMax?: number
}

/** Entries that became durable together: offsets follow each other without a hole. */
export interface Commit {
  /** None where all it does is close the topic. */
  readonly entries: readonly Entry[]
  /** The topic is closed with it: nothing more comes. */
  readonly closed: boolean
}

/**
 * A store of topics. All implementations pass `storage/topic-log-contract.ts`.
 *
 * Durability: what `append` and `create` resolve survives kill -9 and loss of power (the memory one: nothing).
 * Order: appends to one topic are stored in the order of the calls, and watchers see them in offset order.
 * Failures: `log_unavailable` where the store itself fails (disk full, disk gone); nothing of that call is
 * stored, reads go on, and a later append may pass again.
 */
export interface TopicLog {
  /** Makes the topic, or returns the one that is there. @throws LandlineError log_unavailable */
  create(topic: TopicName): Promise<TopicStat>

  /** Undefined for a topic that does not exist. */
  stat(topic: TopicName): Promise<TopicStat | undefined>

  /** All topics, by name. */
  list(): Promise<TopicStat[]>

  /**
   * Stores all drafts or none, and then announces them to the watcher: first `watch`, then this promise.
   * Many calls share a commit; each fails alone. Bodies are handed over: the caller does not change them any more.
   * @throws LandlineError unknown_topic | topic_closed | tail_moved | mark_passed |
   *   sequence_gap { expected, epoch: the producer's last, where it has one } | forbidden { epoch } | log_unavailable
   */
  append(topic: TopicName, drafts: readonly Draft[], options?: AppendOptions): Promise<Appended>

  /**
   * Entries with an offset above `after`, in order, from the oldest kept one on: at most `entriesMax` of them
   * and `bytesMax` of bodies, but at least one where there is one.
   * @throws LandlineError unknown_topic | log_unavailable
   */
  read(topic: TopicName, after: number, entriesMax: number, bytesMax: number): Promise<Entry[]>

  /**
   * The bodies of the entries after `after` up to `to`, with `between` between them: far cheaper than `read` where
   * nothing else of them is wanted. They end before `to` where they would have more than `bytesMax`, but one is there.
   * @returns undefined where the first of them, or the last, is not kept
   * @throws LandlineError unknown_topic | log_unavailable
   */
  readBodies(
    topic: TopicName,
    after: number,
    to: number,
    bytesMax: number,
    between: string,
  ): Promise<Bodies | undefined>

  /**
   * Calls `onCommit` with everything that is appended from now on, in offset order, each entry once, when it is
   * durable. One watcher for a topic. The returned function ends it. What it throws fails no append: it surfaces
   * as an uncaught error.
   */
  watch(topic: TopicName, onCommit: (commit: Commit) => void): () => void

  /** Removes the oldest entries until the rest is within all bounds. @throws LandlineError unknown_topic */
  trim(topic: TopicName, retention: Retention): Promise<TopicStat>

  /** Removes the topic. One made later under its name has a higher epoch. Unknown topics are ignored. */
  remove(topic: TopicName): Promise<void>

  /** Finishes what is under way; calls after it fail with `stopping`. */
  close(): Promise<void>
}

/** The outcome of one append inside a commit. */
export type AppendOutcome = Appended | LandlineError
