import { type Command, InvalidArgumentError, Option } from "commander"
import type { LabServiceName, LabTryWords, Tried } from "../../hub/lab-try.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { TriedReport } from "../../protocol/lab/records.ts"
import { SUM_FORMATS, type SumFormatName } from "../../protocol/lab/sum-formats.ts"
import { FaultFound } from "../failure.ts"
import { reportTried } from "../lab/report-tried.ts"
import {
  failureLines,
  type Look,
  type TriedCase,
  tableHead,
  tableRow,
  verdictLines,
  verdictText,
} from "../lab/tried.ts"
import { print, printJson } from "../output.ts"
import { type Address, address, interrupted, portNumber, seconds, separator } from "./lab-options.ts"

const PORTS: Record<LabServiceName, number> = {
  ping: 3033,
  sum: 8000,
  hello: 50_000,
  feed: 8000,
  chat: 12345,
  file: 12345,
}

/** `landline lab SERVICE try`, of each service that is registered. */
export function registerTry(lab: Command): void {
  for (const service of lab.commands) {
    const name = service.name() as LabServiceName
    if (PORTS[name] !== undefined) addTry(service, name)
  }
}

function addTry(service: Command, name: LabServiceName): void {
  const server = `localhost:${PORTS[name]}`
  const command = service
    .command("try")
    .description("tries somebody's server, and says at which byte it goes wrong")
    .argument("[host:port]", `the server (default: ${server})`, address(PORTS[name]))
    .option("--only <case>", "only this case; may be given several times", (one, before: string[] = []) => [
      ...before,
      one,
    ])
    .option("--timeout <seconds>", "for an answer (default: 2)", seconds)
    .option("--start <command>", "starts the server, anew for each case, and ends it")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `\nExamples:\n  landline lab ${name} try ${server}\n  landline lab ${name} try --start "python3 server.py"`,
    )
    .action(async (at: Address | undefined, options: TryOptions, command: Command) => {
      const { host, port } = at ?? address(PORTS[name])("")
      const all = await tryServer(name, { host, port }, options)
      // A hub that was named wants to know; without one this needs no hub.
      if (all.length > 0 && command.getOptionValueSourceWithGlobals("hub") !== "default")
        await reportTried(command.optsWithGlobals(), { service: name, host, results: all.map(resultOf) })
      if (all.some(({ verdict }) => verdict === "fail")) throw new FaultFound()
    })
  for (const option of OPTIONS[name] ?? []) command.addOption(option())
}

const token = () => new Option("--token <text>", "what ends a connection").argParser(separator)

/** What a service's server may have otherwise; as `connect` and `serve` name it. */
const OPTIONS: { readonly [Name in LabServiceName]?: readonly (() => Option)[] } = {
  ping: [
    token,
    () => new Option("--udp", "over UDP in place of TCP"),
    () =>
      new Option("--from-port <port>", "over UDP: our own port (default: any free one)").argParser(
        portNumber,
      ),
  ],
  sum: [
    () =>
      new Option("--format <format>", "what the server speaks (default: is found out)").choices(
        Object.keys(SUM_FORMATS),
      ),
    () =>
      new Option("--on-out-of-range <what>", "what a number outside 1 to 100 is to do")
        .choices(["stop", "close"])
        .default("stop"),
  ],
  chat: [
    () => new Option("--header <bytes>", "bytes of a length header (default: 10)").argParser(headerBytes),
    () => new Option("--ack <text>", "with 64: the answer to each message").argParser(separator),
    token,
  ],
  file: [
    () => new Option("--separator <text>", "between name and size").argParser(separator),
    () => new Option("--dir <folder>", "where the server saves, to compare what is saved"),
  ],
}

function headerBytes(text: string): 10 | 64 {
  if (text !== "10" && text !== "64") throw new InvalidArgumentError("It is 10 or 64.")
  return text === "10" ? 10 : 64
}

interface TryOptions {
  readonly only?: readonly string[]
  readonly timeout?: number
  readonly start?: string
  readonly json?: true
  readonly token?: string
  readonly udp?: true
  readonly fromPort?: number
  readonly format?: SumFormatName
  readonly onOutOfRange?: "stop" | "close"
  readonly header?: 10 | 64
  readonly ack?: string
  readonly separator?: string
  readonly dir?: string
}

/** @returns what was tried; nothing after Ctrl-C */
async function tryServer(
  service: LabServiceName,
  { host, port }: Address,
  options: TryOptions,
): Promise<TriedCase[]> {
  const { labCases, tryLabServer } = await import("../../hub/lab-try.ts")
  const { only, timeout, start, json } = options
  if (options.fromPort !== undefined && !options.udp)
    throw new LandlineError("usage", {}, "--from-port is for UDP: add --udp.")
  const words = wordsOf(options)
  const names = labCases(service, words).map(({ name }) => name)
  for (const name of only ?? []) known(name, names)
  const shown = only ? names.filter((name) => only.includes(name)) : names
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  const look: Look = {
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    colours: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
  }
  const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const all: TriedCase[] = []
  await tryLabServer(service, {
    ...{ host, port, only, start, ...words },
    ...(timeout !== undefined && { timeoutMs: timeout }),
    signal: ending.signal,
    onTried(tried) {
      all.push(flat(tried))
      if (json) return
      if (all.length === 1)
        print(`${service}${options.udp ? " over UDP" : ""} at ${server}\n\n${tableHead(shown)}`)
      for (const line of tableRow(all.at(-1)!, shown, look)) print(line)
    },
  })
  if (ending.signal.aborted) return []
  const failed = all.filter(({ verdict }) => verdict === "fail")
  if (json)
    printJson({
      service,
      server,
      ...(options.udp && { transport: "udp" }),
      cases: all.map(forPrograms),
      verdict: verdictText(all),
    })
  else
    for (const part of [...failed.map((one) => failureLines(one, look)), verdictLines(all, look)])
      print(`\n${part.join("\n")}`)
  return all
}

const SAY_MAX = 500

const resultOf = ({ name, verdict, demand, what }: TriedCase): TriedReport["results"][number] => ({
  case: name,
  verdict,
  demand,
  ...(what !== undefined && { say: what.slice(0, SAY_MAX) }),
})

const wordsOf = (options: TryOptions): LabTryWords => ({
  token: options.token,
  udp: options.udp && { fromPort: options.fromPort ?? 0 },
  format: options.format,
  onOutOfRange: options.onOutOfRange,
  headerBytes: options.header,
  ack: options.ack,
  separator: options.separator,
  dir: options.dir,
})

/** @throws LandlineError usage */
function known(name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  throw new LandlineError("usage", {}, `There is no case ${name}. There are ${names.join(", ")}.`)
}

function flat({ case: one, outcome }: Tried): TriedCase {
  const { name, demand, does, expects, cause } = one
  return { name, demand, does, expects, ...(outcome.verdict === "fail" && { cause }), ...outcome }
}

/** Bytes as hex. */
function forPrograms({ sent, got, expected, ...tried }: TriedCase) {
  const bytes = Object.entries({ sent, got, expected }).filter(([, all]) => all !== undefined)
  return {
    ...tried,
    ...Object.fromEntries(bytes.map(([name, all]) => [name, Buffer.from(all!).toString("hex")])),
  }
}
