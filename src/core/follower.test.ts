import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../test/support/random.ts"
import { LandlineError } from "../protocol/errors.ts"
import { openMemoryLog } from "../storage/memory/topic-log.ts"
import { draft } from "../storage/topic-log-contract.ts"
import type { Batch } from "./batch.ts"
import type { Follower, Receiver } from "./follower.ts"
import { noTelemetry } from "./telemetry.ts"
import { Topics } from "./topics.ts"

const topic = "room/a"

/** A receiver that takes a few batches, then is full until it is emptied. */
class Far implements Receiver {
  readonly seen: (number | { from: number; to: number })[] = []
  ended = ""
  #room: number
  readonly #size: number

  constructor(size: number) {
    this.#size = size
    this.#room = size
  }

  get full(): boolean {
    return this.#room <= 0
  }

  deliver(batch: Batch): boolean {
    assert.ok(!this.full, "delivered to one that is full")
    this.seen.push(...batch.entries.map(({ offset }) => offset))
    return --this.#room > 0
  }

  gap(from: number, to: number): boolean {
    this.seen.push({ from, to })
    return --this.#room > 0
  }

  end(reason: Error): void {
    this.ended = reason.message
  }

  empty(follower: Follower): void {
    this.#room = this.#size
    follower.resume()
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

type Step =
  | { do: "append"; count: number }
  | { do: "trim"; keep: number }
  | { do: "empty"; who: number }
  | { do: "wait" }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("append" as const), count: fc.integer({ min: 1, max: 700 }) }),
  fc.record({ do: fc.constant("trim" as const), keep: fc.integer({ min: 0, max: 1_500 }) }),
  fc.record({ do: fc.constant("empty" as const), who: fc.nat({ max: 3 }) }),
  fc.constant({ do: "wait" as const }),
)

test(`follower: whatever happens around it, it sees every entry once and in order, or the exact gap (SEED=${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.nat({ max: 900 }), { minLength: 4, maxLength: 4 }),
      async (steps, starts) => {
        const log = openMemoryLog()
        const topics = new Topics(log)
        await topics.create(topic)
        await log.append(
          topic,
          Array.from({ length: 900 }, (_, n) => draft(`${n}`)),
        )
        const opened = await topics.get(topic)
        const followers = starts.map((after, n) => {
          const far = new Far(n + 1)
          return { far, after, follower: opened.follow(after, far) }
        })
        for (const each of steps) {
          if (each.do === "append")
            await log.append(
              topic,
              Array.from({ length: each.count }, (_, n) => draft(`${n}`)),
            )
          else if (each.do === "trim") await topics.trim(topic, { entriesMax: each.keep })
          else if (each.do === "empty") followers[each.who]!.far.empty(followers[each.who]!.follower)
          else await turn()
        }
        const { tail } = opened.stat
        for (const { far, after, follower } of followers) {
          while (follower.state !== "live") {
            far.empty(follower)
            await turn()
          }
          let next = after + 1
          for (const item of far.seen) {
            assert.equal(typeof item === "number" ? item : item.from, next)
            next = (typeof item === "number" ? item : item.to) + 1
          }
          assert.equal(next, tail + 1)
        }
      },
    ),
    { seed: SEED, numRuns: 60 },
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
    const far = new Far(Infinity)
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
  const far = new Far(1)
  opened.follow(0, far)
  await topics.close(new LandlineError("stopping"))
  assert.match(far.ended, /The hub is stopping/)
  assert.deepEqual(opened.followers, { all: 0, live: 0 })
})
