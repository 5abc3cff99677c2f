import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Benchmark } from "./harness.ts"
import { freePort } from "./support/free-port.ts"
import { NotInstalled, startServer } from "./support/process.ts"

type Kind = "tcp" | "udp"

const KINDS: readonly Kind[] = ["tcp", "udp"]
const PROBES = 20_000
const BYTES = 64
const SECONDS = 2 // of sockperf, which counts in time

const program = fileURLToPath(new URL("../bin/landline.js", import.meta.url))
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const execute = promisify(execFile)

/** Servers have one core and clients another: where the system puts the two otherwise makes a factor of four. */
const onCore = (core: 0 | 1, command: string, args: readonly (string | number)[]): [string, string[]] => [
  "taskset",
  ["-c", String(core), command, ...args.map(String)],
]

/** Runs a program to its end. @returns what it printed @throws NotInstalled */
async function output(command: string, args: readonly (string | number)[]): Promise<string> {
  try {
    return (await execute(...onCore(1, command, args), { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }))
      .stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new NotInstalled(`${command} is not installed`)
    throw error
  }
}

async function ofLandline(dir: string, kind: Kind): Promise<number> {
  const words = ["serve", "--port", "0", "--data", dir, "--probe-rate", "1000000"]
  await using server = await startServer(
    ...onCore(0, process.execPath, [program, ...words]),
    /http:\/\/localhost:(\d+)/,
  )
  const hub = `127.0.0.1:${server.port}`
  const ping = ["ping", "--hub", hub, `--${kind}`, "--closed", "-n", PROBES, "--size", BYTES, "--json"]
  const printed = await output(process.execPath, [program, ...ping])
  return JSON.parse(printed).roundTrip.p50Ms * 1_000
}

async function ofSockperf(_dir: string, kind: Kind): Promise<number> {
  const tcp = kind === "tcp" ? ["--tcp"] : []
  const port = String(await freePort())
  await using server = await startServer(
    ...onCore(0, "sockperf", ["server", "-i", "127.0.0.1", "-p", port, ...tcp]),
    /PORT =\s+(\d+)/,
  )
  const words = ["ping-pong", "--full-rtt", "-i", "127.0.0.1", "-p", server.port, "-t", SECONDS]
  const printed = await output("sockperf", [...words, "--msg-size", BYTES, ...tcp])
  return Number(/percentile 50\.000 =\s+([\d.]+)/.exec(printed)![1])
}

async function ofPython(_dir: string, kind: Kind): Promise<number> {
  await using server = await startServer(
    ...onCore(0, "python3", [file("servers/ping.py"), kind]),
    /port (\d+)/,
  )
  const printed = await output("python3", [file("clients/ping.py"), kind, server.port, PROBES])
  return Number(/median us ([\d.]+)/.exec(printed)![1])
}

/** Both kinds one after the other, so that each is compared within the same half minute. */
const both = (of: (dir: string, kind: Kind) => Promise<number>) => async (dir: string) => {
  const figures: Record<string, number> = {}
  for (const kind of KINDS) figures[`${kind} median µs`] = await of(dir, kind)
  return figures
}

export const roundTrip: Benchmark = {
  about:
    "the median round trip over TCP and UDP, one probe of 64 bytes at a time; against sockperf and Python",
  subject: "landline",
  targets: [
    { metric: "tcp median µs", over: "sockperf", atMost: 1.2 },
    { metric: "udp median µs", over: "sockperf", atMost: 1.5 },
  ],
  contestants: () => [
    { name: "landline", run: both(ofLandline) },
    { name: "sockperf", run: both(ofSockperf) },
    { name: "Python", run: both(ofPython) },
  ],
}
