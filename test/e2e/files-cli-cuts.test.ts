import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { type Hub, startHub } from "../../src/hub/main.ts"
import { fileName } from "../../src/protocol/file-names.ts"
import type { FileInfo } from "../../src/protocol/files.ts"
import { type CliOptions, cli, runCli } from "../support/cli.ts"
import { HOSTILE_NAMES } from "../support/hostile-names.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { type Line, openLine } from "../support/line.ts"
import { screenOf } from "../support/screen.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const timeout = 120_000
const MIB = 1024 * 1024
/**
 * A transfer that is held is held in its middle: what is behind `HELD` is more than the kernel buffers on the way,
 * which grow to 32 and 4 MiB (tcp_rmem, tcp_wmem).
 */
const LARGE = 64 * MIB
const HELD = 16 * MIB
/** Of requests and answers beside the bytes of a file. */
const TALK = 16 * 1024

let hub: Hub
let line: Line
let config: TempDir

before(async () => {
  hub = await startHub({ port: 0, data: ":memory:" })
  line = await openLine(hub.address)
  config = await tempDir()
})
after(async () => {
  await line[Symbol.asyncDispose]()
  await hub.close()
  await config[Symbol.asyncDispose]()
})

/** Over the line that is held and cut. */
const ada = (): CliOptions => ({ config: config.path, hub: line.address, as: "ada" })
const files = async (): Promise<FileInfo[]> =>
  (await fetch(`${hub.address}/files`, { headers: { accept: "application/json" } })).json() as Promise<
    FileInfo[]
  >
const bytesAt = async ({ path }: FileInfo): Promise<Buffer> =>
  Buffer.from(await (await fetch(hub.address + path)).arrayBuffer())

/**
 * Resolves when the hub, which runs in this process, has nothing more to do: it has read all that came through a line
 * that is held. What still lay in the kernel would be lost with the cut.
 */
async function settled(): Promise<void> {
  for (;;) {
    const before = performance.eventLoopUtilization()
    await setTimeout(50)
    if (performance.eventLoopUtilization(before).utilization < 0.2) return
  }
}

const large = (): Buffer => randomBytes(LARGE)

test("send: killed with -9 in the middle, the same command sends only the rest", { timeout }, async () => {
  await using temp = await tempDir()
  const bytes = large()
  await writeFile(temp.file("killed.bin"), bytes)
  const held = line.hold("up", HELD)
  await using first = cli(ada(), "send", temp.file("killed.bin"))
  await held
  await settled()
  first.signal("SIGKILL")
  await first.waitForExit()
  line.cut()
  line.hold("up", Infinity)
  const { code, stdout, stderr } = await runCli(ada(), "send", temp.file("killed.bin"), "--json")
  assert.equal(code, 0, stderr)
  assert.ok(line.up < LARGE - HELD + 4 * MIB, `${line.up} bytes were sent`)
  assert.deepEqual(await bytesAt(JSON.parse(stdout)), bytes)
  assert.deepEqual(await readdir(config.file("uploads")), [])
})

test("send: Ctrl-C keeps what arrived and says how to go on; a folder too goes on where it was", {
  timeout,
}, async () => {
  await using temp = await tempDir()
  await mkdir(temp.file("folder"))
  await writeFile(temp.file("folder", "a.bin"), large())
  await writeFile(temp.file("folder", "b.bin"), "b")
  await writeFile(temp.file("small.txt"), "small")
  const words = ["send", temp.file("small.txt"), temp.file("folder")]
  const before = (await files()).length
  const held = line.hold("up", HELD)
  await using first = cli(ada(), ...words)
  await held
  await settled()
  first.signal("SIGINT")
  assert.deepEqual(await first.waitForExit(), { code: 0, signal: null })
  assert.match(
    first.stderr,
    /^Stopped at \d+(\.\d)? MB of 67\.1 MB\. Run the same command again to go on\.\n$/,
  )
  line.cut()
  line.hold("up", Infinity)
  const { code, stdout } = await runCli(ada(), ...words)
  assert.equal(code, 0)
  assert.match(stdout, /^small\.txt .*\nfolder\.zip /)
  assert.ok(line.up < LARGE - HELD + 4 * MIB, `${line.up} bytes were sent`)
  assert.equal((await files()).length, before + 2, "the small file was sent once")
})

test("send: a cut line is mended by itself, and only the rest is sent again", { timeout }, async () => {
  await using temp = await tempDir()
  const bytes = large()
  await writeFile(temp.file("cut.bin"), bytes)
  let held = line.hold("up", HELD)
  await using sending = cli(ada(), "send", temp.file("cut.bin"), "--json")
  await held
  await settled()
  line.cut()
  held = line.hold("up", 5 * MIB)
  await held
  await settled()
  line.cut()
  line.hold("up", Infinity)
  assert.equal((await sending.waitForExit(30_000)).code, 0, sending.stderr)
  assert.match(sending.stderr, /^The line is down; trying again\.\n$/)
  assert.ok(line.up < LARGE - HELD, `${line.up} bytes were sent`)
  assert.deepEqual(await bytesAt(JSON.parse(sending.stdout)), bytes)
})

