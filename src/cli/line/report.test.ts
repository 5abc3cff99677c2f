import assert from "node:assert/strict"
import { test } from "node:test"
import { lineRun } from "../../../test/support/line-run.ts"
import { MARKS } from "../../client/line/run.ts"
import { runJson } from "./json.ts"
import { reportLines } from "./report.ts"

const NONE = Number.NaN
const trips = (count: number) => Array.from({ length: count }, (_, at) => 1 + (at % 10) / 10)
const text = (run: Parameters<typeof lineRun>[0], columns = 200) =>
  reportLines(lineRun(run), columns).join("\n")

test("report: a healthy line is told in a few words", () => {
  const told = text({ roundTripsMs: trips(100) })
  assert.match(
    told,
    /^127\.0\.0\.1:7300 answered over UDP, 2026-01-0\d \d\d:\d\d\.\n100 probes of 64 bytes, one every 100 ms\.\n/,
  )
  assert.match(
    told,
    /\nSent 100, received 100\.\nNone was lost, duplicated, reordered, late, damaged or from a stranger\.\n\n/,
  )
  assert.match(told, /\n +min +mean +p50 +p90 +p99 +p99\.9 +max +sd\n/)
  assert.match(
    told,
    /\nresponse time \(from the plan\) +1\.00 ms {2}1\.45 ms {2}1\.40 ms {2}1\.80 ms +- +- +1\.90 ms +289 µs\n/,
  )
  assert.match(told, /\np99 needs 1,000 samples and p99\.9 needs 10,000; there are 100\.\n/)
  assert.match(told, /\njitter +mean \|IPDV\| 173 µs \(RFC 3393\); \S+ µs by RFC 3550 section 6\.4\.1\n/)
  assert.match(told, /\nResponse time of 100 samples:\n/)
  assert.doesNotMatch(told, /NaN|undefined/)
})

test("report: the response time counts a stall that the round trip hides", () => {
  const told = text({
    roundTripsMs: trips(100),
    sendDelaysMs: [0, 0, 500],
    marks: [0, 0, MARKS.timer | MARKS.loop],
  })
  assert.match(told, /\nresponse time \(from the plan\) .* 501 ms +\S+ ms\n/)
  assert.match(told, /\nuser-space RTT \(from the sending\) .* 1\.90 ms +289 µs\n/)
  assert.match(told, /\nsent late +mean 5\.00 ms, at most 500 ms/)
  assert.match(told, /\n +4\d\d ms to +[56]\d\d ms +1 /) // in the histogram
  assert.match(told, /\ntouched +1 sample by .*\(timer 1, event loop 1, collections 0\); none was left out\n/)
})

test("report: what went wrong is told by kind and way", () => {
  const told = text({
    roundTripsMs: [...trips(98), NONE, NONE],
    counts: {
      lostUp: 1,
      lostDown: 1,
      duplicatesUp: 2,
      duplicatesDown: 1,
      reorderedDown: 4,
      late: 3,
      damaged: 1,
      strangers: 5,
    },
    damages: [{ seq: 17, direction: "down", byte: 70, bit: 3 }],
  })
  assert.match(told, /\nLost 2 \(2 %\): 1 on the way to the hub, 1 on the way back\.\n/)
  assert.match(told, /\nDuplicated 3: 2 on the way to the hub, 1 on the way back\.\n/)
  assert.match(told, /\nReordered 4: 0 on the way to the hub, 4 on the way back\.\n/)
  assert.match(told, /\nLate 3: /)
  assert.match(told, /\nDamaged 1: on the way back probe 17 byte 70 bit 3\.\n/)
  assert.match(told, /\nFrom strangers 5: /)
  assert.doesNotMatch(told, /None was/)
})

test("report: of many damages the first places are told", () => {
  const damages = Array.from({ length: 9 }, (_, at) => ({
    seq: at + 1,
    direction: at % 2 ? ("up" as const) : ("down" as const),
    byte: 64,
    bit: at % 8,
  }))
  const told = text({ roundTripsMs: trips(20), damages, counts: { damaged: 9 } })
  assert.match(
    told,
    /\nDamaged 9: on the way to the hub probe 2 byte 64 bit 1, probe 4 byte 64 bit 3; on the way back probe 1 .*, probe 3 .*, probe 5 byte 64 bit 4; 4 more places\.\n/,
  )
})

