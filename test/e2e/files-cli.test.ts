import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type Hub, startHub } from "../../src/hub/main.ts"
import type { FileInfo } from "../../src/protocol/files.ts"
import { type CliOptions, runCli } from "../support/cli.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const timeout = 120_000
let hub: Hub
let config: TempDir

before(async () => {
  hub = await startHub({ port: 0, data: ":memory:" })
  config = await tempDir()
})
after(async () => {
  await hub.close()
  await config[Symbol.asyncDispose]()
})

const ada = (): CliOptions => ({ config: config.path, hub: hub.address, as: "ada" })
const landline = (...words: string[]) => runCli(ada(), ...words)
/** As somebody who is in a folder. */
const within = (folder: string, ...words: string[]) =>
  runCli({ ...ada(), under: ["sh", "-c", 'cd "$0" && exec "$@"', folder] }, ...words)

const lines = (text: string): string[] => text.trimEnd().split("\n")
const listed = async (...words: string[]): Promise<FileInfo[]> => {
  const { stdout } = await landline("files", "--json", ...words)
  return stdout === "" ? [] : lines(stdout).map((line) => JSON.parse(line))
}

async function room(name: string): Promise<string> {
  assert.equal((await landline("rooms", "create", name)).code, 0)
  return name
}

test("send, get: a file arrives byte for byte, and the room hears of it", { timeout }, async () => {
  await using temp = await tempDir()
  const bytes = randomBytes(3_000_000)
  await writeFile(temp.file("drawing 1.bin"), bytes)
  const sent = await landline("send", temp.file("drawing 1.bin"), "--room", await room("plans"))
  assert.equal(sent.stderr, "")
  const [, id] = /^drawing 1\.bin {2}3 MB {2}landline get (\w+) {2}sha256 [0-9a-f]{12}\n$/.exec(sent.stdout)!
  const { stdout } = await landline("history", "plans")
  assert.match(stdout, new RegExp(`ada sent drawing 1\\.bin, 3 MB: landline get ${id}\n$`))

  const got = await landline("get", id!, "-o", temp.file("copy"))
  assert.match(got.stdout, /copy {2}3 MB {2}sha256 [0-9a-f]{12} verified\n$/)
  assert.deepEqual(await readFile(temp.file("copy")), bytes)
  assert.deepEqual((await readdir(temp.path)).sort(), ["copy", "drawing 1.bin"])
})

test("get: by name it is the newest of that name; by address too; into a folder under its name", {
  timeout,
}, async () => {
  await using temp = await tempDir()
  await mkdir(temp.file("in"))
  for (const text of ["old", "new"]) {
    await writeFile(temp.file("notes.txt"), text)
    await landline("send", temp.file("notes.txt"))
  }
  await landline("get", "notes.txt", "-o", temp.file("in"))
  assert.equal(await readFile(temp.file("in", "notes.txt"), "utf8"), "new")
  const [newest] = await listed("--search", "notes")
  await landline("get", `${hub.address}${newest!.path}`, "-o", temp.file("by-address"))
  assert.equal(await readFile(temp.file("by-address"), "utf8"), "new")
  const none = await landline("get", "nothing.txt")
  assert.equal(none.code, 1)
  assert.equal(none.stderr, 'There is no file "nothing.txt". `landline files` lists what there is.\n')
})

test("get: what is there is never overwritten, but with --force", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("mine.txt"), "of the hub")
  await landline("send", temp.file("mine.txt"))
  await writeFile(temp.file("mine.txt"), "mine")
  const refused = await within(temp.path, "get", "mine.txt")
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^mine\.txt is there already\. .*--force\.\n$/)
  assert.equal(await readFile(temp.file("mine.txt"), "utf8"), "mine")
  assert.equal((await within(temp.path, "get", "mine.txt", "--force")).code, 0)
  assert.equal(await readFile(temp.file("mine.txt"), "utf8"), "of the hub")
  await mkdir(temp.file("folder"))
  assert.equal((await within(temp.path, "get", "mine.txt", "-o", "folder")).code, 0)
  assert.equal((await within(temp.path, "get", "mine.txt", "-o", "elsewhere/")).code, 1)
  assert.deepEqual(await readdir(temp.file("folder")), ["mine.txt"])
  assert.deepEqual((await readdir(temp.path)).sort(), ["folder", "mine.txt"])
})

