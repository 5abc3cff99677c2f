import type { LandlineError } from "../../client/main.ts"
import { printableLine } from "../../protocol/text.ts"
import { roomLines } from "../commands/rooms.ts"
import { calendarDay } from "../output.ts"
import { renderEntry } from "./render.ts"
import type { TerminalChat } from "./terminal.ts"
import * as words from "./words.ts"

interface SlashCommand {
  /** What follows the command; without brackets it must be there. */
  readonly argument?: "ROOM" | "WORDS" | "[TEXT]"
  readonly help: string
  run(chat: TerminalChat, argument: string): void | Promise<void>
}

const SEARCH_MAX = 50

const commands: Record<string, SlashCommand> = {
  who: {
    help: "who is in the room",
    run: async (chat) => chat.answer([(await chat.session.people(chat.room)).map(printableLine).join(", ")]),
  },
  rooms: {
    help: "all rooms",
    run: async (chat) => chat.answer(roomLines(await chat.session.rooms())),
  },
  join: { argument: "ROOM", help: "go to another room", run: (chat, room) => chat.enter(room) },
  create: {
    argument: "ROOM",
    help: "make a room and go there",
    run: async (chat, room) => chat.enter((await chat.session.createRoom(room)).room),
  },
  topic: {
    argument: "[TEXT]",
    help: "say what the room is for; without a text: show it",
    run: async (chat, text) => {
      if (text !== "") return chat.session.setTopicLine(chat.room, text)
      const info = (await chat.session.rooms()).find(({ room }) => room === chat.room)
      chat.notice(info?.line || "this room has no topic line yet")
    },
  },
  search: { argument: "WORDS", help: "messages in this room with all these words", run: search },
  help: { help: "this list", run: (chat) => chat.answer(helpLines()) },
  quit: { help: "leave; Ctrl-C and Ctrl-D do too", run: (chat) => chat.leave() },
}

/** Runs what was typed after a slash; what goes wrong is said on the screen. */
export async function runSlash(chat: TerminalChat, line: string): Promise<void> {
  const [, name = "", argument = ""] = /^\/(\S*)\s*(.*?)\s*$/s.exec(line) ?? []
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) return chat.notice(`there is no command /${name}; /help lists them`)
  if (argument === "" && command.argument && !command.argument.startsWith("["))
    return chat.notice(`/${name} needs a word more: /${name} ${command.argument}`)
  try {
    await command.run(chat, argument)
  } catch (error) {
    chat.notice((error as LandlineError).message)
  }
}

async function search(chat: TerminalChat, text: string): Promise<void> {
  const found = (await chat.session.search(chat.room, text, { limit: SEARCH_MAX })).reverse()
  if (found.length === 0) return chat.notice(`nothing in ${chat.room} with "${text}"`)
  let day = ""
  for (const entry of found) {
    if (day !== calendarDay(entry.time)) chat.answer([words.day(entry.time)])
    day = calendarDay(entry.time)
    chat.answer(renderEntry(entry, process.stdout.columns || 80, chat.session.author))
  }
  chat.notice(found.length < SEARCH_MAX ? `${found.length} found` : `the newest ${SEARCH_MAX}`)
}

function helpLines(): string[] {
  const uses = Object.entries(commands).map(([name, { argument = "", help }]) => [
    `/${name} ${argument}`,
    help,
  ])
  uses.push(["//text", "say /text"])
  return uses.map(([use, help]) => `  ${use!.padEnd(16)} ${help}`)
}
