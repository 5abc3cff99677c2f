import { setTimeout as sleep } from "node:timers/promises"
import { Listeners } from "./clients/listeners.ts"
import { putMany } from "./clients/putter.ts"
import { Session } from "./clients/session.ts"
import type { Benchmark, Figures } from "./harness.ts"
import { landline } from "./peers/landline-files.ts"
import { nowMs } from "./support/clock.ts"
import { warmMemory } from "./support/tmpfs.ts"

const mebibyte = 1024 ** 2
const uploads = 16

/** What is uploaded meanwhile. */
interface Load {
  /** Of each upload. */
  readonly bytes: number
  readonly bytesPerSecond?: number
}
const atFullSpeed: Load = { bytes: 256 * mebibyte }
/** As over a network of a gigabit a second, which the hub's machine then is not kept busy by. */
const overNetwork: Load = { bytes: 64 * mebibyte, bytesPerSecond: 125_000_000 }
const followers = 10
const perSecond = 100
const quietMs = 5_000
const warmupMs = 1_000

/** Says messages, evenly in time, until the end comes. @returns how many */
async function talk(author: Session, from: number, end: Promise<unknown>): Promise<number> {
  let over = false
  end.then(
    () => {
      over = true
    },
    () => {
      over = true
    },
  )
  const startMs = nowMs()
  let said = 0
  for (; !over; said++) {
    await sleep(Math.max(0, startMs + (said * 1_000) / perSecond - nowMs()))
    author.publish({ op: "publish", topic: "room/lobby", text: `${from + said} ${nowMs()}` })
  }
  return said
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!
}

async function round(dir: string, load?: Load): Promise<Figures> {
  await using server = await landline.start(dir)
  await using listeners = await Listeners.open({ port: server.port, followers })
  using author = await Session.open(server.port, "author")
  const url = `http://127.0.0.1:${server.port}/files/`

  const before = await talk(author, 0, sleep(warmupMs))
  if (load) await warmMemory(dir, (uploads + 1) * load.bytes)
  const puts = load && putMany({ url, files: uploads, warmup: 1, atOnce: uploads, ...load })
  await puts?.begun
  const startMs = nowMs()
  const said = await talk(author, before, puts?.sent ?? sleep(quietMs))
  const seconds = (nowMs() - startMs) / 1_000
  await puts?.sent
  const lateMs = await listeners.heard((before + said) * followers)
  await puts?.verified
  const measured = lateMs.slice(before * followers)
  return {
    "p99 ms": percentile(measured, 0.99),
    "median ms": percentile(measured, 0.5),
    messages: said,
    ...(load && { "MiB/s": (uploads * load.bytes) / mebibyte / seconds }),
  }
}

export const uploadsAndChat: Benchmark = {
  about: `delivery of ${perSecond} messages a second to ${followers} followers, with ${uploads} uploads of 256 MiB at once and without`,
  subject: "with uploads",
  tmpfsBytes: (uploads + 2) * atFullSpeed.bytes,
  targets: [{ metric: "p99 ms", over: "without", atMost: 2 }],
  contestants: () => [
    { name: "with uploads", run: (dir) => round(dir, atFullSpeed) },
    { name: "uploads of 1 Gbit/s", run: (dir) => round(dir, overNetwork) },
    { name: "without", run: (dir) => round(dir) },
  ],
}
