import assert from "node:assert/strict"
import { readdirSync, readFileSync, readlinkSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { openStore } from "../../../test/support/disk-blobs.ts"
import { tempDir } from "../../../test/support/temp.ts"
import type { LandlineError } from "../../protocol/errors.ts"
import { bytesOf, publish, read, rejects, sha256, stage } from "../blob-store-contract.ts"
import { openDiskBlobs } from "./blob-store.ts"
import { system } from "./system.ts"

const MIB = 1024 * 1024
const timeout = 20_000
const noProc = process.platform !== "linux" && "only Linux has a /proc"

/** Files under a folder that this process has open. */
function openFiles(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(join(folder, "")) ? [path] : []
    } catch {
      return [] // the one that lists them
    }
  })
}

test("a staged blob survives a restart, and goes on with its sum", { timeout }, async () => {
  await using store = await openStore()
  const bytes = bytesOf(20 * MIB)
  const id = await stage(store.blobs, bytes.subarray(0, 9 * MIB))
  const before = (await store.blobs.staged(id))!
  writeFileSync(store.folder.file("staging", "notes.txt"), "not a blob")
  let blobs = await store.reopen()
  const after = (await blobs.staged(id))!
  assert.equal(after.bytes, 9 * MIB)
  assert.ok(Math.abs(after.time - before.time) < 5_000)
  assert.deepEqual(
    (await blobs.allStaged()).map((staged) => staged.id),
    [id],
  )
  assert.equal(await blobs.digest(id), sha256(bytes.subarray(0, 9 * MIB)))

  blobs = await store.reopen()
  const blob = await blobs.open(id)
  assert.equal(blob.bytes, 9 * MIB)
  for (let at = blob.bytes; at < bytes.length; at += MIB) await blob.append([bytes.subarray(at, at + MIB)])
  await blob.close()
  const sum = await blobs.digest(id)
  assert.equal(sum, sha256(bytes))
  await blobs.publish(id, sum)
  blobs = await store.reopen()
  assert.deepEqual(await blobs.allStaged(), [])
  assert.deepEqual(await read(blobs, sum, 0, bytes.length), bytes)
})

test("a hub that closes on the way keeps what was staged, and holds no file open", {
  timeout,
  skip: noProc,
}, async () => {
  await using store = await openStore()
  const { blobs } = store
  const id = await stage(blobs, bytesOf(MIB))
  const blob = await blobs.open(id)
  const adding = blob.append([bytesOf(MIB, 2)])
  await blobs.close()
  await adding
  assert.deepEqual(openFiles(store.folder.path), [])
  await rejects(blob.append([bytesOf(10)]), "stopping")
  await rejects(blobs.stage(), "stopping")
  const again = await store.reopen()
  assert.equal((await again.staged(id))!.bytes, 2 * MIB)
})

test("a writer closes only when what it writes is written", { timeout }, async (t) => {
  await using store = await openStore()
  const id = await store.blobs.stage()
  const blob = await store.blobs.open(id)
  const { writev } = system
  const gate = Promise.withResolvers<void>()
  const late = async (...args: Parameters<typeof writev>) => {
    await gate.promise
    return writev(...args)
  }
  t.mock.method(system, "writev", late as unknown as typeof writev)
  const close = t.mock.method(system, "close")
  const adding = blob.append([Buffer.from("late")])
  const closing = blob.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(close.mock.callCount(), 0)
  gate.resolve()
  await Promise.all([adding, closing])
  assert.equal(close.mock.callCount(), 1)
  assert.equal(readFileSync(store.folder.file("staging", id), "utf8"), "late")
})

test("a join that fails on the way appends nothing", { timeout }, async () => {
  await using store = await openStore()
  const { blobs, folder } = store
  const [whole, first, second] = await Promise.all(
    ["whole", "first", "second"].map((text) => stage(blobs, Buffer.from(text))),
  )
  unlinkSync(folder.file("staging", second!))
  await rejects(blobs.join(whole!, [first!, second!]), "unknown_upload")
  assert.equal((await blobs.staged(whole!))!.bytes, 5)
  assert.equal(readFileSync(folder.file("staging", whole!), "utf8"), "whole")
  assert.equal(await blobs.digest(whole!), sha256(Buffer.from("whole")))
})

test("blobs lie at staging/ID and blobs/ab/SHA256, for the hub's eyes only", { timeout }, async () => {
  await using store = await openStore()
  const { blobs, folder } = store
  const id = await stage(blobs, Buffer.from("bytes"))
  assert.equal(statSync(folder.file("staging", id)).mode & 0o777, 0o600)
  const sum = await blobs.digest(id)
  await blobs.publish(id, sum)
  assert.deepEqual(readdirSync(folder.file("staging")), [])
  assert.equal(readFileSync(folder.file("blobs", sum.slice(0, 2), sum), "utf8"), "bytes")
  await publish(blobs, Buffer.from("bytes"))
  assert.deepEqual(readdirSync(folder.file("blobs", sum.slice(0, 2))), [sum])
  await blobs.remove(sum)
  assert.deepEqual(readdirSync(folder.file("blobs", sum.slice(0, 2))), [])
})

