import type { Command } from "commander"
import { InvalidArgumentError, Option } from "commander"

/** `landline lab SERVICE serve|connect`: one coursework program, stand-alone. */
export function register(program: Command): void {
  const lab = program.command("lab").description("the coursework's programs over plain sockets, stand-alone")
  const chat = lab.command("chat").description("the chat of length-prefixed frames")

  chat
    .command("serve")
    .description("a chat server for coursework clients")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", number("port", 0, 65_535), CHAT_PORT)
    .addOption(header().default(undefined, "told from each client"))
    .option("--ack <text>", "the answer to each message with a 64-byte header", "Msg received")
    .option("--ack-framed", "put a header before the answer too")
    .option(
      "--token <text>",
      "the only word that ends a connection with 64-byte headers (default: !DISCONNECT and !DISCONNECTED)",
    )
    .option("--timeout <seconds>", "how long a username, or the rest of a message, is awaited", seconds, 30)
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab chat serve --port 12345")
    .action(serveChat)

  chat
    .command("connect")
    .description("a chat client for coursework servers; each line of stdin is a message")
    .argument("[host:port]", "the server", address, { host: "localhost", port: CHAT_PORT })
    .requiredOption("--name <name>", "who speaks")
    .addOption(header().default("10"))
    .option("--token <text>", "with 64-byte headers: what is sent to leave", "!DISCONNECT")
    .option("--timeout <seconds>", "how long the connection, or an answer, is awaited", seconds, 5)
    .option("--json", "print JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab chat connect localhost:12345 --name ada")
    .action(connectChat)
}

const CHAT_PORT = 12345

interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly header?: "10" | "64"
  readonly ack: string
  readonly ackFramed?: true
  readonly token?: string
  readonly timeout: number
  readonly once?: true
  readonly json?: true
}

async function serveChat(options: ServeOptions): Promise<void> {
  const { asJson, asText, serveLabChat } = await import("../../hub/lab.ts")
  const shown = options.json ? asJson : asText
  const service = await serveLabChat({
    host: options.host,
    port: options.port,
    settings: {
      headerBytes: headerBytes(options.header),
      ack: options.ack,
      ackFramed: options.ackFramed ?? false,
      timeoutMs: options.timeout * 1_000,
      ...(options.token !== undefined && { tokens: [options.token] }),
    },
    write: (line) => console.log(shown(line)),
  })
  await Promise.race([interrupted(), ...(options.once ? [service.firstLeft] : [])])
  await service.close()
}

interface ConnectOptions {
  readonly name: string
  readonly header: "10" | "64"
  readonly token: string
  readonly timeout: number
  readonly json?: true
}

async function connectChat({ host, port }: Address, options: ConnectOptions): Promise<void> {
  const { asJson, asText, connectLabChat } = await import("../../hub/lab.ts")
  const { LabPrompt } = await import("../lab-prompt.ts")
  const prompt = new LabPrompt(`${options.name}> `, !options.json)
  const print = (text: string, facts: object = {}) =>
    prompt.print(
      options.json
        ? JSON.stringify({ level: "INFO", function: "start", message: text, ...facts, time: Date.now() })
        : text,
    )
  const stopped = interrupted()
  const connecting = connectLabChat({
    host,
    port,
    name: options.name,
    headerBytes: headerBytes(options.header) ?? 10,
    token: options.token,
    timeoutMs: options.timeout * 1_000,
    onMessage: (name, text) => print(`${name}> ${text}`, { name, text }),
    onAnswer: (text) => print(text, { text }),
    write: (line) => prompt.print(options.json ? asJson(line) : asText(line)),
  })
  const client = await Promise.race([connecting, stopped])
  if (!client) process.exit() // Ctrl-C before anybody answered
  const talk = async () => {
    for await (const line of prompt.lines()) if (line !== "") await client.say(line)
  }
  await Promise.race([talk(), stopped, client.ended])
  await client.leave()
  prompt.close()
  const end = await client.ended
  if (end === "closed") print("Connection closed by the server")
  else if (end !== "left") {
    print(`Reading error: ${end.readingError}`)
    process.exitCode = 1
  }
}

/** Resolves at Ctrl-C or SIGTERM; a second one ends the program the hard way. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
}

function header(): Option {
  return new Option("--header <bytes>", "how many bytes the length is padded to").choices(["10", "64"])
}

const headerBytes = (header: "10" | "64" | undefined) =>
  header === undefined ? undefined : header === "64" ? 64 : 10

interface Address {
  readonly host: string
  readonly port: number
}

/** `HOST:PORT`, `[::1]:PORT`, `HOST` or `:PORT`. */
function address(text: string): Address {
  const [, host, port] = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
  if (host === undefined) throw new InvalidArgumentError("It is HOST:PORT, such as localhost:12345.")
  return {
    host: host.replace(/^\[|\]$/g, "") || "localhost",
    port: port === undefined ? CHAT_PORT : number("port", 1, 65_535)(port),
  }
}

function number(what: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`A ${what} is a number from ${min} to ${max}.`)
    return value
  }
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError("It is a number of seconds above 0.")
  return value
}
