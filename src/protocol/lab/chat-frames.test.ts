import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { concat } from "./bytes.ts"
import { ChatDecoder, encodeFrame, type HeaderBytes, headerPrefix, parseLength } from "./chat-frames.ts"

const seed = Number(process.env.SEED ?? 1)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Feeds the pieces as they come, and takes every body as soon as it is there. */
function decodeAll(decoder: ChatDecoder, pieces: Uint8Array[]): string[] {
  const bodies: string[] = []
  for (const piece of pieces) {
    decoder.push(piece)
    for (let body = decoder.next(); body; body = decoder.next()) bodies.push(textOf(body))
  }
  return bodies
}

/** The bytes in pieces of the given sizes, the last sizes repeated as often as needed. */
function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!
    pieces.push(bytes.slice(at, at + size))
    at += size
  }
  return pieces
}

const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 80 }), { minLength: 1, maxLength: 12 })
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })

describe("ChatDecoder", () => {
  for (const headerBytes of [10, 64] as HeaderBytes[])
    test(`any cut of the bytes gives the same bodies, headers of ${headerBytes} bytes (SEED=${seed})`, () => {
      fc.assert(
        fc.property(texts, cuts, (said, sizes) => {
          const decoder = new ChatDecoder({ headerBytes, bodyBytesMax: 1_000 })
          const stream = concat(said.map((text) => encodeFrame(text, headerBytes)))
          assert.deepEqual(decodeAll(decoder, cut(stream, sizes)), said)
          assert.equal(decoder.fault, undefined)
          assert.equal(decoder.idle, true)
        }),
        { seed },
      )
    })

  test(`the width of the header is told from the bytes, whatever the cuts (SEED=${seed})`, () => {
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== "")
    fc.assert(
      fc.property(
        fc.constantFrom<HeaderBytes>(10, 64),
        name,
        texts,
        cuts,
        (headerBytes, first, more, sizes) => {
          const decoder = new ChatDecoder({ bodyBytesMax: 1_000 })
          const stream = concat([first, ...more].map((text) => encodeFrame(text, headerBytes)))
          assert.deepEqual(decodeAll(decoder, cut(stream, sizes)), [first, ...more])
          assert.equal(decoder.headerBytes, headerBytes)
        },
      ),
      { seed },
    )
  })

  test(`arbitrary bytes never throw, and are refused or wait for more (SEED=${seed})`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, sizes) => {
        const decoder = new ChatDecoder({ bodyBytesMax: 100 })
        decodeAll(decoder, cut(bytes, sizes))
        assert.equal(decoder.state === "refused", decoder.fault !== undefined)
      }),
      { seed },
    )
  })

  test("a name of nothing is told from a wide header by a pause", () => {
    const decoder = new ChatDecoder({ bodyBytesMax: 100 })
    assert.deepEqual(decodeAll(decoder, [encodeFrame("")]), [])
    assert.equal(decoder.undecided, true)
    decoder.settle()
    assert.equal(textOf(decoder.next()!), "")
    assert.equal(decoder.headerBytes, 10)
    assert.deepEqual(decodeAll(decoder, [encodeFrame("hi")]), ["hi"])
  })

  test("a wide header with the length of nothing needs no pause once it is whole", () => {
    const decoder = new ChatDecoder({ bodyBytesMax: 100 })
    assert.deepEqual(decodeAll(decoder, [encodeFrame("", 64)]), [""])
    assert.equal(decoder.headerBytes, 64)
  })

  test("a bad header is refused at its first wrong byte, not when it is whole", () => {
    const decoder = new ChatDecoder({ headerBytes: 10, bodyBytesMax: 100 })
    assert.deepEqual(decodeAll(decoder, [encodeFrame("ada"), bytesOf("5h")]), ["ada"])
    assert.equal(decoder.fault, "not_a_length")
  })

  test("negative and too large lengths are refused before their body arrives", () => {
    for (const [header, fault] of Object.entries({
      "-5        ": "negative",
      "101       ": "too_large",
      "9999999999": "too_large",
      "          ": "not_a_length",
      "         +": "not_a_length",
      "1_0       ": "not_a_length",
    })) {
      const decoder = new ChatDecoder({ headerBytes: 10, bodyBytesMax: 100 })
      decodeAll(decoder, [bytesOf(header)])
      assert.equal(decoder.fault, fault, header)
    }
  })

  test("after a fault a flood is not kept", () => {
    const decoder = new ChatDecoder({ headerBytes: 10, bodyBytesMax: 100 })
    for (let n = 0; n < 100; n++) decodeAll(decoder, [new Uint8Array(1_000)])
    assert.ok(decoder.evidence().rest.length < 10_000)
  })
})

test("length headers are read as Python's int() reads them", () => {
  const lengths = {
    "5         ": 5,
    "       +05": 5,
    "   12     ": 12,
    "0         ": 0,
    "-3        ": -3,
    "7\n        ": 7,
  }
  for (const [header, length] of Object.entries(lengths))
    assert.equal(parseLength(bytesOf(header)), length, header)
  for (const header of ["", "     ", "1 2", "+ 5", "0x10", "5.0", "five", "1_0"])
    assert.equal(parseLength(bytesOf(header)), undefined, header)
})

test(`every beginning of a header that is accepted can begin a header (SEED=${seed})`, () => {
  const header = fc.stringMatching(/^ {0,5}[+-]?\d{1,3} {0,4}$/)
  fc.assert(
    fc.property(header, fc.nat(12), (text, size) => {
      const begun = bytesOf(text).subarray(0, size)
      assert.equal(headerPrefix(begun), begun.length)
    }),
    { seed },
  )
})
