import { setTimeout as sleep } from "node:timers/promises"
import { limits } from "../src/protocol/limits.ts"
import { Session } from "./clients/session.ts"
import { type Benchmark, type Contestant, type Figures, median } from "./harness.ts"
import { landline } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { residentBytes } from "./support/process.ts"
import { type Burst, commonWord, tag, textOf } from "./support/words.ts"

const small: Burst = { letter: "s", messages: 1_000 }
const large: Burst = { letter: "l", messages: 1_000_000 }
const shown = 50
const repeats = 30
const publishedAtOnce = 4_000
/** Below the rate at which the hub tells an author to slow down. */
const perSecondMax = limits.publishesPerSecondMax * 0.8
const indexTimeoutMs = 120_000

async function fill(session: Session, room: string, burst: Burst): Promise<void> {
  for (let from = 0; from < burst.messages; from += publishedAtOnce) {
    const count = Math.min(publishedAtOnce, burst.messages - from)
    const messages = Array.from({ length: count }, (_, n) => {
      const text = textOf(burst, from + n)
      return { op: "publish", topic: `room/${room}`, producer: "bench", seq: from + n + 1, text } as const
    })
    await Promise.all([session.publishAll(messages), sleep((count / perSecondMax) * 1_000)])
    if (from % 100_000 === 0) console.error(`filling ${room}: ${from} of ${burst.messages}`)
  }
}

const find = (session: Session, room: string, words: string) =>
  session.ask({ op: "search", id: 1, room, words, limit: shown }, "result")

/** The word that stands in one message alone. */
const rareWord = (burst: Burst, n: number) => tag(burst, n).slice(1)

/** The index follows the log: waits until it holds the last message. */
async function indexed(session: Session, room: string, burst: Burst): Promise<void> {
  const deadlineMs = nowMs() + indexTimeoutMs
  while (!JSON.stringify(await find(session, room, rareWord(burst, burst.messages - 1))).includes("^")) {
    if (nowMs() > deadlineMs) throw new Error(`The index of ${room} was not complete within 120 s.`)
    await sleep(100)
  }
}

async function timeOf(step: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < repeats; n++) {
    const startMs = nowMs()
    await step()
    times.push(nowMs() - startMs)
  }
  return median(times)
}

async function measure(session: Session, room: string, burst: Burst): Promise<Figures> {
  const topic = `room/${room}`
  const openings: number[] = []
  for (let n = 0; n < repeats; n++) {
    const startMs = nowMs()
    const { entries } = await session.ask({ op: "follow", id: 1, topic, last: shown }, "entries")
    openings.push(nowMs() - startMs)
    if (entries.length !== shown) throw new Error(`Opening ${room} gave ${entries.length} entries.`)
    await session.ask({ op: "unfollow", id: 1, topic }, "result")
  }
  return {
    "open ms": median(openings),
    "last 50 ms": await timeOf(() => session.ask({ op: "history", id: 1, room, limit: shown }, "result")),
    "search common ms": await timeOf(() => find(session, room, commonWord)),
    "search rare ms": await timeOf(() => find(session, room, rareWord(burst, burst.messages >> 1))),
  }
}

export const largeRoom: Benchmark = {
  about: `a room of ${large.messages} entries against one of ${small.messages}: opening, reading, searching`,
  subject: "million",
  targets: [
    { metric: "open ms", over: "thousand", atMost: 3 },
    { metric: "last 50 ms", over: "thousand", atMost: 3 },
    { metric: "search common ms", over: "thousand", atMost: 3 },
    { metric: "search rare ms", over: "thousand", atMost: 3 },
    { metric: "hub MiB", atMost: 200 },
  ],
  async contestants(scope, dir): Promise<Contestant[]> {
    const server = scope.use(await landline.start(dir))
    const session = scope.use(await Session.open(server.port, "author"))
    await session.ask({ op: "create_room", id: 1, room: "small" }, "result")
    await fill(session, "small", small)
    await fill(session, "lobby", large)
    await indexed(session, "small", small)
    await indexed(session, "lobby", large)
    const residentMiB = async () => (await residentBytes(server.pid)).now / 1024 ** 2
    return [
      { name: "thousand", run: () => measure(session, "small", small) },
      {
        name: "million",
        run: async () => ({ ...(await measure(session, "lobby", large)), "hub MiB": await residentMiB() }),
      },
    ]
  },
}
