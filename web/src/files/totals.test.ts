import assert from "node:assert/strict"
import { test } from "node:test"
import type { Standing, TransferState } from "./standing.ts"
import { headline, paceText, totalsOf } from "./totals.ts"

const standing = (state: TransferState, sent = 0, rate?: number): Standing => ({
  ...{ id: 1, name: "a.bin", bytes: 1_000_000, items: 0, target: { room: "lobby" }, state, sent, rate },
  ...{ note: undefined, path: undefined, sha256: undefined },
})
const say = (...states: TransferState[]) => headline(totalsOf(states.map((state) => standing(state))), 0)

test("totals: all files together, in amounts, pace and time left", () => {
  const totals = totalsOf([
    standing("sending", 500_000, 100_000),
    standing("sending", 0, 25_000),
    standing("queued"),
  ])
  assert.equal(totals.sent, 500_000)
  assert.equal(totals.bytes, 3_000_000)
  assert.equal(paceText(totals), "500 kB of 3.0 MB · 125 kB/s · 20 s left")
})

test("totals: what is paused or has failed does not count while others move", () => {
  const totals = totalsOf([
    standing("sending", 500_000, 100_000),
    standing("paused", 300_000),
    standing("failed"),
  ])
  assert.equal(paceText(totals), "500 kB of 1.0 MB · 100 kB/s · 5 s left")
  assert.equal(totalsOf([standing("paused", 300_000), standing("done", 1_000_000)]).bytes, 2_000_000)
})

test("totals: the headline says what matters most", () => {
  assert.equal(say("sending", "queued", "done"), "Sending 2 files")
  assert.equal(say("waiting", "queued"), "Waiting to go on")
  assert.equal(say("waiting", "sending"), "Sending 2 files")
  assert.equal(say("failed", "done", "paused"), "1 file could not be sent")
  assert.equal(say("paused", "done"), "1 upload paused")
  assert.equal(say("done", "done"), "2 files sent, verified")
  assert.equal(headline(totalsOf([]), 1), "1 upload not finished")
})
