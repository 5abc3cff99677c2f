import assert from "node:assert/strict"
import { test } from "node:test"
import { LandlineError } from "../../protocol/errors.ts"
import { GIVE_UP_MS, keepTrying } from "./keep-trying.ts"

/** A clock that waits in no time; `through` grows as the test says. */
function trial() {
  const told: string[] = []
  const state = { time: 0, through: 0, reached: true, told }
  const how = {
    progress: () => state.through,
    reached: () => state.reached,
    failed: ({ code }: LandlineError) => void told.push(code),
    clock: {
      now: () => state.time,
      async wait(ms: number) {
        state.time += ms + 1
      },
    },
  }
  return { state, how }
}

test("keepTrying: what passes is tried again until it is done", async () => {
  const { state, how } = trial()
  const ails = ["no_hub", "storage_full", "slow_down", "offset_mismatch"] as const
  let tries = 0
  const done = await keepTrying(async () => {
    const code = ails[tries++]
    if (code) throw new LandlineError(code)
    return "done"
  }, how)
  assert.equal(done, "done")
  assert.deepEqual(state.told, ails)
})

for (const code of ["over_quota", "checksum_mismatch", "superseded", "local_file"] as const)
  test(`keepTrying: ${code} is final`, async () => {
    const { state, how } = trial()
    await assert.rejects(
      keepTrying(async () => {
        throw new LandlineError(code)
      }, how),
      { code },
    )
    assert.deepEqual(state.told, [])
  })

test("keepTrying: a hub that was never reached is not waited for", async () => {
  const { state, how } = trial()
  state.reached = false
  await assert.rejects(
    keepTrying(async () => {
      throw new LandlineError("no_hub")
    }, how),
    { code: "no_hub" },
  )
})

test("keepTrying: it ends ten minutes after the last progress, and says how to go on", async () => {
  const { state, how } = trial()
  const lastProgress = GIVE_UP_MS * 3
  await assert.rejects(
    keepTrying(async () => {
      if (state.time < lastProgress) state.through++
      throw new LandlineError("no_hub")
    }, how),
    { code: "no_hub", message: /nothing has moved\. Run the same command again/ },
  )
  assert.ok(state.time > lastProgress + GIVE_UP_MS, `${state.time}`)
})
