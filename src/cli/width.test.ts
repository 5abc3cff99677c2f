import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { clip, displayWidth, wrap } from "./width.ts"

const seed = Number(process.env.SEED ?? 1)

for (const [text, columns] of [
  ["", 0],
  ["plain", 5],
  ["e\u0301", 1],
  ["漢字", 4],
  ["ｆｕｌｌ", 8],
  ["👍🏽", 2],
  ["👩‍👩‍👧", 2],
  ["é–ß", 3],
] as const)
  test(`width: "${text}" takes ${columns} columns`, () => assert.equal(displayWidth(text), columns))

test("wrap: lines break between words, and a word that is too long is cut", () => {
  assert.deepEqual(wrap("one two three", 8), ["one two", "three"])
  assert.deepEqual(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"])
  assert.deepEqual(wrap("漢字漢字", 5), ["漢字", "漢字"])
  assert.deepEqual(wrap("  kept indent", 80), ["  kept indent"])
  assert.deepEqual(wrap("", 10), [""])
})

test(`wrap: no line is too wide, and nothing but blanks is lost (SEED=${seed})`, () => {
  const text = fc.array(fc.oneof(fc.constantFrom(" ", "  ", "漢", "word"), fc.string({ unit: "grapheme" })))
  fc.assert(
    fc.property(
      text.map((parts) => parts.join("")),
      fc.integer({ min: 2, max: 40 }),
      (text, columns) => {
        const lines = wrap(text, columns)
        for (const line of lines) assert.ok(displayWidth(line) <= columns, JSON.stringify(line))
        assert.equal(lines.join("").replace(/\s/g, ""), text.replace(/\s/g, ""))
      },
    ),
    { seed, numRuns: 500 },
  )
})

test("clip: what does not fit ends in …", () => {
  assert.equal(clip("abc", 3), "abc")
  assert.equal(clip("abcd", 3), "ab…")
  assert.equal(clip("漢字漢", 5), "漢字…")
})
