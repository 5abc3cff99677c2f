import assert from "node:assert/strict"
import { test } from "node:test"
import { crc32 as nodeCrc32 } from "node:zlib"
import fc from "fast-check"
import { crc32 } from "./crc32.ts"
import {
  flippedHeadBit,
  isProbe,
  PROBE_BYTES_MAX,
  PROBE_HEAD_BYTES,
  ProbeWriter,
  probeLength,
  probePayload,
  readProbe,
} from "./probe.ts"
import { ProbeStream } from "./probe-stream.ts"

const seed = Number(process.env.SEED ?? 1)
const run = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const seq = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const size = fc.integer({ min: PROBE_HEAD_BYTES, max: 2_000 })
const sentMs = fc.double({ min: 0, max: 4e12, noNaN: true })

/** A probe that its writer will not write over. */
function written(run: number, size: number, seq: number, sentMs: number): Uint8Array {
  const writer = new ProbeWriter(run, size)
  writer.write("probe", seq, sentMs)
  return writer.bytes.slice()
}
const probes = fc.tuple(run, size, seq, sentMs).map((parts) => written(...parts))

test(`crc32: as zlib has it (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === nodeCrc32(bytes)),
    { seed },
  )
})

test(`probe: what is written is read (SEED=${seed})`, () => {
  fc.assert(
    fc.property(run, size, seq, sentMs, (run, size, seq, sentMs) => {
      const bytes = written(run, size, seq, sentMs)
      assert.ok(isProbe(bytes))
      const { kind, bytes: length, received, payloadCrc, ...read } = readProbe(bytes)
      assert.deepEqual({ kind, length, received }, { kind: "probe", length: size, received: 0 })
      const nothing = { duplicates: 0, reordered: 0, hubReceivedMs: 0, hubSentMs: 0 }
      assert.deepEqual(read, { run, seq, sentMs, ...nothing })
      assert.equal(payloadCrc, size > PROBE_HEAD_BYTES ? nodeCrc32(bytes.subarray(PROBE_HEAD_BYTES)) : 0)
    }),
    { seed },
  )
})

test(`probe: any flipped bit of the head is seen, and found (SEED=${seed})`, () => {
  fc.assert(
    fc.property(probes, fc.integer({ min: 0, max: PROBE_HEAD_BYTES * 8 - 1 }), (bytes, bit) => {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 0x80 >> (bit & 7)
      assert.equal(isProbe(damaged), false)
      assert.equal(flippedHeadBit(damaged), bit)
      assert.equal(isProbe(damaged), false)
    }),
    { seed, numRuns: 300 },
  )
})

test(`probe: bytes cut off, added, or of another protocol are none (SEED=${seed})`, () => {
  fc.assert(
    fc.property(probes, fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes, more) => {
      assert.equal(isProbe(bytes.subarray(0, -1)), false)
      assert.equal(isProbe(Buffer.concat([bytes, more])), false)
      assert.equal(isProbe(more), false)
      assert.equal(probeLength(Buffer.from("GET / HTTP/1.1\r\n".repeat(8))), 0)
    }),
    { seed },
  )
})

test("payload: each run and sequence has one of its own", () => {
  const payload = (run: number, seq: number) => {
    const bytes = new Uint8Array(64)
    probePayload(run, seq, bytes)
    return Buffer.from(bytes).toString("hex")
  }
  assert.equal(payload(7, 1), payload(7, 1))
  const all = [payload(7, 1), payload(7, 2), payload(8, 1), payload(2 ** 40 + 7, 1), payload(7, 3)]
  assert.ok(new Set(all).size >= 4)
  assert.notEqual(payload(7, 1), payload(7, 2))
})

test(`stream: however the bytes are cut, the same probes come out (SEED=${seed})`, () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(probes, { minLength: 1, maxLength: 5 }), cuts, (sent, cuts) => {
      const bytes = Buffer.concat(sent)
      const stream = new ProbeStream()
      const got: Uint8Array[] = []
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const chunk = Buffer.from(bytes.subarray(at, at + cuts[turn % cuts.length]!))
        assert.ok(stream.push(chunk, (probe) => got.push(Uint8Array.from(probe))))
        at += chunk.length
        chunk.fill(0) // its memory is the socket's
      }
      assert.deepEqual(
        got.map((probe) => readProbe(probe)),
        sent.map((probe) => readProbe(probe)),
      )
    }),
    { seed },
  )
})

test("stream: a place where no probe begins ends it", () => {
  const stream = new ProbeStream()
  const probe = written(5, 64, 1, 0)
  let got = 0
  const garbage = Buffer.concat([probe, Buffer.alloc(PROBE_HEAD_BYTES, "x")])
  assert.equal(
    stream.push(garbage, () => got++),
    false,
  )
  assert.equal(got, 1)
})

test("probe: one may be as long as a datagram", () => {
  assert.ok(isProbe(written(5, PROBE_BYTES_MAX, 1, 0)))
})
