import type { Command } from "commander"
import type { FileInfo } from "../../protocol/files.ts"
import { printableLine } from "../../protocol/text.ts"
import { amount } from "../files/amounts.ts"
import type { HubHttp } from "../files/hub-http.ts"
import type { HubOptions } from "../hub-options.ts"
import { calendarDay, clockTime, print, printJson, table } from "../output.ts"

interface FilesOptions extends HubOptions {
  readonly room?: string
  readonly search?: string
  readonly delete?: string
  readonly json?: true
}

/** `landline files` */
export function register(program: Command): void {
  program
    .command("files")
    .description("list the files that were sent, newest first")
    .option("--room <room>", "only those of a room")
    .option("--search <words>", "only those with this in their name")
    .option("--delete <id>", "delete a file: one's own, or any in a room that one made")
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      "\nExamples:\n  landline files\n  landline files --room workshop --search drawing\n  landline files --delete q3XvT0bR8sLkZ1aY",
    )
    .action(async (_: unknown, command: Command) => files(command.optsWithGlobals()))
}

async function files(options: FilesOptions): Promise<void> {
  process.once("SIGINT", () => process.exit(0))
  const [{ HubHttp }, { filesOf }] = await Promise.all([
    import("../files/hub-http.ts"),
    import("../files/find.ts"),
  ])
  const hub = new HubHttp(options)
  if (options.delete !== undefined) return remove(hub, options.delete)
  const { room, search, json } = options
  const found = filesOf(hub, { ...(room && { room }), ...(search && { search }) })
  if (json) {
    for await (const file of found) printJson(file)
    return
  }
  const all: FileInfo[] = []
  for await (const file of found) all.push(file)
  if (all.length > 0) for (const line of fileLines(all, room === undefined)) print(line)
  else console.error(nothing(room, search))
}

function nothing(room: string | undefined, search: string | undefined): string {
  if (search) return "No file has that in its name."
  if (room) return `No files in ${printableLine(room)}.`
  return "There are no files yet. Send one with: landline send PATH"
}

async function remove(hub: HubHttp, id: string): Promise<void> {
  const answer = await hub.request("DELETE", `files/${encodeURIComponent(id)}`)
  answer.resume()
  console.error("The file is deleted.")
}

/** @param rooms whether to tell each one's room */
function fileLines(files: readonly FileInfo[], rooms: boolean): string[] {
  const head = ["ID", "SIZE", "WHEN", "WHO", ...(rooms ? ["ROOM"] : []), "NAME"]
  const rows = files.map(({ id, bytes, time, sender, room = "", name }) => [
    id,
    amount(bytes),
    `${calendarDay(time)} ${clockTime(time)}`,
    printableLine(sender),
    ...(rooms ? [printableLine(room)] : []),
    printableLine(name),
  ])
  return table([head, ...rows])
}
