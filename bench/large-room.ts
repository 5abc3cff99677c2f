import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { limits } from "../src/protocol/limits.ts"
import { Session } from "./clients/session.ts"
import { type Benchmark, type Contestant, type Figures, median } from "./harness.ts"
import { landline } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { residentBytes } from "./support/process.ts"
import { type Burst, commonWord, tag, textOf } from "./support/words.ts"

const room = "lobby"
const topic = `room/${room}`
export const small: Burst = { letter: "s", messages: 1_000 }
// 424 over a million: both rooms end at the same place in a page of the log, which a follower slices.
export const large: Burst = { letter: "l", messages: 1_000_424 }
const shown = 50
const repeats = 30
const publishedAtOnce = 4_000
/** Below the rate at which the hub tells an author to slow down. */
const perSecondMax = limits.publishesPerSecondMax * 0.8
const indexTimeoutMs = 120_000

/** Says a burst in the lobby, as fast as the hub takes it. */
export async function fill(session: Session, burst: Burst): Promise<void> {
  for (let from = 0; from < burst.messages; from += publishedAtOnce) {
    const count = Math.min(publishedAtOnce, burst.messages - from)
    const messages = Array.from({ length: count }, (_, n) => {
      const text = textOf(burst, from + n)
      return { op: "publish", topic, producer: "bench", seq: from + n + 1, text } as const
    })
    await Promise.all([session.publishAll(messages), sleep((count / perSecondMax) * 1_000)])
    if (from % 100_000 === 0) console.error(`filling: ${from} of ${burst.messages}`)
  }
}

/** The word that stands in message `n` alone. */
const rareWord = (burst: Burst, n: number) => tag(burst, n).slice(1)

/** How many messages of the benchmark an answer holds: each has one `^`. */
const messagesIn = (answer: unknown) => JSON.stringify(answer).split("^").length - 1

const search = (session: Session, words: string) =>
  session.ask({ op: "search", id: 1, room, words, limit: shown }, "result")
const history = (session: Session) => session.ask({ op: "history", id: 1, room, limit: shown }, "result")

/** The index follows the log: waits until it holds the last message. */
async function indexed(session: Session, burst: Burst): Promise<void> {
  const deadlineMs = nowMs() + indexTimeoutMs
  while (messagesIn(await search(session, rareWord(burst, burst.messages - 1))) === 0) {
    if (nowMs() > deadlineMs) throw new Error("The index was not complete within 120 s.")
    await sleep(100)
  }
}

/** Median time of a step that must answer with so many messages; the check and what follows are off the clock. */
async function timeOf(
  expected: number,
  step: () => Promise<unknown>,
  after?: () => Promise<unknown>,
): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < repeats; n++) {
    const startMs = nowMs()
    const answer = await step()
    times.push(nowMs() - startMs)
    if (messagesIn(answer) !== expected)
      throw new Error(`Expected ${expected} messages, got ${messagesIn(answer)}.`)
    await after?.()
  }
  return median(times)
}

/** Opening a room: a follow from its last entries on, until they are there. */
const open = (session: Session) => session.ask({ op: "follow", id: 1, topic, last: shown }, "entries")
const leave = (session: Session) => session.ask({ op: "unfollow", id: 1, topic }, "result")

/** A hub whose lobby holds a burst. */
async function contestant(
  name: string,
  burst: Burst,
  scope: AsyncDisposableStack,
  dir: string,
): Promise<Contestant> {
  const server = scope.use(await landline.start(dir))
  const session = scope.use(await Session.open(server.port, "author"))
  await fill(session, burst)
  await indexed(session, burst)
  const run = async (): Promise<Figures> => ({
    "open ms": await timeOf(
      shown,
      () => open(session),
      () => leave(session),
    ),
    "last 50 ms": await timeOf(shown, () => history(session)),
    "search common ms": await timeOf(shown, () => search(session, commonWord)),
    "search rare ms": await timeOf(1, () => search(session, rareWord(burst, burst.messages >> 1))),
    "hub MiB": (await residentBytes(server.pid)).now / 1024 ** 2,
  })
  return { name, run }
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
  // A hub each: in one hub a cost that grows with all that is stored would fall on both rooms alike.
  contestants: async (scope, dir) => [
    await contestant("thousand", small, scope, join(dir, "thousand")),
    await contestant("million", large, scope, join(dir, "million")),
  ],
}
