import assert from "node:assert/strict"
import { test } from "node:test"
import { sparkline } from "./sparkline.ts"

test("sparkline: even blocks look even, and the one that took long stands out", () => {
  assert.equal(sparkline([5, 5.01, 5, 4.99], 10), "▄▄▄▄")
  assert.equal(sparkline([5, 5, 20, 5, 5], 10), "▂▂█▂▂")
})

test("sparkline: the newest that fit, and nothing where there is nothing", () => {
  assert.equal(sparkline([9, 9, 0, 0, 1], 2), "▁█")
  assert.equal(sparkline([0, 0], 10), "▁▁")
  assert.equal(sparkline([], 10), "")
  assert.equal(sparkline([1, 2], 0), "")
})
