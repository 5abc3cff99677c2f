import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdir, rm, statfs } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { openStore } from "../../../test/support/disk-blobs.ts"
import { tempDir } from "../../../test/support/temp.ts"
import type { LandlineError } from "../../protocol/errors.ts"
import { bytesOf, rejects, sha256, stage } from "../blob-store-contract.ts"
import { openDiskBlobs } from "./blob-store.ts"
import { system } from "./system.ts"

const MIB = 1024 * 1024
const timeout = 20_000

/** A floor that no disk of this world is above. */
const FULL = { freeFloorBytes: 2 ** 60 }

test("below the free-space floor nothing is stored, what was there stays, and space brings it back", {
  timeout,
}, async () => {
  await using store = await openStore()
  const bytes = bytesOf(300_000)
  const id = await stage(store.blobs, bytes.subarray(0, 100_000))
  let blobs = await store.reopen(FULL)
  assert.equal(await blobs.room(), 0)
  await rejects(blobs.stage(), "storage_full")
  const blob = await blobs.open(id)
  await rejects(blob.append([bytes.subarray(100_000)]), "storage_full")
  assert.equal(blob.bytes, 100_000)
  assert.equal(statSync(store.folder.file("staging", id)).size, 100_000)
  await rejects(blobs.join(id, [id]), "storage_full")
  const sum = await blobs.digest(id)
  assert.equal(sum, sha256(bytes.subarray(0, 100_000)))

  blobs = await store.reopen({ freeFloorBytes: 0 })
  const again = await blobs.open(id)
  await again.append([bytes.subarray(100_000)])
  await again.close()
  assert.equal(await blobs.digest(id), sha256(bytes))
})

test("room is what is free above the floor, by default at most 256 MiB", { timeout }, async () => {
  await using store = await openStore()
  const { bavail, blocks, bsize } = await statfs(store.folder.path)
  const free = await store.blobs.room()
  // Other programs use this disk, too.
  assert.ok(Math.abs(free - bavail * bsize) < 64 * MIB)
  const raised = await (await store.reopen({ freeFloorBytes: 1024 * MIB })).room()
  assert.ok(Math.abs(free - raised - Math.min(free, 1024 * MIB)) < 64 * MIB)
  const usual = await (await store.reopen({})).room()
  const floor = Math.min(256 * MIB, 0.05 * blocks * bsize)
  assert.ok(Math.abs(free - usual - Math.min(free, floor)) < 64 * MIB)
})

/** Why no small disk can be made here; false where it can. */
function noSmallDisk(): string | false {
  if (process.platform !== "linux" || process.getuid!() !== 0) return "only root of a Linux can mount a disk"
  try {
    execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"], { stdio: "ignore" })
    return false
  } catch {
    return "this machine allows no mount"
  }
}

test("a disk that is full in the middle of an append: nothing of it is kept, and space brings it back", {
  timeout,
  skip: noSmallDisk(),
}, async () => {
  await using folder = await tempDir()
  const disk = folder.file("disk")
  await mkdir(disk)
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "none", disk])
  try {
    const blobs = await openDiskBlobs(disk, { freeFloorBytes: 0 })
    try {
      const filler = join(disk, "filler")
      const id = await blobs.stage()
      const blob = await blobs.open(id)
      await blob.append([bytesOf(MIB)])
      // Fills what the store has last measured.
      writeFileSync(filler, bytesOf(2.5 * MIB))
      await rejects(blob.append([bytesOf(MIB, 2).subarray(0, 300_000), bytesOf(MIB, 3)]), "storage_full")
      assert.equal(blob.bytes, MIB)
      assert.equal(statSync(join(disk, "staging", id)).size, MIB)
      await rm(filler)
      await blob.append([bytesOf(MIB, 4)])
      await blob.close()
      const sum = await blobs.digest(id)
      assert.equal(sum, sha256(Buffer.concat([bytesOf(MIB), bytesOf(MIB, 4)])))
      await blobs.publish(id, sum)
      assert.equal(await blobs.size(sum), 2 * MIB)
    } finally {
      await blobs.close()
    }
  } finally {
    execFileSync("umount", ["-l", disk])
  }
})

test("a disk that is full behind the store's back, a quota and a size limit are told in words", {
  timeout,
}, async (t) => {
  await using store = await openStore()
  const id = await stage(store.blobs, Buffer.from("kept"))
  const blob = await store.blobs.open(id)
  const { writev } = system
  for (const [code, words] of [
    ["ENOSPC", /disk is full/],
    ["EDQUOT", /used up its share of the disk/],
    ["EFBIG", /no file of that size/],
  ] as const) {
    let calls = 0
    const half = async (fd: number, chunks: readonly NodeJS.ArrayBufferView[], at?: number | null) => {
      if (calls++ > 0) throw Object.assign(new Error(code), { code })
      return writev(fd, [Buffer.from("half").subarray(0, chunks.length * 4)], at ?? undefined)
    }
    const mocked = t.mock.method(system, "writev", half as typeof writev)
    await assert.rejects(blob.append([Buffer.from("halfway")]), (error: LandlineError) => {
      assert.equal(error.code, "storage_full")
      assert.match(error.message, words)
      return true
    })
    mocked.mock.restore()
    assert.equal(blob.bytes, 4)
    assert.equal(readFileSync(store.folder.file("staging", id), "utf8"), "kept")
  }
})

test("an append that the system takes in small bits is whole", { timeout }, async (t) => {
  await using store = await openStore()
  const { writev } = system
  const bits = (fd: number, chunks: readonly Uint8Array[], at?: number | null) =>
    writev(fd, [Buffer.concat(chunks).subarray(0, 7)], at ?? undefined)
  t.mock.method(system, "writev", bits as unknown as typeof writev)
  const bytes = bytesOf(1_000)
  const id = await store.blobs.stage()
  const blob = await store.blobs.open(id)
  await blob.append([bytes.subarray(0, 5), bytes.subarray(5, 5), bytes.subarray(5, 12), bytes.subarray(12)])
  await blob.close()
  assert.deepEqual(readFileSync(store.folder.file("staging", id)), bytes)
})
