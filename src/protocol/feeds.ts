import { z } from "zod"
import { limits } from "./limits.ts"
import type { TopicName } from "./names.ts"

const ms = z.number().int().min(0).max(1e15)

/** What can be said of a feed when it is made, or later; what is left out stays as it is. 0 and "" take it away. */
export const FeedAbout = z.object({
  /** What it is, in words. */
  title: z.string().max(limits.feedTitleCharactersMax).optional(),
  /** Of its values, such as `°C`. */
  unit: z.string().max(40).optional(),
  /** How long, and how many bytes, messages are kept; default 7 days and 256 MiB; 0 sets no bound. */
  keepMs: ms.optional(),
  keepBytes: ms.optional(),
  /** After the last read or write it is deleted. */
  ttlMs: ms.optional(),
  /** ms since 1970 when it is deleted. */
  expires: ms.optional(),
  /** It is to speak at least once in so many ms. */
  expectMs: ms.optional(),
  /** Room that hears when it falls silent, and when it is back; default `lobby`. */
  noticeRoom: z.string().max(200).optional(),
})
export type FeedAbout = z.infer<typeof FeedAbout>

/** A feed as clients see it. */
export interface FeedInfo {
  readonly feed: string
  readonly topic: TopicName
  readonly title: string
  readonly unit: string
  /** Media type of its messages. */
  readonly type: string
  readonly createdBy: string
  /** ms since 1970. */
  readonly since: number
  /** Messages ever published. */
  readonly count: number
  /** Bytes of the messages that are kept. */
  readonly bytes: number
  /** Oldest and newest offset kept; tail is head - 1 when there are none. */
  readonly head: number
  readonly tail: number
  /** After the newest message. */
  readonly cursor: string
  /** ms since 1970 of the newest message; 0 before the first. */
  readonly time: number
  readonly closed: boolean
  /** Followers now. */
  readonly followers: number
  readonly keepMs: number
  readonly keepBytes: number
  readonly ttlMs: number
  /** ms since 1970; 0: never. With a TTL, as of now. */
  readonly expires: number
  readonly expectMs: number
  readonly noticeRoom: string
  /** It was to speak, and has not. */
  readonly silent: boolean
}

/** The time in which a block of messages reached a receiver, measured there. All times in ms. */
export const BlockReport = z.object({
  /** 1, 2, 3 ... since the receiver began. */
  block: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40),
  messages: z.number().int().min(1).max(1_000_000),
  /** From the last message of the block before (at first: from the beginning) to its own last. */
  spanMs: z.number().min(0).max(1e12),
  /** Longest wait for one of its messages. */
  longestGapMs: z.number().min(0).max(1e12).optional(),
  /**
   * How much later than the first message of all its latest one came, by the publisher's time stamps: needs no
   * agreement of clocks. Left out where there are no stamps.
   */
  latenessMs: z.number().min(-1e12).max(1e12).optional(),
})
export type BlockReport = z.infer<typeof BlockReport>

/** The last blocks of one receiver of a feed, oldest first. */
export interface ReceiverBlocks {
  readonly receiver: string
  readonly blocks: readonly (BlockReport & {
    /** ms since 1970, when it was reported. */
    readonly time: number
  })[]
}

/** `text/plain` of `Text/Plain; charset=utf-8`. */
export const essence = (type: string): string => type.split(";", 1)[0]!.trim().toLowerCase()

export const isJson = (type: string): boolean => essence(type) === "application/json"

/** Whether its messages are text in UTF-8. */
export const isText = (type: string): boolean => isJson(type) || essence(type).startsWith("text/")
