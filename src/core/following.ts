import type { Cursor } from "../protocol/cursor.ts"
import { LandlineError } from "../protocol/errors.ts"
import { limits } from "../protocol/limits.ts"
import type { Follower, Receiver } from "./follower.ts"
import type { Topic } from "./topic.ts"
import type { Entry, TopicLog, TopicStat } from "./topic-log.ts"
import { cursorAt, offsetOf } from "./topics.ts"

/** Where a follower begins: after a cursor, with what comes from now on, or with the last few entries. */
export type FollowFrom = Cursor | "now" | { readonly last: number }

/** A place in a topic from which it can be read or followed. */
export interface Following {
  /** The topic as it was when this began. */
  readonly stat: TopicStat
  /** The topic as it is now. */
  readonly now: TopicStat
  /** Offset and cursor after which it begins. */
  readonly after: number
  readonly cursor: string
  /** @param conflated only the newest entry there is whenever the receiver can take one */
  start(receiver: Receiver, conflated?: boolean): Follower
}

/** Entries that are no longer kept, both offsets included. */
export interface Gap {
  readonly from: number
  readonly to: number
}

/** @throws LandlineError cursor_foreign */
export function followingOf(topic: Topic, from: FollowFrom): Following {
  const { stat } = topic
  const after = placeOf(stat, from)
  return {
    stat,
    get now() {
      return topic.stat
    },
    after,
    cursor: cursorAt(stat, after),
    start: (receiver, conflated) => topic.follow(after, receiver, conflated),
  }
}

function placeOf(stat: TopicStat, from: FollowFrom): number {
  if (from === "now") return stat.tail
  return "last" in from ? Math.max(stat.head - 1, stat.tail - from.last) : offsetOf(from, stat)
}

/**
 * To be asked right before each read: the log knows topics by name only.
 * @throws LandlineError unknown_topic where it was deleted, and where another has been made under its name since
 */
export async function ensureThere(log: TopicLog, { topic, epoch }: TopicStat): Promise<void> {
  if ((await log.stat(topic))?.epoch !== epoch) throw new LandlineError("unknown_topic", { topic })
}

/**
 * What a follower would get up to the tail as it was when it began: pages of entries, and gaps.
 * @param entriesMax it ends after so many entries
 * @throws LandlineError unknown_topic | log_unavailable
 */
export async function* readFollowing(
  log: TopicLog,
  { stat, after }: Pick<Following, "stat" | "after">,
  entriesMax = Number.POSITIVE_INFINITY,
): AsyncGenerator<Entry[] | Gap> {
  for (let last = after, left = entriesMax; last < stat.tail && left > 0; ) {
    const wanted = Math.min(limits.pageEntriesMax, left, stat.tail - last)
    await ensureThere(log, stat)
    const read = await log.read(stat.topic, last, wanted, limits.pageBytesMax)
    // Retention may run between two pages: the next one then begins later, and may end beyond the tail.
    const page = read.filter(({ offset }) => offset <= stat.tail)
    const first = page[0]?.offset ?? stat.tail + 1
    if (first > last + 1) yield { from: last + 1, to: first - 1 }
    if (page.length > 0) yield page
    left -= page.length
    last = page.at(-1)?.offset ?? stat.tail
  }
}
