import assert from "node:assert/strict"
import { test } from "node:test"
import {
  ada,
  bob,
  content,
  cut,
  guest,
  heard,
  memoryStores,
  openFiles,
  pieces,
  sha256,
} from "../../../test/support/files.ts"
import { limits } from "../../protocol/limits.ts"

test("a file that is put is there whole, small or large; a large one can be gone on with, a small one is forgotten", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const large = Buffer.alloc(100_000, "large")
  for (const bytes of [Buffer.from("small"), large, Buffer.alloc(0)]) {
    const file = await files.put(ada, { name: "a", bytes: bytes.length }, pieces(bytes))
    assert.ok((await content(files, file.id)).equals(bytes))
  }
  await assert.rejects(files.put(ada, { name: "a", bytes: 5 }, cut("smal")), /the line dropped/)
  await assert.rejects(files.put(ada, { name: "a", bytes: 5 }, pieces("smal")), { code: "bad_request" })
  await assert.rejects(files.put(ada, { name: "a", bytes: 1, sha256: sha256(large) }, pieces("x")), {
    code: "checksum_mismatch",
  })
  assert.deepEqual(await stores.blobs.allStaged(), [])
  let begun = ""
  const half = files.put(ada, { name: "a", bytes: 100_000 }, cut(large.subarray(0, 50_000)), (id) => {
    begun = id
  })
  await assert.rejects(half, /the line dropped/)
  const { file } = await files.write(begun, 50_000, pieces(large.subarray(50_000)))
  assert.ok((await content(files, file!.id)).equals(large))
  assert.equal((await heard(stores)).length, 4)
})

test("a file of no bytes is there at once; one of unknown length when its source ends", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  assert.equal((await files.start(ada, { name: "empty", bytes: 0 })).file?.bytes, 0)
  const { record } = await files.start(ada, { name: "stream" })
  assert.equal((await files.write(record.id, 0, pieces("ab"))).file, undefined)
  assert.equal((await files.write(record.id, 2, pieces("c"), { end: true })).file?.bytes, 3)
  const deferred = await files.start(ada, { name: "deferred" })
  await files.write(deferred.record.id, 0, pieces("ab"))
  assert.equal((await files.write(deferred.record.id, 2, pieces("c"), { bytes: 3 })).file?.bytes, 3)
  assert.equal((await heard(stores)).length, 3)
})

test("what came before the line dropped is kept; another offset is refused with the true one", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 6 })
  await assert.rejects(files.write(record.id, 0, cut("abc")), /the line dropped/)
  for (const wrong of [0, 2, 4, 6])
    await assert.rejects(files.write(record.id, wrong, pieces("xyz")), {
      code: "offset_mismatch",
      details: { offset: 3 },
    })
  const { file } = await files.write(record.id, 3, pieces("def"))
  assert.equal((await content(files, file!.id)).toString(), "abcdef")
})

test("a chunk with a checksum that differs, or that is cut, is dropped and the offset stays", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 6 })
  const checksum = { algorithm: "sha256", digest: Buffer.from(sha256(Buffer.from("abc")), "hex") } as const
  await assert.rejects(files.write(record.id, 0, pieces("abX"), { checksum }), { code: "checksum_mismatch" })
  assert.equal((await files.state(record.id)).offset, 0)
  await assert.rejects(files.write(record.id, 0, cut("ab"), { checksum }), /the line dropped/)
  assert.equal((await files.state(record.id)).offset, 0)
  assert.equal((await files.write(record.id, 0, pieces("abc"), { checksum })).offset, 3)
  assert.equal((await files.write(record.id, 3, pieces("def"))).file?.sha256, sha256(Buffer.from("abcdef")))
})

test("bytes of a checksummed chunk that a dead hub left behind do not count", async () => {
  const stores = await memoryStores()
  await using before = await openFiles(stores)
  const { record } = await before.files.start(ada, { name: "a", bytes: 4 })
  await before.files.write(record.id, 0, pieces("ab"))
  // As kill -9 leaves it: written, but never checked.
  await stores.directory.setUpload({ ...record, trusted: 2 })
  const blob = await stores.blobs.open(record.id)
  await blob.append([Buffer.from("X")])
  await blob.close()
  await using after = await openFiles(stores)
  assert.equal((await after.files.state(record.id)).offset, 2)
  const { file } = await after.files.write(record.id, 2, pieces("cd"))
  assert.equal((await content(after.files, file!.id)).toString(), "abcd")
})

test("a whole that has not the declared SHA-256 never appears, and its upload is gone", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 3, sha256: sha256(Buffer.from("abc")) })
  await assert.rejects(files.write(record.id, 0, pieces("abX")), { code: "checksum_mismatch" })
  await assert.rejects(files.state(record.id), { code: "unknown_upload" })
  assert.deepEqual(await heard(stores), [])
})

