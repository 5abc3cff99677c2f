import { createInterface } from "node:readline"
import { type Command, InvalidArgumentError, Option } from "commander"
import type { LabLine } from "../../hub/lab-ping.ts"
import type { Delivery } from "../../hub/lab-service.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { ENCODINGS, type Encoding, encode } from "../../protocol/lab/encodings.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { OTHER_ANSWER, PING, PONG, QUIT_TOKENS } from "../../protocol/lab/ping-words.ts"
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

const PORT = 3033
const EXAMPLES = `
Examples:
  landline lab ping serve
  landline lab ping connect --message PING -n 3
  landline lab ping serve --udp --port 8001
  landline lab ping connect --udp localhost:8001 --from-port 8000`

/** `landline lab ping serve|connect` */
export function registerPing(lab: Command): void {
  const ping = lab.command("ping").description("PING and PONG, over TCP or between two UDP ports")
  ping.addHelpText("after", EXAMPLES)
  ping
    .command("serve")
    .description("a ping server for coursework clients")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .option("--token <text>", `ends a connection (default: any of ${QUIT_TOKENS.join(", ")})`, word)
    .option("--response <text>", "the answer to PING", word, PONG)
    .option("--other <text>", "the answer to anything else, over TCP", word, OTHER_ANSWER)
    .option(
      "--chunk <bytes>",
      "other text that is longer is several messages",
      chunk,
      labLimits.pingChunkBytes,
    )
    .addOption(encoding())
    .option("--echo", "send back what comes, as it is (RFC 862)")
    .option("--udp", "over UDP in place of TCP")
    .addOption(new Option("--to <host:port>", "over UDP: where all answers go").argParser(address(8000)))
    .option("--timeout <seconds>", "for a message (default: 30 for the first, then 300)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left; over UDP, after the first answer")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab ping serve --udp --port 8001")
    .action(serve)
  ping
    .command("connect")
    .description("pings a coursework server; lines of stdin, where it is no terminal, are messages")
    .argument("[host:port]", `the server (default: localhost:${PORT})`, address(PORT))
    .option("--message <text>", `what is sent, in place of stdin (default on a terminal: ${PING})`, word)
    .option("-n <count>", "send it so many times", countUpTo(1_000_000))
    .option("--token <text>", `sent to leave (default: ${QUIT_TOKENS.join(", ")} in turn)`, word)
    .option("--chunk <bytes>", "an answer that is longer is several", chunk, labLimits.pingChunkBytes)
    .addOption(encoding())
    .option("--udp", "over UDP in place of TCP")
    .option("--from-port <port>", "over UDP: our own port (default: any free one)", portNumber)
    .option("--timeout <seconds>", "for the connection, and for each answer (default: 5)", seconds)
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab ping connect localhost:${PORT} -n 3`)
    .action(connect)
}

const encoding = () => new Option("--encoding <name>", "of the text").choices(ENCODINGS).default("utf-8")

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly token?: string
  readonly response: string
  readonly other: string
  readonly chunk: number
  readonly encoding: Encoding
  readonly echo?: true
  readonly udp?: true
  readonly to?: Address
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { host, port, deliver, response, other, encoding, timeout, to } = options
  if (to && !options.udp) throw new LandlineError("usage", {}, "--to is for UDP: add --udp.")
  for (const [flag, text] of Object.entries({ token: options.token, response, other }))
    writable(`--${flag}`, text, encoding)
  const { asText, serveLabPing, serveLabPingUdp } = await import("../../hub/lab-ping.ts")
  const stopped = interrupted()
  const settings = {
    response,
    encoding,
    echo: options.echo ?? false,
    ...(options.token !== undefined && { tokens: [options.token] }),
  }
  const common = {
    host,
    port,
    write: (line: LabLine) => (options.json ? printJson(line) : print(asText(line))),
  }
  const service = options.udp
    ? await serveLabPingUdp({ ...common, settings: { ...settings, to, deliver: forDatagrams(deliver) } })
    : await serveLabPing({
        ...common,
        deliver,
        settings: {
          ...settings,
          other,
          chunkBytes: options.chunk,
          ...(timeout !== undefined && { timeoutMs: timeout, idleMs: timeout }),
        },
      })
  await Promise.race(options.once ? [stopped, service.firstLeft] : [stopped])
  await service.close()
}

/** @throws LandlineError usage */
function forDatagrams(how: Delivery): "normal" | "late" {
  if (how === "normal" || how === "late") return how
  throw new LandlineError(
    "usage",
    {},
    `--deliver ${how} is not for datagrams, which arrive whole or not at all: with --udp it is late, or normal.`,
  )
}

interface ConnectOptions {
  readonly message?: string
  readonly n?: number
  readonly token?: string
  readonly chunk: number
  readonly encoding: Encoding
  readonly udp?: true
  readonly fromPort?: number
  readonly timeout?: number
  readonly json?: true
}

async function connect(server: Address | undefined, options: ConnectOptions): Promise<void> {
  if (options.fromPort !== undefined && !options.udp)
    throw new LandlineError("usage", {}, "--from-port is for UDP: add --udp.")
  writable("--message", options.message, options.encoding)
  writable("--token", options.token, options.encoding)
  const { asText, pingLab } = await import("../../hub/lab-ping.ts")
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  try {
    await pingLab({
      ...(server ?? address(PORT)("")),
      udp: options.udp ?? false,
      ...(options.fromPort !== undefined && { fromPort: options.fromPort }),
      ...(options.token !== undefined && { tokens: [options.token] }),
      encoding: options.encoding,
      chunkBytes: options.chunk,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      messages: messagesOf(options, ending.signal),
      signal: ending.signal,
      write: (line) => (options.json ? printJson(line) : print(asText(line))),
    })
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}

/** What is to be sent: a message so many times, or the lines of stdin; where there are none, one `PING`. */
async function* messagesOf({ message, n }: ConnectOptions, signal: AbortSignal): AsyncIterable<string> {
  if (message !== undefined || n !== undefined || process.stdin.isTTY) {
    for (let sent = 0; sent < (n ?? 1); sent++) yield message ?? PING
    return
  }
  const lines = createInterface({ input: process.stdin, signal })
  let any = false
  for await (const line of lines) {
    any ||= line !== ""
    yield line
  }
  if (!any) yield PING
}

/** @throws LandlineError usage where the encoding has not all of the text's characters */
function writable(flag: string, text: string | undefined, encoding: Encoding): void {
  if (text === undefined || encode(text, encoding)) return
  throw new LandlineError(
    "usage",
    {},
    `${flag} cannot be written in ${encoding}. Choose another with --encoding.`,
  )
}

function word(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.")
  return text
}

/** A character has four bytes at most. */
function chunk(text: string): number {
  const bytes = countUpTo(labLimits.pingChunkBytesMax)(text)
  if (bytes < 4) throw new InvalidArgumentError("It is at least 4, so that each character fits.")
  return bytes
}
