import { type Command, InvalidArgumentError, Option } from "commander"
import type { Entry, Page, Session } from "../../client/main.ts"
import { formatCursor, START } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { calendarDay, clockTime, plainEntry, print, printJson } from "../output.ts"

interface HistoryOptions {
  readonly search?: string
  readonly export?: "jsonl" | "text"
  readonly last: number
  readonly json?: true
}

/** `landline history [ROOM]` */
export function register(program: Command): void {
  program
    .command("history")
    .description("read what was said in a room")
    .argument("[room]", "the room", "lobby")
    .option("--search <words>", "only messages with all these words")
    .option("--last <number>", "so many of the newest", wholeNumber, 50)
    .addOption(
      new Option("--export <format>", "the whole room, from its beginning")
        .choices(["jsonl", "text"])
        .conflicts(["search", "json"]),
    )
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      "\nExamples:\n  landline history\n  landline history workshop --search drill --last 10\n  landline history --export jsonl > lobby.jsonl",
    )
    .action(async (room: string, options: HistoryOptions, command: Command) => {
      const { withSession } = await import("../with-session.ts")
      await withSession(command, async (session) => {
        const show = options.json || options.export === "jsonl" ? printJson : printEntry
        if (options.export) await everything(session, room, show)
        else for (const entry of await newest(session, room, options)) show(entry)
      })
    })
}

/** For commander: a whole number of 0 or more. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.")
  return Number(text)
}

function printEntry(entry: Entry): void {
  print(plainEntry(`${calendarDay(entry.time)} ${clockTime(entry.time)}`, entry))
}

/** The hub gives at most this many at once. */
const PAGE_MAX = 200

async function newest(session: Session, room: string, { search, last }: HistoryOptions): Promise<Entry[]> {
  const found: Entry[] = [] // newest first
  while (found.length < last) {
    const page: Page = { limit: Math.min(PAGE_MAX, last - found.length), before: found.at(-1)?.offset }
    const entries =
      search === undefined
        ? (await session.history(room, page)).reverse()
        : await session.search(room, search, page)
    found.push(...entries)
    if (entries.length === 0 || entries.at(-1)!.offset === 1) break
  }
  return found.reverse()
}

/** Everything that is kept, up to the newest entry at the time of the call. */
async function everything(session: Session, room: string, show: (entry: Entry) => void): Promise<void> {
  const follow = session.follow(room, { after: formatCursor(START) })
  const { tail, head } = await follow.ready()
  if (tail < head) return
  for await (const event of follow) {
    if (event.type === "gap") {
      console.error(`Entries ${event.from} to ${event.to} are no longer kept.`)
      if (event.to >= tail) return
    }
    if (event.type === "reset")
      throw new LandlineError("cursor_foreign", {}, "The room was replaced while it was read. Start again.")
    if (event.type !== "entry") continue
    show(event.entry)
    if (event.entry.offset >= tail) return
  }
}
