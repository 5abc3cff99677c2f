import type { Command } from "commander"
import type { HubOptions } from "../hub-options.ts"

interface PublishOptions extends HubOptions {
  readonly type?: string
  readonly json?: true
}

/** `landline publish FEED`: done when all of stdin is stored for good. */
export function register(program: Command): void {
  program
    .command("publish")
    .description("publish each line of stdin as a message of a feed, which is made where it is missing")
    .argument("<feed>", "its name, such as temp or lab/temp")
    .option("--type <type>", "content type of its messages (default: by the first one's look, JSON or text)")
    .option("--json", "print what was done as JSON lines")
    .addHelpText(
      "after",
      "\nWhen the line drops, what was not stored is sent again, once. While the hub is\nslower than stdin, stdin is not read. Empty lines are skipped; a line that is no\nJSON, in a feed of JSON, is passed over and told.\n\nExamples:\n  echo 21.5 | landline publish temp\n  tail -f sensor.jsonl | landline publish lab/sensor --type application/json",
    )
    .action(async (feed: string, _: unknown, command: Command) => {
      const { publish } = await import("../feeds/publish.ts")
      await publish(feed, command.optsWithGlobals<PublishOptions>())
    })
}