test("send: many files at once, small and large, and --json tells each", { timeout }, async () => {
  await using temp = await tempDir()
  const sizes = Array.from({ length: 60 }, (_, n) => (n % 20 === 0 ? 600_000 + n : n))
  await Promise.all(sizes.map((size, n) => writeFile(temp.file(`f${n}`), randomBytes(size))))
  const paths = sizes.map((_, n) => temp.file(`f${n}`))
  const { code, stdout } = await landline("send", "--json", "--room", await room("many"), ...paths)
  assert.equal(code, 0)
  const files: FileInfo[] = lines(stdout).map((line) => JSON.parse(line))
  assert.deepEqual(
    new Map(files.map(({ name, bytes }) => [name, bytes])),
    new Map(sizes.map((size, n) => [`f${n}`, size])),
  )
  assert.equal((await listed("--room", "many")).length, 60)
})

test("send, get: a folder keeps its tree, what is empty in it and the right to execute", {
  timeout,
}, async () => {
  await using temp = await tempDir()
  const folder = temp.file("photos")
  await mkdir(join(folder, "deep", "deeper"), { recursive: true })
  await mkdir(join(folder, "empty"))
  await writeFile(join(folder, "deep", "deeper", "ü 1.jpg"), randomBytes(700_000))
  await writeFile(join(folder, "nothing"), "")
  await writeFile(join(folder, "run.sh"), "#!/bin/sh\n", { mode: 0o755 })
  await utimes(join(folder, "run.sh"), 1_600_000_000, 1_600_000_000)
  await symlink("run.sh", join(folder, "link"))
  execFileSync("mkfifo", [join(folder, "pipe")])
  const sent = await landline("send", folder)
  assert.match(sent.stdout, /^photos\.zip {2}70\d kB {2}landline get /)
  assert.match(
    sent.stderr,
    /photos\/link is a link: it is left out\.\n.*photos\/pipe is a pipe: it is left out\.\n$/,
  )

  await mkdir(temp.file("there"))
  const got = await within(temp.file("there"), "get", "photos")
  assert.match(got.stdout, /^photos {2}3 files, 70\d kB {2}sha256/)
  const tree = async (root: string) => (await readdir(root, { recursive: true })).sort()
  const kept = (await tree(folder)).filter((path) => !["link", "pipe"].includes(path))
  assert.deepEqual(await tree(temp.file("there", "photos")), kept)
  for (const path of ["deep/deeper/ü 1.jpg", "nothing", "run.sh"])
    assert.deepEqual(await readFile(temp.file("there", "photos", path)), await readFile(join(folder, path)))
  const { mode, mtimeMs } = await stat(temp.file("there", "photos", "run.sh"))
  assert.equal(mode & 0o111, 0o111)
  assert.equal(mtimeMs, 1_600_000_000_000)

  assert.equal((await within(temp.file("there"), "get", "photos")).code, 1)
  await within(temp.file("there"), "get", "photos", "-o", "photos.zip")
  execFileSync("python3", ["-m", "zipfile", "-t", temp.file("there", "photos.zip")])
})

test("send -, get -o -: stdin and stdout, whatever their length", { timeout }, async () => {
  for (const text of ["", "x", "line\n".repeat(2_000_000)]) {
    const sent = await runCli({ ...ada(), stdin: text }, "send", "-", "--name", "stream.txt", "--json")
    assert.equal(sent.code, 0, sent.stderr)
    const file: FileInfo = JSON.parse(sent.stdout)
    assert.equal(file.bytes, text.length)
    const got = await landline("get", file.id, "-o", "-")
    assert.equal(got.code, 0, got.stderr)
    assert.ok(got.stdout === text)
  }
})

test("send: what is no file is refused in a sentence, and the others are sent", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("good.txt"), "good")
  execFileSync("mkfifo", [temp.file("pipe")])
  await mkdir(temp.file("empty"))
  await symlink("loop", temp.file("loop"))
  await symlink(temp.file("nowhere"), temp.file("dangling"))
  const socket = createServer().listen(temp.file("socket"))
  try {
    await room("refused")
    for (const [path, say] of [
      [temp.file("nothing"), /^There is no file .*nothing\.\n$/],
      [temp.file("pipe"), /is a pipe: only files and folders can be sent\.\n$/],
      [temp.file("socket"), /is a socket: only files and folders can be sent\.\n$/],
      ["/dev/zero", /^\/dev\/zero is a device: only files and folders can be sent\.\n$/],
      [temp.file("loop"), /is a link that leads to itself\.\n$/],
      [temp.file("dangling"), /^There is no file /],
      [temp.file("empty"), /is an empty folder: there is nothing to send\.\n$/],
    ] as const) {
      const { code, stdout, stderr } = await landline(
        "send",
        "--room",
        "refused",
        temp.file("good.txt"),
        path,
      )
      assert.equal(code, 1, path)
      assert.match(stderr, say)
      assert.match(stdout, /^good\.txt {2}4 bytes [^\n]*\n$/)
    }
    assert.equal((await listed("--room", "refused")).length, 7)
  } finally {
    socket.close()
  }
  await symlink("good.txt", temp.file("link.txt"))
  assert.match((await landline("send", temp.file("link.txt"))).stdout, /^link\.txt {2}4 bytes /)
})

