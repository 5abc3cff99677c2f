import { createInterface } from "node:readline/promises"
import { type Command, InvalidArgumentError, Option } from "commander"
import { LandlineError } from "../../protocol/errors.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { isBinary, SUM_FORMATS, type SumFormatName } from "../../protocol/lab/sum-formats.ts"
import { FaultFound } from "../failure.ts"
import { print, printJson } from "../output.ts"
import {
  type Address,
  address,
  type DeliverOption,
  delivery,
  interrupted,
  milliseconds,
  portNumber,
  seconds,
} from "./lab-options.ts"

const PORT = 8000

/** `landline lab sum serve|connect` */
export function registerSum(lab: Command): void {
  const sum = lab.command("sum").description("a name and a number each way, and the sum that both ends log")
  sum.addHelpText("after", "\nExample:\n  landline lab sum serve\n  landline lab sum connect --number 25")
  sum
    .command("serve")
    .description("a sum server for coursework clients, whatever their format")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .option("--name <name>", "the server's own", ownName, "Landline Server")
    .addOption(
      new Option("--on-out-of-range <what>", "what a number outside 1 to 100 does: stop the server, or close")
        .choices(["stop", "close"])
        .default("stop"),
    )
    .option(
      "--pause-ms <ms>",
      "a pause this long shows that a request is complete",
      milliseconds,
      labLimits.pauseMs,
    )
    .option("--timeout <seconds>", "for a request, and for the next one (default: 30)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", '\nExample:\n  landline lab sum serve --name "Ada\'s server"')
    .action(serve)
  sum
    .command("connect")
    .description("one exchange with a coursework server; without --number it asks")
    .argument("[host:port]", `the server (default: localhost:${PORT})`, address(PORT))
    .option("--number <integer>", "what is sent; outside 1 to 100 it stops the server", integer)
    .option("--name <name>", "who sends it", ownName, "Landline Client")
    .addOption(
      new Option("--format <format>", "how it is sent").choices(Object.keys(SUM_FORMATS)).default("json"),
    )
    .option("--timeout <seconds>", "for the connection, and the reply (default: 5)", seconds)
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab sum connect localhost:${PORT} --number 25`)
    .action(connect)
}

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly name: string
  readonly onOutOfRange: "stop" | "close"
  readonly pauseMs: number
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { asText, serveLabSum } = await import("../../hub/lab-sum.ts")
  const { host, port, deliver, name, onOutOfRange, pauseMs, timeout } = options
  const stopped = interrupted()
  const service = await serveLabSum({
    host,
    port,
    deliver,
    settings: { name, onOutOfRange, pauseMs, ...(timeout !== undefined && { timeoutMs: timeout }) },
    write: (line) => (options.json ? printJson(line) : print(asText(line))),
  })
  await Promise.race([stopped, service.stopped, ...(options.once ? [service.firstLeft] : [])])
  await service.close()
}

interface ConnectOptions {
  readonly number?: bigint
  readonly name: string
  readonly format: SumFormatName
  readonly timeout?: number
  readonly json?: true
}

async function connect(server: Address | undefined, options: ConnectOptions): Promise<void> {
  const { asText, exchangeLabSum } = await import("../../hub/lab-sum.ts")
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  const format = SUM_FORMATS[options.format]
  const number = options.number ?? (await ask(options.json ? process.stderr : process.stdout, ending.signal))
  if (number === undefined) return
  if (isBinary(format) && BigInt.asIntN(32, number) !== number)
    throw new LandlineError(
      "usage",
      {},
      `--format ${options.format} carries integers of 32 bits, and ${number} is none. Choose another format.`,
    )
  try {
    const outcome = await exchangeLabSum({
      ...(server ?? address(PORT)("")),
      name: options.name,
      number,
      format,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
      signal: ending.signal,
      write: (line) => (options.json ? printJson(line) : print(asText(line))),
    })
    if (outcome === "wrong") throw new FaultFound()
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}

/** Asks as the coursework's client does; undefined after Ctrl-C. @throws LandlineError usage at the end of stdin */
async function ask(output: NodeJS.WriteStream, signal: AbortSignal): Promise<bigint | undefined> {
  const asking = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true })
  // On a terminal Ctrl-C comes to the question, and not to the program.
  asking.on("SIGINT", () => process.kill(process.pid, "SIGINT"))
  const over = Promise.withResolvers<undefined>()
  asking.once("close", () => over.resolve(undefined))
  signal.addEventListener("abort", () => asking.close())
  try {
    for (;;) {
      const answer = await Promise.race([
        asking.question("Enter an integer between 1 and 100: "),
        over.promise,
      ])
      if (answer === undefined) break
      if (!process.stdin.isTTY) output.write("\n") // nobody pressed Enter here
      if (INTEGER.test(answer.trim())) return BigInt(answer.trim().replace("+", ""))
      output.write("That is not an integer. Enter digits alone, such as 25.\n")
    }
  } finally {
    asking.close()
  }
  output.write("\n") // it stands behind the question
  if (signal.aborted) return undefined
  throw new LandlineError("usage", {}, "Enter an integer, or say it with --number 25.")
}

const INTEGER = /^[+-]?\d{1,1000}$/

function integer(text: string): bigint {
  if (!INTEGER.test(text.trim())) throw new InvalidArgumentError("It is an integer, such as 25.")
  return BigInt(text.trim().replace("+", ""))
}

function ownName(text: string): string {
  if (text === "" || Buffer.byteLength(text) > labLimits.sumNameBytesMax)
    throw new InvalidArgumentError(`It has 1 to ${labLimits.sumNameBytesMax} bytes.`)
  return text
}
