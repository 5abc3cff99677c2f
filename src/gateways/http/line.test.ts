import assert from "node:assert/strict"
import { test } from "node:test"
import { pieces } from "./line.ts"

test("line: a download that is taken as fast as it comes lets others have their turn", async () => {
  let [turns, bytes, over] = [0, 0, false]
  const others = () => {
    turns++
    if (!over) setImmediate(others)
  }
  setImmediate(others)
  for await (const piece of pieces(16 * 1024 * 1024 + 1)) bytes += piece.length
  over = true
  assert.equal(bytes, 16 * 1024 * 1024 + 1)
  assert.ok(turns >= 16, `${turns} turns`)
})
