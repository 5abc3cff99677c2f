import assert from "node:assert/strict"
import { test } from "node:test"
import { LineReport } from "./line.ts"

test("line report: of so many samples no more can be lost, and a time is a number", () => {
  const fits = (report: object) => LineReport.safeParse({ samples: 20, lost: 20, ...report }).success
  assert.ok(fits({}))
  for (const report of [
    { lost: 21 },
    { samples: 0 },
    { lost: -1 },
    { p50Ms: Number.NaN },
    { maxMs: Infinity },
  ])
    assert.equal(fits(report), false, JSON.stringify(report))
})
