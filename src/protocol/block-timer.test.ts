import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { BlockTimer } from "./block-timer.ts"
import { BlockReport } from "./feeds.ts"

const seed = Number(process.env.SEED ?? 1)

interface Arrival {
  readonly received: number
  readonly published: number
}

/** When messages reach a receiver whose clock is off by `skew`. */
const arrivals = fc
  .record({
    skew: fc.integer({ min: -1e9, max: 1e9 }),
    steps: fc.array(
      fc.record({ pause: fc.integer({ min: 0, max: 10_000 }), delay: fc.integer({ min: 0, max: 5_000 }) }),
      { minLength: 1, maxLength: 60 },
    ),
  })
  .map(({ skew, steps }) => {
    let published = 1_000
    let received = 0
    return steps.map(({ pause, delay }): Arrival => {
      published += pause
      received = Math.max(received, published + delay) // a line keeps the order
      return { published, received: received + skew }
    })
  })

function reportsOf(timer: BlockTimer, messages: readonly Arrival[]): BlockReport[] {
  return messages.flatMap(({ received, published }) => timer.received(received, published) ?? [])
}

const blockSize = fc.integer({ min: 1, max: 7 })

test(`block timer: blocks follow each other without a hole, and every report is one that the hub takes (SEED=${seed})`, () => {
  fc.assert(
    fc.property(arrivals, blockSize, (messages, size) => {
      const started = messages[0]!.received - 10
      const reports = reportsOf(new BlockTimer(size, started), messages)
      assert.deepEqual(
        reports.map(({ block }) => block),
        Array.from({ length: Math.floor(messages.length / size) }, (_, index) => index + 1),
      )
      for (const report of reports) {
        BlockReport.parse(report)
        assert.equal(report.messages, size)
        assert.ok(report.longestGapMs! <= report.spanMs && report.longestGapMs! * size >= report.spanMs)
      }
      const spans = reports.reduce((sum, { spanMs }) => sum + spanMs, 0)
      const last = messages[reports.length * size - 1]
      assert.equal(spans, last ? last.received - started : 0)
    }),
    { seed },
  )
})

test(`block timer: lateness is how much longer a message took than the first did, whatever the clocks say (SEED=${seed})`, () => {
  fc.assert(
    fc.property(arrivals, blockSize, fc.integer(), (messages, size, skew) => {
      const delays = messages.map(({ received, published }) => received - published)
      const reports = reportsOf(new BlockTimer(size, messages[0]!.received), messages)
      for (const [index, { latenessMs }] of reports.entries()) {
        const block = delays.slice(index * size, (index + 1) * size)
        assert.equal(latenessMs, Math.max(...block) - delays[0]!)
      }
      const elsewhere = messages.map(({ received, published }) => ({ received, published: published + skew }))
      assert.deepEqual(reportsOf(new BlockTimer(size, messages[0]!.received), elsewhere), reports)
    }),
    { seed },
  )
})

test("block timer: a publisher that stalls by design is seen in that block alone, and as nobody's lateness", () => {
  const timer = new BlockTimer(5, 0)
  const reports: BlockReport[] = []
  let now = 0
  for (let n = 1; n <= 20; n++) {
    now += n === 13 ? 7_000 : 1_000
    const report = timer.received(now + 2, now + 1e6)
    if (report) reports.push(report)
  }
  assert.deepEqual(
    reports.map(({ spanMs, longestGapMs, latenessMs }) => [spanMs, longestGapMs, latenessMs]),
    [
      [5_002, 1_002, 0],
      [5_000, 1_000, 0],
      [11_000, 7_000, 0],
      [5_000, 1_000, 0],
    ],
  )
})

test("block timer: a line that stalls is seen as lateness too; a message without a stamp is not judged by it", () => {
  const timer = new BlockTimer(2, 0)
  assert.equal(timer.received(100, 50), undefined)
  assert.deepEqual(timer.received(3_200, 150), {
    block: 1,
    messages: 2,
    spanMs: 3_200,
    longestGapMs: 3_100,
    latenessMs: 3_000,
  })
  timer.received(3_300)
  assert.deepEqual(timer.received(3_400.0004), {
    block: 2,
    messages: 2,
    spanMs: 200,
    longestGapMs: 100,
  })
})
