import type { Command } from "commander"
import type { HubOptions } from "../hub-options.ts"
import { wholeNumber } from "./history.ts"

interface ChatOptions extends HubOptions {
  readonly last: number
  readonly json?: true
}

/** `landline chat [ROOM]` */
export function register(program: Command): void {
  program
    .command("chat")
    .description("talk in a room, on a terminal or through pipes")
    .argument("[room]", "the room", "lobby")
    .option("--last <number>", "begin with so many of the newest entries", wholeNumber, 50)
    .option("--json", "print what happens as JSON lines; stdin lines are said")
    .addHelpText(
      "after",
      "\nOn a terminal, /help lists what else can be typed. Through pipes each line of stdin is said as it is, what is\nsaid in the room comes as plain lines, and the end of stdin is the end, once all of it is stored.\n\nExamples:\n  landline chat\n  landline chat workshop --last 10\n  tail -f door.log | landline chat --json >> room.jsonl",
    )
    .action(async (room: string, _: unknown, command: Command) => {
      const { last, json, ...options } = command.optsWithGlobals<ChatOptions>()
      const { openSession } = await import("../with-session.ts")
      const session = await openSession(options)
      const onTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb" && !json
      if (onTerminal) {
        const { TerminalChat } = await import("../chat/terminal.ts")
        await new TerminalChat(session, last).run(room)
      } else {
        const { pipeChat } = await import("../chat/pipe.ts")
        await pipeChat(session, room, { last, json: json === true })
      }
    })
}
