import assert from "node:assert/strict"
import { test } from "node:test"
import {
  ada,
  bob,
  content,
  guest,
  heard,
  memoryStores,
  openFiles,
  pieces,
  sha256,
} from "../../../test/support/files.ts"
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
