import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { jsonLine, jsonPieces } from "./json-pieces.ts"

const seed = Number(process.env["SEED"] ?? 1)

test(`json: the pieces of an array are its elements, each on one line (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, 2), (values, indent) => {
      const pieces = jsonPieces(JSON.stringify(values, null, indent))
      assert.deepEqual(
        pieces.map((piece) => JSON.stringify(JSON.parse(piece))),
        values.map((value) => JSON.stringify(value)),
      )
      for (const piece of pieces) assert.doesNotMatch(piece, /[\r\n]/)
    }),
    { seed },
  )
})

test("json: what is no array is one piece; numbers keep their digits; what is no JSON is refused", () => {
  assert.deepEqual(jsonPieces(' {"a":[1,2]} '), ['{"a":[1,2]}'])
  assert.deepEqual(jsonPieces("[12345678901234567890, 1.0,\n1e400]"), [
    "12345678901234567890",
    "1.0",
    "1e400",
  ])
  assert.deepEqual(jsonPieces('["]", "\\"," ,[]]'), ['"]"', '"\\","', "[]"])
  assert.deepEqual(jsonPieces("[]"), [])
  assert.equal(jsonLine('{\r\n"a": 1}'), '{ "a": 1}')
  for (const text of ["", "{", "[1,]", "nope"]) assert.throws(() => jsonPieces(text), SyntaxError)
})
