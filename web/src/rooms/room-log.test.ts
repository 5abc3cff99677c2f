import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Entry } from "../../../src/client/main.ts"
import { firstOf, ITEMS_MAX, lastOf, RoomLog } from "./room-log.ts"

const seed = Number(process.env.SEED ?? 1)

const entry = (offset: number): Entry => ({
  offset,
  kind: "text",
  author: "Ada",
  time: offset,
  text: `${offset}`,
})
const entries = (from: number, to: number): Entry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entry(from + index))

/** A room of so many entries, opened with its last 60. */
function opened(tail: number, head = 1): RoomLog {
  const log = new RoomLog()
  const after = Math.max(head - 1, tail - 60)
  log.began({ head, tail, count: tail, after })
  for (const one of entries(after + 1, tail)) log.receive(one)
  return log
}

const shown = (log: RoomLog) =>
  log.view.items.map((item) => (item.kind === "gap" ? [item.from, item.to] : item.offset))

test("room log: a room opens at its newest entries, and the first is held back until what is before it is known", () => {
  const { items, context, begins, attached, behind } = opened(500).view
  assert.equal(lastOf(items.at(-1)!), 500)
  assert.equal(firstOf(items[0]!), 442)
  assert.equal(context && firstOf(context), 441)
  assert.deepEqual([begins, attached, behind], [false, true, 0])
})

test("room log: a short room begins at its first entry; what is no longer kept is told there", () => {
  assert.deepEqual(shown(opened(3)), [1, 2, 3])
  assert.deepEqual(shown(opened(43, 41)), [[1, 40], 41, 42, 43])
  const log = opened(100)
  log.older(41, [])
  assert.deepEqual(shown(log)[0], [1, 40])
  assert.equal(log.view.begins, true)
})

test("room log: what the follow has told is behind until it came", () => {
  const log = new RoomLog()
  log.began({ head: 1, tail: 5, count: 5, after: 0 })
  assert.equal(log.view.behind, 5)
  for (const one of entries(1, 5)) log.receive(one)
  assert.equal(log.view.behind, 0)
  assert.equal(log.view.count, 5)
  log.receive(entry(6))
  assert.equal(log.view.count, 6)
})

test("room log: a gap told by the follow is shown once; another right after it makes it longer", () => {
  const log = opened(2)
  log.missing(3, 10)
  log.missing(11, 20)
  log.receive(entry(21))
  assert.deepEqual(shown(log), [1, 2, [3, 20], 21])
})

test("room log: who reads above the end keeps the view; what comes is counted, and shown at the newest", () => {
  const log = opened(100)
  log.pin(false)
  for (const one of entries(101, 3_000)) log.receive(one)
  assert.equal(log.view.unread, 2_900)
  assert.equal(log.view.attached, false)
  assert.equal(log.first, 41)
  log.toNewest()
  assert.equal(log.view.unread, 0)
  assert.equal(log.last, 3_000)
  assert.equal(log.view.attached, true)
})

test("room log: a view elsewhere grows downwards until it meets the newest entries again", () => {
  const log = opened(1_000)
  log.show(entries(100, 199))
  assert.equal(log.view.attached, false)
  while (!log.view.attached) log.newer(log.last, log.last + 100, entries(log.last + 1, log.last + 100))
  assert.equal(log.last, 1_000)
  log.receive(entry(1_001))
  assert.equal(log.last, 1_001)
})

test("room log: what was trimmed between two pages is a gap", () => {
  const log = opened(1_000)
  log.show(entries(100, 110))
  log.newer(110, 210, entries(150, 210))
  assert.deepEqual(shown(log).slice(10, 13), [[111, 149], 150, 151])
})

test("room log: an answer to an earlier question changes nothing", () => {
  const log = opened(1_000)
  log.older(500, entries(400, 499))
  log.newer(3, 10, entries(4, 10))
  assert.equal(log.first, 941)
  assert.equal(log.last, 1_000)
})

test("room log: a log that was replaced leaves nothing of the old one", () => {
  const log = opened(1_000)
  log.show(entries(5, 50))
  log.reset()
  log.receive(entry(1))
  assert.deepEqual(shown(log), [1])
  assert.deepEqual([log.view.count, log.view.begins], [1, true])
})

test("room log: a deleted file is known by the entry that says so", () => {
  const log = opened(3)
  log.receive({ ...entry(4), kind: "file_deleted", ref: 2 })
  assert.ok(log.view.deleted.has(2))
})

test(`room log: whatever is read and wherever one goes, the view is a run without hole or double, and bounded (SEED=${seed})`, () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("receive" as const), count: fc.nat(700) }),
    fc.record({
      do: fc.constantFrom("older", "newer", "newest", "pin", "unpin"),
      count: fc.integer({ min: 1, max: 400 }),
    }),
    fc.record({ do: fc.constant("jump" as const), count: fc.nat(5_000) }),
  )
  fc.assert(
    fc.property(fc.nat(3_000), fc.array(step, { maxLength: 60 }), (size, steps) => {
      const log = opened(size)
      let tail = size
      for (const { do: what, count } of steps) {
        if (what === "receive") {
          for (const one of entries(tail + 1, tail + count)) log.receive(one)
          tail += count
        } else if (what === "older")
          log.older(log.first, entries(Math.max(1, log.first - count), log.first - 1))
        else if (what === "newer") {
          const to = Math.min(tail, log.last + count)
          log.newer(log.last, to, entries(log.last + 1, to))
        } else if (what === "newest") log.toNewest()
        else if (what === "jump")
          log.show(entries(Math.max(1, (count % (tail + 1)) - 50), Math.min(tail, (count % (tail + 1)) + 50)))
        else log.pin(what === "pin")
        const { items, context, attached, begins } = log.view
        const all = [...(context ? [context] : []), ...items]
        assert.ok(all.length <= ITEMS_MAX, `${all.length} items after ${what}`)
        for (const [index, item] of all.entries())
          if (index > 0) assert.equal(firstOf(item), lastOf(all[index - 1]!) + 1)
        if (attached) assert.equal(log.last, tail)
        if (begins && tail > 0) assert.equal(log.first, 1)
      }
    }),
    { seed, numRuns: 300 },
  )
})
