import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { axisRange, drawingOf, gapAfterMs } from "./drawing.ts"
import { bucketOf } from "./points.ts"

const seed = Number(process.env["SEED"] ?? 1)
const NEVER = Number.POSITIVE_INFINITY

/** The lines as they are drawn: times in s with their values. */
const lineOf = (series: [number, number][], columns: number, gapMs = NEVER, breaks: number[] = []) => {
  const span = { from: 0, to: 10_000 }
  const buckets = series.map(([time, value]) => bucketOf(time, value))
  const { times, values } = drawingOf([buckets], span, columns, gapMs, breaks)
  return times.map((time, at) => [time, values[0]![at]])
}

test("drawing: few values are drawn where they are", () => {
  assert.deepEqual(
    lineOf(
      [
        [1_000, 5],
        [2_000, 7],
      ],
      100,
    ),
    [
      [1, 5],
      [2, 7],
    ],
  )
})

test(`drawing: at most two points in a column of pixels, and no peak is lost (SEED=${seed})`, () => {
  const message = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -1_000, max: 1_000 }))
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 1, max: 50 }),
      (messages, columns) => {
        const line = lineOf(
          messages.sort(([one], [other]) => one - other),
          columns,
        )
        const drawn = line.map(([, value]) => value as number)
        const values = messages.map(([, value]) => value)
        assert.ok(line.length <= 2 * (columns + 1))
        assert.equal(Math.min(...drawn), Math.min(...values))
        assert.equal(Math.max(...drawn), Math.max(...values))
        for (const [at, [time]] of line.entries()) assert.ok(at === 0 || time! >= line[at - 1]![0]!)
      },
    ),
    { seed, numRuns: 300 },
  )
})

test("drawing: a wait longer than usual, and a place where messages are missing, cut the line", () => {
  const cut = lineOf(
    [
      [0, 1],
      [1_000, 2],
      [6_000, 3],
    ],
    100,
    2_000,
  )
  assert.deepEqual(cut, [
    [0, 1],
    [1, 2],
    [3.5, null],
    [6, 3],
  ])
  const broken = lineOf(
    [
      [0, 1],
      [1_000, 2],
    ],
    100,
    NEVER,
    [500],
  )
  assert.deepEqual(broken[1], [0.5, null])
})

test("drawing: a series without a value at a time goes on, and what is outside of the span is left out", () => {
  const one = [bucketOf(1_000, 1), bucketOf(3_000, 3), bucketOf(99_000, 9)]
  const other = [bucketOf(2_000, 2)]
  const drawing = drawingOf([one, other], { from: 0, to: 10_000 }, 100, NEVER)
  assert.deepEqual(drawing.times, [1, 2, 3])
  assert.deepEqual(drawing.values, [
    [1, undefined, 3],
    [undefined, 2, undefined],
  ])
})

test("drawing: a feed's line is cut after what it is expected to keep, else after several of its usual waits", () => {
  const everySecond = [0, 1_000, 2_000, 3_000, 60_000, 61_000].map((time) => bucketOf(time, 1))
  assert.equal(gapAfterMs(everySecond, 0), 5_000)
  assert.equal(gapAfterMs(everySecond, 60_000), 60_000)
  assert.equal(gapAfterMs([], 0), NEVER)
  const fast = [0, 1, 2, 3].map((time) => bucketOf(time, 1))
  assert.equal(gapAfterMs(fast, 0), 3_000)
})

test(`drawing: an axis always has room for steps between its ends (SEED=${seed})`, () => {
  const value = fc.double({ min: -1e100, max: 1e100, noNaN: true })
  fc.assert(
    fc.property(value, value, (one, other) => {
      const [low, high] = axisRange(Math.min(one, other), Math.max(one, other))
      assert.ok(low <= Math.min(one, other) && high >= Math.max(one, other))
      const step = (high - low) / 100
      assert.ok(low + step > low && high - step < high, `${low} to ${high}`)
    }),
    { seed, numRuns: 1_000 },
  )
  assert.deepEqual(axisRange(null, null), [0, 1])
  assert.deepEqual(axisRange(0, 0), [-1, 1])
})