test("send -: stdin is sent on over a cut line", { timeout }, async () => {
  const bytes = large()
  const held = line.hold("up", HELD)
  await using sending = cli(ada(), "send", "-", "--name", "stdin.bin", "--json")
  sending.write(bytes)
  sending.end()
  await held
  line.cut()
  line.hold("up", Infinity)
  assert.equal((await sending.waitForExit(30_000)).code, 0, sending.stderr)
  assert.deepEqual(await bytesAt(JSON.parse(sending.stdout)), bytes)
})

test("send: killed with -9, the hub comes back and has the file whole", { timeout }, async () => {
  await using temp = await tempDir()
  const bytes = large()
  await writeFile(temp.file("restart.bin"), bytes)
  await using first = await startHubProcess(temp.file("data"))
  const port = new URL(first.address).port
  await using slow = await openLine(first.address)
  const held = slow.hold("up", HELD)
  await using sending = cli({ ...ada(), hub: slow.address }, "send", temp.file("restart.bin"), "--json")
  await held
  await first.kill()
  slow.cut()
  await using second = await startHubProcess(temp.file("data"), ["--port", port])
  slow.hold("up", Infinity)
  assert.equal((await sending.waitForExit(60_000)).code, 0, sending.stderr)
  const { path } = JSON.parse(sending.stdout) as FileInfo
  const got = Buffer.from(await (await fetch(second.address + path)).arrayBuffer())
  assert.ok(got.equals(bytes))
})

test("send: a file that changes while it is sent is refused in words, and nothing appears", {
  timeout,
}, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("growing.bin"), large())
  const before = await files()
  const held = line.hold("up", HELD)
  await using sending = cli(ada(), "send", temp.file("growing.bin"))
  await held
  await appendFile(temp.file("growing.bin"), "more")
  line.release()
  assert.equal((await sending.waitForExit(30_000)).code, 1)
  assert.match(sending.stderr, /growing\.bin changed while it was sent, so it was not sent\. [^\n]*\n$/)
  assert.equal(sending.stdout, "")
  assert.deepEqual(await files(), before)
  assert.deepEqual(await readdir(config.file("uploads")), [])
})

/** A file at the hub, whose bytes are random. */
async function fileAtHub(name: string): Promise<{ id: string; bytes: Buffer }> {
  const bytes = large()
  const answer = await fetch(`${hub.address}/files/${name}`, {
    method: "PUT",
    body: new Uint8Array(bytes),
    headers: { accept: "application/json" },
  })
  return { id: ((await answer.json()) as FileInfo).id, bytes }
}

/** Resolves with the size of the only file in a folder when half of what was let through has been written to it. */
async function written(folder: string): Promise<number> {
  for (const end = Date.now() + 30_000; ; ) {
    const [name] = await readdir(folder)
    const { size } = name === undefined ? { size: 0 } : await stat(join(folder, name))
    if (size >= HELD / 2) return size
    assert.ok(Date.now() < end, `only ${size} bytes were written`)
    await setTimeout(10)
  }
}

test("get: killed with -9 in the middle, the same command gets only the rest", { timeout }, async () => {
  await using temp = await tempDir()
  const { id, bytes } = await fileAtHub("resumed.bin")
  const held = line.hold("down", HELD)
  await using first = cli(ada(), "get", id, "-o", temp.file("copy"))
  await held
  const here = await written(temp.path)
  first.signal("SIGKILL")
  await first.waitForExit()
  line.cut()
  const [part] = await readdir(temp.path)
  assert.match(part!, /^\.copy\.[0-9a-f]{8}\.landline-part$/)
  line.hold("down", Infinity)
  const { code, stderr } = await runCli(ada(), "get", id, "-o", temp.file("copy"))
  assert.equal(code, 0, stderr)
  assert.ok(line.down <= LARGE - here + TALK, `${line.down} bytes were got, ${here} were here`)
  assert.ok((await readFile(temp.file("copy"))).equals(bytes))
  assert.deepEqual(await readdir(temp.path), ["copy"])
})

