import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { provide } from "../scripts/system.ts"
import { ack } from "./ack.ts"
import { catchup } from "./catchup.ts"
import { download } from "./download.ts"
import { fanout, feeds } from "./fanout.ts"
import { feedCatchup } from "./feed-catchup.ts"
import { type Benchmark, runBenchmark } from "./harness.ts"
import { idle } from "./idle.ts"
import { labTry } from "./lab-try.ts"
import { largeFile } from "./large-file.ts"
import { largeRoom } from "./large-room.ts"
import { roundTrip } from "./round-trip.ts"
import { send } from "./send.ts"
import { smallFiles } from "./small-files.ts"
import { sum } from "./sum.ts"
import { surge } from "./surge.ts"
import { uploadsAndChat } from "./uploads-and-chat.ts"
import { webLargeRoom } from "./web-large-room.ts"
import { webLoad } from "./web-load.ts"
import { webRoom } from "./web-room.ts"
import { webUpload } from "./web-upload.ts"

const benchmarks: Record<string, Benchmark> = {
  fanout: fanout({ followers: 100, messages: 200_000, warmup: 10_000 }),
  "fanout-1000": fanout({ followers: 1_000, messages: 20_000, warmup: 4_000 }),
  feeds: feeds({ followers: 200, messages: 20_000, warmup: 2_000, textBytes: 1_000 }),
  "feed-catchup": feedCatchup({ messages: 100_000, warmup: 2_000 }),
  surge: surge({ receivers: 1_000, everyMs: 50, steadyMs: 2_000 }),
  ack,
  idle,
  "large-room": largeRoom,
  catchup,
  send,
  download,
  "small-files": smallFiles,
  "large-file": largeFile,
  "uploads-and-chat": uploadsAndChat,
  sum,
  "round-trip": roundTrip,
  "web-load": webLoad,
  "web-room": webRoom(600_000),
  "web-large-room": webLargeRoom,
  "web-upload": webUpload,
  "lab-try": labTry,
}

const usage = `Usage: npm run bench -- NAME [--rounds 5] [--json FILE]

${Object.entries(benchmarks)
  .map(([name, { about }]) => `  ${name.padEnd(16)} ${about}`)
  .join("\n")}`

// Children and temporary files go in exit handlers, which a signal alone would not run.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130))

function refuse(words = ""): never {
  console.error(`${words}${usage}`)
  process.exit(2)
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { rounds: { type: "string", default: "5" }, json: { type: "string" } },
    })
  } catch (error) {
    return refuse(`${(error as Error).message}\n\n`)
  }
}

const { values, positionals } = readArgs()
const [name] = positionals
const rounds = Number(values.rounds)
const benchmark = name === undefined ? undefined : benchmarks[name]
if (name === undefined || !benchmark || !Number.isInteger(rounds) || rounds < 1) refuse()
provide(["nats-server", "ngircd", "rsync", "nginx", "ncat", "curl", "sockperf", "chromium"]) // a peer that is missing all the same is left out
const stamp = new Date().toISOString().replaceAll(":", "-").slice(0, 19)
const file = values.json ?? fileURLToPath(new URL(`./results/${name}-${stamp}.json`, import.meta.url))
await runBenchmark(name, benchmark, rounds, file)
