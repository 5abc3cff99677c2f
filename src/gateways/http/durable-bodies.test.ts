import assert from "node:assert/strict"
import { isUtf8 } from "node:buffer"
import { test } from "node:test"
import fc from "fast-check"
import { Batch } from "../../core/batch.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { batchFormats, eventFormats, messagesOf } from "./durable-bodies.ts"

const SEED = Number(process.env["SEED"] ?? 1)

const batch = (...bodies: (string | Uint8Array)[]) =>
  new Batch(
    "feed/a",
    1,
    bodies.map((body, index) => ({
      ...{ offset: index + 1, time: 0, author: "ada", kind: "text" as const, ref: 0, count: index + 1 },
      body: typeof body === "string" ? Buffer.from(body) : body,
    })),
  )
const said = (body: string, type: string) => messagesOf(Buffer.from(body), type).map(String)

/** What a client makes of an event's data (WHATWG HTML, 9.2.6). */
function dataOf(event: Uint8Array): string {
  const text = Buffer.from(event).toString()
  assert.ok(text.startsWith("event: data\n") && text.endsWith("\n\n"))
  const lines = text.slice("event: data\n".length, -2).split(/\r\n|\r|\n/)
  assert.ok(lines.every((line) => line.startsWith("data:")))
  return lines.map((line) => line.slice("data:".length).replace(/^ /, "")).join("\n")
}

test("messages of JSON are the value, or the elements of an array, one level deep", () => {
  assert.deepEqual(said('{"a": 1.0}', "application/json"), ['{"a": 1.0}'])
  assert.deepEqual(said('[1, [2], "x"]', "application/json; charset=utf-8"), ["1", "[2]", '"x"'])
  assert.deepEqual(said("[]", "application/json"), [])
  for (const body of ["{", "[1,]", "\xff"])
    assert.throws(
      () => messagesOf(Buffer.from(body, "latin1"), "application/json"),
      (error) => error instanceof LandlineError && error.code === "bad_request",
    )
})

test("an array of more messages than a batch may have is refused at once", () => {
  const array = (elements: number) => `[${Array(elements).fill(1).join()}]`
  assert.equal(
    said(array(limits.feedBatchMessagesMax), "application/json").length,
    limits.feedBatchMessagesMax,
  )
  assert.throws(
    () => said(array(limits.feedBatchMessagesMax + 1), "application/json"),
    (error) => error instanceof LandlineError && error.code === "too_large",
  )
})

test(`any bytes come in pieces that fit an entry, and no sign of text is cut (SEED=${SEED})`, () => {
  assert.deepEqual(messagesOf(Buffer.alloc(0), "text/plain"), [])
  const sign = fc.constantFrom("a", "ö", "☎", "💡")
  fc.assert(
    fc.property(fc.array(sign, { minLength: 1, maxLength: 5 }), fc.nat(7), (signs, shift) => {
      const body = Buffer.from("x".repeat(shift) + signs.join("").repeat(60_000))
      for (const type of ["text/plain", "image/png"]) {
        const pieces = messagesOf(body, type)
        assert.ok(pieces.every((piece) => piece.length > 0 && piece.length <= limits.entryBytesMax))
        assert.ok(Buffer.concat(pieces).equals(body))
        assert.ok(type === "image/png" || pieces.every((piece) => isUtf8(piece)))
      }
    }),
    { seed: SEED, numRuns: 20 },
  )
  const broken = Buffer.alloc(3 * limits.entryBytesMax, 0x80) // says that it is text, and is none
  assert.ok(Buffer.concat(messagesOf(broken, "text/plain")).equals(broken))
})

test("a batch is an array of JSON, or its bytes", () => {
  assert.equal(String(batch("1", '{"a":2}').encoded(batchFormats.json)), '[1,{"a":2}]')
  assert.deepEqual(
    [...batch(Uint8Array.of(0, 255), Uint8Array.of(1)).encoded(batchFormats.bytes)],
    [0, 255, 1],
  )
})

test(`no text ends its event, and all but its kind of line ends comes back (SEED=${SEED})`, () => {
  const text = fc.array(fc.constantFrom("a", " ", "\n", "\r", "\r\n", "data:", "event: control\n", ":", "ö"))
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (texts) => {
      const bodies = texts.map((parts) => parts.join(""))
      const expected = bodies.join("").replaceAll(/\r\n|\r/g, "\n")
      assert.equal(dataOf(batch(...bodies).encoded(eventFormats.text)), expected)
    }),
    { seed: SEED },
  )
  assert.equal(dataOf(batch("1", "[2]").encoded(eventFormats.json)), "[1,[2]]")
  const bytes = Uint8Array.of(10, 13, 0, 255)
  assert.equal(dataOf(batch(bytes, bytes).encoded(eventFormats.base64)), "Cg0A/woNAP8=")
})
