import assert from "node:assert/strict"
import { test } from "node:test"
import { Course, liveLines } from "./live-lines.ts"

const LOST = Number.NaN
const course = (...responses: number[]) => {
  const whole = new Course()
  whole.add(responses.map((responseMs, before) => ({ seq: before + 1, responseMs })))
  return whole
}

test("live: before the first reply there are no numbers", () => {
  const [title, chart, numbers] = liveLines("0 of 5 probes, hub", new Course(), 5, 79)
  assert.equal(title, "0 of 5 probes, hub")
  assert.equal(chart, "")
  assert.match(numbers!, /^lost 0 +last +- +min +- +mean +- +max +-$/)
})

test("live: each probe is a column, a lost one a cross, and one not known yet a blank", () => {
  const whole = course(1, 1, LOST)
  whole.add([{ seq: 5, responseMs: 2 }])
  const [, chart, numbers] = liveLines("", whole, 5, 79)
  assert.equal(chart, "▄▄× █")
  assert.match(numbers!, /^lost 1 +last +2.00 ms +min +1.00 ms +mean +1.33 ms +max +2.00 ms$/)
})

test("live: a run that is longer than the terminal is wide shows the worst of several probes in a column", () => {
  const whole = course(1, 1, 1, 1, 9, 1, LOST, 1)
  assert.deepEqual(whole.chart(4, 8), [1, 1, 9, Number.POSITIVE_INFINITY])
  assert.deepEqual(whole.chart(4, 16), [1, Number.POSITIVE_INFINITY]) // room for what is to come
})

test("live: a million probes are kept in few slots, and none is forgotten", () => {
  const whole = new Course()
  for (let seq = 1; seq <= 1_000_000; seq += 1_000)
    whole.add(
      Array.from({ length: 1_000 }, (_, at) => ({
        seq: seq + at,
        responseMs: seq + at === 777_777 ? 50 : 1,
      })),
    )
  const chart = whole.chart(2_000, 0)
  assert.ok(chart.length <= 1_024)
  assert.equal(chart.filter((ms) => ms === 50).length, 1)
  assert.equal(chart.filter((ms) => ms === 1).length, chart.length - 1)
  assert.deepEqual([whole.received, whole.minMs, whole.maxMs], [1_000_000, 1, 50])
})

for (const columns of [20, 79, 199])
  test(`live: no line is wider than ${columns} columns`, () => {
    const whole = course(...Array.from({ length: 500 }, (_, at) => at % 50))
    for (const line of liveLines("title ".repeat(50), whole, 500, columns)) assert.ok(line.length <= columns)
  })
