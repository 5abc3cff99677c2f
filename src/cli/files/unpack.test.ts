import assert from "node:assert/strict"
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { test } from "node:test"
import { deflateRawSync } from "node:zlib"
import { ZipFile } from "yazl"
import { tempDir } from "../../../test/support/temp.ts"
import { unpack } from "./unpack.ts"
import { type ZipEntry, zip } from "./zip.ts"

type Content = readonly (readonly [path: string, text: string, more?: Partial<ZipEntry>])[]

/** A zip as a foreign sender could have made it, at a path. */
async function zipped(path: string, content: Content): Promise<number> {
  const entries = content.map(([name, text, more]) => ({
    path: name,
    bytes: text.length,
    mtimeMs: 1_700_000_000_000,
    mode: 0o100644,
    read: () => [Buffer.from(text)],
    ...more,
  }))
  const pieces: Buffer[] = []
  for await (const piece of zip(entries)) pieces.push(Buffer.from(piece))
  await writeFile(path, Buffer.concat(pieces))
  return (await stat(path)).size
}

/** The bytes of a zip by another program. */
async function written(file: ZipFile): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of file.outputStream) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

test("unpack: files come with their paths, times and the right to execute", async () => {
  await using temp = await tempDir()
  const bytes = await zipped(temp.file("z"), [
    ["a/b/c.txt", "deep"],
    ["run", "x", { mode: 0o106777 }],
    ["empty/", "", { mode: 0o040755 }],
  ])
  await unpack(temp.file("z"), bytes, temp.file("out"), false)
  assert.deepEqual((await readdir(temp.file("out"), { recursive: true })).sort(), [
    "a",
    "a/b",
    "a/b/c.txt",
    "empty",
    "run",
  ])
  assert.equal(await readFile(temp.file("out", "a", "b", "c.txt"), "utf8"), "deep")
  const { mtimeMs, mode } = await stat(temp.file("out", "run"))
  assert.equal(mtimeMs, 1_700_000_000_000)
  assert.equal(mode & 0o6000, 0)
  assert.equal(mode & 0o100, 0o100)
})

for (const name of [
  "../evil",
  "/evil",
  "a/../../evil",
  "..\\evil",
  "C:\\evil",
  "a//b",
  "a/./b",
  "..",
  "\0/evil/..",
])
  test(`unpack: a path such as ${JSON.stringify(name)} leads nowhere else`, async () => {
    await using temp = await tempDir()
    await mkdir(temp.file("in"))
    const bytes = await zipped(temp.file("in", "z"), [
      ["good", "x"],
      [name, "evil"],
    ])
    await unpack(temp.file("in", "z"), bytes, temp.file("in", "out"), false).catch(({ code }) =>
      assert.equal(code, "local_file"),
    )
    assert.deepEqual(await readdir(temp.path), ["in"])
    assert.deepEqual(
      (await readdir(temp.file("in"))).filter((left) => left !== "out"),
      ["z"],
    )
  })

test("unpack: a link in the zip becomes no link", async () => {
  await using temp = await tempDir()
  const bytes = await zipped(temp.file("z"), [["link", "/etc/passwd", { mode: 0o120777 }]])
  await unpack(temp.file("z"), bytes, temp.file("out"), false)
  assert.equal(await readFile(temp.file("out", "link"), "utf8"), "/etc/passwd")
})

test("unpack: a folder that is there is left alone; with force its files are replaced, through no link", async () => {
  await using temp = await tempDir()
  const bytes = await zipped(temp.file("z"), [["sub/new", "new"]])
  await mkdir(temp.file("out", "sub"), { recursive: true })
  await writeFile(temp.file("out", "sub", "new"), "old")
  await writeFile(temp.file("out", "mine"), "mine")
  await assert.rejects(unpack(temp.file("z"), bytes, temp.file("out"), false), /there already/)
  assert.equal(await readFile(temp.file("out", "sub", "new"), "utf8"), "old")
  await unpack(temp.file("z"), bytes, temp.file("out"), true)
  assert.equal(await readFile(temp.file("out", "sub", "new"), "utf8"), "new")
  assert.equal(await readFile(temp.file("out", "mine"), "utf8"), "mine")

  await mkdir(temp.file("elsewhere"))
  await mkdir(temp.file("linked"))
  await symlink(temp.file("elsewhere"), temp.file("linked", "sub"))
  await assert.rejects(unpack(temp.file("z"), bytes, temp.file("linked"), true), /no folder/)
  assert.deepEqual(await readdir(temp.file("elsewhere")), [])
  assert.deepEqual((await readdir(temp.path)).sort(), ["elsewhere", "linked", "out", "z"])
})

test("unpack: a zip that grows out of all proportion is refused before it is unpacked", async () => {
  await using temp = await tempDir()
  const bomb = new ZipFile()
  bomb.addBuffer(Buffer.alloc(50_000_000), "zeros")
  bomb.end()
  const bytes = await written(bomb)
  assert.ok(bytes.length < 100_000)
  await writeFile(temp.file("z"), bytes)
  await assert.rejects(unpack(temp.file("z"), bytes.length, temp.file("out"), false), /would take 50 MB/)
  assert.deepEqual(await readdir(temp.path), ["z"])
})

test("unpack: compressed files of a foreign zip are unpacked; one that lies about its size is refused", async () => {
  await using temp = await tempDir()
  const foreign = new ZipFile()
  foreign.addBuffer(Buffer.from("word ".repeat(100)), "a.txt")
  foreign.end()
  const bytes = await written(foreign)
  await writeFile(temp.file("z"), bytes)
  await unpack(temp.file("z"), bytes.length, temp.file("out"), false)
  assert.equal(await readFile(temp.file("out", "a.txt"), "utf8"), "word ".repeat(100))

  // The declared size of the only entry, in the central directory (APPNOTE 4.3.12), becomes 1.
  const lie = Buffer.from(bytes)
  lie.writeUInt32LE(1, lie.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24)
  assert.ok(lie.includes(deflateRawSync(Buffer.from("word ".repeat(100)))))
  await writeFile(temp.file("lie"), lie)
  await assert.rejects(unpack(temp.file("lie"), lie.length, temp.file("no"), false), { code: "local_file" })
  assert.deepEqual((await readdir(temp.path)).sort(), ["lie", "out", "z"])
})
