import { z } from "zod"
import type { BatchedEntry, WireEntry } from "./entry.ts"
import type { ErrorCode, ErrorDetails, Retry } from "./errors.ts"
import { BlockReport, FeedAbout } from "./feeds.ts"
import { LineReport } from "./line.ts"

/**
 * The session protocol `landline.v1`: JSON objects in WebSocket text frames (PROTOCOL.md sections 3 to 6).
 * Unknown fields are ignored; an unknown `op` is answered with `unknown_operation`.
 */

/** A request's number, chosen by the client and given back in the answer. */
const id = z.int().min(0)
const topic = z.string().max(200)
const room = z.string().max(200)
const feed = z.string().max(200)

export const Hello = z.object({
  op: z.literal("hello"),
  /** Versions of the protocol that the client speaks. */
  versions: z.array(z.int()).max(16),
  /** What the client is, for people: `landline/0.1.0`. */
  client: z.string().max(200).optional(),
  name: z.string().max(1_000).optional(),
  /** The device's secret, 16 to 200 characters. With it, the name is claimed on first use; without, a guest. */
  device: z.string().min(16).max(200).optional(),
  /** The session of the last welcome, to be the same guest again after the line dropped. */
  session: z.string().max(100).optional(),
})

export const Follow = z.object({
  op: z.literal("follow"),
  id,
  topic,
  /** A cursor; without it only what comes from now on. */
  after: z.string().max(100).optional(),
  /** Instead of a cursor: begin with this many of the last entries. */
  last: z.int().min(0).max(10_000).optional(),
  /** Also tell who comes and goes. */
  presence: z.boolean().optional(),
  /** Only the newest entry there is, whenever the line has room: who is slow misses what was in between. */
  conflated: z.boolean().optional(),
})

export const Unfollow = z.object({ op: z.literal("unfollow"), id, topic })

/** Types only: bounds are checked where it is run, since this is the one message that comes by the hundred thousand. */
export const Publish = z.object({
  op: z.literal("publish"),
  topic: z.string(),
  text: z.string(),
  /** Who numbers the messages: any text that no other program uses, such as a UUID. */
  producer: z.string().optional(),
  /** With a producer: 1, 2, 3 ... in each topic, so that a message sent again is stored once. */
  seq: z.number().optional(),
})

