import { type Command, InvalidArgumentError } from "commander"
import { formatCursor, parseCursor, START } from "../../protocol/cursor.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { HubOptions } from "../hub-options.ts"

interface FollowCommandOptions extends HubOptions {
  readonly block: number
  readonly from: string
  readonly latest?: true
  readonly count?: number
  readonly json?: true
}

/** `landline follow FEED|ROOM...` */
export function register(program: Command): void {
  program
    .command("follow")
    .description("show what is published in feeds or said in rooms, and how long its blocks took")
    .argument("<feeds or rooms...>", "names; feed/NAME and room/NAME where both have it")
    .option("--block <number>", "messages of a block, whose time is measured", positive, 5)
    .option("--from <cursor>", "where to begin: a cursor, start, or now", place, "now")
    .option("--latest", "the newest message, and then whatever is newest; who is slow misses the others")
    .option("-n, --count <number>", "end after so many messages", positive)
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      "\nMessages go to stdout; blocks, gaps and the state of the line to stderr. On a\nterminal, rates and block times stand below the messages. When the line drops,\nit goes on where it was. Ctrl-C ends.\n\nExamples:\n  landline follow temp\n  landline follow users numbers --block 10\n  landline follow temp --from start --json > temp.jsonl",
    )
    .action(async (names: string[], _: unknown, command: Command) => {
      const { from, latest, count, json, block, ...hub } = command.optsWithGlobals<FollowCommandOptions>()
      if (names.length > 1 && from !== "now" && from !== formatCursor(START))
        throw new LandlineError(
          "usage",
          {},
          "A cursor is a place in one topic: follow only that one with it.",
        )
      if (latest && from !== "now")
        throw new LandlineError("usage", {}, "--latest begins with the newest message: leave --from out.")
      const [{ openSession }, { follow }] = await Promise.all([
        import("../with-session.ts"),
        import("../feeds/following.ts"),
      ])
      await follow(await openSession(hub), names, {
        block,
        after: from === "now" ? undefined : from,
        latest: latest === true,
        count: count ?? Infinity,
        json: json === true,
      })
    })
}

function positive(text: string): number {
  const value = Number(text)
  if (!/^\d{1,6}$/.test(text) || value === 0)
    throw new InvalidArgumentError("It must be a whole number from 1 to 999999.")
  return value
}

function place(text: string): string {
  if (text === "now") return text
  if (text === "start") return formatCursor(START)
  try {
    return formatCursor(parseCursor(text))
  } catch {
    throw new InvalidArgumentError("It is start, now, or a cursor as --json prints it.")
  }
}
