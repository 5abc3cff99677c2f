import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { printable, printableLine } from "./text.ts"

const seed = Number(process.env.SEED ?? 1)
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(..."\x00\x07\b\t\n\v\r\x1b[31m\x7f\x85\x9b\u061c\u200f\u2028\u202e\u2066ab😀"),
  }),
)

test("printable: text as people write it is left alone", () => {
  for (const text of ["", "hello", "two\nlines\tand a tab", "naïve 日本語 مرحبا 👩‍🔧", "\\x1b", "<b>&amp;"])
    assert.equal(printable(text), text)
})

test("printable: what could act on a terminal is shown as its escape", () => {
  for (const [text, shown] of [
    ["\x1b[31mred", "\\x1b[31mred"],
    ["\x9b2J", "\\x9b2J"],
    ["over\rwrite\b", "over\\x0dwrite\\x08"],
    ["bell\x07 null\x00 del\x7f", "bell\\x07 null\\x00 del\\x7f"],
    ["abc\u202efed\u2066", "abc\\u202efed\\u2066"],
    ["a\u061cb", "a\\u061cb"],
    ["a\u2028b", "a\\u2028b"],
  ] as const)
    assert.equal(printable(text), shown)
})

test(`printable: never leaves a control, nor what reorders a line (SEED=${seed})`, () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = printable(text)
      assert.doesNotMatch(shown.replace(/[\n\t]/g, ""), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
      assert.equal(printable(shown), shown)
    }),
    { seed },
  )
})

test(`printableLine: is one line (SEED=${seed})`, () => {
  assert.equal(printableLine("a\nb\tc\r\n"), "a\\nb\\tc\\x0d\\n")
  fc.assert(
    fc.property(texts, (text) => assert.doesNotMatch(printableLine(text), /[\n\t\r\v\f\x85\u2028\u2029]/)),
    { seed },
  )
})
