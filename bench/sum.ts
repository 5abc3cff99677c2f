import { fileURLToPath } from "node:url"
import type { Benchmark, Contestant } from "./harness.ts"
import { startHub } from "./peers/landline.ts"
import { pythonSum } from "./peers/python-sum.ts"
import { outputOf } from "./support/process.ts"

const program = fileURLToPath(new URL("../bin/landline.js", import.meta.url))
const exchanges = { landline: 10_000, pipelined: 100_000, coursework: 5_000 }

/** Exchanges a second, as `landline sum` tells them. @throws Error where it found anything wrong */
async function landline(dir: string, count: number, ...flags: string[]): Promise<number> {
  await using hub = await startHub(dir)
  const words = ["sum", "--hub", `127.0.0.1:${hub.port}`, "--many", String(count), "--json", ...flags]
  const found = JSON.parse(await outputOf(process.execPath, [program, ...words]))
  if (!found.same || found.exchanges !== count)
    throw new Error("The exchanges were not all there and the same.")
  return found.perSecond
}

const contestants: readonly Contestant[] = [
  {
    name: "landline",
    run: async (dir) => ({ "exchanges/s": await landline(dir, exchanges.landline) }),
  },
  {
    name: "landline pipelined",
    run: async (dir) => ({ "exchanges/s": await landline(dir, exchanges.pipelined, "--pipelined") }),
  },
  {
    name: pythonSum.name,
    async run() {
      await using server = await pythonSum.start()
      return { "exchanges/s": await pythonSum.exchange(server.port, exchanges.coursework) }
    },
  },
]

export const sum: Benchmark = {
  about: "verified exchanges with payloads, against the coursework's sum in Python",
  subject: "landline",
  targets: [
    { metric: "exchanges/s", over: pythonSum.name, atLeast: 1 },
    { metric: "exchanges/s", of: "landline pipelined", over: pythonSum.name, atLeast: 10 },
  ],
  contestants: () => contestants,
}
