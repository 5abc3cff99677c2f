import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdir, readdir, stat, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { after, before, test } from "node:test"
import { type Hub, startHub } from "../../src/hub/main.ts"
import type { FileInfo } from "../../src/protocol/files.ts"
import { type CliOptions, cli, runCli } from "../support/cli.ts"
import { openLine } from "../support/line.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const timeout = 120_000
const MIB = 1024 * 1024
/** More than all buffers on the way take, so that a transfer that is held is held in its middle. */
const LARGE = 48 * MIB
const HELD = 20 * MIB

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
const files = async (): Promise<FileInfo[]> =>
  (await fetch(`${hub.address}/files`, { headers: { accept: "application/json" } })).json() as Promise<
    FileInfo[]
  >

test("send: what was deleted since the command was stopped is sent again", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("gone.txt"), "gone")
  await writeFile(temp.file("kept.txt"), "kept")
  await writeFile(temp.file("large.bin"), randomBytes(LARGE))
  const words = ["send", temp.file("gone.txt"), temp.file("kept.txt"), temp.file("large.bin")]
  await using line = await openLine(hub.address)
  const slow = { ...ada(), hub: line.address }
  const held = line.hold("up", HELD)
  await using first = cli(slow, ...words)
  await held
  first.signal("SIGKILL")
  await first.waitForExit()
  line.cut()
  line.hold("up", Infinity)
  const { id } = (await files()).find(({ name }) => name === "gone.txt")!
  assert.equal((await landline("files", "--delete", id)).code, 0)
  const { code, stderr } = await runCli(slow, ...words)
  assert.equal(code, 0, stderr)
  const names = (await files()).map(({ name }) => name)
  for (const name of ["gone.txt", "kept.txt", "large.bin"])
    assert.equal(names.filter((other) => other === name).length, 1, name)
  assert.deepEqual(await readdir(config.file("uploads")), [])
})

test("a port that takes connections and closes them is no hub, at once", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("small"), "x")
  await writeFile(temp.file("large"), randomBytes(300_000))
  const closing = createServer((socket) => socket.on("error", () => {}).destroy()).listen(0, "127.0.0.1")
  try {
    await once(closing, "listening")
    const address = `127.0.0.1:${(closing.address() as AddressInfo).port}`
    for (const size of ["small", "large"]) {
      const { code, stderr } = await landline("--hub", address, "send", temp.file(size))
      assert.equal(code, 1)
      assert.match(stderr, /^No hub answers at [^\n]*\n$/)
    }
  } finally {
    closing.close()
  }
})

test("get -o: a device is never replaced, not even with --force", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("piped.txt"), "x")
  await landline("send", temp.file("piped.txt"))
  execFileSync("mkfifo", [temp.file("pipe")])
  const { code, stderr } = await landline("get", "piped.txt", "--force", "-o", temp.file("pipe"))
  assert.equal(code, 1)
  assert.match(stderr, /pipe is a pipe: use -o - for a stream\.\n$/)
  assert.ok((await stat(temp.file("pipe"))).isFIFO())
})

test("get -o -: a stdout that takes no more is told in words", { timeout }, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("streamed.txt"), "x")
  await landline("send", temp.file("streamed.txt"))
  const under = ["sh", "-c", '"$@" > /dev/full', "sh"]
  const { code, stderr } = await runCli({ ...ada(), under }, "get", "streamed.txt", "-o", "-")
  assert.equal(code, 1)
  assert.match(stderr, /^The disk is full: stdout cannot be written\.[^\n]*\n$/)
})

test("send: a name that is not UTF-8 in a folder is left out, and told", { timeout }, async () => {
  await using temp = await tempDir()
  await mkdir(temp.file("folder"))
  await writeFile(temp.file("folder", "good"), "good")
  await writeFile(Buffer.concat([Buffer.from(temp.file("folder", "bad")), Buffer.from([0xff])]), "bad")
  const { code, stderr } = await landline("send", temp.file("folder"))
  assert.equal(code, 0)
  assert.match(stderr, /bad\ufffd is a name that is not UTF-8: it is left out\.\n$/)
})

test("--as: what cannot be a name is refused in words", { timeout }, async () => {
  const { code, stderr } = await runCli({ ...ada(), as: "a\nb" }, "files")
  assert.equal(code, 1)
  assert.equal(stderr, "A name cannot hold control or invisible characters.\n")
})
