import assert from "node:assert/strict"
import { test } from "node:test"
import type { Directory, FeedRecord, FileRecord, UploadRecord } from "../core/directory.ts"

/** What every Directory promises. */
export function directoryContract(open: () => Promise<{ directory: Directory } & AsyncDisposable>): void {
  test("a name belongs to the device that claimed it first, in every spelling of its key", async () => {
    await using opened = await open()
    const { directory } = opened
    assert.equal((await directory.claim("Ada", "device 1"))?.name, "Ada")
    assert.equal((await directory.claim("Ada", "device 1"))?.name, "Ada")
    assert.equal(await directory.claim("Ada", "device 2"), undefined)
    assert.equal(await directory.claim("ＡＤＡ", "device 2"), undefined)
    assert.equal((await directory.claim("ada", "device 1"))?.name, "Ada")
    assert.equal((await directory.person("ADA"))?.name, "Ada")
    assert.equal(await directory.person("bob"), undefined)
  })

  test("of many who claim a name at once, one gets it", async () => {
    await using opened = await open()
    const claims = Array.from({ length: 20 }, (_, n) => opened.directory.claim("ada", `device ${n}`))
    assert.equal((await Promise.all(claims)).filter(Boolean).length, 1)
  })

  test("a room is added once, and its line can be set", async () => {
    await using opened = await open()
    const { directory } = opened
    const room = { room: "b", topic: "room/b", line: "", createdBy: "ada", since: 5 } as const
    assert.equal(await directory.addRoom(room), true)
    assert.equal(await directory.addRoom({ ...room, createdBy: "bob" }), false)
    await directory.addRoom({ ...room, room: "a", topic: "room/a" })
    await directory.setTopicLine("b", "what b is for")
    assert.deepEqual(await directory.room("b"), { ...room, line: "what b is for" })
    assert.deepEqual(
      (await directory.rooms()).map(({ room }) => room),
      ["a", "b"],
    )
    assert.equal(await directory.room("none"), undefined)
  })
}

