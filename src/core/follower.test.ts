import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../test/support/random.ts"
import { LandlineError } from "../protocol/errors.ts"
import { openMemoryLog } from "../storage/memory/topic-log.ts"
import { draft } from "../storage/topic-log-contract.ts"
import type { Batch } from "./batch.ts"
import type { Receiver } from "./follower.ts"
import { noTelemetry } from "./telemetry.ts"
import type { TopicLog } from "./topic-log.ts"
import { Topics } from "./topics.ts"

const topic = "room/a"

/** What several followers of one session share: room for a few batches. */
class Socket {
  room: number
  readonly size: number

  constructor(size: number) {
    this.size = size
    this.room = size
  }

  take(): boolean {
    assert.ok(this.room > 0, "delivered to one that is full")
    return --this.room > 0
  }
}

class Far implements Receiver {
  readonly seen: (number | { from: number; to: number })[] = []
  ended = ""
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get full(): boolean {
    return this.#socket.room <= 0
  }

  deliver(batch: Batch): boolean {
    this.seen.push(...batch.entries.map(({ offset }) => offset))
    return this.#socket.take()
  }

  gap(from: number, to: number): boolean {
    this.seen.push({ from, to })
    return this.#socket.take()
  }

  end(reason: Error): void {
    this.ended = reason.message
  }
}

const ANNOUNCED = 4 // turns of the event loop from a commit to its announcement
const turn = () => new Promise((resolve) => setImmediate(resolve))
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn()
}

/** As a log on a disk: reading takes a while and may show what is not announced yet, or miss what was there. */
function slowLog(): TopicLog {
  const log = openMemoryLog()
  return {
    ...log,
    async read(...wanted) {
      await turn()
      const entries = await log.read(...wanted)
      await turn()
      return entries
    },
    watch: (name, onCommit) =>
      log.watch(name, (commit) => void turns(ANNOUNCED).then(() => onCommit(commit))),
  }
}

type Step =
  | { do: "append"; count: number }
  | { do: "trim"; keep: number }
  | { do: "drain"; which: number }
  | { do: "wait" }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ do: fc.constant("trim" as const), keep: fc.integer({ min: 0, max: 1_500 }) }),
  fc.record({ do: fc.constant("drain" as const), which: fc.nat({ max: 1 }) }),
  fc.constant({ do: "wait" as const }),
)

test(`follower: whatever happens around it, it sees every entry once and in order, or the exact gap (SEED=${SEED})`, {
  timeout: 120_000,
}, async () => {
  const starts = fc.array(fc.nat({ max: 900 }), { minLength: 4, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), starts, async (steps, starts) => {
      const log = slowLog()
      const topics = new Topics(log)
      await topics.create(topic)
      const append = (count: number) =>
        log.append(
          topic,
          Array.from({ length: count }, (_, n) => draft(`${n}`)),
        )
      await append(900)
      await turns(ANNOUNCED)
      const opened = await topics.get(topic)
      const sockets = [new Socket(1), new Socket(3)]
      const followers = starts.map((after, n) => {
        const far = new Far(sockets[n % 2]!)
        return { far, after, follower: opened.follow(after, far) }
      })
      const drain = (which: number) => {
        sockets[which]!.room = sockets[which]!.size
        for (const [n, { follower }] of followers.entries()) if (n % 2 === which) follower.resume()
      }
      for (const each of steps) {
        if (each.do === "append") await append(each.count)
        else if (each.do === "trim") await topics.trim(topic, { entriesMax: each.keep })
        else if (each.do === "drain") drain(each.which)
        else await turn()
      }
      await turns(ANNOUNCED)
      const { tail } = opened.stat
      const behind = () =>
        followers.some(({ follower: { state } }) => state === "reading" || state === "full")
      while (behind()) {
        drain(0)
        drain(1)
        await turn()
      }
      for (const { far, after } of followers) {
        assert.equal(far.ended, "")
        let next = after + 1
        for (const item of far.seen) {
          assert.equal(typeof item === "number" ? item : item.from, next)
          next = (typeof item === "number" ? item : item.to) + 1
        }
        assert.equal(next, tail + 1)
      }
    }),
    { seed: SEED, numRuns: 100 },
  )
})

test("pages: a hundred followers that are behind share the reads of the log", async () => {
  let reads = 0
  const log = openMemoryLog()
  const topics = new Topics(log, undefined, { ...noTelemetry, logRead: () => reads++ })
  await topics.create(topic)
  await log.append(
    topic,
    Array.from({ length: 10_000 }, (_, n) => draft(`${n}`)),
  )
  const opened = await topics.get(topic)
  const followers = Array.from({ length: 100 }, (_, n) => {
    const far = new Far(new Socket(Infinity))
    return { far, after: n * 7, follower: opened.follow(n * 7, far) }
  })
  while (followers.some(({ follower }) => follower.state !== "live")) await turn()
  for (const { far, after } of followers)
    assert.deepEqual(
      far.seen,
      Array.from({ length: 10_000 - after }, (_, n) => after + n + 1),
    )
  assert.ok(reads <= 2 * Math.ceil(10_000 / 512), `${reads} reads of 20 pages`)
})

test("topic: its followers are told when it ends", async () => {
  const topics = new Topics(openMemoryLog())
  const opened = await topics.create(topic)
  const far = new Far(new Socket(1))
  opened.follow(0, far)
  await topics.close(new LandlineError("stopping"))
  assert.match(far.ended, /The hub is stopping/)
  assert.deepEqual(opened.followers, { all: 0, live: 0 })
})

test("follower: of a closed topic it gets everything, and then the end", async () => {
  const topics = new Topics(slowLog())
  const opened = await topics.create(topic)
  const live = new Far(new Socket(1_000))
  opened.follow(0, live)
  await turns(10)
  await topics.append(topic, [draft("1")])
  await topics.append(topic, [draft("2"), draft("3")], { close: true })
  const late = new Far(new Socket(1_000))
  opened.follow(1, late)
  await turns(50)
  assert.deepEqual(
    [live.seen, late.seen],
    [
      [1, 2, 3],
      [2, 3],
    ],
  )
  for (const far of [live, late]) assert.match(far.ended, /closed/)
  assert.equal(opened.followers.all, 0)
})

test("follower: a conflated one gets the newest there is whenever it has room, and hears of no gap", async () => {
  const topics = new Topics(openMemoryLog())
  const opened = await topics.create(topic)
  await topics.append(topic, Array(600).fill(draft("x")))
  const socket = new Socket(1)
  const far = new Far(socket)
  const follower = opened.follow(0, far, true)
  await turns(10)
  await topics.append(topic, Array(5).fill(draft("x")))
  await topics.append(topic, [draft("x")])
  await topics.trim(topic, { entriesMax: 1 })
  await turns(10)
  assert.deepEqual(far.seen, [600])
  socket.room = 5
  follower.resume()
  await turns(10)
  await topics.append(topic, [draft("x"), draft("x")])
  assert.deepEqual(far.seen, [600, 606, 608])
})

test("topics: one that is removed ends for its followers, and can be made anew", async () => {
  const topics = new Topics(openMemoryLog())
  const opened = await topics.create(topic)
  const far = new Far(new Socket(10))
  opened.follow(0, far)
  await turns(5)
  await topics.remove(topic)
  assert.match(far.ended, /deleted/)
  const again = await topics.create(topic)
  assert.ok(again.stat.epoch > opened.stat.epoch)
  assert.deepEqual([again.stat.tail, again.followers.all], [0, 0])
})
