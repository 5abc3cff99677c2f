import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { provide } from "../scripts/system.ts"
import { ack } from "./ack.ts"
import { catchup } from "./catchup.ts"
import { fanout } from "./fanout.ts"
import { type Benchmark, runBenchmark } from "./harness.ts"
import { idle } from "./idle.ts"
import { largeRoom } from "./large-room.ts"

const benchmarks: Record<string, Benchmark> = {
  fanout: fanout({ followers: 100, messages: 200_000, warmup: 10_000 }),
  "fanout-1000": fanout({ followers: 1_000, messages: 20_000, warmup: 4_000 }),
  ack,
  idle,
  "large-room": largeRoom,
  catchup,
}

const usage = `Usage: npm run bench -- NAME [--rounds 5] [--json FILE]

${Object.entries(benchmarks)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join("\n")}`

// Children and temporary files go in exit handlers, which a signal alone would not run.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, json: { type: "string" } },
})
const [name] = positionals
const rounds = Number(values.rounds)
const benchmark = name === undefined ? undefined : benchmarks[name]
if (name === undefined || !benchmark || !Number.isInteger(rounds) || rounds < 1) {
  console.error(usage)
  process.exit(2)
}
provide(["nats-server", "ngircd"]) // a peer that is missing all the same is left out
const stamp = new Date().toISOString().replaceAll(":", "-").slice(0, 19)
const file = values.json ?? fileURLToPath(new URL(`./results/${name}-${stamp}.json`, import.meta.url))
await runBenchmark(name, benchmark, rounds, file)
