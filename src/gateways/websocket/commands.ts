import type { z } from "zod"
import type { Chat } from "../../capabilities/chat/chat.ts"
import type { Check } from "../../capabilities/check/check.ts"
import type { Feeds } from "../../capabilities/feeds/feeds.ts"
import type { Author } from "../../core/author.ts"
import { foundEntry } from "../../core/wire-entry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import * as messages from "../../protocol/messages.ts"

/** A request that is answered by one result. */
interface Command<S extends z.ZodType> {
  readonly schema: S
  run(parts: { chat: Chat; feeds: Feeds; check: Check }, who: Author, message: z.infer<S>): Promise<unknown>
}

const command = <S extends z.ZodType>(schema: S, run: Command<S>["run"]): Command<S> => ({ schema, run })

const HISTORY_DEFAULT = 50

/** All requests of the session protocol but those that change the session itself. PROTOCOL.md section 6. */
export const commands = {
  rooms: command(messages.Rooms, ({ chat }, who) => chat.rooms(who)),
  create_room: command(messages.CreateRoom, ({ chat }, who, { room, line }) =>
    chat.createRoom(who, room, line),
  ),
  set_topic_line: command(messages.SetTopicLine, ({ chat }, who, { room, line }) =>
    chat.setTopicLine(who, room, line),
  ),
  people: command(messages.People, async ({ chat }, who, { room = "lobby" }) => ({
    people: await chat.people(who, room),
  })),
  search: command(
    messages.Search,
    async ({ chat }, who, { room, words, limit = HISTORY_DEFAULT, before }) => ({
      entries: (await chat.search(who, room, words, limit, before)).map(foundEntry),
    }),
  ),
  history: command(messages.History, async ({ chat }, who, { room, limit = HISTORY_DEFAULT, before }) => ({
    entries: (await chat.history(who, room, limit, before)).map(foundEntry),
  })),

  feeds: command(messages.Feeds, ({ feeds }, who) => feeds.feeds(who)),
  feed: command(messages.Feed, ({ feeds }, who, { feed }) => feeds.feed(who, feed)),
  create_feed: command(
    messages.CreateFeed,
    async ({ feeds }, who, { feed, type, about }) => (await feeds.create(who, feed, type, about))[0],
  ),
  describe_feed: command(messages.DescribeFeed, ({ feeds }, who, { feed, about }) =>
    feeds.describe(who, feed, about),
  ),
  close_feed: command(messages.CloseFeed, ({ feeds }, who, { feed }) => feeds.closeFeed(who, feed)),
  delete_feed: command(messages.DeleteFeed, async ({ feeds }, who, { feed }) => {
    await feeds.remove(who, feed)
    return null
  }),
  report_block: command(messages.ReportBlock, async ({ feeds }, who, { feed, report, label }) => {
    feeds.report(who, feed, report, label)
    return null
  }),
  blocks: command(messages.Blocks, async ({ feeds }, who, { feed }) => feeds.blocks(who, feed)),

  probe: command(messages.Probe, async () => ({ time: Date.now() })),
  report_line: command(messages.ReportLine, async ({ check }, who, { report }) => {
    check.lines.report(who, report)
    return null
  }),
  lines: command(messages.Lines, async ({ check }, who) => ({ lines: check.lines.all(who) })),
}

/** A message that fits its schema, unknown fields left out. @throws LandlineError bad_request */
export function parsed<S extends z.ZodType>(schema: S, message: unknown): z.infer<S> {
  const result = schema.safeParse(message)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new LandlineError(
    "bad_request",
    {},
    `The hub could not read that request: ${issue?.path.join(".") || "it"}: ${issue?.message}.`,
  )
}
