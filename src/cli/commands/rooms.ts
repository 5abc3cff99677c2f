import type { Command } from "commander"
import type { RoomInfo } from "../../client/main.ts"
import { printableLine } from "../../protocol/text.ts"
import { calendarDay, clockTime, print, printJson, table } from "../output.ts"

/** `landline rooms`, and `landline rooms create NAME`. */
export function register(program: Command): void {
  const rooms = program
    .command("rooms")
    .description("list the rooms")
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      '\nExamples:\n  landline rooms\n  landline rooms create workshop --line "Tools and timber"',
    )
    .action(async ({ json }: { json?: true }, command: Command) => {
      const { withSession } = await import("../with-session.ts")
      await withSession(command, async (session) => list(await session.rooms(), json))
    })
  rooms
    .command("create")
    .description("make a room")
    .argument("<name>", "letters, digits, dots, dashes and underscores")
    .option("--line <text>", "the topic line: what the room is for")
    .addHelpText("after", '\nExample:\n  landline rooms create workshop --line "Tools and timber"')
    .action(async (name: string, { line }: { line?: string }, command: Command) => {
      const { withSession } = await import("../with-session.ts")
      await withSession(command, async (session) => {
        const room = await session.createRoom(name, line)
        // Of `rooms`, which may stand before or after `create`.
        if (command.optsWithGlobals<{ json?: true }>().json) printJson(room)
        else console.error(`The room ${room.room} is there. Enter it with: landline chat ${room.room}`)
      })
    })
}

function list(rooms: readonly RoomInfo[], json?: true): void {
  if (json) for (const room of rooms) printJson(room)
  else for (const line of roomLines(rooms)) print(line)
}

export function roomLines(rooms: readonly RoomInfo[]): string[] {
  return table([
    ["ROOM", "MESSAGES", "PEOPLE", "LAST", "TOPIC LINE"],
    ...rooms.map(({ room, count, present, time, line }) => [
      printableLine(room),
      String(count),
      String(present),
      time === 0 ? "-" : `${calendarDay(time)} ${clockTime(time)}`,
      printableLine(line),
    ]),
  ])
}
