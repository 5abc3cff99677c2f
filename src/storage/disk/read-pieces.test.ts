import assert from "node:assert/strict"
import { truncateSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { tempDir } from "../../../test/support/temp.ts"
import { readPieces } from "./read-pieces.ts"

const KIB = 1024
const MIB = 1024 * KIB

test("a reader holds little memory until it is known that somebody reads, and only so many hold more", async () => {
  await using folder = await tempDir()
  const path = folder.file("zeros")
  writeFileSync(path, "")
  truncateSync(path, 12 * MIB)
  const begun = () => readPieces(path, 0, 12 * MIB)
  /** The largest piece until that place. */
  const largest = async (pieces: AsyncGenerator<Uint8Array>, until: number) => {
    let bytes = 0
    let all = 0
    while (all < until) {
      const { length } = (await pieces.next()).value!
      bytes = Math.max(bytes, length)
      all += length
    }
    return bytes
  }
  const readers = Array.from({ length: 33 }, begun)
  for (const pieces of readers) assert.equal(await largest(pieces, 8 * MIB), 64 * KIB)
  const grown = await Promise.all(readers.map((pieces) => largest(pieces, MIB)))
  assert.equal(grown.filter((bytes) => bytes === 512 * KIB).length, 32)
  assert.equal(grown.filter((bytes) => bytes === 64 * KIB).length, 1)
  for (const pieces of readers) await pieces.return(undefined)
  const next = begun()
  await largest(next, 8 * MIB)
  assert.equal(await largest(next, MIB), 512 * KIB, "the place of one that ended is free")
  await next.return(undefined)
})

test("pieces are the bytes of the file, also where they grow", async () => {
  await using folder = await tempDir()
  const bytes = Buffer.from(Uint32Array.from({ length: 3 * MIB }, (_, index) => index).buffer)
  writeFileSync(folder.file("x"), bytes)
  for (const [from, to] of [
    [0, bytes.length],
    [1, bytes.length - 1],
    [5, 8 * MIB + 5],
    [3, 9 * MIB],
    [7, 8],
  ] as const) {
    const pieces: Buffer[] = []
    for await (const piece of readPieces(folder.file("x"), from, to)) pieces.push(Buffer.from(piece))
    assert.ok(Buffer.concat(pieces).equals(bytes.subarray(from, to)), `${from} to ${to}`)
  }
})
