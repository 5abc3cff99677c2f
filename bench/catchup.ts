import { Author } from "./clients/author.ts"
import { Counter } from "./clients/counter.ts"
import type { Benchmark, Figures } from "./harness.ts"
import { landline } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { residentBytes } from "./support/process.ts"
import type { Burst } from "./support/words.ts"

const followers = 100
const stallMs = 2_000
const warmup: Burst = { letter: "w", messages: 10_000 }
const burst: Burst = { letter: "m", messages: 200_000 }

/** How often the hub has read its log so far. */
async function logReads(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const values = [...text.matchAll(/^landline_log_reads_total(?:\{.*\})? (\S+)$/gm)].map((match) =>
    Number(match[1]),
  )
  if (values.length === 0) throw new Error("GET /metrics has no landline_log_reads_total.")
  return values.reduce((sum, value) => sum + value, 0)
}

async function round(dir: string, stalled: boolean): Promise<Figures> {
  await using server = await landline.start(dir)
  await using counter = new Counter()
  await counter.open("landline", server.port, followers)
  using author = await Author.open(landline, server.port)
  const warmupWrites = author.encode(warmup)
  const writes = author.encode(burst)
  await counter.arm(warmup)
  await author.publish(warmupWrites)
  await counter.wait("done")

  await counter.arm(burst)
  const readsBefore = await logReads(server.port)
  if (stalled) await counter.stall(stallMs)
  const startMs = nowMs()
  const [done, resumedMs] = await Promise.all([
    counter.wait("done"),
    stalled ? counter.wait("resumed").then(({ atMs }) => atMs) : startMs,
    author.publish(writes),
  ])
  author.checkRefusal()
  if (!done.whole) throw new Error("A follower did not get every message once and in order.")
  return {
    "s to the end": (done.atMs - startMs) / 1_000,
    "s of catching up": (done.atMs - resumedMs) / 1_000,
    "log reads": (await logReads(server.port)) - readsBefore,
    "hub MiB at most": (await residentBytes(server.pid)).peak / 1024 ** 2,
  }
}

export const catchup: Benchmark = {
  about: `${followers} followers that stop reading for ${stallMs / 1_000} s of ${burst.messages} messages, against ones that do not`,
  subject: "stalled",
  targets: [],
  contestants: () => [
    { name: "stalled", run: (dir) => round(dir, true) },
    { name: "not stalled", run: (dir) => round(dir, false) },
  ],
}
