import type { FeedRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { FeedAbout } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { feedTopic, LOBBY, roomName } from "../../protocol/names.ts"

/**
 * The record of a new feed. @param feed its name in its one form @param now ms since 1970
 * @throws LandlineError bad_name | bad_request
 */
export function newRecord(
  createdBy: string,
  feed: string,
  type: string,
  about: FeedAbout,
  now: number,
): FeedRecord {
  return {
    feed,
    topic: feedTopic(feed),
    title: "",
    unit: "",
    type,
    createdBy,
    since: now,
    keepMs: limits.feedKeptMs,
    keepBytes: limits.feedKeptBytes,
    ttlMs: 0,
    expires: 0,
    expectMs: 0,
    noticeRoom: about.expectMs ? LOBBY : "",
    silent: false,
    ...saidOf(about, now),
  }
}

/** The record with what is said anew. @throws LandlineError bad_name | bad_request */
export function describedRecord(record: FeedRecord, about: FeedAbout, now: number): FeedRecord {
  const room = about.expectMs && record.expectMs === 0 && { noticeRoom: LOBBY }
  return { ...record, ...room, ...saidOf(about, now) }
}

/** Whether a feed is made as somebody wants it. @throws LandlineError feed_exists with what differs */
export function ensureAlike(there: FeedRecord, wanted: FeedRecord): void {
  const differs = (["type", "ttlMs", "expires"] as const).find((key) =>
    key === "type" ? !sameType(there.type, wanted.type) : there[key] !== wanted[key],
  )
  if (differs === undefined) return
  throw new LandlineError(
    "feed_exists",
    { feed: there.feed },
    `There is a feed ${there.feed} already, and its ${differs} is ${there[differs]}.`,
  )
}

const sameType = (one: string, other: string): boolean =>
  one.replaceAll(" ", "").toLowerCase() === other.replaceAll(" ", "").toLowerCase()

function saidOf(about: FeedAbout, now: number): Partial<FeedRecord> {
  if (about.expires && about.expires <= now)
    throw new LandlineError("bad_request", {}, "A feed expires at a time to come, in ms since 1970.")
  const said = Object.entries(about).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(said),
    ...(about.expectMs !== undefined && { silent: false }),
    ...(about.noticeRoom && { noticeRoom: roomName(about.noticeRoom) }),
  }
}
