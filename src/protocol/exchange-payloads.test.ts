import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../test/support/random.ts"
import { PATTERNS } from "./exchange.ts"
import { ExchangePayloads, PAYLOAD_SIZES, wrongBits } from "./exchange-payloads.ts"

const ROUNDS = 1_000

/** The pool as the document has it, in arithmetic without bounds. */
function poolByHand(seed: number): number[] {
  const bytes: number[] = []
  let state = BigInt(seed)
  while (bytes.length < 32_768) {
    state = (state ^ (state << 13n)) & 0xffffffffn
    state ^= state >> 17n
    state = (state ^ (state << 5n)) & 0xffffffffn
    for (let byte = 0n; byte < 4n; byte++) bytes.push(Number((state >> (8n * byte)) & 255n))
  }
  return bytes
}

/** RFC 1071: the sum of 16-bit words in one's complement. */
function internetChecksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}

test("payloads: as documented, so that another program can make them", () => {
  const payloads = new ExchangePayloads(7, PATTERNS)
  const pools = { up: poolByHand(7), down: poolByHand((7 ^ 0x9e3779b9) >>> 0) }
  for (let round = 0; round < ROUNDS; round++) {
    const size = PAYLOAD_SIZES[round % 32]!
    const begin = 4 * ((round * 1021) % 5800)
    for (const way of ["up", "down"] as const) {
      const [zeros, alternating, random, swapped] = PATTERNS.map((_, index) =>
        payloads[way](4 * round + index + 1),
      )
      const words = pools[way].slice(begin, begin + size)
      assert.deepEqual([...zeros!], Array(size).fill(0))
      assert.deepEqual(
        [...alternating!],
        Array.from({ length: size }, (_, at) => [0x55, 0xaa][at % 2]),
      )
      assert.deepEqual([...random!], words)
      const whole = size - (size % 4)
      assert.deepEqual(
        [...swapped!.subarray(0, whole)],
        words.slice(0, whole).map((_, at) => words[at ^ 2]),
      )
    }
  }
})

test("payloads: of random and swapped words, the Internet checksum is the same and the bytes are not", () => {
  const payloads = new ExchangePayloads(SEED, PATTERNS)
  let compared = 0
  for (let round = 0; round < 64; round++) {
    const [random, swapped] = [payloads.up(4 * round + 3), payloads.up(4 * round + 4)]
    if (random.length === 0 || random.length % 4 !== 0) continue
    compared++
    assert.equal(internetChecksum(swapped), internetChecksum(random))
    assert.ok(wrongBits(swapped, random).wrong > 0)
  }
  assert.ok(compared >= 20)
})

test("payloads: sizes go from nothing to beyond an Ethernet frame; up differs from down; a seed of 0 works", () => {
  assert.equal(Math.min(...PAYLOAD_SIZES), 0)
  assert.ok(Math.max(...PAYLOAD_SIZES) > 1_500)
  const payloads = new ExchangePayloads(0, ["random"])
  const seq = PAYLOAD_SIZES.indexOf(64) + 1
  assert.ok(payloads.up(seq).some((byte) => byte > 0))
  assert.notDeepEqual(payloads.up(seq), payloads.down(seq))
  assert.notDeepEqual(payloads.up(seq), payloads.up(seq + 32))
})

test("payloads: without patterns there are none", () => {
  const payloads = new ExchangePayloads(1, [])
  assert.deepEqual([payloads.size(5), payloads.up(5).length, payloads.down(5).length], [0, 0, 0])
})

test(`payloads: every flipped bit is found at its place, and no other (SEED=${SEED})`, () => {
  const payloads = new ExchangePayloads(SEED, PATTERNS)
  const flips = fc.uniqueArray(fc.nat({ max: 8 * 9_000 - 1 }), { maxLength: 100 })
  const property = fc.property(fc.integer({ min: 1, max: 1_000 }), flips, (seq, places) => {
    const due = payloads.down(seq)
    const came = due.slice()
    const flipped = places.filter((place) => place < 8 * due.length).sort((a, b) => a - b)
    for (const place of flipped) came[place >> 3]! ^= 0x80 >> (place & 7)
    const { bits, wrong } = wrongBits(came, due)
    assert.equal(wrong, flipped.length)
    assert.deepEqual(
      bits,
      flipped.slice(0, 64).map((place) => [place >> 3, 7 - (place & 7)]),
    )
  })
  fc.assert(property, { seed: SEED })
})
