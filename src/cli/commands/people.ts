import type { Command } from "commander"
import { printableLine } from "../../protocol/text.ts"
import { print, printJson } from "../output.ts"

/** `landline people [ROOM]` */
export function register(program: Command): void {
  program
    .command("people")
    .description("list who is in a room now; ~ marks guests")
    .argument("[room]", "the room", "lobby")
    .option("--json", "print JSON lines")
    .addHelpText("after", "\nExample:\n  landline people workshop")
    .action(async (room: string, { json }: { json?: true }, command: Command) => {
      const { withSession } = await import("../with-session.ts")
      await withSession(command, async (session) => {
        for (const name of await session.people(room))
          if (json) printJson({ name })
          else print(printableLine(name))
      })
    })
}
