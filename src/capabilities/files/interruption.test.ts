import assert from "node:assert/strict"
import { test } from "node:test"
import {
  ada,
  heard,
  memoryStores,
  openFiles,
  pieces,
  type Stores,
  sha256,
} from "../../../test/support/files.ts"
import type { Files } from "./files.ts"

const ANSWERS_AT_ONCE: readonly (string | symbol)[] = ["read", "watch"]

/** Stores of which the nth call, and all after it, fail: as far as a hub came that was killed there. */
function dying(stores: Stores, calls: number): { stores: Stores; used(): number } {
  let used = 0
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name)
        if (typeof method !== "function") return method
        if (ANSWERS_AT_ONCE.includes(name)) return method.bind(target)
        return (...args: unknown[]) => {
          if (++used > calls && name !== "close") return Promise.reject(new Error("killed"))
          return Promise.resolve(method.apply(target, args)).then((result) =>
            name === "open" ? wrap(result as object) : result,
          )
        }
      },
    })
  return {
    stores: {
      blobs: wrap(stores.blobs),
      directory: wrap(stores.directory),
      log: wrap(stores.log),
    },
    used: () => used,
  }
}

async function sendAll(files: Files): Promise<string> {
  const { record } = await files.start(ada, { name: "a", bytes: 6 })
  await files.write(record.id, 0, pieces("abc"))
  await files.write(record.id, 3, pieces("def"))
  return record.id
}

test("wherever a hub is killed while a file comes in, afterwards it is there whole and once, or can be gone on with", async () => {
  let finished = 0
  let resumed = 0
  for (let calls = 1; finished < 3; calls++) {
    assert.ok(calls < 100, "it never gets through")
    const stores = await memoryStores()
    const killed = dying(stores, calls)
    const before = await openFiles(killed.stores).catch(() => undefined)
    const sent = before && (await sendAll(before.files).catch(() => undefined))
    if (sent) finished++

    await using after = await openFiles(stores, { bytesMax: 12, bytesPerPersonMax: 12 })
    for (const { record, offset } of await after.files.uploads(ada)) {
      resumed++
      await after.files.write(record.id, offset, pieces("abcdef".slice(offset)))
    }
    await after.files.tend()
    const listed = await after.files.list(ada, { limit: 10 })
    const announced = (await heard(stores)).map(({ file }) => file?.id)
    assert.deepEqual(
      announced,
      listed.map(({ id }) => id),
      `after ${calls} calls`,
    )
    for (const { sha256: known } of listed) assert.equal(known, sha256(Buffer.from("abcdef")))
    assert.ok(listed.length <= 1)
    assert.ok(!sent || listed.length === 1)
    assert.deepEqual(await stores.directory.openUploads(), [])
    await after.files.start(ada, { name: "b", bytes: 6 }) // it was counted once
  }
  assert.ok(resumed > 5)
})

test("wherever a hub is killed while a small file is put, afterwards it is there whole and once, or not at all", async () => {
  let finished = 0
  for (let calls = 1; finished < 2; calls++) {
    assert.ok(calls < 100, "it never gets through")
    const stores = await memoryStores()
    const before = await openFiles(dying(stores, calls).stores).catch(() => undefined)
    const sent = await before?.files
      .put(ada, { name: "a", bytes: 6 }, pieces("abcdef"))
      .catch(() => undefined)
    if (sent) finished++

    await using after = await openFiles(stores)
    const listed = await after.files.list(ada, { limit: 10 })
    const announced = (await heard(stores)).map(({ file }) => file?.id)
    assert.deepEqual(
      announced,
      listed.map(({ id }) => id),
      `after ${calls} calls`,
    )
    assert.ok(listed.length <= 1 && (!sent || listed.length === 1))
    const stored = await stores.blobs.size(sha256(Buffer.from("abcdef")))
    assert.equal(stored, listed.length === 1 ? 6 : undefined, `after ${calls} calls`)
  }
})

test("wherever a hub is killed while a file is deleted, afterwards it is there, or gone with all that it had", async () => {
  let finished = 0
  for (let calls = 1; finished < 2; calls++) {
    assert.ok(calls < 100, "it never gets through")
    const stores = await memoryStores()
    await using setUp = await openFiles(stores)
    const id = (await setUp.files.state(await sendAll(setUp.files))).file!.id
    const killed = dying(stores, calls)
    const before = await openFiles(killed.stores).catch(() => undefined)
    const done = await before?.files.remove(ada, id).then(
      () => true,
      () => false,
    )
    if (done) finished++

    await using after = await openFiles(stores)
    after.clock.time += 1
    await after.files.tend()
    const left = await stores.directory.file(id)
    const told = (await heard(stores)).filter(({ kind }) => kind === "file_deleted").length
    const stored = await stores.blobs.size(sha256(Buffer.from("abcdef")))
    if (left) assert.deepEqual([told, stored], [0, 6], `after ${calls} calls`)
    else assert.deepEqual([told, stored], [1, undefined], `after ${calls} calls`)
  }
})