test("where the SHA-256 is to follow, the file appears only with it", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 3, sha256: "follows" })
  assert.equal((await files.write(record.id, 0, pieces("abc"))).file, undefined)
  await files.tend()
  assert.deepEqual(await heard(stores), [])
  const last = { sha256: sha256(Buffer.from("abc")) }
  assert.ok((await files.write(record.id, 3, pieces(), last)).file)
  assert.equal((await heard(stores)).length, 1)
})

test("asked again, a finished upload answers the same, and nothing is announced twice", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 3 })
  const { file } = await files.write(record.id, 0, pieces("abc"))
  assert.deepEqual((await files.write(record.id, 3, pieces())).file, file)
  assert.deepEqual((await files.state(record.id)).file, file)
  assert.equal((await heard(stores)).length, 1)
})

test("more bytes than declared are refused, and those declared stay", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 3 })
  await assert.rejects(files.write(record.id, 0, pieces("ab", "cd")), { code: "too_large" })
  assert.ok((await files.write(record.id, 2, pieces("c"))).file)
  for (const bytes of [-1, 1.5, Number.NaN])
    await assert.rejects(files.start(ada, { name: "a", bytes }), { code: "bad_request" })
  await assert.rejects(files.start(ada, { name: "a", bytes: 2 ** 41 }), { code: "too_large" })
})

test("a newer writer ends an older one that hangs, and goes on after it", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 6 })
  const hanging = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  async function* stale() {
    yield Buffer.from("abc")
    arrived.resolve()
    await hanging.promise
  }
  const older = files.write(record.id, 0, stale())
  await arrived.promise
  const newer = files.write(record.id, 3, pieces("def"))
  await assert.rejects(older, { code: "superseded" })
  const { file } = await newer
  assert.equal((await content(files, file!.id)).toString(), "abcdef")
  hanging.resolve()
})

test("parts that are whole become one file, once; others cannot be joined", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const part = async (text: string) => {
    const { record } = await files.start(ada, { bytes: 3, partial: true })
    await files.write(record.id, 0, pieces(text))
    return record.id
  }
  const parts = [await part("abc"), await part("def")]
  assert.deepEqual(await heard(stores), [])
  const unfinished = await files.start(ada, { bytes: 3, partial: true })
  await assert.rejects(files.join(ada, [...parts, unfinished.record.id], { name: "x" }), {
    code: "bad_request",
  })
  const { file } = await files.join(ada, [parts[1]!, parts[0]!], { name: "x" })
  assert.equal((await content(files, file!.id)).toString(), "defabc")
  assert.deepEqual((await files.join(ada, [parts[1]!, parts[0]!], { name: "x" })).file, file)
  assert.equal((await heard(stores)).length, 1)
})

test("an upload that is forgotten goes a day after its last byte, and gives back what it had reserved", async () => {
  await using opened = await openFiles(await memoryStores(), { bytesMax: 4 })
  const { files, clock } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 4 })
  clock.time = Date.now() + limits.uploadKeptMs - 10_000
  await files.tend()
  assert.equal((await files.uploads(ada)).length, 1)
  clock.time += 20_000
  await files.tend()
  await assert.rejects(files.state(record.id), { code: "unknown_upload" })
  await files.start(ada, { name: "b", bytes: 4 })
})

test("ten thousand abandoned uploads bound what comes after them, by person and in all, until they are thrown away", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files, clock } = opened
  const begin = (name: string) => files.start({ name, role: "member" }, { name: "a", bytes: 1 })
  for (let n = 0; n < limits.uploadsMax; n++) await begin(`person ${n % 10}`)
  await assert.rejects(begin("another"), { code: "too_many" })
  await files.abandon((await files.uploads({ name: "person 1", role: "member" }))[0]!.record.id)
  await begin("another")
  clock.time = Date.now() + limits.uploadKeptMs + 60_000
  await files.tend()
  assert.deepEqual(await stores.blobs.allStaged(), [])
  for (let n = 0; n < limits.uploadsPerPersonMax; n++) await begin("ada")
  await assert.rejects(begin("ada"), { code: "too_many" })
  await begin("bob")
})

test("open uploads are listed to the member who began them, and to nobody else", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 4 })
  await files.start(guest, { name: "b", bytes: 4 })
  await files.start(ada, { name: "done", bytes: 0 })
  assert.deepEqual(
    (await files.uploads(ada)).map((state) => state.record.id),
    [record.id],
  )
  assert.deepEqual(await files.uploads(bob), [])
  assert.deepEqual(await files.uploads(guest), [])
})

test("whoever is about to go on with an upload ends a writer that hangs, and learns where it stands", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 6 })
  const hanging = Promise.withResolvers<void>()
  async function* stale() {
    yield Buffer.from("abc")
    await hanging.promise
  }
  const older = files.write(record.id, 0, stale())
  const [settled] = await Promise.all([
    files.settled(record.id),
    assert.rejects(older, { code: "superseded" }),
  ])
  assert.equal(settled.offset, (await files.state(record.id)).offset)
  assert.ok((await files.write(record.id, settled.offset, pieces("abcdef".slice(settled.offset)))).file)
  hanging.resolve()
})
