import assert from "node:assert/strict"
import { test } from "node:test"
import {
  ada,
  bob,
  content,
  heard,
  memoryStores,
  openFiles,
  pieces,
  sha256,
} from "../../../test/support/files.ts"
import type { Files } from "./files.ts"

const checksumOf = (text: string) =>
  ({ algorithm: "sha256", digest: Buffer.from(sha256(Buffer.from(text)), "hex") }) as const

async function part(files: Files, text: string, who = ada): Promise<string> {
  const { record } = await files.start(who, { bytes: text.length, partial: true })
  await files.write(record.id, 0, pieces(text))
  return record.id
}

test("a last chunk whose checksum differs makes no file, however often the hub tends or starts", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { record } = await opened.files.start(ada, { name: "a", bytes: 5 })
  const wrong = opened.files.write(record.id, 0, pieces("WRONG"), { checksum: checksumOf("right") })
  await assert.rejects(wrong, { code: "checksum_mismatch" })
  await opened.files.tend()
  await using after = await openFiles(stores)
  assert.deepEqual(await heard(stores), [])
  assert.equal((await after.files.state(record.id)).offset, 0)
  const { file } = await after.files.write(record.id, 0, pieces("right"), { checksum: checksumOf("right") })
  assert.equal((await content(after.files, file!.id)).toString(), "right")
})

test("tending meanwhile publishes nothing a second time: each told code leads to its file", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores, { bytesPerPersonMax: 3_000 })
  const { files } = opened
  let sending = true
  const tending = (async () => {
    while (sending) await files.tend()
  })()
  const send = async (n: number) => {
    const { code } = await files.put(ada, { name: `${n}`, bytes: 10, link: true }, pieces(`${n}`.padEnd(10)))
    return code
  }
  const codes: string[] = []
  for (let n = 0; n < 300; n += 10)
    codes.push(...(await Promise.all(Array.from({ length: 10 }, (_, k) => send(n + k)))))
  sending = false
  await tending
  for (const code of codes) assert.ok(await files.peek(code, "10.0.0.1"))
  assert.deepEqual(await stores.directory.openUploads(), [])
  await assert.rejects(send(300), { code: "over_quota" })
})

test("an upload that is thrown away while it becomes a file leaves none", async () => {
  for (let turns = 0; turns < 30; turns++) {
    const stores = await memoryStores()
    await using opened = await openFiles(stores)
    const { files } = opened
    const { record } = await files.start(ada, { name: "a", bytes: 3 })
    const writing = files.write(record.id, 0, pieces("abc")).catch(() => {})
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    await files.abandon(record.id)
    await writing
    assert.deepEqual(await files.list(ada, { limit: 10 }), [], `after ${turns} turns`)
    await assert.rejects(files.state(record.id), { code: "unknown_upload" })
  }
})

test("parts that are joined several times at once make one file", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const parts = [await part(files, "abc"), await part(files, "def")]
  const joined = await Promise.all([1, 2, 3, 4].map(() => files.join(ada, parts, { name: "x" })))
  assert.equal(new Set(joined.map(({ file }) => file!.id)).size, 1)
  assert.equal((await heard(stores)).length, 1)
})

test("a join that is refused leaves nothing behind, and the parts what they had reserved", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores, { bytesPerPersonMax: 4 })
  const { files } = opened
  const parts = [await part(files, "abc")]
  await assert.rejects(files.join(bob, parts, { name: "x", room: "none" }), { code: "unknown_room" })
  await assert.rejects(files.start(ada, { name: "b", bytes: 2 }), { code: "over_quota" })
  const { join } = stores.blobs
  stores.blobs.join = () => Promise.reject(new Error("the disk is full"))
  await assert.rejects(files.join(ada, parts, { name: "x" }), /the disk is full/)
  stores.blobs.join = join
  assert.equal((await stores.directory.openUploads()).length, 1)
  await assert.rejects(files.start(ada, { name: "b", bytes: 2 }), { code: "over_quota" })
  assert.ok((await files.join(ada, parts, { name: "x" })).file)
  await assert.rejects(files.join(ada, parts, { name: "x", sha256: "follows" }), { code: "bad_request" })
})

test("a file of unknown length that goes over the quota is thrown away, and others can send", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores, { bytesMax: 5 })
  const { files } = opened
  await assert.rejects(files.put(ada, { name: "a" }, pieces("123456")), { code: "over_quota" })
  assert.deepEqual(await stores.blobs.allStaged(), [])
  await files.put(bob, { name: "b", bytes: 5 }, pieces("12345"))
})

test("a SHA-256 that is told later must be the one that was declared, and is kept for the next start", async () => {
  const stores = await memoryStores()
  await using opened = await openFiles(stores)
  const { files } = opened
  const [right, wrong] = [sha256(Buffer.from("abc")), sha256(Buffer.from("xyz"))]
  const declared = await files.start(ada, { name: "a", bytes: 3, sha256: right })
  const other = files.write(declared.record.id, 0, pieces("xyz"), { sha256: wrong })
  await assert.rejects(other, { code: "checksum_mismatch" })
  assert.ok((await files.write(declared.record.id, 0, pieces("abc"), { sha256: right })).file)
  const told = await files.start(ada, { name: "b", bytes: 3 })
  await files.write(told.record.id, 0, pieces("ab"), { sha256: right })
  await using after = await openFiles(stores)
  await assert.rejects(after.files.write(told.record.id, 2, pieces("X")), { code: "checksum_mismatch" })
})

test("many who look whether they can go on are all answered", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a", bytes: 3 })
  const states = await Promise.all(Array.from({ length: 64 }, () => files.settled(record.id)))
  assert.ok(states.every(({ offset }) => offset === 0))
})

test("an upload whose file was deleted is gone as well; a folder is one only where it is a zip", async () => {
  await using opened = await openFiles(await memoryStores())
  const { files } = opened
  const { record } = await files.start(ada, { name: "a.html", bytes: 6, items: 3 })
  const { file } = await files.write(record.id, 0, pieces("<html>"))
  assert.deepEqual([file!.items, file!.type], [0, "text/plain; charset=utf-8"])
  await files.remove(ada, file!.id)
  await assert.rejects(files.state(record.id), { code: "unknown_upload" })
})
