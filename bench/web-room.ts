import { setTimeout as sleep } from "node:timers/promises"
import type { Page } from "playwright-core"
import { enter, openBrowser } from "../test/support/browser.ts"
import { Session } from "./clients/session.ts"
import type { Benchmark, Figures } from "./harness.ts"
import { startHub } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { type Burst, textOf } from "./support/words.ts"

const topic = "room/lobby"
const perSecond = 1_000
const tickMs = 20
const settledMs = 60_000 // memory is compared from the first minute on
const burst: Burst = { letter: "w", messages: 1_000_000 }

interface Room {
  readonly page: Page
  readonly author: Session
}

/** Says 1,000 messages a second for so long. @returns how many */
async function talk(author: Session, from: number, ms: number): Promise<number> {
  const startMs = nowMs()
  let said = 0
  while (nowMs() - startMs < ms) {
    const due = Math.floor(((nowMs() - startMs) / 1_000) * perSecond)
    for (; said < due; said++)
      author.publish({
        op: "publish",
        topic,
        producer: "bench",
        seq: from + said + 1,
        text: textOf(burst, from + said),
      })
    await sleep(tickMs)
  }
  return said
}

/** Counts the times between frames until it is asked for them. */
const watchFrames = () => {
  const frames: number[] = []
  let last = performance.now()
  let ended = false
  const frame = (now: number) => {
    frames.push(now - last)
    last = now
    if (!ended) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  Object.assign(globalThis, {
    framesWatched() {
      ended = true
      return frames.slice(1)
    },
  })
}

/** Of JavaScript in this page, after a collection of garbage. */
async function heapMiB(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("HeapProfiler.collectGarbage")
  const { usedSize } = await devtools.send("Runtime.getHeapUsage")
  await devtools.detach()
  return usedSize / 1024 ** 2
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(q * (sorted.length - 1))]!

async function run({ page, author }: Room, from: { said: number }, talkMs: number): Promise<Figures> {
  from.said += await talk(author, from.said, Math.min(settledMs, talkMs))
  const before = await heapMiB(page)
  await page.evaluate(watchFrames)
  from.said += await talk(author, from.said, Math.max(5_000, talkMs - settledMs))
  const frames = (await page.evaluate("framesWatched()")) as number[]
  frames.sort((a, b) => a - b)
  const after = await heapMiB(page)
  // What is seen is the newest: the room kept up.
  const newest = textOf(burst, from.said - 1).slice(0, 9)
  await page.getByText(newest.slice(1, 9)).first().waitFor()
  return {
    "frame p50 ms": quantile(frames, 0.5),
    "frame p95 ms": quantile(frames, 0.95),
    "frame max ms": frames.at(-1)!,
    "heap MiB": after,
    "heap growth": after / before,
  }
}

/** @param talkMs how long the room is talked in; from the second minute on memory is to be flat */
export const webRoom = (talkMs: number): Benchmark => ({
  about: `${perSecond} messages a second into an open room of the app for ${talkMs / 1_000} s: frames and memory`,
  subject: "landline",
  targets: [
    { metric: "frame p95 ms", atMost: 50 },
    { metric: "heap growth", atMost: 1.25 },
  ],
  async contestants(scope, dir) {
    const hub = scope.use(await startHub(dir))
    const browser = scope.use(await openBrowser())
    const page = await enter(await browser.person(), `http://127.0.0.1:${hub.port}`, "Reader")
    const author = scope.use(await Session.open(hub.port, "author"))
    const from = { said: 0 }
    return [{ name: "landline", run: () => run({ page, author }, from, talkMs) }]
  },
})