test("publish: the bytes are durable before the name is, and the name before it resolves", {
  timeout,
}, async (t) => {
  await using store = await openStore()
  const calls: string[] = []
  for (const name of ["fdatasync", "fsync", "rename"] as const) {
    const call = system[name] as (...args: unknown[]) => Promise<void>
    t.mock.method(system, name, async (...args: unknown[]) => {
      await call(...args)
      calls.push(name)
    })
  }
  const first = await stage(store.blobs, Buffer.from("bytes"))
  const sum = await store.blobs.digest(first)
  await store.blobs.publish(first, sum)
  // Before the rename also the folder of the new shard, and the entry in staging; after it both its folders.
  assert.deepEqual(calls.slice(0, 3).sort(), ["fdatasync", "fsync", "fsync"])
  assert.deepEqual(calls.slice(3), ["rename", "fsync", "fsync"])

  const second = await stage(store.blobs, Buffer.from("other"))
  const blob = await store.blobs.open(second)
  calls.length = 0
  await blob.sync()
  assert.deepEqual(calls.sort(), ["fdatasync", "fsync"])
  await blob.sync()
  assert.equal(calls.length, 2)
  await blob.append([Buffer.from("more")])
  await blob.sync()
  assert.ok(calls.filter((call) => call === "fdatasync").length === 2)
  calls.length = 0
  await store.blobs.publish(second, await store.blobs.digest(second))
  assert.ok(!calls.includes("fdatasync"), "what is durable need not be made so again")
})

test("a blob that the disk failed to take is not published, and is gone", { timeout }, async (t) => {
  await using store = await openStore()
  const { blobs } = store
  const id = await stage(blobs, Buffer.from("bytes"))
  const sum = await blobs.digest(id)
  t.mock.method(system, "fdatasync", () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })), {
    times: 1,
  })
  await rejects(blobs.publish(id, sum), "internal")
  assert.equal(await blobs.size(sum), undefined)
  assert.equal(await blobs.staged(id), undefined)
  await rejects(blobs.publish(id, sum), "unknown_upload")
})

test("a published blob that has lost bytes is replaced by the next that is whole", { timeout }, async () => {
  await using store = await openStore()
  const { blobs, folder } = store
  const bytes = bytesOf(MIB)
  const sum = await publish(blobs, bytes)
  writeFileSync(folder.file("blobs", sum.slice(0, 2), sum), bytes.subarray(0, 1000))
  await rejects(read(blobs, sum, 0, bytes.length), "internal")
  assert.equal(await publish(blobs, bytes), sum)
  assert.deepEqual(await read(blobs, sum, 0, bytes.length), bytes)
})

test("a reader holds the file open from its first pull until it ends, however it ends", {
  timeout,
  skip: noProc,
}, async () => {
  await using store = await openStore()
  const bytes = bytesOf(3 * MIB)
  const sum = await publish(store.blobs, bytes)
  const path = store.folder.file("blobs", sum.slice(0, 2), sum)
  const held = () => openFiles(store.folder.path).filter((file) => file === path).length
  const reader = store.blobs.read(sum, 0, bytes.length)[Symbol.asyncIterator]()
  assert.equal(held(), 0)
  await reader.next()
  assert.equal(held(), 1)
  await reader.return!()
  assert.equal(held(), 0)
  await store.blobs.read(sum, 0, bytes.length)[Symbol.asyncIterator]().return!()
  for await (const _ of store.blobs.read(sum, 0, bytes.length)) assert.equal(held(), 1)
  await rejects(read(store.blobs, sum, 0, bytes.length + 1), "internal")
  assert.equal(held(), 0)
})

test("more blobs than hash states are kept for: all sums are right", { timeout }, async () => {
  await using store = await openStore()
  const ids: string[] = []
  for (let n = 0; n < 600; n++) ids.push(await stage(store.blobs, bytesOf(66_000, n)))
  const sums = await Promise.all(ids.map((id) => store.blobs.digest(id)))
  for (const [n, sum] of sums.entries()) assert.equal(sum, sha256(bytesOf(66_000, n)))
  const first = await store.blobs.open(ids[0]!)
  await first.append([bytesOf(100_000, 1_000)])
  await first.close()
  assert.equal(
    await store.blobs.digest(ids[0]!),
    sha256(Buffer.concat([bytesOf(66_000, 0), bytesOf(100_000, 1_000)])),
  )
})

test("a blob that is thrown away while it is hashed ends the wait for its sum", { timeout }, async () => {
  await using store = await openStore()
  const id = await stage(store.blobs, bytesOf(MIB))
  const blobs = await store.reopen()
  const digest = rejects(blobs.digest(id), "unknown_upload")
  await blobs.discard(id)
  await digest
})

test("a folder that cannot be used is refused in one sentence", { timeout }, async () => {
  await using folder = await tempDir()
  writeFileSync(folder.file("file"), "")
  await assert.rejects(openDiskBlobs(folder.file("file")), (error: LandlineError) => {
    assert.equal(error.code, "data_unwritable")
    assert.match(
      error.message,
      /^The folder .* cannot be used \(.*\)\. Mend it, or choose another with --data\.$/,
    )
    return true
  })
})
