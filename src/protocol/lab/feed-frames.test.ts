import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { clientFrame } from "../../../test/support/client-frame.ts"
import { SEED } from "../../../test/support/random.ts"
import { concat } from "./bytes.ts"
import { encodeClose, encodeText, FeedDecoder, type FeedFrame } from "./feed-frames.ts"

const utf8 = new TextEncoder()
const decoderAt = (at = 0) => new FeedDecoder({ at, messageBytesMax: 64 * 1024 })

function framesOf(decoder: FeedDecoder): FeedFrame[] {
  const frames: FeedFrame[] = []
  for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(frame)
  return frames
}

test(`any cut of the bytes gives the same frames (SEED=${SEED})`, () => {
  const message = fc.record({
    text: fc.string({ unit: "binary", maxLength: 300 }).map((text) => text.toWellFormed()),
    pieces: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat()), (messages, cuts) => {
      const bytes = concat(
        messages.flatMap(({ text, pieces }) => {
          const body = utf8.encode(text)
          const size = Math.ceil(body.length / pieces)
          return Array.from({ length: pieces }, (_, index) => [
            clientFrame(body.subarray(index * size, (index + 1) * size), {
              opcode: index === 0 ? 1 : 0,
              final: index === pieces - 1,
            }),
            clientFrame("between", { opcode: 9 }),
          ]).flat()
        }),
      )
      const decoder = decoderAt()
      const texts: string[] = []
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
      for (const [index, place] of places.entries()) {
        decoder.push(bytes.subarray(places[index - 1] ?? 0, place))
        for (const frame of framesOf(decoder)) if (frame.type === "text") texts.push(frame.text)
      }
      assert.deepEqual(
        texts,
        messages.map(({ text }) => text),
      )
      assert.equal(decoder.fault, undefined)
    }),
    { seed: SEED },
  )
})

test(`whatever bytes come, each cut ends in the same fault at the same byte (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (bytes, cut) => {
      const [whole, parted] = [decoderAt(), decoderAt()]
      whole.push(bytes)
      const frames = framesOf(whole)
      const place = cut % (bytes.length + 1)
      parted.push(bytes.subarray(0, place))
      const first = framesOf(parted)
      parted.push(bytes.subarray(place))
      assert.deepEqual([...first, ...framesOf(parted)], frames)
      assert.equal(parted.fault?.kind, whole.fault?.kind)
      assert.equal(parted.fault?.byte, whole.fault?.byte)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test("lengths of every form are read", () => {
  for (const size of [0, 125, 126, 65_535, 65_536]) {
    const decoder = decoderAt()
    decoder.push(clientFrame("x".repeat(size)))
    assert.deepEqual(framesOf(decoder), [{ type: "text", text: "x".repeat(size) }])
  }
})

test("each fault is found at its byte", () => {
  const bad = new Uint8Array([0x61, 0xff])
  const cases: [string, Uint8Array, string, number][] = [
    ["plain text", utf8.encode("hello"), "reserved_bits", 0],
    ["RSV1", clientFrame("a", { reserved: 4 }), "reserved_bits", 0],
    ["opcode 3", clientFrame("a", { opcode: 3 }), "opcode", 0],
    ["unmasked", encodeText("a"), "unmasked", 0],
    ["long ping", clientFrame("a".repeat(126), { opcode: 9 }), "control", 0],
    ["ping in parts", clientFrame("a", { opcode: 9, final: false }), "control", 0],
    ["continuation of nothing", clientFrame("a", { opcode: 0 }), "no_beginning", 0],
    ["two beginnings", concat([clientFrame("a", { final: false }), clientFrame("b")]), "begun_twice", 7],
    ["too long", clientFrame("x".repeat(65_537)), "too_long", 0],
    [
      "too long in parts",
      concat([clientFrame("x".repeat(65_536), { final: false }), clientFrame("x", { opcode: 0 })]),
      "too_long",
      65_550,
    ],
    ["no UTF-8", clientFrame(bad), "encoding", 7],
    [
      "no UTF-8 in the second part",
      concat([clientFrame("abc", { final: false }), clientFrame(bad, { opcode: 0 })]),
      "encoding",
      16,
    ],
    ["cut within a sign", clientFrame(utf8.encode("aé").subarray(0, 2)), "encoding", 7],
  ]
  for (const [what, bytes, kind, byte] of cases) {
    const decoder = decoderAt(100)
    decoder.push(concat([clientFrame("fine"), bytes]))
    assert.equal(framesOf(decoder).length, 1, what)
    const { fault } = decoder
    assert.deepEqual({ kind: fault?.kind, byte: fault?.byte }, { kind, byte: 110 + byte }, what)
    decoder.push(clientFrame("more"))
    assert.equal(decoder.next(), undefined, "after a fault nothing is decoded")
  }
})

test("a length of 2^63 is refused by its header", () => {
  const decoder = decoderAt()
  decoder.push(new Uint8Array([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]))
  assert.equal(decoder.next(), undefined)
  assert.equal(decoder.fault?.kind, "too_long")
})

test("frames to a client have no mask and the shortest length", () => {
  assert.deepEqual([...encodeText("é")], [0x81, 2, 0xc3, 0xa9])
  assert.deepEqual([...encodeText("x".repeat(126)).subarray(0, 4)], [0x81, 126, 0, 126])
  assert.deepEqual([...encodeText("x".repeat(65_536)).subarray(0, 10)], [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])
  assert.deepEqual([...encodeClose(1001, "ok")], [0x88, 4, 0x03, 0xe9, 0x6f, 0x6b])
})
