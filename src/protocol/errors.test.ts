import assert from "node:assert/strict"
import { test } from "node:test"
import { ERRORS, type ErrorCode, LandlineError, toLandlineError } from "./errors.ts"

const rows = Object.entries(ERRORS) as [ErrorCode, (typeof ERRORS)[ErrorCode]][]

test("errors: every row is one a program and a person can use", () => {
  for (const [code, { http, close, say }] of rows) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(http >= 400 && http < 600, code)
    // RFC 6455 7.4: an endpoint may send 1001 and 1011, and 4000 to 4999 are for private use.
    assert.ok(close === 0 || close === 1001 || close === 1011 || (close >= 4400 && close < 4500), code)
    assert.match(say, /^[A-Z].*\.$/, code)
  }
})

test("errors: a close code alone tells a client whether to come back", () => {
  const retries = Map.groupBy(
    rows.filter(([, row]) => row.close !== 0),
    ([, row]) => row.close,
  )
  for (const [close, same] of retries)
    assert.equal(new Set(same.map(([, row]) => row.retry)).size, 1, `close code ${close}`)
})

test("LandlineError: says the table's sentence, or a more exact one", () => {
  assert.equal(new LandlineError("unknown_room").message, ERRORS.unknown_room.say)
  const error = new LandlineError("unknown_room", { room: "x" }, "There is no room x.")
  assert.equal(error.message, "There is no room x.")
  assert.deepEqual(error.details, { room: "x" })
})

test("toLandlineError: ours stay, all else is internal and keeps its cause", () => {
  const ours = new LandlineError("too_large")
  assert.equal(toLandlineError(ours), ours)
  const theirs = new TypeError("x is undefined")
  const error = toLandlineError(theirs)
  assert.equal(error.code, "internal")
  assert.equal(error.cause, theirs)
  assert.equal(error.message, ERRORS.internal.say)
})
