import assert from "node:assert/strict"
import { test } from "node:test"
import { bucketOf, Points, summaryOf } from "./points.ts"

test("points: a million values stay in bounded memory, with their least and greatest, mean and number", () => {
  const points = new Points()
  const many = 1_000_000
  for (let at = 0; at < many; at++)
    points.add(bucketOf(at, at === 777 ? -5 : at === 500_001 ? 9_999_999 : at % 10))
  assert.ok(points.buckets.length <= 12_000)
  const summary = summaryOf(points.buckets, 0, many)!
  assert.deepEqual([summary.min, summary.max, summary.count, summary.last], [-5, 9_999_999, many, 9])
  for (const [at, bucket] of points.buckets.entries())
    assert.ok(at === 0 || bucket.from > points.buckets[at - 1]!.to)
  // Wherever one looks back from now, a bucket is narrower than a pixel or two of that span.
  for (const { from, to } of points.buckets) assert.ok(to - from <= (many - to) / 200)
  // What is newest is as it came.
  assert.deepEqual(points.buckets.at(-1), bucketOf(many - 1, 9))
})

test("points: a long wait is still there when older values were joined", () => {
  const points = new Points()
  for (let at = 0; at < 20_000; at++) points.add(bucketOf(at < 1_000 ? at : at + 1_000_000, 1))
  const waits = points.buckets.slice(1).map((bucket, at) => bucket.from - points.buckets[at]!.to)
  assert.ok(Math.max(...waits) >= 1_000_000)
})

test("points: the summary is of the span that is asked for", () => {
  const buckets = [1, 2, 3, 4].map((value) => bucketOf(value * 1_000, value))
  assert.deepEqual(summaryOf(buckets, 2_000, 3_000), { min: 2, mean: 2.5, max: 3, last: 3, count: 2 })
  assert.equal(summaryOf(buckets, 5_000, 9_000), undefined)
  assert.equal(summaryOf([], 0, 1), undefined)
})