for (const words of [
  ["send"],
  ["send", ""],
  ["send", "-"],
  ["send", "-", "x", "--name", "y"],
  ["send", "x", "y", "--name", "z"],
  ["send", "x", "--link", "--room", "lobby"],
  ["get"],
  ["get", "a", "b"],
  ["get", "a", "-o", ""],
  ["get", "http://localhost/elsewhere"],
  ["files", "extra"],
])
  test(`usage: landline ${words.join(" ")} is exit code 2, without a trace`, { timeout }, async () => {
    const { code, stdout, stderr } = await landline(...words)
    assert.equal(code, 2, stderr)
    assert.equal(stdout, "")
    assert.notEqual(stderr, "")
    assert.doesNotMatch(stderr, /\n {4}at /)
  })

for (const command of ["send", "get", "files"])
  test(`help: landline ${command} --help shows an example and is exit code 0`, { timeout }, async () => {
    const { code, stdout } = await landline(command, "--help")
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`Examples?:\\n {2}.*landline ${command}`))
  })

test("no hub, no such room, another's name: one sentence, exit code 1", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("small"), "x")
  await writeFile(temp.file("large"), randomBytes(300_000))
  const nobody = `No hub answers at localhost:1. Start one with \`landline serve\`, or name another with --hub.\n`
  await using other = await tempDir()
  await landline("rooms")
  for (const size of ["small", "large"]) {
    const none = await landline("--hub", "localhost:1", "send", temp.file(size))
    assert.deepEqual(none, { code: 1, stdout: "", stderr: nobody })
    const nowhere = await landline("send", "--room", "nowhere", temp.file(size))
    assert.equal(nowhere.code, 1)
    assert.match(nowhere.stderr, /^There is no room "nowhere"\.[^\n]*\n$/)
    const thief = await runCli({ ...ada(), config: other.path }, "send", temp.file(size))
    assert.equal(thief.stderr, "The name ada belongs to another device. Choose another with --as NAME.\n")
  }
})

test("files: newest first, by room and by name; one's own can be deleted", { timeout }, async () => {
  await using temp = await tempDir()
  await room("shelf")
  const none = await landline("files", "--room", "shelf")
  assert.equal(none.stdout, "")
  assert.equal(none.stderr, "No files in shelf.\n")
  for (const name of ["one.txt", "two.txt"]) {
    await writeFile(temp.file(name), name)
    await landline("send", "--room", "shelf", temp.file(name))
  }
  const { stdout } = await landline("files", "--room", "shelf")
  assert.match(stdout, /^ID +SIZE +WHEN +WHO +NAME\n\w+ +7 bytes +\S+ \S+ +ada +two\.txt\n\w+ .* one\.txt\n$/)
  assert.match((await landline("files", "--search", "ONE")).stdout, /ROOM +NAME\n.* shelf +one\.txt\n$/)
  const [two] = await listed("--room", "shelf")
  const bob = await runCli({ ...ada(), as: "bob" }, "files", "--delete", two!.id)
  assert.equal(bob.code, 1)
  assert.equal((await landline("files", "--delete", two!.id)).code, 0)
  assert.deepEqual(
    (await listed("--room", "shelf")).map(({ name }) => name),
    ["one.txt"],
  )
  assert.match((await landline("history", "shelf")).stdout, /ada deleted two\.txt\n$/)
})

test("send --link: an address and a code, which work once and are in no room", { timeout }, async () => {
  await using temp = await tempDir()
  const bytes = randomBytes(400_000)
  await writeFile(temp.file("secret.bin"), bytes)
  const sent = await landline("send", "--link", temp.file("secret.bin"))
  const [line, address] = lines(sent.stdout)
  const code = /\w{4}-\w{4}$/.exec(address!)![0]!
  assert.equal(address, `${hub.address}/get/${code}`)
  assert.match(line!, new RegExp(` landline get ${code} `))
  assert.match(sent.stderr, /^It works once, and for 7 days\. Others need the hub's own address/)
  assert.deepEqual(await listed("--search", "secret"), [])
  await using other = await tempDir()
  const bob = { ...ada(), as: "bob", config: other.path }
  const got = await runCli(bob, "get", code.toLowerCase(), "-o", temp.file("got"))
  assert.equal(got.code, 0, got.stderr)
  assert.deepEqual(await readFile(temp.file("got")), bytes)
  const again = await runCli(bob, "get", address!, "-o", temp.file("again"))
  assert.equal(again.code, 1)
  assert.match(again.stderr, /^[^\n]*code[^\n]*\n$/)
})
