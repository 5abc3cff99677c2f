import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { lineRun } from "../../../test/support/line-run.ts"
import { type LineRun, MARKS } from "./run.ts"
import {
  clockOffset,
  hubTimes,
  jitter,
  PERCENTILES,
  responseTimes,
  roundTrips,
  sendDelays,
  standstill,
  summarize,
  touched,
} from "./statistics.ts"

const seed = Number(process.env.SEED ?? 1)
const ms = fc.double({ min: 0.001, max: 1e4, noNaN: true })
const answer = fc.oneof({ weight: 5, arbitrary: ms }, fc.constant(Number.NaN))

/** Equal but for rounding. */
const near = (actual: number | undefined, expected: number, scale = Math.abs(expected)) =>
  assert.ok(Math.abs(actual! - expected) <= 1e-9 * Math.max(1, scale), `${actual} is not ${expected}`)

/** 1 to `count`, in an order that is not theirs. */
const numbers = (count: number) => Float64Array.from({ length: count }, (_, at) => ((at * 7_919) % count) + 1)

test("standstill: the longest time without any reply, lost probes at the end included", () => {
  const run = (receivedMs: number[], sentMs: number[]) =>
    ({ samples: { receivedMs: Float64Array.from(receivedMs), sentMs: Float64Array.from(sentMs) } }) as LineRun
  assert.equal(standstill(run([1, 2, Number.NaN, 2_003], [0, 1, 2, 2_002])), 2_001)
  assert.equal(standstill(run([1, 2, Number.NaN, Number.NaN], [0, 1, 2, 2_002])), 2_000)
  assert.equal(standstill(run([5, 4], [0, 1])), 4)
})

test("statistics: nothing comes of no values, and NaN is none", () => {
  assert.equal(summarize(new Float64Array()), undefined)
  assert.equal(summarize(Float64Array.of(Number.NaN)), undefined)
  const { count, minMs, meanMs, maxMs, deviationMs } = summarize(Float64Array.of(Number.NaN, 3, Number.NaN))!
  assert.deepEqual([count, minMs, meanMs, maxMs, deviationMs], [1, 3, 3, 3, 0])
})

for (const { key, name, perMille, countMin } of PERCENTILES)
  test(`statistics: ${name} comes with ${countMin} values, and not with one less`, () => {
    assert.equal(countMin * (1_000 - perMille), 10_000) // ten values lie above it
    assert.equal(summarize(numbers(countMin - 1))![key], undefined)
    assert.equal(summarize(numbers(countMin))![key], countMin - 10)
    const lost = Float64Array.of(...numbers(countMin - 1), Number.NaN)
    assert.equal(summarize(lost)![key], undefined)
  })

test("statistics: the standard deviation is that of a sample", () => {
  near(summarize(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9))!.deviationMs, Math.sqrt(32 / 7))
})

test("statistics: small differences of large values are not lost", () => {
  const values = Float64Array.of(4, 7, 13, 16).map((value) => value + 1e9)
  near(summarize(values)!.deviationMs, Math.sqrt(30))
})

test(`statistics: a summary is what the plain definitions give (SEED=${seed})`, () => {
  const values = fc.array(answer, { minLength: 1, maxLength: 300, size: "max" })
  fc.assert(
    fc.property(values, (all) => {
      const known = all.filter((value) => !Number.isNaN(value))
      const summary = summarize(Float64Array.from(all))
      if (known.length === 0) return assert.equal(summary, undefined)
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length
      const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      assert.equal(summary!.count, known.length)
      assert.equal(summary!.minMs, Math.min(...known))
      assert.equal(summary!.maxMs, Math.max(...known))
      near(summary!.meanMs, mean)
      near(summary!.deviationMs, known.length === 1 ? 0 : Math.sqrt(squares / (known.length - 1)), 1e4)
      for (const { key, perMille, countMin } of PERCENTILES) {
        if (known.length < countMin) assert.equal(summary![key], undefined)
        else {
          // nearest rank: the least value such that so many are not above it
          const enough = known.filter(
            (value) => known.filter((other) => other <= value).length * 1_000 >= perMille * known.length,
          )
          assert.equal(summary![key], Math.min(...enough))
        }
      }
    }),
    { seed },
  )
})

test("jitter: by hand", () => {
  const { ipdvMs, rfc3550Ms } = jitter(Float64Array.of(10, 12, 11))
  near(ipdvMs, 1.5)
  near(rfc3550Ms, 2 / 16 + (1 - 2 / 16) / 16)
})

test("jitter: a lost probe makes no pair with its neighbours", () => {
  const none = { ipdvMs: undefined, rfc3550Ms: undefined }
  assert.deepEqual(jitter(Float64Array.of(1, Number.NaN, 9)), none)
  assert.deepEqual(jitter(Float64Array.of(5)), none)
  assert.deepEqual(jitter(Float64Array.of(5, 5)), { ipdvMs: 0, rfc3550Ms: 0 })
})

test(`jitter: both formulas as they are written (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 200, size: "max" }), (all) => {
      const differences = all
        .slice(1)
        .map((value, before) => Math.abs(value - all[before]!))
        .filter((difference) => !Number.isNaN(difference))
      const { ipdvMs, rfc3550Ms } = jitter(Float64Array.from(all))
      if (differences.length === 0) return assert.equal(ipdvMs ?? rfc3550Ms, undefined)
      near(ipdvMs, differences.reduce((sum, one) => sum + one, 0) / differences.length)
      near(
        rfc3550Ms,
        differences.reduce((j, one) => j + (one - j) / 16, 0),
      )
    }),
    { seed },
  )
})

test("run: response times count from the plan, round trips from the sending", () => {
  const run = lineRun({ roundTripsMs: [2, Number.NaN, 3], sendDelaysMs: [0, 5, 40], hubMs: 0.25 })
  assert.deepEqual([...responseTimes(run)], [2, Number.NaN, 43])
  assert.deepEqual([...roundTrips(run)], [2, Number.NaN, 3])
  assert.deepEqual([...sendDelays(run)], [0, 5, 40])
  assert.deepEqual([...hubTimes(run)], [0.25, Number.NaN, 0.25])
})

test("run: the clock's offset is that of the sample with the least delay, bounded by half of it", () => {
  const samples = { roundTripsMs: [40, 10, Number.NaN, 30], hubMs: 2, offsetMs: -1_234, startedMs: 1_000_000 }
  assert.deepEqual(clockOffset(lineRun(samples)), { offsetMs: -1_234, boundMs: 4 })
  assert.equal(clockOffset(lineRun({ roundTripsMs: [Number.NaN] })), undefined)
})

test(`run: the true offset lies within the bound, however unlike the ways are (SEED=${seed})`, () => {
  const offset = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  const up = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 50 }), offset, up, (trips, offsetMs, way) => {
      const run = lineRun({ roundTripsMs: trips, offsetMs, up: way, startedMs: 0 })
      const found = clockOffset(run)
      if (trips.every(Number.isNaN)) return assert.equal(found, undefined)
      assert.ok(Math.abs(found!.offsetMs - offsetMs) <= found!.boundMs + 1e-6)
      near(found!.boundMs, Math.min(...trips.filter((one) => !Number.isNaN(one))) / 2, 1e3)
    }),
    { seed },
  )
})

test("run: samples that this program touched are counted by mark, and each once in all", () => {
  const { timer, collection, loop } = MARKS
  const run = lineRun({ roundTripsMs: [1, 1, 1, 1], marks: [0, timer, timer | loop, collection] })
  assert.deepEqual(touched(run), { any: 3, timer: 2, collection: 1, loop: 1 })
})