for (const output of ["copy", "-"])
  test(`get -o ${output}: a cut line is mended by itself`, { timeout }, async () => {
    await using temp = await tempDir()
    await using out = await tempDir()
    const { id, bytes } = await fileAtHub("mended.bin")
    const held = line.hold("down", HELD)
    // Pipes of a test are text, so the shell takes the bytes.
    const copy = temp.file("copy")
    const [to, stdout] = output === "-" ? ["-", copy] : [copy, out.file("stdout")]
    const under = ["sh", "-c", '"$@" > "$0"', stdout]
    await using getting = cli({ ...ada(), under }, "get", id, "-o", to)
    await held
    const here = await written(temp.path)
    line.cut()
    line.hold("down", Infinity)
    assert.equal((await getting.waitForExit(30_000)).code, 0, getting.stderr)
    assert.ok(line.down <= LARGE - here + TALK, `${line.down} bytes were got, ${here} were here`)
    assert.ok((await readFile(copy)).equals(bytes))
  })

test("get: what is here already but damaged is found out, and gets no name", { timeout }, async () => {
  await using temp = await tempDir()
  const { id, bytes } = await fileAtHub("damaged.bin")
  const { sha256 } = (await files()).find((file) => file.id === id)!
  await writeFile(temp.file(`.copy.${sha256.slice(0, 8)}.landline-part`), bytes.subarray(1, MIB))
  const { code, stdout, stderr } = await runCli(ada(), "get", id, "-o", temp.file("copy"))
  assert.equal(code, 1)
  assert.equal(stdout, "")
  assert.match(stderr, /^damaged\.bin arrived damaged: its SHA-256 [^\n]* Get it again\.\n$/)
  assert.deepEqual(await readdir(temp.path), [])
})

test("get: Ctrl-C keeps what arrived and says how to go on", { timeout }, async () => {
  await using temp = await tempDir()
  const { id } = await fileAtHub("stopped.bin")
  const held = line.hold("down", HELD)
  await using getting = cli(ada(), "get", id, "-o", temp.file("copy"))
  await held
  getting.signal("SIGINT")
  assert.deepEqual(await getting.waitForExit(), { code: 0, signal: null })
  assert.match(
    getting.stderr,
    /^Stopped at \d+(\.\d)? MB of 67\.1 MB\. Run the same command again to go on\.\n$/,
  )
  line.cut()
  assert.equal((await readdir(temp.path)).length, 1)
})

test("get: whatever name a hub gives, the file lies in the folder, under a safe name", {
  timeout: 300_000,
}, async () => {
  await using temp = await tempDir()
  let name = ""
  const hostile = createServer(({ headers }, response) => {
    assert.equal(headers.authorization, undefined, "another hub learns the device's secret")
    response.writeHead(200, {
      "content-length": 1,
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`,
      "repr-digest": "sha-256=:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=:",
    })
    response.end("x")
  })
  await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve))
  const address = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/get/x`
  try {
    for (name of HOSTILE_NAMES) {
      const into = temp.file("in")
      await mkdir(into, { recursive: true })
      const { code, stdout, stderr } = await runCli(ada(), "get", address, "-o", into, "--force")
      assert.equal(code, 0, `${JSON.stringify(name)}: ${stderr}`)
      assert.doesNotMatch(stdout.slice(0, -1), /[\x00-\x1f\x7f-\x9f\u202e]/)
      assert.deepEqual(await readdir(into), [fileName(name.toWellFormed())])
      assert.deepEqual(await readdir(temp.path), ["in"])
      await rm(into, { recursive: true })
    }
  } finally {
    hostile.close()
  }
})

const onTerminal = fileURLToPath(new URL("../interop/python/on_terminal.py", import.meta.url))

test("send: on a terminal, progress is drawn in place and gone at the end; a link has a QR code", {
  timeout,
}, async () => {
  await using temp = await tempDir()
  await writeFile(temp.file("one.bin"), large())
  await writeFile(temp.file("two.txt"), "two")
  const held = line.hold("up", HELD)
  // An address of this machine's own would lead a phone nowhere, so that it gets no QR code.
  const hub = line.address.replace("127.0.0.1", "0.0.0.0")
  const options = { ...ada(), hub, under: ["python3", onTerminal] }
  await using sending = cli(options, "send", "--link", temp.file("one.bin"), temp.file("two.txt"))
  await held
  await sending.waitFor(/stands still/)
  const rows = screenOf(sending.stdout)
  assert.match(rows.at(-2)!, /^one\.bin +█+░+ +\d+% {2}\d+(\.\d)? MB of 67\.1 MB +stands still$/)
  assert.match(rows.at(-1)!, /^0 of 2 files +█+░+ +\d+% /)
  line.release()
  assert.equal((await sending.waitForExit(30_000)).code, 0)
  const shown = screenOf(sending.stdout, 200).join("\n")
  assert.doesNotMatch(shown, /%|░/)
  assert.match(shown, /^one\.bin .*\nhttp:\S+\/get\/\S+\n\n(?:[█▀▄ ]+\n)+\ntwo\.txt /)
  assert.match(shown, /\nIt works once, and for 7 days\./)
})
