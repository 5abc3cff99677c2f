import assert from "node:assert/strict"
import { test } from "node:test"
import { displayWidth } from "../width.ts"
import { statusLines } from "./status-lines.ts"

const temp = {
  name: "temp",
  rate: 2,
  messages: 1_234,
  latenessMs: 2,
  spansMs: Array.from({ length: 70 }, (_, n) => (n === 66 ? 20_000 : 5_000)),
}

test("follow's status: rate, number, lateness and the last blocks of each topic below each other", () => {
  const fresh = { name: "lab/温度", rate: undefined, messages: 0, latenessMs: undefined, spansMs: [] }
  assert.deepEqual(statusLines([temp, fresh], 5, 79), [
    "FOLLOWED  RATE   MESSAGES  LATENESS      LAST BLOCK  BLOCKS OF 5",
    `temp      2.0/s  1,234     0.002 s late  5.000 s     ${"▂".repeat(22)}█▂▂▂`,
    "lab/温度  -      0         -             -",
  ])
})

test("follow's status: never wider than the terminal, whatever the names hold", () => {
  const hostile = { ...temp, name: `\x1b[2J${"n".repeat(90)}`, latenessMs: -60_000, rate: 123_456 }
  for (const columns of [1, 10, 40, 60, 79, 199])
    for (const line of statusLines([temp, hostile], 5, columns)) {
      assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`)
      assert.doesNotMatch(line, /\x1b/)
    }
  assert.equal(statusLines([temp], 5, 199)[1]!.match(/[▁-█]/g)!.length, 60)
})

test("follow's status: of very many topics the first ones, and how many more", () => {
  const lines = statusLines(
    Array.from({ length: 30 }, () => temp),
    5,
    79,
  )
  assert.equal(lines.length, 12)
  assert.equal(lines.at(-1), "… and 20 more")
})