test("report: where the hub's counts did not come, that is told, and nothing is guessed", () => {
  const counts = { lostUp: undefined, lostDown: undefined, duplicatesUp: undefined, reorderedUp: undefined }
  const told = text({ roundTripsMs: [1, NONE], counts })
  assert.match(told, /\nLost 1 \(50 %\)\.\n/)
  assert.match(told, /\nThe hub's own counts did not come: what happened on the way to it is not known\.\n/)
})

test("report: the clock is told with its bound, ahead or behind", () => {
  assert.match(
    text({ roundTripsMs: [3, 1], offsetMs: 12.5 }),
    /\nclock +the hub's is 12\.5 ms ahead of this machine's, ± 500 µs \(RFC 5905 section 8\)\n/,
  )
  assert.match(
    text({ roundTripsMs: [1], offsetMs: -2 }),
    /\nclock +the hub's is 2\.00 ms behind this machine's, ± 500 µs/,
  )
})

test("report: a closed loop has one time", () => {
  const told = text({ roundTripsMs: trips(20), closed: true, transport: "websocket" })
  assert.match(told, / over WebSocket, .*\n20 probes of 64 bytes, each after the reply to the one before\.\n/)
  assert.doesNotMatch(told, /from the plan|sent late|Response time/)
  assert.match(told, /\nUser-space RTT of 20 samples:\n/)
})

test("report: where no reply came there is no table", () => {
  const lines = reportLines(lineRun({ roundTripsMs: [NONE, NONE] }), 80)
  assert.match(lines[0]!, /^127\.0\.0\.1:7300 did not answer over UDP, /)
  assert.equal(lines.at(-1), "None was duplicated, reordered, late, damaged or from a stranger.")
  assert.equal(lines.length, 6)
})

test("report: one sample, or none that was sent", () => {
  assert.match(text({ roundTripsMs: [1] }), /\np50 needs 20 samples, p90 needs 100, .*; there is 1\.\n/)
  assert.doesNotMatch(text({ roundTripsMs: [] }), /NaN|Infinity/)
})

for (const columns of [80, 200])
  test(`report: no line is wider than ${columns} columns, and the bars reach the edge`, () => {
    const run = lineRun({
      roundTripsMs: Array.from({ length: 2_000 }, (_, at) => 0.1 * 1.005 ** at),
      sendDelaysMs: [0.3],
      marks: Array.from({ length: 2_000 }, (_, at) => at % 8),
      address: "2001:db8:1234:5678:9abc:def0:1234:5678",
      damages: Array.from({ length: 9 }, (_, at) => ({
        seq: 999_990 + at,
        direction: "up",
        byte: 65_000,
        bit: 7,
      })),
      counts: { damaged: 9 },
    })
    const lines = reportLines(run, columns)
    for (const line of lines) assert.ok(line.length <= columns, line)
    assert.equal(Math.max(...lines.filter((line) => line.includes("█")).map(({ length }) => length)), columns)
  })

test("json: all that the report tells and each sample; what is not known is left out or null", () => {
  const run = lineRun({ roundTripsMs: [1, NONE], hubMs: 0.25, counts: { lostUp: undefined }, marks: [2, 0] })
  const { startedMs: _, own: __, ...told } = JSON.parse(JSON.stringify(runJson(run)))
  const { samples, counts, responseTime, roundTrip, jitter, clock, hubTime, sendDelay, touched, ...rest } =
    told
  assert.deepEqual(rest, {
    transport: "udp",
    address: "127.0.0.1",
    port: 7300,
    closed: false,
    intervalMs: 100,
    broke: false,
    bytes: 64,
    damages: [],
  })
  assert.equal("lostUp" in counts, false)
  assert.equal(counts.lost, 1)
  assert.deepEqual(responseTime, { count: 1, minMs: 1, meanMs: 1, deviationMs: 0, maxMs: 1 })
  assert.deepEqual(roundTrip, responseTime)
  assert.deepEqual(jitter, {})
  assert.equal(clock.boundMs, 0.375)
  assert.equal(hubTime.maxMs, 0.25)
  assert.equal(sendDelay.count, 2)
  assert.deepEqual(touched, { any: 1, timer: 0, collection: 1, loop: 0 })
  assert.deepEqual(samples.sentMs, [0, 100])
  assert.deepEqual(samples.receivedMs, [1, null])
  assert.deepEqual(samples.marks, [2, 0])
  assert.equal(samples.hubReceivedMs.length, 2)
})

test("json: a closed loop has no response time, and a run without a reply no times", () => {
  const told = (trip: number, closed: boolean) =>
    JSON.parse(JSON.stringify(runJson(lineRun({ roundTripsMs: [trip], closed }))))
  const closed = told(1, true)
  assert.ok("roundTrip" in closed && !("responseTime" in closed) && !("sendDelay" in closed))
  const silent = told(NONE, false)
  for (const name of ["responseTime", "roundTrip", "clock", "hubTime"]) assert.ok(!(name in silent))
  assert.equal(silent.sendDelay.count, 1)
})
