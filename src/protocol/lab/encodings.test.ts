import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { cutBefore, decode, ENCODINGS, encode } from "./encodings.ts"

const seed = Number(process.env["SEED"] ?? 1)
const bytes = (...list: number[]) => Uint8Array.from(list)

test(`what can be written in an encoding is read as it was, however it is cut (SEED=${seed})`, () => {
  const texts = fc.string({ unit: "grapheme-composite", maxLength: 40 })
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(...ENCODINGS),
      fc.integer({ min: 4, max: 20 }),
      (text, encoding, most) => {
        const written = encode(text, encoding)
        if (!written) return
        assert.equal(decode(written, encoding), text)
        const parts: (string | undefined)[] = []
        for (let at = 0; at < written.length; ) {
          const size = cutBefore(written.subarray(at), most, encoding)
          assert.ok(size > 0 && size <= most)
          parts.push(decode(written.subarray(at, at + size), encoding))
          at += size
        }
        assert.equal(parts.join(""), text)
      },
    ),
    { seed },
  )
})

test("bytes as Python writes them", () => {
  assert.deepEqual(encode("é", "utf-8"), bytes(0xc3, 0xa9))
  assert.deepEqual(encode("é", "latin1"), bytes(0xe9))
  assert.deepEqual(encode("é", "utf-16le"), bytes(0xe9, 0))
  assert.equal(encode("é", "ascii"), undefined)
  assert.equal(encode("€", "latin1"), undefined)
  assert.equal(decode(bytes(0x80), "latin1"), "\x80") // and not the euro of Windows
})

test("what is no text of an encoding is told", () => {
  assert.equal(decode(bytes(0x50, 0xff), "utf-8"), undefined)
  assert.equal(decode(bytes(0xc3), "utf-8"), undefined)
  assert.equal(decode(bytes(0x80), "ascii"), undefined)
  assert.equal(decode(bytes(0x50), "utf-16le"), undefined)
  assert.equal(cutBefore(new Uint8Array(9).fill(0x80), 5, "utf-8"), 5)
})
