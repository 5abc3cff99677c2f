import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import type { BlobStore } from "../core/blob-store.ts"
import { type ErrorCode, LandlineError } from "../protocol/errors.ts"

export type OpenBlobs = () => Promise<{ blobs: BlobStore } & AsyncDisposable>

const SEED = Number(process.env["SEED"] ?? 1)
const MIB = 1024 * 1024
const timeout = 20_000

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Bytes that repeat nowhere, so that none can stand for another. */
export const bytesOf = (length: number, seed = SEED): Buffer =>
  createHash("shake256", { outputLength: length }).update(`${seed}`).digest()

export function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(promise, (error) => error instanceof LandlineError && error.code === code)
}

/** Stages a blob of these bytes. @returns its id */
export async function stage(blobs: BlobStore, ...appends: Uint8Array[]): Promise<string> {
  const id = await blobs.stage()
  const blob = await blobs.open(id)
  for (const bytes of appends) await blob.append([bytes])
  await blob.close()
  return id
}

/** Publishes these bytes. @returns their SHA-256 */
export async function publish(blobs: BlobStore, bytes: Uint8Array): Promise<string> {
  const id = await stage(blobs, bytes)
  const sum = await blobs.digest(id)
  await blobs.publish(id, sum)
  return sum
}

export async function read(blobs: BlobStore, sum: string, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of blobs.read(sum, from, to)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** What every BlobStore promises. @param open an empty store, which the caller closes after the test */
export function blobStoreContract(open: OpenBlobs): void {
  test("ids are 32 hex digits, no two alike or near each other", { timeout }, async () => {
    await using opened = await open()
    const ids = await Promise.all(Array.from({ length: 64 }, () => opened.blobs.stage()))
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
    for (const half of [0, 16]) assert.equal(new Set(ids.map((id) => id.slice(half, half + 16))).size, 64)
  })

  test(`digest follows every append and cut (SEED=${SEED})`, { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const noise = new Uint32Array(new Uint8Array(bytesOf(1_000)).buffer).values()
    const next = () => noise.next().value! / 2 ** 32
    const id = await blobs.stage()
    let expected = Buffer.alloc(0)
    for (let round = 0; round < 12; round++) {
      const blob = await blobs.open(id)
      for (let n = 0; n < 1 + next() * 4; n++) {
        const bytes = bytesOf(Math.floor(next() ** 4 * MIB), round * 10 + n)
        await blob.append([bytes.subarray(0, 100), bytes.subarray(100)])
        expected = Buffer.concat([expected, bytes])
        if (next() < 0.2) assert.equal(await blobs.digest(id), sha256(expected))
      }
      if (next() < 0.5) {
        expected = expected.subarray(0, Math.floor(expected.length * (1 - next() * 0.3)))
        await blob.truncate(expected.length)
      }
      assert.equal(blob.bytes, expected.length)
      if (next() < 0.5) await blob.sync()
      if (next() < 0.7) {
        assert.equal(await blobs.digest(id), sha256(expected))
        assert.equal(await blobs.digest(id), sha256(expected))
      }
      await blob.close()
      assert.equal((await blobs.staged(id))!.bytes, expected.length)
    }
    const sum = await blobs.digest(id)
    assert.equal(sum, sha256(expected))
    await blobs.publish(id, sum)
    assert.deepEqual(await read(blobs, sum, 0, expected.length), expected)
  })

  test("wrong bytes are cut back, and right ones take their place, again and again", {
    timeout,
  }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const right = bytesOf(3 * MIB)
    const id = await blobs.stage()
    for (let at = 0; at < right.length; at += MIB / 2) {
      const blob = await blobs.open(id)
      await blob.append([bytesOf(200_000, at + 7)])
      await blob.append([bytesOf(100_000, at + 8)])
      await blob.truncate(at)
      await blob.append([right.subarray(at, at + MIB / 2)])
      await blob.close()
    }
    assert.equal(await blobs.digest(id), sha256(right))
  })

  test("sixteen blobs that grow at once are told apart", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const sums = await Promise.all(
      Array.from({ length: 16 }, async (_, n) => {
        const pieces = Array.from({ length: 4 }, (_, piece) => bytesOf(100_000 + n, n * 100 + piece))
        const id = await stage(blobs, ...pieces)
        return [await blobs.digest(id), sha256(Buffer.concat(pieces))]
      }),
    )
    for (const [sum, expected] of sums) assert.equal(sum, expected)
  })

  test("what was appended is the store's own: the caller may use its buffer again", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const buffer = Buffer.from("first")
    const id = await blobs.stage()
    const blob = await blobs.open(id)
    await blob.append([buffer])
    buffer.write("again")
    await blob.append([buffer])
    await blob.close()
    const sum = await blobs.digest(id)
    assert.equal(sum, sha256(Buffer.from("firstagain")))
    await blobs.publish(id, sum)
    assert.equal((await read(blobs, sum, 0, 10)).toString(), "firstagain")
  })

  test("staged tells size and time of the last write, allStaged of all", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const [empty, full] = [await blobs.stage(), await blobs.stage()]
    const before = Date.now()
    const blob = await blobs.open(full)
    await blob.append([Buffer.from("12345")])
    await blob.close()
    const { bytes, time } = (await blobs.staged(full))!
    assert.equal(bytes, 5)
    assert.ok(time >= before && time <= Date.now())
    const sizes = (await blobs.allStaged()).map((staged) => [staged.id, staged.bytes])
    assert.deepEqual(
      sizes.sort(),
      [
        [empty, 0],
        [full, 5],
      ].sort(),
    )
    assert.equal(await blobs.staged("0".repeat(32)), undefined)
  })

  test("a published blob is no longer staged, and gives any range of its bytes", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const bytes = bytesOf(1_500_001)
    const id = await stage(blobs, bytes)
    const sum = await blobs.digest(id)
    assert.equal(await blobs.size(sum), undefined)
    await blobs.publish(id, sum)
    assert.equal(await blobs.staged(id), undefined)
    assert.deepEqual(await blobs.allStaged(), [])
    await rejects(blobs.open(id), "unknown_upload")
    await rejects(blobs.digest(id), "unknown_upload")
    assert.equal(await blobs.size(sum), bytes.length)
    for (const [from, to] of [
      [0, bytes.length],
      [0, 0],
      [0, 1],
      [bytes.length - 1, bytes.length],
      [256 * 1024 - 1, 512 * 1024 + 1],
      [1_000_000, 1_400_000],
    ] as const)
      assert.deepEqual(await read(blobs, sum, from, to), bytes.subarray(from, to))
    await rejects(read(blobs, sum, 0, bytes.length + 1), "internal")
  })

  test("an empty blob is one like any other", { timeout }, async () => {
    await using opened = await open()
    const id = await opened.blobs.stage()
    const sum = await opened.blobs.digest(id)
    assert.equal(sum, sha256(Buffer.alloc(0)))
    await opened.blobs.publish(id, sum)
    assert.equal(await publish(opened.blobs, Buffer.alloc(0)), sum)
    assert.equal(await opened.blobs.size(sum), 0)
    assert.equal((await read(opened.blobs, sum, 0, 0)).length, 0)
  })

  test("equal bytes are stored once", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const sum = await publish(blobs, bytesOf(100_000))
    assert.equal(await publish(blobs, bytesOf(100_000)), sum)
    assert.deepEqual(await blobs.allStaged(), [])
    assert.deepEqual(await read(blobs, sum, 0, 100_000), bytesOf(100_000))
    await blobs.remove(sum)
    assert.equal(await blobs.size(sum), undefined)
    await rejects(read(blobs, sum, 0, 1), "unknown_file")
    assert.equal(await publish(blobs, bytesOf(100_000)), sum)
    assert.equal(await blobs.size(sum), 100_000)
  })

  test("publishing again changes nothing; what was never staged is unknown", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const id = await stage(blobs, Buffer.from("once"))
    const sum = await blobs.digest(id)
    await rejects(blobs.publish("0".repeat(32), sum), "unknown_upload")
    await blobs.publish(id, sum)
    await blobs.publish(id, sum)
    assert.equal((await read(blobs, sum, 0, 4)).toString(), "once")
  })

  test("join appends the parts in the order given, and leaves them", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const all = [bytesOf(700_000, 1), Buffer.alloc(0), Buffer.from("middle"), bytesOf(300_000, 2)]
    const [a, b, c, d] = await Promise.all(all.map((bytes) => stage(blobs, bytes)))
    const whole = await stage(blobs, Buffer.from("head"))
    await blobs.join(whole, [d!, b!, c!, a!])
    const expected = Buffer.concat([Buffer.from("head"), all[3]!, all[1]!, all[2]!, all[0]!])
    assert.equal(await blobs.digest(whole), sha256(expected))
    assert.equal((await blobs.staged(whole))!.bytes, expected.length)
    assert.equal(await blobs.digest(a!), sha256(all[0]!))
    await rejects(blobs.join(whole, [c!, "0".repeat(32)]), "unknown_upload")
    await rejects(blobs.join("0".repeat(32), [c!]), "unknown_upload")
    assert.equal((await blobs.staged(whole))!.bytes, expected.length)
    assert.equal(await blobs.digest(whole), sha256(expected))
  })

  test("what is discarded is gone, and may be discarded again", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const id = await stage(blobs, bytesOf(100_000))
    await blobs.discard(id)
    await blobs.discard(id)
    assert.equal(await blobs.staged(id), undefined)
    assert.deepEqual(await blobs.allStaged(), [])
    await rejects(blobs.open(id), "unknown_upload")
    await rejects(blobs.digest(id), "unknown_upload")
  })

  test("a blob that is opened again, published or discarded has no writer any more", {
    timeout,
  }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const id = await blobs.stage()
    const first = await blobs.open(id)
    await first.append([Buffer.from("one")])
    const second = await blobs.open(id)
    await rejects(first.append([Buffer.from("lost")]), "stopping")
    await first.close()
    await second.append([Buffer.from("two")])
    const sum = await blobs.digest(id)
    await blobs.publish(id, sum)
    await rejects(second.append([Buffer.from("lost")]), "stopping")
    assert.equal((await read(blobs, sum, 0, 6)).toString(), "onetwo")
    const thrown = await blobs.stage()
    const third = await blobs.open(thrown)
    await blobs.discard(thrown)
    await rejects(third.append([Buffer.from("lost")]), "stopping")
  })

  test("a reader that has begun reads on when the blob is removed", { timeout }, async () => {
    await using opened = await open()
    const { blobs } = opened
    const bytes = bytesOf(2 * MIB)
    const sum = await publish(blobs, bytes)
    const pieces: Uint8Array[] = []
    for await (const piece of blobs.read(sum, 0, bytes.length)) {
      if (pieces.length === 0) await blobs.remove(sum)
      pieces.push(Buffer.from(piece))
    }
    assert.ok(pieces.length > 1)
    assert.deepEqual(Buffer.concat(pieces), bytes)
    await blobs.remove(sum)
  })

  for (const hostile of [
    "",
    "..",
    "../x",
    "A".repeat(32),
    "a".repeat(31),
    `${"a".repeat(31)}\n`,
    "\0".repeat(32),
    `../${"a".repeat(61)}`,
    "F".repeat(64),
    "__proto__",
  ])
    test(`an id that no store makes is unknown: ${JSON.stringify(hostile)}`, { timeout }, async () => {
      await using opened = await open()
      const { blobs } = opened
      const id = await blobs.stage()
      await rejects(blobs.open(hostile), "unknown_upload")
      await rejects(blobs.digest(hostile), "unknown_upload")
      await rejects(blobs.join(hostile, [id]), "unknown_upload")
      await rejects(blobs.join(id, [hostile]), "unknown_upload")
      await rejects(blobs.publish(hostile, sha256(Buffer.alloc(0))), "unknown_upload")
      await rejects(blobs.publish(id, hostile), "unknown_file")
      await rejects(read(blobs, hostile, 0, 1), "unknown_file")
      await blobs.discard(hostile)
      await blobs.remove(hostile)
      assert.equal(await blobs.staged(hostile), undefined)
      assert.equal(await blobs.size(hostile), undefined)
      assert.equal((await blobs.staged(id))!.bytes, 0)
    })

  test("two stores do not know each other's blobs", { timeout }, async () => {
    await using one = await open()
    await using other = await open()
    const id = await stage(one.blobs, Buffer.from("mine"))
    assert.equal(await other.blobs.staged(id), undefined)
    const sum = await publish(one.blobs, Buffer.from("mine too"))
    assert.equal(await other.blobs.size(sum), undefined)
  })
}
