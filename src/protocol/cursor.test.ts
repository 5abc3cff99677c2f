import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { type Cursor, formatCursor, parseCursor, START } from "./cursor.ts"
import { LandlineError } from "./errors.ts"

const seed = Number(process.env.SEED ?? 1)
const place = fc.maxSafeNat()
const cursors = fc.record({ epoch: place, offset: place }, { noNullPrototype: true })
const isBadCursor = (error: unknown) => error instanceof LandlineError && error.code === "bad_cursor"

test("cursor: the start is all zeros", () => {
  assert.equal(formatCursor(START), "0000000000000000_0000000000000000")
  assert.deepEqual(parseCursor("0000000000000000_0000000000000000"), START)
})

test(`cursor: what is saved as text comes back as it was (SEED=${seed})`, () => {
  fc.assert(
    fc.property(cursors, (cursor) => assert.deepEqual(parseCursor(formatCursor(cursor)), cursor)),
    { seed },
  )
})

test(`cursor: texts sort as the places do (SEED=${seed})`, () => {
  const order = (a: Cursor, b: Cursor) => Math.sign(a.epoch - b.epoch || a.offset - b.offset)
  fc.assert(
    fc.property(cursors, cursors, (a, b) => {
      const [left, right] = [formatCursor(a), formatCursor(b)]
      assert.equal(left < right ? -1 : left > right ? 1 : 0, order(a, b))
    }),
    { seed },
  )
})

test("cursor: anything else is refused as bad_cursor", () => {
  for (const text of [
    "",
    "0_0",
    "0000000000000000",
    "0000000000000000-0000000000000000",
    "0000000000000000_000000000000000",
    "0000000000000000_00000000000000000",
    " 0000000000000000_0000000000000000",
    "0000000000000000_0000000000000000\n",
    "-000000000000001_0000000000000000",
    "0000000000000000_000000000000001e",
    "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠_0000000000000000",
    "9999999999999999_0000000000000000",
    "0000000000000000_9007199254740992",
  ])
    assert.throws(() => parseCursor(text), isBadCursor, JSON.stringify(text))
})

test(`cursor: no text at all does anything but parse or be refused (SEED=${seed})`, () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."0189_"), minLength: 30, maxLength: 36 }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        assert.equal(formatCursor(parseCursor(text)), text)
      } catch (error) {
        assert.ok(isBadCursor(error), String(error))
      }
    }),
    { seed },
  )
})
