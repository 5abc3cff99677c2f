import type { FeedAbout, FeedInfo, ReceiverBlocks, Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { essence } from "../../protocol/feeds.ts"
import { printableLine } from "../../protocol/text.ts"
import { amount, count } from "../files/amounts.ts"
import { calendarDay, clockTime, print, printJson, table } from "../output.ts"
import { ago, exactSeconds, spanWords } from "../spans.ts"
import { sparkline } from "./sparkline.ts"
import { feedNamed } from "./topic-of.ts"
import * as words from "./words.ts"

/** What is to change about a feed. */
export interface Changes {
  readonly about: FeedAbout
  readonly type: string | undefined
  readonly close: boolean
}

export async function list(session: Session, json?: true): Promise<void> {
  const feeds = await session.feeds()
  if (json) for (const feed of feeds) printJson(feed)
  else if (feeds.length > 0) for (const line of feedLines(feeds)) print(line)
  else console.error("There are no feeds yet. Make one with: echo 21.5 | landline publish temp")
}

export async function remove(session: Session, name: string): Promise<void> {
  const feed = feedNamed(name)
  await session.deleteFeed(feed)
  console.error(`The feed ${feed} is deleted.`)
}

export async function show(session: Session, name: string, json?: true): Promise<void> {
  const feed = feedNamed(name)
  const [info, receivers] = await Promise.all([session.feed(feed), session.blocks(feed)])
  if (json) printJson({ ...info, receivers })
  else for (const line of [...infoLines(info), ...receiverLines(receivers)]) print(line)
}

/** Makes the feed where there is none. @throws LandlineError type_mismatch | forbidden | bad_request */
export async function change(session: Session, name: string, changes: Changes): Promise<void> {
  const feed = feedNamed(name)
  const { about, type, close } = changes
  const there = await session.feed(feed).catch((error: LandlineError) => {
    if (error.code === "unknown_feed" && !(close && type === undefined && isEmpty(about))) return undefined
    throw error
  })
  if (there === undefined) await session.createFeed(feed, type ?? "text/plain", about)
  else if (type !== undefined && essence(type) !== essence(there.type))
    throw new LandlineError(
      "type_mismatch",
      { type: there.type },
      `The feed ${feed} holds ${there.type}, and what a feed holds cannot change.`,
    )
  else if (!isEmpty(about)) await session.describeFeed(feed, about)
  if (close) await session.closeFeed(feed)
}

const isEmpty = (about: FeedAbout): boolean => Object.keys(about).length === 0

function feedLines(feeds: readonly FeedInfo[]): string[] {
  return table([
    ["FEED", "TYPE", "MESSAGES", "LAST", "STATE", "TITLE"],
    ...feeds.map((feed) => [
      printableLine(feed.feed),
      printableLine(feed.type),
      feed.count.toLocaleString("en"),
      feed.time === 0 ? "-" : ago(Date.now() - feed.time),
      state(feed),
      printableLine(titleOf(feed)),
    ]),
  ])
}

const state = ({ closed, silent }: FeedInfo): string => (closed ? "closed" : silent ? "silent" : "open")

/** `Cellar (°C)` */
const titleOf = ({ title, unit }: FeedInfo): string =>
  [title, unit && `(${unit})`].filter((part) => part !== "").join(" ")

/** One thing a line. */
function infoLines(info: FeedInfo): string[] {
  const { keepMs, keepBytes, expectMs, noticeRoom, expires } = info
  const kept = [keepMs > 0 && spanWords(keepMs), keepBytes > 0 && binaryAmount(keepBytes)].filter(Boolean)
  const notice = noticeRoom === "" ? "" : `, else ${printableLine(noticeRoom)} hears of it`
  return table([
    ["feed", printableLine(info.feed)],
    ["title", printableLine(titleOf(info)) || "-"],
    ["type", printableLine(info.type)],
    ["state", state(info)],
    ["messages", `${info.count.toLocaleString("en")} (${amount(info.bytes)} kept)`],
    ["last", info.time === 0 ? "-" : `${moment(info.time)}, ${ago(Date.now() - info.time)}`],
    ["keeps", kept.length === 0 ? "everything" : `at most ${kept.join(" and ")}`],
    ["speaks", expectMs === 0 ? "whenever it likes" : `at least once in ${spanWords(expectMs)}${notice}`],
    ["deleted", expires === 0 ? "never" : moment(expires)],
    ["made", `${moment(info.since)}${info.createdBy && `, by ${printableLine(info.createdBy)}`}`],
    ["followers", info.followers.toLocaleString("en")],
    ["cursor", info.cursor],
  ])
}

const moment = (time: number): string => `${calendarDay(time)} ${clockTime(time)}`

const MIB = 1024 * 1024

/** What the hub keeps by default is a round number of these. */
const binaryAmount = (bytes: number): string =>
  bytes % MIB === 0 ? `${(bytes / MIB).toLocaleString("en")} MiB` : amount(bytes)

const SPARKS = 20

/** Who receives late: the last blocks of each receiver. */
function receiverLines(receivers: readonly ReceiverBlocks[]): string[] {
  if (receivers.length === 0) return []
  const rows = receivers.flatMap(({ receiver, blocks }) => {
    const last = blocks.at(-1)
    if (last === undefined) return []
    const { longestGapMs, latenessMs } = last
    return [
      [
        printableLine(receiver),
        `${last.block}`,
        count(last.messages, "message"),
        exactSeconds(last.spanMs),
        longestGapMs === undefined ? "-" : exactSeconds(longestGapMs),
        latenessMs === undefined ? "-" : words.lateness(latenessMs),
        sparkline(
          blocks.map(({ spanMs }) => spanMs),
          SPARKS,
        ),
      ],
    ]
  })
  return ["", ...table([["RECEIVER", "BLOCK", "OF", "TOOK", "LONGEST GAP", "LATENESS", "BLOCKS"], ...rows])]
}
