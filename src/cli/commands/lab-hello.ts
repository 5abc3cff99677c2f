import { type Command, InvalidArgumentError } from "commander"
import { CLIENT_GREETING, SERVER_GREETING } from "../../protocol/lab/hello.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
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

const PORT = 50_000

/** `landline lab hello serve|connect` */
export function registerHello(lab: Command): void {
  const hello = lab.command("hello").description("a greeting each way, the server's first")
  hello.addHelpText("after", "\nExample:\n  landline lab hello serve\n  landline lab hello connect")
  hello
    .command("serve")
    .description("a hello server for coursework clients")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .option("--greeting <text>", "what each client is greeted with", greeting, SERVER_GREETING)
    .option("--timeout <seconds>", "for a client's greeting (default: 5)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab hello serve --once")
    .action(serve)
  hello
    .command("connect")
    .description("hears a coursework server's greeting, and greets it")
    .argument("[host:port]", `the server (default: localhost:${PORT})`, address(PORT))
    .option("--message <text>", "what the server is greeted with", greeting, CLIENT_GREETING)
    .option("--timeout <seconds>", "for the connection, and the server's greeting (default: 5)", seconds)
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab hello connect localhost:${PORT}`)
    .action(connect)
}

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly greeting: string
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { asText, serveLabHello } = await import("../../hub/lab-hello.ts")
  const { host, port, deliver, greeting, timeout } = options
  const stopped = interrupted()
  const service = await serveLabHello({
    host,
    port,
    deliver,
    settings: { greeting, ...(timeout !== undefined && { timeoutMs: timeout }) },
    write: (line) => (options.json ? printJson(line) : print(asText(line))),
  })
  await Promise.race(options.once ? [stopped, service.firstLeft] : [stopped])
  await service.close()
}

interface ConnectOptions {
  readonly message: string
  readonly timeout?: number
  readonly json?: true
}

async function connect(server: Address | undefined, options: ConnectOptions): Promise<void> {
  const { asText, greetLab } = await import("../../hub/lab-hello.ts")
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  try {
    await greetLab({
      ...(server ?? address(PORT)("")),
      message: options.message,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      signal: ending.signal,
      write: (line) => (options.json ? printJson(line) : print(asText(line))),
    })
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}

function greeting(text: string): string {
  if (text === "" || Buffer.byteLength(text) > labLimits.helloBytesMax)
    throw new InvalidArgumentError(`It has 1 to ${labLimits.helloBytesMax} bytes.`)
  return text
}
