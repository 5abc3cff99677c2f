import assert from "node:assert/strict"
import { test } from "node:test"
import type { Line } from "../../protocol/line.ts"
import { everyoneTable, worstFirst } from "./everyone.ts"

const line = (name: string, more: Partial<Line>): Line => ({
  name,
  time: 0,
  samples: 20,
  lost: 0,
  p50Ms: 5,
  ...more,
})

test("everyone's line: the worst seat stands first, and names cannot draw on the terminal", () => {
  const lines = [
    line("good", { verdict: "pass", jitterMs: 1, downBytesPerSecond: 12.5e6, upBytesPerSecond: 1e6 }),
    line("late", { p50Ms: 300 }),
    line("silent", { p50Ms: undefined, lost: 20 }),
    line("bad\x1b[2J", { verdict: "fail" }),
    line("so-so", { verdict: "warn" }),
    line("lossy", { lost: 3 }),
  ].sort(worstFirst)
  assert.deepEqual(
    lines.map(({ name }) => name),
    ["bad\x1b[2J", "so-so", "silent", "lossy", "late", "good"],
  )
  const rows = everyoneTable(lines, 90_000)
  assert.equal(rows[0], "WHO         ANSWER  UNEVEN BY  LOST   DOWN       UP      LAST CHECK  MEASURED")
  assert.equal(rows[1], "bad\\x1b[2J  5.0 ms  -          0 %    -          -       fault       1 min ago")
  assert.equal(rows[3], "silent      -       -          100 %  -          -       -           1 min ago")
  assert.equal(rows[6], "good        5.0 ms  1.0 ms     0 %    12.5 MB/s  1 MB/s  good        1 min ago")
})
