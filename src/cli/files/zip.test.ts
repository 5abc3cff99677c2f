import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { fromBufferPromise } from "yauzl"
import { zipBytes } from "../../protocol/zip.ts"
import { type ZipEntry, zip } from "./zip.ts"

const seed = Number(process.env.SEED ?? 1)

/** Pieces may be reused, so they are copied. */
async function packed(entries: readonly ZipEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of zip(entries)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

const entry = (path: string, content: Uint8Array, mtimeMs = 1_700_000_000_000): ZipEntry => ({
  path,
  bytes: content.length,
  mtimeMs,
  mode: 0o100644,
  read: () => [content],
})

const entries = fc.uniqueArray(
  fc.record({
    name: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .map((name) => name.replaceAll(/[\\/]/g, "_")),
    content: fc.uint8Array({ maxLength: 2_000 }),
    mtimeMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  }),
  { selector: ({ name }) => name, maxLength: 30 },
)

test(`zip: its size is known beforehand, the same entries give the same bytes, and others can read them (SEED=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (some) => {
      const all = some.map(({ name, content, mtimeMs }) => entry(`in/${name}`, content, mtimeMs))
      const bytes = await packed(all)
      assert.equal(bytes.length, zipBytes(all))
      assert.deepEqual(await packed(all), bytes)
      const file = await fromBufferPromise(bytes)
      let index = 0
      for await (const found of file.eachEntry()) {
        const { name, content, mtimeMs } = some[index++]!
        assert.equal(found.fileName, `in/${name}`)
        const chunks = await (await file.openReadStreamPromise(found)).toArray()
        assert.deepEqual(Buffer.concat(chunks), Buffer.from(content))
        if (mtimeMs < 2 ** 31 * 1_000)
          assert.equal(found.getLastModDate().getTime(), Math.floor(mtimeMs / 1_000) * 1_000)
      }
      assert.equal(index, some.length)
    }),
    { seed, numRuns: 100 },
  )
})

test("zip: folders without files and the right to execute are kept", async () => {
  const run = { ...entry("run.sh", Buffer.from("#!/bin/sh\n")), mode: 0o100755 }
  const empty = { ...entry("empty/", Buffer.alloc(0)), mode: 0o040755 }
  const file = await fromBufferPromise(await packed([empty, run]))
  const modes: [string, string][] = []
  for await (const { fileName, externalFileAttributes } of file.eachEntry())
    modes.push([fileName, (externalFileAttributes >>> 16).toString(8)])
  assert.deepEqual(modes, [
    ["empty/", "40755"],
    ["run.sh", "100755"],
  ])
})

test("zip: more entries than 16 bits count, and sizes beyond 32 bits, are as long as predicted", async () => {
  const many = Array.from({ length: 70_000 }, (_, n) => entry(`f${n}`, Buffer.alloc(0)))
  const bytes = await packed(many)
  assert.equal(bytes.length, zipBytes(many))
  const file = await fromBufferPromise(bytes)
  assert.equal(file.entryCount, 70_000)

  // Its bytes are not needed to see how long the rest is.
  const large: ZipEntry = { ...entry("large", Buffer.alloc(0)), bytes: 5 * 2 ** 30 }
  const all = [large, entry("after", Buffer.from("x"))]
  assert.equal((await packed(all)).length + large.bytes, zipBytes(all))
})
