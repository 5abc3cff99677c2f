import { createInterface, type Interface } from "node:readline"
import { type Command, Option } from "commander"
import type { ChatClient, LabLine } from "../../hub/lab-chat.ts"
import { printableLine } from "../../protocol/text.ts"
import { Screen } from "../chat/screen.ts"
import { print, printJson } from "../output.ts"
import {
  type Address,
  address,
  type DeliverOption,
  delivery,
  interrupted,
  portNumber,
  seconds,
} from "./lab-options.ts"

const PORT = 12345

/** `landline lab chat serve|connect` */
export function registerChat(lab: Command): void {
  const chat = lab.command("chat").description("the chat of length-prefixed frames")
  chat.addHelpText("after", "\nExample:\n  landline lab chat serve\n  landline lab chat connect --name ada")
  chat
    .command("serve")
    .description("a chat server for coursework clients")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .addOption(header("bytes of a length header (default: told from each client's first)"))
    .option("--ack <text>", "the answer to each message with a 64-byte header", "Msg received")
    .option("--ack-framed", "put a header before the answer too")
    .option(
      "--token <text>",
      "ends a connection with 64-byte headers (default: !DISCONNECT or !DISCONNECTED)",
    )
    .option("--timeout <seconds>", "for a username, or the rest of a message (default: 30)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab chat serve --port 12345")
    .action(serve)
  chat
    .command("connect")
    .description("a chat client for coursework servers; each line of stdin is a message")
    .argument("[host:port]", `the server (default: localhost:${PORT})`, address(PORT))
    .requiredOption("--name <name>", "who speaks")
    .addOption(header("bytes of a length header").default("10"))
    .option("--token <text>", "with 64-byte headers: what is sent to leave", "!DISCONNECT")
    .option("--timeout <seconds>", "for the connection, or an answer (default: 5)", seconds)
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab chat connect localhost:${PORT} --name ada`)
    .action(connect)
}

const header = (help: string) => new Option("--header <bytes>", help).choices(["10", "64"])
const WIDTHS = { 10: 10, 64: 64 } as const

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly header?: keyof typeof WIDTHS
  readonly ack: string
  readonly ackFramed?: true
  readonly token?: string
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { asText, serveLabChat } = await import("../../hub/lab-chat.ts")
  const stopped = interrupted()
  const service = await serveLabChat({
    host: options.host,
    port: options.port,
    deliver: options.deliver,
    settings: {
      headerBytes: options.header && WIDTHS[options.header],
      ack: options.ack,
      ackFramed: options.ackFramed ?? false,
      ...(options.token !== undefined && { tokens: [options.token] }),
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    },
    write: (line) => (options.json ? printJson(line) : print(asText(line))),
  })
  await Promise.race(options.once ? [stopped, service.firstLeft] : [stopped])
  await service.close()
}

interface ConnectOptions {
  readonly name: string
  readonly header: keyof typeof WIDTHS
  readonly token: string
  readonly timeout?: number
  readonly json?: true
}

async function connect(server: Address | undefined, options: ConnectOptions): Promise<void> {
  const { asText, connectLabChat } = await import("../../hub/lab-chat.ts")
  const prompt = `${printableLine(options.name)}> `
  let screen: Screen | undefined
  const show = (line: string) => (screen ? screen.print(line) : print(line))
  const say = (message: string, facts: object = {}) => {
    const line = printableLine(message)
    if (!options.json) show(line)
    else printJson({ level: "INFO", function: "start", message: line, ...facts, time: Date.now() })
  }
  const stopped = interrupted()
  const connecting = connectLabChat({
    ...(server ?? address(PORT)("")),
    name: options.name,
    headerBytes: WIDTHS[options.header],
    token: options.token,
    ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    onMessage: (name, text) => say(`${name}> ${text}`, { name, text }),
    onAnswer: (text) => say(text, { text }),
    write: (line: LabLine) => (options.json ? printJson(line) : show(asText(line))),
  })
  const client = await Promise.race([connecting, stopped])
  if (!client) process.exit() // Ctrl-C before anybody answered
  const typed = Promise.withResolvers<void>()
  let lines: Interface | undefined
  if (process.stdin.isTTY && process.stdout.isTTY && !options.json)
    screen = new Screen(prompt, {
      onLine(line) {
        if (line === "") return
        show(prompt + printableLine(line))
        void client.say(line)
      },
      onLeave: typed.resolve,
    })
  else {
    lines = createInterface({ input: process.stdin })
    sayAll(lines, client).then(typed.resolve, typed.reject)
  }
  await Promise.race([typed.promise, stopped, client.ended])
  await client.leave()
  lines?.close()
  screen?.close()
  screen = undefined
  const end = await client.ended
  if (end === "closed") say("Connection closed by the server")
  else if (end !== "left") {
    say(`Reading error: ${end.readingError}`)
    process.exitCode = 1
  }
}

async function sayAll(lines: AsyncIterable<string>, client: ChatClient): Promise<void> {
  for await (const line of lines) if (line !== "") await client.say(line)
}
