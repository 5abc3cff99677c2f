import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { test } from "node:test"
import { tempDir } from "../../../test/support/temp.ts"
import { bytesOf, rejects, sha256 } from "../blob-store-contract.ts"
import { WorkerCalls } from "../calls.ts"
import { DurableFolder } from "./durable-folder.ts"
import type { HasherMethods } from "./hasher.ts"
import { system } from "./system.ts"

const MIB = 1024 * 1024
const timeout = 20_000

async function openHasher(bytes: Uint8Array) {
  const folder = await tempDir()
  const path = folder.file("blob")
  writeFileSync(path, bytes)
  const thread = new WorkerCalls<HasherMethods>(new URL("./hasher.ts", import.meta.url), {})
  return {
    path,
    thread,
    async [Symbol.asyncDispose]() {
      await thread.end()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test("hasher: a large blob is hashed in turns, so that others come between", { timeout }, async () => {
  const bytes = bytesOf(20 * MIB)
  await using opened = await openHasher(bytes)
  const { thread, path } = opened
  const turns: number[] = []
  for (let hashed = 0; hashed < bytes.length; turns.push(hashed))
    hashed = await thread.call("advance", ["a", path, bytes.length, 0])
  assert.deepEqual(turns, [8 * MIB, 16 * MIB, 20 * MIB])
  assert.equal(await thread.call("digest", ["a", bytes.length]), sha256(bytes))
})

test("hasher: a blob that is cut back to its mark is not hashed again from the start", {
  timeout,
}, async () => {
  const bytes = bytesOf(3 * MIB)
  await using opened = await openHasher(bytes)
  const { thread, path } = opened
  assert.equal(await thread.call("advance", ["a", path, 3 * MIB, 2 * MIB]), 2 * MIB)
  for (const mark of [2 * MIB, 0, 0]) {
    assert.equal(await thread.call("advance", ["a", path, 3 * MIB, mark]), 3 * MIB)
    assert.equal(await thread.call("cut", ["a", 2.5 * MIB]), 2 * MIB)
  }
  assert.equal(await thread.call("digest", ["a", 2 * MIB]), sha256(bytes.subarray(0, 2 * MIB)))
  assert.equal(await thread.call("cut", ["a", 2 * MIB]), 2 * MIB)
  assert.equal(await thread.call("cut", ["a", MIB]), 0)
})

test("hasher: no sum is given but for exactly the bytes that were asked for", { timeout }, async () => {
  await using opened = await openHasher(bytesOf(MIB))
  const { thread, path } = opened
  await thread.call("advance", ["a", path, MIB, 0])
  await rejects(thread.call("digest", ["a", MIB - 1]), "unknown_upload")
  await thread.call("forget", ["a"])
  await rejects(thread.call("digest", ["a", MIB]), "unknown_upload")
  await rejects(thread.call("advance", ["a", path, MIB + 1, 0]), "internal")
  await rejects(thread.call("advance", ["b", `${path}x`, MIB, 0]), "unknown_upload")
})

test("durable folder: who asks at the same time shares a call, and none gets one that had begun before", {
  timeout,
}, async (t) => {
  await using folder = await tempDir()
  const durable = await DurableFolder.open(folder.file("deep", "er"))
  const calls: { resolve(): void }[] = []
  t.mock.method(system, "fsync", () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    calls.push({ resolve })
    return promise
  })
  const settled = async () => {
    for (let n = 0; n < 10; n++) await Promise.resolve()
    return calls.length
  }
  let resolved = 0
  const count = () => void resolved++
  const first = [durable.sync().then(count), durable.sync().then(count)]
  assert.equal(await settled(), 1)
  const second = [durable.sync().then(count), durable.sync().then(count)]
  assert.equal(await settled(), 1)
  calls[0]!.resolve()
  await Promise.all(first)
  assert.equal(resolved, 2)
  assert.equal(await settled(), 2)
  calls[1]!.resolve()
  await Promise.all(second)
  assert.equal(resolved, 4)
  await durable.close()
})
