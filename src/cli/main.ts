import { readFileSync } from "node:fs"
import { Command, CommanderError } from "commander"
import { exitCodeOf, say } from "./failure.ts"
import { cannotWrite } from "./files/local-file.ts"
import { addHubOptions } from "./hub-options.ts"

/** The commands. A command is one file and one line here; only the file that is asked for is loaded. */
const commands: Record<string, () => Promise<{ register(program: Command): void }>> = {
  serve: () => import("./commands/serve.ts"),
  chat: () => import("./commands/chat.ts"),
  say: () => import("./commands/say.ts"),
  history: () => import("./commands/history.ts"),
  send: () => import("./commands/send.ts"),
  get: () => import("./commands/get.ts"),
  files: () => import("./commands/files.ts"),
  rooms: () => import("./commands/rooms.ts"),
  feeds: () => import("./commands/feeds.ts"),
  follow: () => import("./commands/follow.ts"),
  publish: () => import("./commands/publish.ts"),
  people: () => import("./commands/people.ts"),
  hello: () => import("./commands/hello.ts"),
  check: () => import("./commands/check.ts"),
  ping: () => import("./commands/ping.ts"),
  sum: () => import("./commands/sum.ts"),
  lab: () => import("./commands/lab.ts"),
  data: () => import("./commands/data.ts"),
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

async function run(words: string[]): Promise<void> {
  const program = new Command("landline")
    .description("A self-hosted hub for a network of your own, and the ways into it.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("Add --help to see how it is used.")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nExample:\n  landline serve\n  landline chat")
  addHubOptions(program)
  const named = Object.keys(commands).filter((name) => words.includes(name))
  for (const name of named.length > 0 ? named : Object.keys(commands))
    (await commands[name]!()).register(program)
  await program.parseAsync(words, { from: "user" })
}

function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
  say(error)
  process.exit(exitCodeOf(error))
}

process.on("uncaughtException", fail)
// The reader has seen enough, as in `landline history | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  fail(cannotWrite("stdout", error))
})
await run(process.argv.slice(2)).catch(fail)
