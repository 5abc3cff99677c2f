import assert from "node:assert/strict"
import { test } from "node:test"
import { Rate, timeLeft } from "./rate.ts"

test("rate: what moves evenly is told exactly, and a hiccup changes it only a little", () => {
  const rate = new Rate()
  assert.equal(rate.at(0, 0), undefined)
  let told: number | undefined
  for (let tick = 1; tick <= 20; tick++) told = rate.at(tick * 500, tick * 50_000)
  assert.equal(Math.round(told!), 100_000)
  const hiccup = rate.at(10_500, 1_000_000)!
  assert.ok(hiccup > 80_000 && hiccup < 100_000, String(hiccup))
})

test("rate: another pace is told after some seconds, and bytes that have to be sent again are no pace at all", () => {
  const rate = new Rate()
  for (let tick = 0; tick <= 10; tick++) rate.at(tick * 500, tick * 500_000)
  let told: number | undefined
  for (let tick = 11; tick <= 60; tick++) told = rate.at(tick * 500, 5_000_000 + (tick - 10) * 50_000)
  assert.ok(told! > 99_000 && told! < 110_000, String(told))
  assert.equal(rate.at(31_000, 1_000_000), told, "it went back")
  rate.reset()
  assert.equal(rate.at(40_000, 2_000_000), undefined)
})

test("time left: in seconds, minutes, hours or days, and nothing where nothing moves", () => {
  assert.equal(timeLeft(1_000, undefined), undefined)
  assert.equal(timeLeft(1_000, 0), undefined)
  assert.equal(timeLeft(10, 1_000), "1 s left")
  assert.equal(timeLeft(45_000, 1_000), "45 s left")
  assert.equal(timeLeft(240_000, 1_000), "about 4 min left")
  assert.equal(timeLeft(7_200_000, 1_000), "about 2 h left")
  assert.equal(timeLeft(360_000_000, 1_000), "about 4 days left")
})
