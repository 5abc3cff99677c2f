import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { crc32 } from "../../protocol/crc32.ts"
import { PROBE_HEAD_BYTES, ProbeWriter } from "../../protocol/probe.ts"
import { PayloadFlips } from "./payload-flips.ts"

const seed = Number(process.env["SEED"] ?? 1)
const RUN = 2 ** 52 + 12_345
const BYTES = 200

const flip = (bytes: Uint8Array, bit: number) => {
  bytes[bit >> 3]! ^= 0x80 >> (bit & 7)
}

test(`payload flips: those on the way up are told from those on the way down (SEED=${seed})`, () => {
  const writer = new ProbeWriter(RUN, BYTES)
  const bit = fc.integer({ min: PROBE_HEAD_BYTES * 8, max: BYTES * 8 - 1 })
  fc.assert(
    fc.property(fc.uniqueArray(bit, { maxLength: 12 }), fc.nat(), (bits, cut) => {
      const { bytes } = writer
      writer.write("probe", 1, 0)
      const ups = cut % (bits.length + 1)
      for (const bit of bits.slice(0, ups)) flip(bytes, bit)
      const hubCrc = crc32(bytes, PROBE_HEAD_BYTES)
      for (const bit of bits.slice(ups)) flip(bytes, bit)
      const expected = bits.map((bit, at) => ({ bit, direction: at < ups ? "up" : "down" }))
      assert.deepEqual(
        new PayloadFlips(RUN, BYTES).find(1, bytes, hubCrc),
        expected.sort((a, b) => a.bit - b.bit),
      )
    }),
    { seed },
  )
})

test("payload flips: of a payload that is another altogether, no more than a thousand places are told", () => {
  const bytes = new Uint8Array(65_507).fill(7)
  const flips = new PayloadFlips(RUN, bytes.length).find(1, bytes, crc32(bytes, PROBE_HEAD_BYTES))
  assert.ok(flips.length >= 1_000 && flips.length < 1_008, `${flips.length}`)
})
