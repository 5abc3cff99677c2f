import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../../test/support/random.ts"
import {
  kindOf,
  parseJson,
  parseNumbers,
  parseUser,
  renderNumbers,
  renderUser,
  valuesOf,
} from "./feed-messages.ts"

const someText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom("'", '"', "\\", "\n", "\t", " ", "\u00a0", "\x07", "é", "😀", "x", "u"))
    .map((signs) => signs.join("")),
)
const user = fc.record({ name: someText, address: someText, email: someText }, { noNullPrototype: true })

test("users are written as Python's repr of a list, the first field always in single quotes", () => {
  const cases: [string, string][] = [
    ["Ada", `['Ada', 'a', 'a']`],
    ["O'Brien", String.raw`['O\'Brien', 'a', 'a']`],
    [`"O'Brien"`, String.raw`['"O\'Brien"', 'a', 'a']`],
    [
      "a\\b\n\r\t\x00\x7f\u00a0\u2028\ue000é😀\ud800",
      String.raw`['a\\b\n\r\t\x00\x7f\xa0\u2028\ue000é😀\ud800', 'a', 'a']`,
    ],
  ]
  for (const [name, written] of cases) assert.equal(renderUser({ name, address: "a", email: "a" }), written)
  assert.equal(
    renderUser({ name: "a", address: "it's", email: `it's "it"` }),
    String.raw`['a', "it's", 'it\'s "it"']`,
  )
})

test(`whoever is written can be read again, and is told from an array by the second sign (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(user, (somebody) => {
      const written = renderUser(somebody)
      assert.deepEqual(parseUser(written), somebody)
      assert.deepEqual(valuesOf(written), somebody)
      assert.equal(kindOf(written), "users")
      assert.equal(written[1], "'")
      assert.doesNotMatch(written, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/)
    }),
    { seed: SEED },
  )
})

test("arrays are written as numpy's str: in columns, wrapped as numpy wraps them", () => {
  assert.equal(
    renderNumbers([...Array(100).keys()]),
    `[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47
 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71
 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95
 96 97 98 99]`,
  )
  const ones = Array(40).fill(1)
  assert.equal(renderNumbers(ones), `[${ones.slice(0, 37).join(" ")}\n 1 1 1]`)
  assert.equal(renderNumbers([7]), "[7]")
  assert.equal(renderNumbers([]), "[]")
  assert.equal(renderNumbers([...Array(1001).keys()]), "[   0    1    2 ...  998  999 1000]")
})

test(`lines of an array are full and shorter than 75, and its columns stand below each other (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 99_999 }), { minLength: 1, maxLength: 1000 }),
      (numbers) => {
        const written = renderNumbers(numbers)
        assert.deepEqual(parseNumbers(written), numbers)
        assert.equal(kindOf(written), "numbers")
        const width = Math.max(...numbers.map((number) => `${number}`.length))
        const lines = written.split("\n")
        for (const [index, line] of lines.entries()) {
          const last = index === lines.length - 1
          assert.equal(line[0], index === 0 ? "[" : " ")
          assert.ok(line.length < 75)
          assert.equal((line.length - (last ? 1 : 0)) % (width + 1), 0, "columns")
          if (!last) assert.ok(line.length + 1 + width > 74, "another number would have fitted")
        }
      },
    ),
    { seed: SEED },
  )
})

test("what comes from other servers is told apart and read", () => {
  const ada = { name: "Ada", address: "x\ny", email: "a@b" }
  assert.deepEqual(valuesOf(String.raw`["Ada", "x\ny", 'a@b', ]`), ada)
  assert.deepEqual(parseUser(String.raw`['\x41d\u0061', 'x\ny', '\U00000061@b']`), ada)
  assert.deepEqual(parseJson(JSON.stringify(ada)), ada)
  assert.deepEqual(valuesOf(`["Ada","x\\ny","a@b"]`), ada)
  assert.deepEqual(valuesOf("[1,2]"), [1, 2])
  assert.deepEqual(valuesOf("[ 1.5 -2.]"), [1.5, -2])
  for (const [text, kind] of Object.entries({
    '{"name":1}': "users",
    '["a"]': "users",
    " ['a', 'b']": "users",
    "[]": "numbers",
    "[ 1 ... 2]": "numbers",
    hello: undefined,
    "": undefined,
    "[a]": undefined,
  }))
    assert.equal(kindOf(text), kind, text)
  for (const text of [
    "",
    "hello",
    "['a', 'b']",
    "['a', 'b', 'c', 'd']",
    "['a' 'b', 'c']",
    "['a', 'b', 'c]",
    "[1 2",
    "[1 - 2]",
  ])
    assert.equal(valuesOf(text), undefined, text)
})

test(`no text takes reading down (SEED=${SEED})`, () => {
  const signs = fc.array(fc.constantFrom("[", "]", "'", '"', "\\", ",", " ", "x", "U", "0", "f", "-", "."), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(signs, (parts) => {
      const text = parts.join("")
      kindOf(text)
      valuesOf(text)
      valuesOf(`['${text}']`)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})
