import { type Command, Option } from "commander"
import type { FeedAbout } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { span } from "../spans.ts"
import { byteCount } from "./lab-options.ts"

interface FeedsOptions {
  readonly title?: string
  readonly unit?: string
  readonly type?: string
  readonly expect?: number
  readonly room?: string
  readonly keep?: number
  readonly keepBytes?: number
  readonly ttl?: number
  readonly close?: true
  readonly delete?: true
  readonly json?: true
}

const CHANGES = ["title", "unit", "type", "expect", "room", "keep", "keepBytes", "ttl", "close", "json"]

/** `landline feeds`, and `landline feeds NAME` to show, make, describe, close or delete one. */
export function register(program: Command): void {
  program
    .command("feeds")
    .description("list the feeds; with a name, show one, or make or change it")
    .argument(
      "[name]",
      "such as temp or lab/temp; it is made where it is missing and something is said of it",
    )
    .option("--title <text>", "what it is")
    .option("--unit <text>", "of its values, such as °C")
    .option("--type <type>", "content type of its messages (default for a new one: text/plain)")
    .option("--expect <time>", "it is to speak at least so often: 60s, 5m; 0 for whenever", span)
    .option("--room <room>", "the room that hears when it falls silent (default: lobby)")
    .option("--keep <time>", "how long messages are kept: 12h, 7d; 0 for ever", span)
    .option("--keep-bytes <bytes>", "how much of them is kept; 0 sets no bound", byteCount)
    .option("--ttl <time>", "delete it when it was not read or written for so long; 0 for never", span)
    .option("--close", "nothing more can be published in it")
    .addOption(new Option("--delete", "delete it with all its messages").conflicts(CHANGES))
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      '\nExamples:\n  landline feeds\n  landline feeds temp\n  landline feeds temp --title "Cellar" --unit °C --expect 60s --room workshop\n  landline feeds temp --delete',
    )
    .action(async (name: string | undefined, options: FeedsOptions, command: Command) => {
      const { json, ...changes } = options
      if (name === undefined && Object.keys(changes).length > 0)
        throw new LandlineError("usage", {}, "Name the feed: landline feeds NAME, then the options.")
      const [{ withSession }, feeds] = await Promise.all([
        import("../with-session.ts"),
        import("../feeds/feeds.ts"),
      ])
      await withSession(command, async (session) => {
        if (name === undefined) await feeds.list(session, json)
        else if (changes.delete) await feeds.remove(session, name)
        else {
          const { type, close = false } = changes
          if (Object.keys(changes).length > 0)
            await feeds.change(session, name, { about: aboutOf(changes), type, close })
          await feeds.show(session, name, json)
        }
      })
    })
}

/** What the options say of a feed. */
function aboutOf({ title, unit, expect, room, keep, keepBytes, ttl }: FeedsOptions): FeedAbout {
  const about = { title, unit, expectMs: expect, noticeRoom: room, keepMs: keep, keepBytes, ttlMs: ttl }
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined))
}
