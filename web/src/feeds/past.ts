import type { Entry } from "../../../src/client/main.ts"
import { formatCursor, parseCursor } from "../../../src/protocol/cursor.ts"
import type { HubHttp } from "../hub/http.ts"
import { Charted } from "./charted.ts"
import { type Reading, readingOf } from "./reading.ts"

/** Reads the first messages after an offset; fewer where there are no more. */
export type ReadAfter = (offset: number, limit: number) => Promise<Reading[]>

/** What is kept of a feed: the oldest and the newest offset, their bytes, and a cursor in it. */
export interface Kept {
  readonly feed: string
  readonly head: number
  readonly tail: number
  readonly bytes: number
  readonly cursor: string
}

export const feedPath = (feed: string): string =>
  `/feeds/${feed.split("/").map(encodeURIComponent).join("/")}`

/** Reads a feed's past from the hub. */
export function readerOf(
  http: HubHttp,
  { feed, cursor }: Pick<Kept, "feed" | "cursor">,
  signal?: AbortSignal,
): ReadAfter {
  const { epoch } = parseCursor(cursor)
  return async (offset, limit) => {
    const after = formatCursor({ epoch, offset: Math.max(0, offset) })
    const response = await http.fetch(`${feedPath(feed)}?after=${after}&limit=${limit}`, {
      signal: signal ?? null,
    })
    const lines = (await response.text()).split("\n").filter((line) => line !== "")
    return lines
      .map((line) => JSON.parse(line) as Entry | { gap: unknown })
      .flatMap((line) => ("gap" in line ? [] : [readingOf(line)]))
  }
}

/** The offset of the first message at this time or later, by halves; one after the last where there is none. */
export async function offsetAt(
  read: ReadAfter,
  { head, tail }: Pick<Kept, "head" | "tail">,
  time: number,
): Promise<number> {
  let low = head
  let high = tail + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [found] = await read(middle - 1, 1)
    if (found !== undefined && found.time < time) low = Math.max(middle, found.offset) + 1
    else high = middle
  }
  return low
}

/** Messages of the past that a page reads at once, and the bytes that it spends on them. */
const MESSAGES_MAX = 4_000
const BYTES_MAX = 4_000_000
const PAGE = 1_000
/** Of what is too much to be read whole, so many places, evenly. */
const PLACES = 160
const AT_ONCE = 4

export interface Past {
  readonly charted: Charted
  /** Read whole, or where `of` is more, a part of it from evenly spread places. */
  readonly messages: number
  readonly of: number
}

/** Reads the messages from offset `from` to `to`, both included; of too many, some from everywhere. */
export async function readPast(read: ReadAfter, kept: Kept, from: number, to: number): Promise<Past> {
  const of = Math.max(0, to - from + 1)
  const usualBytes = kept.bytes / Math.max(1, kept.tail - kept.head + 1)
  const most = Math.max(PLACES, Math.min(MESSAGES_MAX, Math.floor(BYTES_MAX / Math.max(1, usualBytes))))
  if (of > most) return sampled(read, from, of, Math.floor(most / PLACES))
  const charted = new Charted()
  let messages = 0
  for (let next = from; next <= to; ) {
    const page = (await read(next - 1, Math.min(PAGE, to - next + 1))).filter(({ offset }) => offset <= to)
    if (page.length === 0) break
    for (const reading of page) charted.add(reading)
    messages += page.length
    next = page.at(-1)!.offset + 1
  }
  return { charted, messages, of }
}

async function sampled(read: ReadAfter, from: number, of: number, each: number): Promise<Past> {
  const charted = new Charted()
  let messages = 0
  for (let place = 0; place < PLACES; place += AT_ONCE) {
    const offsets = Array.from(
      { length: AT_ONCE },
      (_, at) => from + Math.floor(((place + at) * of) / PLACES),
    )
    for (const readings of await Promise.all(offsets.map((offset) => read(offset - 1, each)))) {
      charted.addJoined(readings)
      messages += readings.length
    }
  }
  return { charted, messages, of }
}

/** So many messages around the first one at this time or later, oldest first. */
export async function readAround(
  read: ReadAfter,
  kept: Kept,
  time: number,
  count: number,
): Promise<Reading[]> {
  const middle = await offsetAt(read, kept, time)
  const from = Math.max(kept.head, Math.min(middle - (count >> 1), kept.tail - count + 1))
  return read(from - 1, count)
}
