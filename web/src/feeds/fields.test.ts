import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bytesWords, cellText, chosenAtFirst, clipped, columnsOf, numbersOf, numberText } from "./fields.ts"
import { readingOf } from "./reading.ts"

const seed = Number(process.env["SEED"] ?? 1)
const message = (text: string, kind: "text" | "bytes" = "text") =>
  readingOf({ offset: 1, time: 1, author: "ada", text, kind })
const numbers = (text: string) => Object.fromEntries(numbersOf(message(text).value))

test("fields: a number, the numbers of a record, and of an array its least, mean and greatest", () => {
  assert.deepEqual(numbers("21.5"), { value: 21.5 })
  assert.deepEqual(numbers(" +1e3 "), { value: 1_000 })
  assert.deepEqual(numbers('{"a":1,"b":"2","c":{"d":3},"e":[1,2,6],"f":null}'), {
    ...{ a: 1, "c.d": 3, "e.min": 1, "e.mean": 3, "e.max": 6 },
  })
  assert.deepEqual(numbers("[4,2]"), { min: 2, mean: 3, max: 4 })
})

test("fields: what is no number, or larger than a chart draws, is none", () => {
  for (const text of [
    "NaN",
    "1e999",
    "-1e200",
    "Infinity",
    '"5"',
    "true",
    "null",
    "[]",
    '[1,"2"]',
    "{",
    "0x10",
    "5 °C",
  ])
    assert.deepEqual(numbers(text), {}, text)
})

test(`fields: whatever a message holds, it is read, and has few series (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: "binary" })), (text) => {
      const reading = message(text)
      assert.ok(numbersOf(reading.value).size <= 24)
      assert.equal(typeof cellText(reading.value), "string")
      columnsOf([reading])
    }),
    { seed, numRuns: 500 },
  )
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`f${at}`, at])))
  assert.equal(numbersOf(message(wide).value).size, 24)
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`
  assert.deepEqual(numbers(deep), {})
  assert.equal(typeof cellText(message(deep).value), "string")
})

test("fields: hostile names of fields are names", () => {
  assert.deepEqual(
    [...numbersOf(message('{"__proto__":1,"constructor":2}').value)],
    [
      ["__proto__", 1],
      ["constructor", 2],
    ],
  )
  assert.deepEqual(columnsOf([message('{"__proto__":1}'), message('{"b":1}'), message("5")]), [
    "__proto__",
    "b",
  ])
})

test("fields: at first those are drawn that fit one axis with the first", () => {
  const most = (amounts: Record<string, number>) =>
    Object.entries(amounts).map(([name, most]) => ({ name, most }))
  assert.deepEqual(chosenAtFirst(most({ load: 2, connections: 12, memoryBytes: 9e7, zero: 0 })), [
    "load",
    "connections",
  ])
  assert.deepEqual(chosenAtFirst(most({ zero: 0, one: 1 })), ["zero"])
  assert.deepEqual(chosenAtFirst([]), [])
})

test("fields: short words for long texts, bytes and numbers", () => {
  assert.equal(clipped("abc", 3), "abc")
  assert.equal(clipped("a😀b", 2), "a… (4 characters)")
  assert.equal(bytesWords(btoa("\x00\xffA"), 16), "3 bytes: 00 ff 41")
  assert.equal(bytesWords(btoa("x"), 16), "1 byte: 78")
  assert.equal(bytesWords(btoa("x".repeat(20)), 2), "20 bytes: 78 78 …")
  assert.equal(numberText(0.1 + 0.2), "0.3")
  assert.equal(numberText(1e80), "1.000e+80")
  assert.equal(numberText(1_015.541_836_7), (1_015.54).toLocaleString())
})
