import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { displayWidth } from "../width.ts"
import { progressLines, Rate, type Standing } from "./progress-line.ts"

const seed = Number(process.env.SEED ?? 1)
const standing = (some: Partial<Standing>): Standing => ({
  label: "report.pdf",
  done: 250_000_000,
  bytes: 1_000_000_000,
  rate: 50_000_000,
  note: undefined,
  ...some,
})

test("progress: bar, share, bytes, rate and time left on 80 columns", () => {
  assert.deepEqual(progressLines([standing({})], 79), [
    "report.pdf  █████░░░░░░░░░░░░░   25%  250 MB of 1 GB      50 MB/s    0:15 left",
  ])
})

test("progress: lines of several stand below each other", () => {
  const [one, total] = progressLines([standing({ label: "a" }), standing({ label: "1 of 2 files" })], 79)
  assert.equal(one!.indexOf("█"), total!.indexOf("█"))
  assert.equal(one!.indexOf("%"), total!.indexOf("%"))
})

test("progress: what waits says why; what stands still says so; an unknown size has no bar", () => {
  assert.match(
    progressLines([standing({ note: "waits for the hub" })], 79)[0]!,
    /250 MB of 1 GB +waits for the hub$/,
  )
  assert.match(progressLines([standing({ rate: 0 })], 79)[0]!, /stands still$/)
  assert.match(progressLines([standing({ bytes: undefined })], 79)[0]!, /^report\.pdf +250 MB +50 MB\/s$/)
})

test("progress: a name cannot act on the terminal", () => {
  assert.doesNotMatch(
    progressLines([standing({ label: "\u001b[2Jx\u202ey\n" })], 200)[0]!,
    /[\u001b\u202e\n]/,
  )
})

test(`progress: no line is wider than the terminal (SEED=${seed})`, () => {
  const some = fc.record({
    label: fc.string({ unit: "grapheme" }),
    done: fc.maxSafeNat(),
    bytes: fc.option(fc.maxSafeNat(), { nil: undefined }),
    rate: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }),
    note: fc.option(fc.constant("waits for the hub"), { nil: undefined }),
  })
  fc.assert(
    fc.property(
      fc.array(some, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 10, max: 250 }),
      (all, columns) => {
        for (const line of progressLines(all, columns)) assert.ok(displayWidth(line) <= columns, line)
      },
    ),
    { seed, numRuns: 500 },
  )
})

test("rate: it is of the last seconds, not since the beginning", () => {
  const rate = new Rate()
  assert.equal(rate.at(0, 0), undefined)
  for (let time = 100; time <= 10_000; time += 100) rate.at(time, time)
  assert.equal(Math.round(rate.at(10_100, 10_100)!), 1_000)
  let slow: number | undefined
  for (let time = 10_200; time <= 14_000; time += 100) slow = rate.at(time, 10_100)
  assert.equal(slow, 0)
})
