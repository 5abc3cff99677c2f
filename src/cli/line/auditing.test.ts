import assert from "node:assert/strict"
import { test } from "node:test"
import type { AuditRow } from "./audit.ts"
import { auditLines } from "./auditing.ts"

const lost: AuditRow = {
  case: "5 % lost",
  what: "lost up",
  unit: "",
  truth: 1_014,
  measured: 1_014,
  allowed: 0,
  ok: true,
}
const delay: AuditRow = {
  case: "delay of 1 ms",
  what: "median round trip",
  unit: "ms",
  truth: 1.05,
  measured: 1.5,
  allowed: 0.2,
  ok: false,
}

test("audit: truth stands beside measurement, each case named once", () => {
  assert.deepEqual(auditLines([lost, { ...lost, what: "lost down" }]), [
    "             TRUTH  MEASURED  ALLOWED",
    "5 % lost:",
    "  lost up    1,014  1,014     equal    ok",
    "  lost down  1,014  1,014     equal    ok",
    "",
    "The measurement is right in all of 2 comparisons.",
  ])
})

test("audit: what is wrong is marked, and what could not be told is no number", () => {
  const lines = auditLines([delay, { ...lost, measured: undefined, ok: false }, lost])
  assert.match(lines[2]!, /^ {2}median round trip +1\.05 ms +1\.50 ms +± 200 µs +not ok$/)
  assert.match(lines[4]!, /^ {2}lost up +1,014 +- +equal +not ok$/)
  assert.match(lines.at(-1)!, /^The measurement is wrong in 2 of 3 comparisons: /)
})