/** What every Directory promises of files and uploads. */
export function fileDirectoryContract(open: () => Promise<{ directory: Directory } & AsyncDisposable>): void {
  test("an upload is kept as it was set last, until it is removed", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setUpload({ ...upload, id: "b" })
    await directory.setUpload({ ...upload, id: "a" })
    await directory.setUpload({ ...upload, id: "b", bytes: 5, verified: "cc" })
    assert.deepEqual(await directory.openUploads(), [
      { ...upload, id: "b", bytes: 5, verified: "cc" },
      { ...upload, id: "a" },
    ])
    assert.deepEqual(await directory.upload("a"), { ...upload, id: "a" })
    await directory.removeUpload("a")
    assert.equal(await directory.upload("a"), undefined)
  })

  test("uploads that are no file yet are listed by sender and without metadata; those that are, when they end", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setUpload({ ...upload, id: "open", metadata: "filename YQ==" })
    await directory.setUpload({ ...upload, id: "done", file: "f", expires: 10 })
    await directory.setUpload({ ...upload, id: "later", file: "f", expires: 11 })
    assert.deepEqual(await directory.openUploads("ada"), [{ ...upload, id: "open" }])
    assert.deepEqual(await directory.openUploads("bob"), [])
    assert.equal((await directory.upload("open"))?.metadata, "filename YQ==")
    assert.deepEqual(await directory.endedUploads(10), ["done"])
  })

  test("files are listed newest first, by room, sender and part of the name, page after page", async () => {
    await using opened = await open()
    const { directory } = opened
    for (const id of ["1", "2", "3", "4"])
      await directory.setFile({ ...file, id, name: `Straße ${id}`, sender: id === "4" ? "bob" : "ada" })
    await directory.setFile({ ...file, id: "5", room: "workshop" })
    await directory.setFile({ ...file, id: "2", name: "Straße 2", offset: 7 }) // as it was, in its place
    const ids = async (query: object) =>
      (await directory.files({ limit: 10, ...query })).map(({ id }) => id).join("")
    assert.equal(await ids({}), "54321")
    assert.equal(await ids({ room: "lobby" }), "4321")
    assert.equal(await ids({ words: "STRASSE 3" }), "3")
    assert.equal(await ids({ words: "%" }), "")
    assert.equal(await ids({ sender: "bob" }), "4")
    assert.equal(await ids({ room: "lobby", before: "3", limit: 1 }), "2")
    assert.equal(await ids({ before: "none" }), "")
    assert.equal((await directory.file("2"))?.offset, 7)
  })

  test("feeds are set, listed, replaced and removed", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setFeed(feed)
    await directory.setFeed({ ...feed, feed: "other", topic: "feed/other" })
    await directory.setFeed({ ...feed, unit: "K" })
    assert.deepEqual(
      (await directory.feeds()).map(({ feed, unit }) => [feed, unit]),
      [
        ["lab/temp", "K"],
        ["other", "°C"],
      ],
    )
    await directory.removeFeed("other")
    await directory.removeFeed("none")
    assert.deepEqual(await directory.feeds(), [{ ...feed, unit: "K" }])
  })

  test("downloads are counted, and setting the file again keeps the count", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setFile(file)
    await Promise.all([1, 2, 3].map(() => directory.countDownload(file.id)))
    await directory.setFile({ ...file, offset: 3 })
    assert.deepEqual(await directory.file(file.id), { ...file, offset: 3, downloads: 3 })
  })

  test("equal bytes are counted once for the hub, and for each sender", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setFile({ ...file, id: "1", bytes: 10, sha256: "aa" })
    await directory.setFile({ ...file, id: "2", bytes: 10, sha256: "aa" })
    await directory.setFile({ ...file, id: "3", bytes: 5, sha256: "bb", sender: "bob" })
    assert.deepEqual(await directory.fileBytes(), {
      all: 15,
      bySender: new Map([
        ["ada", 20],
        ["bob", 5],
      ]),
    })
    assert.equal(await directory.filesOf("aa"), 2)
    await directory.removeFile("1")
    await directory.removeFile("1")
    assert.equal(await directory.filesOf("aa"), 1)
    assert.equal(await directory.filesOf("cc"), 0)
  })

  test("what has ended, or was never announced, is found; a code leads to its file", async () => {
    await using opened = await open()
    const { directory } = opened
    await directory.setFile({ ...file, id: "stays" })
    await directory.setFile({ ...file, id: "ends", expires: 100 })
    await directory.setFile({ ...file, id: "later", expires: 101 })
    await directory.setFile({ ...file, id: "unannounced", offset: 0 })
    await directory.setFile({ ...file, id: "link", room: "", offset: 0, code: "K7QM3FXA" })
    const tended = (await directory.filesToTend(100)).map(({ id }) => id)
    assert.deepEqual(tended, ["ends", "unannounced"])
    assert.equal((await directory.fileOfCode("K7QM3FXA"))?.id, "link")
    assert.equal(await directory.fileOfCode(""), undefined)
    assert.ok((await directory.files({ limit: 10 })).every(({ id }) => id !== "link"))
  })
}

const feed: FeedRecord = {
  feed: "lab/temp",
  topic: "feed/lab/temp",
  title: "Temperature",
  unit: "°C",
  type: "application/json",
  createdBy: "ada",
  since: 1,
  keepMs: 2,
  keepBytes: 3,
  ttlMs: 0,
  expires: 0,
  expectMs: 60_000,
  noticeRoom: "lobby",
  silent: false,
}

const upload: UploadRecord = {
  id: "",
  bytes: undefined,
  name: "a.txt",
  items: 0,
  sender: "ada",
  room: "lobby",
  link: false,
  partial: false,
  parts: [],
  metadata: "",
  sha256: "",
  verified: "",
  trusted: undefined,
  time: 1,
  expires: 2,
  file: "",
}

const file: FileRecord = {
  id: "f",
  name: "a.txt",
  bytes: 3,
  type: "text/plain",
  sha256: "ab",
  items: 0,
  sender: "ada",
  time: 5,
  room: "lobby",
  offset: 1,
  code: "",
  expires: 0,
  downloads: 0,
}
