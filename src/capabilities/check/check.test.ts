import assert from "node:assert/strict"
import { test } from "node:test"
import { limits } from "../../protocol/limits.ts"
import { Lines } from "./lines.ts"
import { Turns } from "./turns.ts"

function turns() {
  const clock = { time: 1_000, now: () => clock.time }
  let last = 0
  return { clock, turns: new Turns(clock, () => `t${++last}`) }
}

test("turns: one at a time, in the order in which they came", () => {
  const { turns: queue } = turns()
  assert.deepEqual(
    [queue.take("a", false), queue.take("a", false), queue.take("a", false)],
    [
      { turn: "t1", ahead: 0 },
      { turn: "t2", ahead: 1 },
      { turn: "t3", ahead: 2 },
    ],
  )
  queue.transfer("t1")
  assert.throws(() => queue.transfer("t2"), { code: "not_your_turn" })
  queue.end("t1")
  queue.transfer("t2")
  assert.equal(queue.ask("t3").ahead, 1)
  assert.throws(() => queue.transfer("t1"), { code: "not_found" })
})

test("turns: together waits for nobody, and keeps nobody waiting", () => {
  const { turns: queue } = turns()
  queue.take("a", false)
  assert.equal(queue.take("c", true).ahead, 0)
  assert.equal(queue.take("a", false).ahead, 1)
})

test("turns: who stops asking loses the place, and who takes too long the turn", () => {
  const { clock, turns: queue } = turns()
  for (let count = 0; count < 3; count++) queue.take("a", false)
  clock.time += limits.turnAskedMs
  queue.ask("t3")
  clock.time += 1
  assert.deepEqual(queue.ask("t3"), { turn: "t3", ahead: 1 }) // t2 was given up; t1 measures
  assert.throws(() => queue.ask("t2"), { code: "not_found" })
  clock.time += limits.turnMs - limits.turnAskedMs - 1
  assert.equal(queue.take("a", false).ahead, 1)
  clock.time += 1
  assert.throws(() => queue.transfer("t1"), { code: "not_found" })
})

test("turns: a queue that is full takes nobody", () => {
  const { turns: queue } = turns()
  for (let count = 0; count < limits.turnsPerAddressMax; count++) queue.take("a", false)
  assert.throws(() => queue.take("a", false), { code: "too_many" })
  const left = limits.turnsMax - limits.turnsPerAddressMax
  for (let count = 0; count < left; count++) queue.take(`address ${count >> 5}`, false)
  assert.throws(() => queue.take("z", false), { code: "too_many" })
})

test("turns: so many downloads and uploads at a time, and one that is over makes room", () => {
  const { turns: queue } = turns()
  const { turn } = queue.take("a", false)
  const [first] = Array.from({ length: limits.turnTransfersMax }, () => queue.transfer(turn))
  assert.throws(() => queue.transfer(turn), { code: "too_many" })
  first!()
  queue.transfer(turn)
})

test("turns: a clock that is set back does not make the next wait until it has caught up", () => {
  const { clock, turns: queue } = turns()
  clock.time = 7_200_000
  queue.take("a", false)
  clock.time -= 3_600_000
  assert.equal(queue.take("a", false).ahead, 1)
  clock.time += limits.turnMs + 1
  assert.equal(queue.take("a", false).ahead, 0)
})

const ada = { name: "ada", role: "member" } as const

test("lines: the newest first, and a short report keeps what a whole check said", () => {
  let time = 1
  const lines = new Lines({ now: () => time++ })
  lines.report(ada, { samples: 200, lost: 3, p50Ms: 4, upBytesPerSecond: 1e6, verdict: "warn" })
  lines.report({ name: "~bob", role: "guest" }, { samples: 20, lost: 0 })
  lines.report(ada, { samples: 20, lost: 0, p50Ms: 2 })
  assert.deepEqual(lines.all(ada), [
    { name: "ada", time: 3, samples: 20, lost: 0, p50Ms: 2, upBytesPerSecond: 1e6, verdict: "warn" },
    { name: "~bob", time: 2, samples: 20, lost: 0 },
  ])
})

test("lines: times of an earlier report do not stand beside samples that have none", () => {
  const lines = new Lines({ now: () => 1 })
  lines.report(ada, { samples: 20, lost: 0, minMs: 1, p50Ms: 2, p90Ms: 3, maxMs: 4, jitterMs: 1 })
  lines.report(ada, { samples: 20, lost: 20 })
  assert.deepEqual(lines.all(ada), [{ name: "ada", time: 1, samples: 20, lost: 20 }])
})

test("lines: so many are kept, and the one not heard of for longest goes", () => {
  const lines = new Lines({ now: () => 0 })
  lines.report(ada, { samples: 1, lost: 0 })
  for (let count = 1; count < limits.linesMax; count++)
    lines.report({ name: `~${count}`, role: "guest" }, { samples: 1, lost: 0 })
  lines.report(ada, { samples: 1, lost: 1 })
  lines.report({ name: "~last", role: "guest" }, { samples: 1, lost: 0 })
  const names = lines.all(ada).map(({ name }) => name)
  assert.equal(names.length, limits.linesMax)
  assert.ok(names.includes("ada") && !names.includes("~1"))
})
