import assert from "node:assert/strict"
import { test } from "node:test"
import { Charted } from "./charted.ts"
import { readingOf } from "./reading.ts"

test("charted: fields that are others in each message, and gap after gap, fill no memory", () => {
  const charted = new Charted()
  for (let at = 1; at <= 5_000; at++) {
    charted.add(
      readingOf({ offset: at, time: at, author: "a", kind: "text", text: `{"f${at}":1,"f1":${at}}` }),
    )
    charted.cut(at)
  }
  assert.equal(charted.fields.length, 24)
  assert.equal(charted.bucketsOf("f1").length, 5_000, "a field that is there goes on")
  assert.deepEqual([charted.breaks.length, charted.breaks.at(-1)], [1_000, 5_000])
})
