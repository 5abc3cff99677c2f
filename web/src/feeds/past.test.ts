import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { offsetAt, readAround, readPast } from "./past.ts"
import { readingOf } from "./reading.ts"

const seed = Number(process.env["SEED"] ?? 1)

/** A hub that keeps messages `head` to `tail`, one each second, the value being the offset. */
function hubOf(head: number, tail: number, bytes = 10) {
  let asked = 0
  const read = async (after: number, limit: number) => {
    asked++
    const first = Math.max(head, after + 1)
    return Array.from({ length: Math.max(0, Math.min(limit, tail - first + 1)) }, (_, at) =>
      readingOf({
        offset: first + at,
        time: (first + at) * 1_000,
        author: "a",
        kind: "text",
        text: `${first + at}`,
      }),
    )
  }
  const kept = { feed: "x", head, tail, bytes: bytes * (tail - head + 1), cursor: "" }
  return { read, kept, asked: () => asked }
}

test(`past: a time is found by halves, whatever is kept (SEED=${seed})`, async () => {
  const place = fc.integer({ min: 1, max: 100_000 })
  await fc.assert(
    fc.asyncProperty(
      place,
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: -10, max: 110_000 }),
      async (head, more, second) => {
        const { read, kept, asked } = hubOf(head, head + more - 1)
        const expected = Math.min(head + more, Math.max(head, second))
        assert.equal(await offsetAt(read, kept, second * 1_000), expected)
        assert.ok(asked() <= 14)
      },
    ),
    { seed, numRuns: 200 },
  )
})

test("past: what is not too much is read whole", async () => {
  const { read, kept } = hubOf(1, 3_500)
  const past = await readPast(read, kept, 501, 3_000)
  assert.deepEqual([past.messages, past.of], [2_500, 2_500])
  const buckets = past.charted.bucketsOf("value")
  assert.deepEqual([buckets[0]!.min, buckets.at(-1)!.max], [501, 3_000])
  assert.deepEqual((await readPast(read, kept, 10, 9)).of, 0)
})

test("past: of a million messages some are read, from evenly spread places, within bounds", async () => {
  const { read, kept, asked } = hubOf(1, 1_000_000)
  const past = await readPast(read, kept, 1, 1_000_000)
  assert.equal(past.of, 1_000_000)
  assert.ok(past.messages <= 4_000 && asked() <= 200)
  const buckets = past.charted.bucketsOf("value")
  assert.equal(buckets[0]!.min, 1)
  assert.ok(buckets.at(-1)!.max > 990_000)
  const waits = buckets.slice(1).map((bucket, at) => bucket.from - buckets[at]!.to)
  assert.ok(Math.max(...waits) < 1.1 * Math.min(...waits))
})

test("past: of large messages fewer are read", async () => {
  const { read, kept } = hubOf(1, 4_000, 60_000)
  assert.ok((await readPast(read, kept, 1, 4_000)).messages <= 160)
})

test("past: the messages around a time, at the ends as well", async () => {
  const { read, kept } = hubOf(11, 400)
  const around = async (second: number) =>
    (await readAround(read, kept, second * 1_000, 100)).map(({ offset }) => offset)
  assert.deepEqual([(await around(200))[0], (await around(200)).at(-1)], [150, 249])
  assert.equal((await around(0))[0], 11)
  assert.equal((await around(9_999)).at(-1), 400)
})
