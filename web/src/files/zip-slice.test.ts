import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { fromBufferPromise } from "yauzl"
import { crc32 } from "../../../src/protocol/crc32.ts"
import { zipBytes } from "../../../src/protocol/zip.ts"
import { zipSlice } from "./zip-slice.ts"

const seed = Number(process.env["SEED"] ?? 1)
const content = fc.uint8Array({ maxLength: 500 })

test(`zip slice: however it is cut, the pieces are the zip of the folder, and others can read it (SEED=${seed})`, async () => {
  const cuts = fc.array(fc.nat({ max: 5_000 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.array(content, { maxLength: 6 }), cuts, async (contents, cuts) => {
      const members = contents.map((bytes, index) => ({
        path: `in/${index}.bin`,
        bytes: bytes.length,
        mtimeMs: 1_700_000_000_000,
        mode: 0o100644,
        file: new Blob([new Uint8Array(bytes)]),
      }))
      const crcs = contents.map((bytes) => crc32(bytes))
      const whole = zipBytes(members)
      const places = [0, ...cuts.map((cut) => Math.min(cut, whole)).sort((a, b) => a - b), whole]
      const pieces: Buffer[] = []
      for (const [index, start] of places.slice(0, -1).entries())
        pieces.push(Buffer.from(await zipSlice(members, crcs, start, places[index + 1]!).arrayBuffer()))
      const zip = Buffer.concat(pieces)
      assert.equal(zip.length, whole)
      const read = await fromBufferPromise(zip)
      const found: Buffer[] = []
      for await (const entry of read.eachEntry()) {
        const stream = await read.openReadStreamPromise(entry)
        found.push(Buffer.concat(await stream.toArray()))
      }
      assert.deepEqual(
        found,
        contents.map((bytes) => Buffer.from(bytes)),
      )
    }),
    { seed, numRuns: 100 },
  )
})
