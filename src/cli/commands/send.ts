import type { Command } from "commander"
import { LandlineError } from "../../protocol/errors.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { printable } from "../../protocol/text.ts"
import { exitCodeOf, say } from "../failure.ts"
import type { HubOptions } from "../hub-options.ts"
import { jsonLine } from "../output.ts"

interface SendOptions extends HubOptions {
  readonly room?: string
  readonly link?: true
  readonly name?: string
  readonly json?: true
}

/** `landline send PATH... [--room ROOM | --link]` */
export function register(program: Command): void {
  program
    .command("send")
    .usage("[options] <path...|->")
    .description("send files and folders to a room (default: lobby), or make a one-time link; - is stdin")
    .argument("<paths...>", "files and folders; a folder is sent as one zip; - with --name is stdin")
    .option("--room <room>", "the room that gets them (default: lobby)")
    .option("--link", "a link and a short code instead, with which one person can get it once")
    .option("--name <name>", "the name it is sent under")
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      "\nExamples:\n  landline send report.pdf photos --room workshop\n  landline send --link disk.iso\n  tar c src | landline send - --name src.tar\n\nWhat was cut or stopped goes on where it was when the same command is given again.",
    )
    .action(async (paths: string[], _: unknown, command: Command) => send(paths, command.optsWithGlobals()))
}

async function send(paths: string[], options: SendOptions): Promise<void> {
  const { room, link, name } = options
  const stdin = paths.includes("-")
  if (room !== undefined && link)
    throw new LandlineError("usage", {}, "A file goes to a room or gets a link: leave out --room or --link.")
  if (stdin && (paths.length > 1 || name === undefined))
    throw new LandlineError("usage", {}, "stdin is sent alone and needs a name: landline send - --name NAME.")
  if (name !== undefined && paths.length > 1)
    throw new LandlineError("usage", {}, "--name is for one file; send them one by one.")

  const [{ HubHttp }, { Progress }, { sourceOf }, sending, { linkLines, linkNotice, sentLine, stopped }] =
    await Promise.all([
      import("../files/hub-http.ts"),
      import("../files/progress.ts"),
      import("../files/source.ts"),
      import("../files/sending.ts"),
      import("../files/words.ts"),
    ])
  const hub = new HubHttp(options)
  const leftOut = (path: string, what: string) =>
    console.error(printable(`${path} is ${what}: it is left out.`))
  const sources = (stdin ? [] : paths).flatMap((path) => {
    try {
      return [sourceOf(path, name, leftOut)]
    } catch (error) {
      // What ails one of several does not keep the others here.
      if (paths.length === 1 || exitCodeOf(error) !== 1) throw error
      say(error)
      process.exitCode = 1
      return []
    }
  })
  if (!stdin && sources.length === 0) return
  const progress = new Progress({
    files: sources.length,
    bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
  })
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      progress.close()
      console.error(stdin ? "Stopped. What came from stdin was not sent." : stopped(progress.standing))
      process.exit(0)
    })
  const target = link ? ({ link } as const) : { room: room ?? "lobby" }
  const sent = (file: FileInfo) => {
    progress.print(options.json ? jsonLine(file) : sentLine(file))
    if (!options.json && file.code) for (const line of linkLines(hub.base, file.code)) progress.print(line)
  }
  const job = { hub, as: options.as, target, progress, sent }
  try {
    if (stdin) await sending.sendStdin(name!, job)
    else if ((await sending.sendAll(sources, job)) > 0) process.exitCode = 1
  } finally {
    progress.close()
  }
  if (link) console.error(linkNotice(hub.base))
}
