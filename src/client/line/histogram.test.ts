import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { histogram, rowsFor } from "./histogram.ts"

const seed = Number(process.env.SEED ?? 1)

test("histogram: nothing comes of no values", () => {
  assert.deepEqual(histogram(Float64Array.of(Number.NaN), 10), [])
})

test("histogram: a narrow body is spread over the rows, and a far value costs one and a gap", () => {
  const body = Array.from({ length: 100 }, (_, at) => 0.1 + at / 2_500)
  const buckets = histogram(Float64Array.of(...body, 30), 12)
  assert.ok(buckets.length > 8 && buckets.length <= 12, `${buckets.length}`)
  assert.equal(buckets.at(-1)!.count, 1)
  assert.equal(buckets.at(-2)!.count, 0)
  assert.ok(buckets.slice(0, -2).every(({ count }) => count > 0))
})

test("histogram: decades apart, each mode has its row", () => {
  const buckets = histogram(Float64Array.of(0.15, 0.15, 15, 15, 15, 1_500), 6)
  assert.deepEqual(
    buckets.map(({ count }) => count),
    [2, 0, 3, 0, 1],
  )
})

test("histogram: a time of 0 is one that no clock could tell", () => {
  const { fromMs, toMs, count } = histogram(Float64Array.of(0, 1), 5)[0]!
  assert.ok(0 < fromMs && fromMs < toMs && toMs < 0.01)
  assert.equal(count, 1)
})

test("histogram: rows grow with the cube root of the values", () => {
  assert.deepEqual([1, 100, 1_000, 1_000_000].map(rowsFor), [2, 10, 20, 200])
})

test(`histogram: each value is in one bucket, buckets follow one another, and the rows suffice (SEED=${seed})`, () => {
  const ms = fc.double({ min: 0.001, max: 1e5, noNaN: true })
  const values = fc.array(fc.oneof({ weight: 5, arbitrary: ms }, fc.constant(Number.NaN)), {
    minLength: 1,
    maxLength: 300,
    size: "max",
  })
  fc.assert(
    fc.property(values, fc.integer({ min: 17, max: 40 }), (all, rowsMax) => {
      const known = all.filter((value) => !Number.isNaN(value))
      const buckets = histogram(Float64Array.from(all), rowsMax)
      assert.ok(buckets.length <= rowsMax)
      buckets.forEach(({ fromMs, toMs, count }, at) => {
        assert.ok(fromMs < toMs)
        if (at > 0) assert.equal(fromMs, buckets[at - 1]!.toMs)
        // an edge is not exact in floating point
        const within = (slack: number) =>
          known.filter((value) => value >= fromMs * (1 - slack) && value < toMs * (1 + slack)).length
        assert.ok(within(-1e-12) <= count && count <= within(1e-12))
      })
      assert.equal(
        buckets.reduce((sum, { count }) => sum + count, 0),
        known.length,
      )
    }),
    { seed },
  )
})
