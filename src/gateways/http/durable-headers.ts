import type { IncomingHttpHeaders } from "node:http"
import type { FollowFrom } from "../../core/following.ts"
import type { Producer } from "../../core/topic-log.ts"
import { parseCursor } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { FeedAbout } from "../../protocol/feeds.ts"

/** What the Durable Streams protocol puts into headers and addresses. Its sections are named where they decide. */

/** RFC 3339, section 5.6. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i
const SECONDS = /^[1-9]\d{0,11}$/
const NUMBER = /^(0|[1-9]\d{0,15})$/
const PRODUCER_ID = /^[^\x00-\x1f\x7f]{1,200}$/
const MARK = /^[^\x00-\x1f\x7f]{1,200}$/

type Header = string | string[] | undefined

/** 5.1: `Stream-TTL` in seconds, or `Stream-Expires-At`. @param now ms since 1970 @throws LandlineError bad_request */
export function lifetime(headers: IncomingHttpHeaders, now: number): Pick<FeedAbout, "ttlMs" | "expires"> {
  const { "stream-ttl": ttl, "stream-expires-at": at } = headers
  if (ttl !== undefined && at !== undefined)
    throw refused("Send either Stream-TTL or Stream-Expires-At, not both.")
  if (ttl !== undefined) {
    if (!SECONDS.test(String(ttl))) throw refused("Stream-TTL is a whole number of seconds, at least 1.")
    return { ttlMs: Number(ttl) * 1_000 }
  }
  if (at === undefined) return {}
  const expires = TIMESTAMP.test(String(at)) ? Date.parse(String(at)) : Number.NaN
  if (Number.isNaN(expires)) throw refused("Stream-Expires-At is a time such as 2030-01-31T12:00:00Z.")
  if (expires <= now) throw refused("Stream-Expires-At has passed already.")
  return { expires }
}

/** 4.1: whether the request closes the stream. */
export const closes = ({ "stream-closed": closed }: IncomingHttpHeaders): boolean =>
  String(closed).toLowerCase() === "true"

/**
 * 5.2.1: who publishes, and which of its requests this is. On the wire these count from 0, in the log from 1.
 * @throws LandlineError bad_request
 */
export function producerOf(headers: IncomingHttpHeaders): Producer | undefined {
  const { "producer-id": id, "producer-epoch": epoch, "producer-seq": seq } = headers
  if (id === undefined && epoch === undefined && seq === undefined) return undefined
  if (id === undefined || epoch === undefined || seq === undefined)
    throw refused("Producer-Id, Producer-Epoch and Producer-Seq go together.")
  if (!PRODUCER_ID.test(String(id))) throw refused("Producer-Id is 1 to 200 signs.")
  return {
    id: `ds:${id}`,
    epoch: count("Producer-Epoch", epoch),
    seq: count("Producer-Seq", seq) + 1,
    perAppend: true,
  }
}

function count(name: string, header: Header): number {
  const value = NUMBER.test(String(header)) ? Number(header) : Number.NaN
  if (value < Number.MAX_SAFE_INTEGER) return value
  throw refused(`${name} is a whole number, 0, 1, 2 ...`)
}

/** 5.2: `Stream-Seq`, which must sort after the last one of the stream. @throws LandlineError bad_request */
export function markOf({ "stream-seq": mark }: IncomingHttpHeaders): string | undefined {
  if (mark === undefined || MARK.test(String(mark))) return mark as string | undefined
  throw refused("Stream-Seq is 1 to 200 signs.")
}

/** 6: an offset is a cursor; `-1` means the start of what is kept, `now` the tail. @throws LandlineError bad_cursor */
export function placeOf(offset: string): FollowFrom {
  if (offset === "now") return "now"
  return offset === "-1" ? { last: Infinity } : parseCursor(offset)
}

const INTERVAL_MS = 20_000
const INTERVALS_FROM = Date.UTC(2024, 9, 9)
const INTERVAL = /^\d{1,12}$/ // what has more digits is none of ours
const JITTER_MAX = 180 // an hour

/**
 * 8.1: the value that makes one live request differ from the next, so that a cache between us and many clients asks
 * once for all of them, and never answers with the same thing for ever.
 * @param given what the client had before @param random 0 .. 1, without 1
 */
export function streamCursor(given: string | undefined, now: number, random: number): string {
  const interval = Math.floor((now - INTERVALS_FROM) / INTERVAL_MS)
  if (given === undefined || !INTERVAL.test(given) || Number(given) < interval) return String(interval)
  return String(Number(given) + 1 + Math.floor(random * JITTER_MAX))
}

function refused(say: string): LandlineError {
  return new LandlineError("bad_request", {}, say)
}
