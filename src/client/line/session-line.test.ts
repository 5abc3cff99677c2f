import assert from "node:assert/strict"
import { test } from "node:test"
import { measureSession } from "./session-line.ts"

const timeout = 30_000

test("session line: once it is measured, nothing keeps the program from ending", { timeout }, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
  const before = timers()
  await measureSession(async () => {})
  assert.ok(timers() <= before)
})

test("session line: what fails ends the measurement, and its timer", { timeout }, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
  const before = timers()
  await assert.rejects(
    measureSession(() => Promise.reject(new Error("closed"))),
    /closed/,
  )
  assert.ok(timers() <= before)
})

test("session line: a probe without an answer is lost, and the jitter does not reach over it", {
  timeout,
}, async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] })
  let now = 0
  context.mock.method(performance, "now", () => now)
  let sent = 0
  const measuring = measureSession(() => {
    sent++
    if (sent === 11) return new Promise(() => {})
    now += sent < 11 ? 1 : 9
    return Promise.resolve()
  })
  let over = false
  void measuring.then(() => {
    over = true
  })
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve))
    context.mock.timers.tick(5_000)
  }
  const { samples, lost, minMs, maxMs, jitterMs } = await measuring
  assert.deepEqual([samples, lost, minMs, maxMs, jitterMs], [20, 1, 1, 9, 0])
})
