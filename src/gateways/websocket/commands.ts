import type { z } from "zod"
import type { Chat } from "../../capabilities/chat/chat.ts"
import type { Author } from "../../core/author.ts"
import { foundEntry } from "../../core/wire-entry.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { CreateRoom, History, People, Rooms, Search, SetTopicLine } from "../../protocol/messages.ts"

/** A request that is answered by one result. */
interface Command<S extends z.ZodType> {
  readonly schema: S
  run(chat: Chat, who: Author, message: z.infer<S>): Promise<unknown>
}

const command = <S extends z.ZodType>(schema: S, run: Command<S>["run"]): Command<S> => ({ schema, run })

const HISTORY_DEFAULT = 50

/** All requests of the session protocol but those that change the session itself. PROTOCOL.md section 6. */
export const commands = {
  rooms: command(Rooms, (chat, who) => chat.rooms(who)),
  create_room: command(CreateRoom, (chat, who, { room, line }) => chat.createRoom(who, room, line)),
  set_topic_line: command(SetTopicLine, (chat, who, { room, line }) => chat.setTopicLine(who, room, line)),
  people: command(People, async (chat, who, { room = "lobby" }) => ({
    people: await chat.people(who, room),
  })),
  search: command(Search, async (chat, who, { room, words, limit = HISTORY_DEFAULT, before }) => ({
    entries: (await chat.search(who, room, words, limit, before)).map(foundEntry),
  })),
  history: command(History, async (chat, who, { room, limit = HISTORY_DEFAULT, before }) => ({
    entries: (await chat.history(who, room, limit, before)).map(foundEntry),
  })),
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
