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
import { fileInfo } from "./types.ts"

const DAY_MS = 24 * 3_600_000

test("a file is announced once it is whole, with what its bytes tell, and not before", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const { record } = await files.start(guest, { name: "../notes\u202e.txt", bytes: 11 })
  const half = await files.write(record.id, 0, pieces("hello "))
  assert.equal(half.offset, 6)
  assert.equal(half.file, undefined)
  assert.deepEqual(await heard(stores), [])
  assert.deepEqual(await files.list(ada, { limit: 10 }), [])

  const { file } = await files.write(record.id, 6, pieces("wor", "ld"))
  const { id, ...info } = fileInfo(file!)
  const expected = {
    name: "notes.txt",
    bytes: 11,
    type: "text/plain; charset=utf-8",
    sha256: sha256(Buffer.from("hello world")),
  }
  assert.deepEqual(info, {
    ...expected,
    sender: "~ada",
    time: 1_000_000,
    room: "lobby",
    downloads: 0,
    path: `/files/${id}/notes.txt`,
  })
  const [entry, ...more] = await heard(stores)
  assert.equal(entry?.text, "notes.txt")
  assert.equal(entry?.author, "~ada")
  assert.deepEqual(entry?.file, { id, ...expected })
  assert.deepEqual(more, [])
  assert.equal((await content(files, id)).toString(), "hello world")
  assert.equal((await content(files, id, 6, 9)).toString(), "wor")
})

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

test("equal bytes are stored once, and stay until the last file that has them goes", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores, { bytesMax: 5 })
  const { files } = opened
  const send = async (name: string, bytes: string) => {
    const { record } = await files.start(ada, { name, bytes: bytes.length })
    return (await files.write(record.id, 0, pieces(bytes))).file!
  }
  const first = await send("a", "ab")
  const second = await send("b", "ab")
  await files.remove(ada, first.id)
  assert.equal((await content(files, second.id)).toString(), "ab")
  await files.remove(ada, second.id)
  assert.equal(await stores.blobs.size(second.sha256), undefined)
  await assert.rejects(files.file(ada, second.id), { code: "unknown_file" })
  assert.deepEqual(
    (await heard(stores)).map(({ kind, ref, text }) => [kind, ref, text]),
    [
      ["file", undefined, "a"],
      ["file", undefined, "b"],
      ["file_deleted", 1, "a"],
      ["file_deleted", 2, "b"],
    ],
  )
  await send("c", "abcde") // and what they took can be taken again
})

test("a file is deleted by its sender as a member, or by whoever made its room", async () => {
  const stores = await memoryStores()
  await stores.log.create("room/den")
  await stores.directory.addRoom({ room: "den", topic: "room/den", line: "", createdBy: "bob", since: 0 })
  await using opened = await openFiles(stores)
  const { files } = opened
  const send = async (room: string, who = ada) =>
    (await files.start(who, { name: "a", bytes: 0, room })).file!.id
  const lobby = await send("lobby")
  await assert.rejects(files.remove(bob, lobby), { code: "forbidden" })
  await assert.rejects(files.remove(guest, await send("lobby", guest)), { code: "forbidden" })
  await files.remove(ada, lobby)
  await files.remove(bob, await send("den"))
  await assert.rejects(files.remove(ada, "nothing"), { code: "unknown_file" })
})

test("bytes are reserved when an upload begins and counted as they are: for the hub, and for each person", async () => {
  await using opened = await openFiles(await memoryStores(), { bytesMax: 10, bytesPerPersonMax: 6 })
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 4 })
  await assert.rejects(files.start(ada, { name: "b", bytes: 3 }), { code: "over_quota" })
  const other = await files.start(bob, { name: "b", bytes: 6 })
  await assert.rejects(files.start(guest, { name: "c", bytes: 1 }), { code: "over_quota" })
  await files.abandon(other.record.id)
  const unknown = await files.start(guest, { name: "c" })
  await assert.rejects(files.write(unknown.record.id, 0, pieces("1234567"), { end: true }), {
    code: "over_quota",
  })
  await files.abandon(unknown.record.id)
  const { file } = await files.write(record.id, 0, pieces("abcd"))
  await assert.rejects(files.start(ada, { name: "b", bytes: 3 }), { code: "over_quota" })
  await files.remove(ada, file!.id)
  await files.start(ada, { name: "b", bytes: 6 })
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

test("files end when their time has come", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores, { keptMs: DAY_MS })
  const { files, clock } = opened
  const { file } = await files.start(ada, { name: "a", bytes: 0 })
  clock.time += DAY_MS
  await assert.rejects(files.file(ada, file!.id), { code: "unknown_file" })
  assert.deepEqual(await files.list(ada, { limit: 10 }), [])
  await files.tend()
  assert.equal(await stores.directory.file(file!.id), undefined)
  assert.equal((await heard(stores)).at(-1)?.kind, "file_deleted")
})

test("a one-time link is for whoever asks first, until the file was got whole; it appears in no room", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const file = await files.put(ada, { name: "a", bytes: 3, link: true }, pieces("abc"))
  assert.match(file.code, /^[2-9A-HJKMNP-Z]{8}$/)
  assert.deepEqual(await heard(stores), [])
  assert.deepEqual(await files.list(ada, { limit: 10 }), [])
  await assert.rejects(files.file(ada, file.id), { code: "unknown_file" })
  const typed = `${file.code.slice(0, 4).toLowerCase()}-${file.code.slice(4)}`
  assert.equal((await files.peek(typed, "10.0.0.9")).id, file.id) // a mere look
  assert.equal((await files.redeem(typed, "10.0.0.1")).id, file.id)
  await assert.rejects(files.redeem(file.code, "10.0.0.2"), { code: "unknown_file" })
  assert.equal(files.handedOver(file, 2, 3), false) // its end alone
  await assert.rejects(files.peek(file.code, "10.0.0.2"), { code: "unknown_file" })
  assert.equal(files.handedOver(file, 0, 2), false)
  assert.equal(files.handedOver(file, 1, 3), true)
  await assert.rejects(files.redeem(file.code, "10.0.0.1"), { code: "unknown_file" })
  files.lost(file)
  assert.ok(await files.redeem(file.code, "10.0.0.1"))
  assert.equal(files.handedOver(file, 0, 3), true)
  await files.redeemed(file)
  await assert.rejects(files.redeem(file.code, "10.0.0.1"), { code: "unknown_file" })
  assert.equal(await stores.blobs.size(file.sha256), undefined)
})

test("codes cannot be guessed: after ten wrong ones in a minute even a right one must wait", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files, clock } = opened
  const { file } = await files.start(ada, { name: "a", bytes: 0, link: true })
  for (let wrong = 0; wrong < 10; wrong++)
    await assert.rejects(files.redeem("22222222", "10.0.0.1"), { code: "unknown_file" })
  await assert.rejects(files.redeem(file!.code, "10.0.0.1"), { code: "slow_down" })
  assert.ok(await files.peek(file!.code, "10.0.0.2"), "others go on")
  clock.time += 60_000
  assert.ok(await files.redeem(file!.code, "10.0.0.1"))
})

test("a room that is not there, and a name that cannot be, are refused before anything is stored", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  await assert.rejects(files.start(ada, { name: "a", bytes: 1, room: "none" }), { code: "unknown_room" })
  await assert.rejects(files.start(ada, { name: "a", bytes: 1, room: "../x" }), { code: "bad_name" })
  assert.deepEqual(await stores.blobs.allStaged(), [])
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