export const Rooms = z.object({ op: z.literal("rooms"), id })
export const CreateRoom = z.object({
  op: z.literal("create_room"),
  id,
  room,
  line: z.string().max(2_000).optional(),
})
export const SetTopicLine = z.object({
  op: z.literal("set_topic_line"),
  id,
  room,
  line: z.string().max(2_000),
})
export const People = z.object({ op: z.literal("people"), id, room: room.optional() })
export const Search = z.object({
  op: z.literal("search"),
  id,
  room,
  words: z.string().max(1_000),
  /** Only entries before this offset: the next page of older results. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(200).optional(),
})
/** Entries before `before` (default: the end), oldest first. */
export const History = z.object({
  op: z.literal("history"),
  id,
  room,
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(500).optional(),
})

export const Feeds = z.object({ op: z.literal("feeds"), id })
export const Feed = z.object({ op: z.literal("feed"), id, feed })
export const CreateFeed = z.object({
  op: z.literal("create_feed"),
  id,
  feed,
  /** Content type of its messages, such as `application/json`. */
  type: z.string().max(200),
  about: FeedAbout.optional(),
})
export const DescribeFeed = z.object({ op: z.literal("describe_feed"), id, feed, about: FeedAbout })
export const CloseFeed = z.object({ op: z.literal("close_feed"), id, feed })
export const DeleteFeed = z.object({ op: z.literal("delete_feed"), id, feed })
/** What a receiver of a feed measured. */
export const ReportBlock = z.object({
  op: z.literal("report_block"),
  id,
  feed,
  /** Tells several receivers of one person apart. */
  label: z.string().max(64).optional(),
  report: BlockReport,
})
/** What receivers of a feed have reported. */
export const Blocks = z.object({ op: z.literal("blocks"), id, feed })

/** Measures the line through the session itself. */
export const Probe = z.object({ op: z.literal("probe"), id })
/** What this program measured of its line. */
export const ReportLine = z.object({ op: z.literal("report_line"), id, report: LineReport })
/** The last report of each. */
export const Lines = z.object({ op: z.literal("lines"), id })

export type Hello = z.infer<typeof Hello>
export type Follow = z.infer<typeof Follow>
export type Publish = z.infer<typeof Publish>
/** Every operation of a client but hello, as it is sent. */
export type Request =
  | Follow
  | z.infer<typeof Unfollow>
  | Publish
  | z.infer<typeof Rooms>
  | z.infer<typeof CreateRoom>
  | z.infer<typeof SetTopicLine>
  | z.infer<typeof People>
  | z.infer<typeof Search>
  | z.infer<typeof History>
  | z.infer<typeof Feeds>
  | z.infer<typeof Feed>
  | z.infer<typeof CreateFeed>
  | z.infer<typeof DescribeFeed>
  | z.infer<typeof CloseFeed>
  | z.infer<typeof DeleteFeed>
  | z.infer<typeof ReportBlock>
  | z.infer<typeof Blocks>
  | z.infer<typeof Probe>
  | z.infer<typeof ReportLine>
  | z.infer<typeof Lines>

export interface RoomInfo {
  readonly room: string
  readonly line: string
  /** Messages ever said in the room: unread is this less the count last seen. */
  readonly count: number
  /** After the newest entry. */
  readonly cursor: string
  /** ms since 1970 of the newest entry; 0 when nothing was said yet. */
  readonly time: number
  /** People who follow it now. */
  readonly present: number
}

/** An entry on its own, with its place. */
export interface FoundEntry extends WireEntry {
  readonly offset: number
}

export interface Welcome {
  readonly op: "welcome"
  readonly version: number
  readonly hub: { readonly name: string; readonly version: string }
  readonly session: string
  /** How what this session says is signed: the name, or `~name` for a guest. */
  readonly author: string
  /** The hub sends at least one frame in this time; a client that hears nothing for two is cut off. */
  readonly heartbeatMs: number
  readonly entryBytesMax: number
  /** How often a client that measures its line by itself does so; 0: not at all. */
  readonly lineEveryMs: number
}

export interface Following {
  readonly op: "following"
  readonly id: number
  readonly topic: string
  /** Where the follower begins: entries after it come next. */
  readonly cursor: string
  /** Oldest and newest offset kept; tail is head - 1 when there are none. */
  readonly head: number
  readonly tail: number
  readonly count: number
}

/** A batch of entries with offsets `from`, `from + 1`, ...; `cursor` stands after the last. */
export interface Entries {
  readonly op: "entries"
  readonly topic: string
  readonly cursor: string
  readonly from: number
  readonly entries: readonly BatchedEntry[]
}

/** Entries `from` to `to`, both included, are no longer kept. */
export interface Gap {
  readonly op: "gap"
  readonly topic: string
  readonly cursor: string
  readonly from: number
  readonly to: number
}

/** Everything of this producer up to `seq` is stored for good. Without producer and seq: one message is. */
export interface Ack {
  readonly op: "ack"
  readonly topic: string
  readonly producer?: string | undefined
  readonly seq?: number | undefined
  /** After the acked entry. */
  readonly cursor: string
}

export interface Presence {
  readonly op: "presence"
  readonly topic: string
  /** Names, at most 50 of each; left out where more came or went at once. */
  readonly joined?: readonly string[]
  readonly left?: readonly string[]
  readonly present: number
}

export interface Result<T = unknown> {
  readonly op: "result"
  readonly id: number
  readonly result: T
}

export interface ErrorMessage {
  readonly op: "error"
  readonly code: ErrorCode
  readonly retry: Retry
  readonly message: string
  /** What it answers, where that could be read. */
  readonly id?: number | undefined
  readonly topic?: string | undefined
  readonly producer?: string | undefined
  readonly seq?: number | undefined
  readonly details?: ErrorDetails | undefined
}

export interface Heartbeat {
  readonly op: "heartbeat"
}

export type HubMessage =
  | Welcome
  | Following
  | Entries
  | Gap
  | Ack
  | Presence
  | Result
  | ErrorMessage
  | Heartbeat
