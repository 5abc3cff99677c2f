import { createInterface } from "node:readline/promises"
import { type Command, Option } from "commander"
import type { LabLine } from "../../hub/lab-feed.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { type FeedWant, valuesOf, WANTS } from "../../protocol/lab/feed-messages.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { printable } from "../../protocol/text.ts"
import { print, printJson } from "../output.ts"
import {
  type Address,
  address,
  countUpTo,
  type DeliverOption,
  delivery,
  interrupted,
  portNumber,
  seconds,
} from "./lab-options.ts"

const PORT = 8000

/** `landline lab feed serve|connect` */
export function registerFeed(lab: Command): void {
  const feed = lab
    .command("feed")
    .description("messages over WebSocket, and the time that blocks of them took")
  feed.addHelpText("after", "\nExample:\n  landline lab feed serve\n  landline lab feed connect --want users")
  feed
    .command("serve")
    .description("a feed server for coursework clients: random users and arrays of random numbers")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .option("--interval-ms <ms>", "between two messages to a client", countUpTo(3_600_000), 1_000)
    .option("--size <count>", "numbers in an array", countUpTo(10_000), 100)
    .addOption(want("what a client gets that does not choose").default("both"))
    .addOption(
      new Option("--format <format>", "as Python prints it, or JSON")
        .choices(["text", "json"])
        .default("text"),
    )
    .option("--seed <number>", "the same messages each time", countUpTo(2 ** 32 - 1))
    .option("--timeout <seconds>", "for a client's handshake (default: 30)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab feed serve --interval-ms 200 --want users")
    .action(serve)
  feed
    .command("connect")
    .description("a feed client for coursework servers: shows messages, and reports how long blocks took")
    .argument("[host:port]", `the server (default: localhost:${PORT})`, address(PORT))
    .addOption(want("which messages are kept (default: asks)"))
    .option("--block <count>", "messages of a block", countUpTo(1_000_000), labLimits.feedBlockMessages)
    .option("-n <count>", "end after so many messages", countUpTo(2 ** 32))
    .option("--timeout <seconds>", "give up when nothing comes for so long (default: never)", seconds)
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab feed connect localhost:${PORT} --want numbers`)
    .action(connect)
}

const want = (help: string) => new Option("--want <what>", help).choices(WANTS)

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly intervalMs: number
  readonly size: number
  readonly want: FeedWant
  readonly format: "text" | "json"
  readonly seed?: number
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { asText, serveLabFeed } = await import("../../hub/lab-feed.ts")
  const { host, port, intervalMs, size, format, seed, deliver } = options
  const stopped = interrupted()
  const service = await serveLabFeed({
    ...{ host, port, intervalMs, size, format, seed, deliver },
    settings: {
      want: options.want,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    },
    write: (line) => (options.json ? printJson(line) : print(asText(line))),
  })
  await Promise.race(options.once ? [stopped, service.firstLeft] : [stopped])
  await service.close()
}

interface ConnectOptions {
  readonly want?: FeedWant
  readonly block: number
  readonly n?: number
  readonly timeout?: number
  readonly json?: true
}

async function connect(server: Address | undefined, options: ConnectOptions): Promise<void> {
  const { asText, receiveLabFeed } = await import("../../hub/lab-feed.ts")
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  const say = (message: string, facts: object = {}) => {
    if (!options.json) print(printable(message))
    else printJson({ level: "INFO", function: "main", message, ...facts, time: Date.now() })
  }
  const wanted = options.want ?? (await choose(options.json ? process.stderr : process.stdout, ending.signal))
  if (wanted)
    await receiveLabFeed({
      ...(server ?? address(PORT)("")),
      want: wanted,
      blockMessages: options.block,
      messagesMax: options.n,
      timeoutMs: options.timeout,
      signal: ending.signal,
      onMessage(text, kind) {
        if (options.json) say(text, { kind, values: valuesOf(text) })
        else say(`${timeOfDay()} -> ${text}`)
      },
      onReport: (text, { messages, spanMs }) => say(text, { messages, spanMs }),
      onReconnecting: () => say("Reconnecting to Server..."),
      write: (line: LabLine) => (options.json ? printJson(line) : print(asText(line))),
    })
  if (ending.signal.aborted) say("Closing Client...")
}

const MENU: Record<string, FeedWant> = { 1: "users", 2: "numbers", 3: "both" }

/** Asks as the coursework's client does; undefined after Ctrl-C. @throws LandlineError usage at the end of stdin */
async function choose(output: NodeJS.WriteStream, signal: AbortSignal): Promise<FeedWant | undefined> {
  const asking = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true })
  // On a terminal Ctrl-C comes to the question, and not to the program.
  asking.on("SIGINT", () => process.kill(process.pid, "SIGINT"))
  output.write("1. User data\n2. Number array\n3. Both\n")
  const over = Promise.withResolvers<undefined>()
  asking.once("close", () => over.resolve(undefined))
  signal.addEventListener("abort", () => asking.close())
  try {
    for (;;) {
      const answer = await Promise.race([asking.question("Enter your choice: "), over.promise])
      if (answer === undefined) break
      if (!process.stdin.isTTY) output.write("\n") // nobody pressed Enter here
      const chosen = MENU[answer.trim()]
      if (chosen) return chosen
    }
  } finally {
    asking.close()
  }
  output.write("\n") // it stands behind the question
  if (signal.aborted) return undefined
  throw new LandlineError("usage", {}, "Choose 1, 2 or 3, or say --want users, numbers or both.")
}

/** `HH:MM:SS.ffffff`, local time. */
function timeOfDay(): string {
  const micros = Math.round((performance.timeOrigin + performance.now()) * 1000)
  const date = new Date(micros / 1000)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()]
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":")
  return `${clock}.${String(micros % 1_000_000).padStart(6, "0")}`
}
