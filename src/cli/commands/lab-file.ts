import type { Command } from "commander"
import type { LabLine } from "../../hub/lab-file.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { SEPARATOR, SEPARATORS } from "../../protocol/lab/file-transfer.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { printableLine } from "../../protocol/text.ts"
import { Progress, type Transfer } from "../files/progress.ts"
import { print, printJson } from "../output.ts"
import {
  type Address,
  address,
  byteCount,
  type DeliverOption,
  delivery,
  interrupted,
  milliseconds,
  portNumber,
  seconds,
  separator,
} from "./lab-options.ts"

const PORT = 12345

/** `landline lab file serve|connect` */
export function registerFile(lab: Command): void {
  const file = lab.command("file").description("file transfer: name, separator, size, and then the bytes")
  file.addHelpText(
    "after",
    "\nExample:\n  landline lab file serve --dir received\n  landline lab file connect notes.txt",
  )
  file
    .command("serve")
    .description("a file server for coursework clients; files are saved as recv-NAME")
    .option("--host <host>", "name or address to listen on", "127.0.0.1")
    .option("--port <port>", "0 takes any free port", portNumber, PORT)
    .option("--dir <folder>", "where files are saved", ".")
    .option(
      "--separator <text>",
      `between name and size (default: any of ${SEPARATORS.join(", ")})`,
      separator,
    )
    .option("--max-bytes <bytes>", "the largest file that is taken", byteCount, labLimits.fileBytesMax)
    .option(
      "--pause-ms <ms>",
      "a pause this long shows that the size is complete",
      milliseconds,
      labLimits.pauseMs,
    )
    .option("--timeout <seconds>", "for anything more of a file (default: 30)", seconds)
    .addOption(delivery())
    .option("--once", "end when the first client has left")
    .option("--json", "log as JSON lines")
    .addHelpText("after", "\nExample:\n  landline lab file serve --dir received")
    .action(serve)
  file
    .command("connect")
    .description("sends one file to a coursework server")
    .usage("[options] [host:port] <file>")
    .argument("[host:port]", `the server (default: localhost:${PORT})`)
    .argument("[file]", "what to send")
    .option("--separator <text>", "between name and size", separator, SEPARATOR)
    .option("--pause-ms <ms>", "between header and data", milliseconds, labLimits.sendPauseMs)
    .option(
      "--timeout <seconds>",
      "for the connection (default: 5), and for a server that takes nothing (default: 30)",
      seconds,
    )
    .option("--json", "print JSON lines")
    .addHelpText("after", `\nExample:\n  landline lab file connect localhost:${PORT} notes.txt`)
    .action(connect)
}

interface ServeOptions extends DeliverOption {
  readonly host: string
  readonly port: number
  readonly dir: string
  readonly separator?: string
  readonly maxBytes: number
  readonly pauseMs: number
  readonly timeout?: number
  readonly once?: true
  readonly json?: true
}

async function serve(options: ServeOptions): Promise<void> {
  const { asText, serveLabFile } = await import("../../hub/lab-file.ts")
  const stopped = interrupted()
  const service = await serveLabFile({
    host: options.host,
    port: options.port,
    folder: options.dir,
    deliver: options.deliver,
    settings: {
      separator: options.separator,
      fileBytesMax: options.maxBytes,
      pauseMs: options.pauseMs,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    },
    write: (line) => (options.json ? printJson(line) : print(asText(line))),
  })
  await Promise.race(options.once ? [stopped, service.firstLeft] : [stopped])
  await service.close()
}

interface ConnectOptions {
  readonly separator: string
  readonly pauseMs: number
  readonly timeout?: number
  readonly json?: true
}

async function connect(
  first: string | undefined,
  second: string | undefined,
  options: ConnectOptions,
): Promise<void> {
  if (first === undefined)
    throw new LandlineError("usage", {}, "Name the file to send: landline lab file connect [HOST:PORT] FILE.")
  const [server, path] = second === undefined ? ["", first] : [first, second]
  const { asText, sendLabFile } = await import("../../hub/lab-file.ts")
  const ending = new AbortController()
  void interrupted().then(() => ending.abort())
  const progress = options.json ? undefined : new Progress()
  const write = (line: LabLine) => (progress ? progress.print(asText(line)) : printJson(line))
  let transfer: Transfer | undefined
  try {
    await sendLabFile({
      ...serverAt(server),
      path,
      separator: options.separator,
      pauseMs: options.pauseMs,
      ...(options.timeout !== undefined && { timeoutMs: options.timeout, stallMs: options.timeout }),
      signal: ending.signal,
      onProgress(done, bytes) {
        transfer ??= progress?.transfer(path, bytes)
        transfer?.at(done)
      },
      write,
    })
  } catch (error) {
    if (ending.signal.aborted) return
    if (!(error instanceof LandlineError) || error.code !== "unknown_file") throw error
    write({ level: "ERROR", function: "send", message: printableLine(error.message), time: Date.now() })
    process.exitCode = 1
  } finally {
    progress?.close()
  }
}

/** @throws LandlineError usage */
function serverAt(text: string): Address {
  try {
    return address(PORT)(text)
  } catch (error) {
    throw new LandlineError("usage", {}, `${text} is no server. ${(error as Error).message}`)
  }
}
