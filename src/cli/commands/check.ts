import { type Command, Option } from "commander"
import type { HubOptions } from "../hub-options.ts"

interface Options extends HubOptions {
  readonly json?: true
  readonly post?: string | true
  readonly together?: true
  readonly everyone?: true
}

/** `landline check` */
export function register(program: Command): void {
  program
    .command("check")
    .description("find out what is wrong with the line to the hub, step by step, and what to do about it")
    .option("--post [room]", "post a summary to a room (default: lobby)")
    .option("--together", "measure speed at the same time as others, and do not wait for one another")
    .addOption(
      new Option("--everyone", "show what was measured last of everyone's line, the worst first").conflicts([
        "post",
        "together",
      ]),
    )
    .option("--json", "print JSON: one object, or with --everyone one line for each person")
    .addHelpText(
      "after",
      "\nExamples:\n  landline check\n  landline check --hub 192.168.1.20 --post\n  landline check --everyone\n\nIt takes about 20 seconds. The exit code is 3 where a fault was found.",
    )
    .action(async (_: unknown, command: Command) => {
      const { post, everyone, ...options } = command.optsWithGlobals<Options>()
      if (everyone) {
        const [{ withSession }, { printEveryone }] = await Promise.all([
          import("../with-session.ts"),
          import("../check/everyone.ts"),
        ])
        return withSession(command, (session) => printEveryone(session, options.json))
      }
      const { check } = await import("../check/check.ts")
      await check({ ...options, ...(post !== undefined && { post: post === true ? "lobby" : post }) })
    })
}
