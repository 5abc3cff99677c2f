import assert from "node:assert/strict"
import { test } from "node:test"
import { SEED } from "../../../test/support/random.ts"
import { runAudit } from "./audit.ts"

test(`audit: every fault that is injected is found, and no other (SEED=${SEED})`, async () => {
  const told: string[] = []
  const rows = await runAudit({ seed: SEED, onProgress: (done, of) => told.push(`${done}/${of}`) })
  const counted = rows.filter(({ unit }) => unit === "")
  assert.deepEqual(
    counted.filter(({ ok }) => !ok),
    [],
  )
  for (const { what, truth, measured } of counted) assert.equal(measured, truth, what)
  const kinds = new Set(counted.map(({ what }) => what))
  assert.equal(kinds.size, 9, [...kinds].join(", "))
  const delays = rows.filter(({ unit }) => unit === "ms")
  assert.equal(delays.length, 4)
  // How near it comes depends on what else this machine does; that 20 ms are seen does not.
  assert.ok(delays[2]!.measured! > 10, `${delays[2]!.measured} of ${delays[2]!.truth} ms`)
  assert.deepEqual(
    told,
    Array.from({ length: told.length }, (_, at) => `${at + 1}/${told.length}`),
  )
})
