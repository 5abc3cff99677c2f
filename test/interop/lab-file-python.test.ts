import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import { describe, test } from "node:test"
import { startLabFile } from "../support/lab.ts"
import { ada, startLabHub } from "../support/lab-hub.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])
const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "file", ...args.map(String)])

/** Thirty files: text that begins with digits, binary of 20 kB, nothing, and so on in turn. */
async function thirtyFiles(folder: TempDir): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (let n = 0; n < 30; n++) {
    const [kind, bytes] = [
      ["digits.txt", Buffer.from(`${n}2024-05-01,17\n`.repeat(1 + n * 40))],
      ["binary.bin", randomBytes(20_000)],
      ["empty", Buffer.alloc(0)],
      ["words ö.txt", Buffer.from("héllo\n".repeat(n))],
      ["numbers", Buffer.from("9876543210".repeat(n))],
    ][n % 5] as [string, Buffer]
    files.set(`${n} ${kind}`, bytes)
    await writeFile(folder.file(`${n} ${kind}`), bytes)
  }
  return files
}

async function sendAll(port: number, pause: number, separator: string, paths: string[]): Promise<void> {
  await using client = python("file_client.py", "127.0.0.1", port, pause, separator, ...paths)
  const { code } = await client.waitForExit(60_000)
  assert.equal(code, 0, client.stderr)
}

const modes = { glued: 0, paused: 0.2 }

describe("senders as beginners write them, and our server", { skip: needs("python3") }, () => {
  for (const [how, pause] of Object.entries(modes)) {
    test(`alone: 30 of 30 files arrive as they are, ${how}`, async () => {
      await using sent = await tempDir()
      await using got = await tempDir()
      const files = await thirtyFiles(sent)
      await using service = await startLabFile(got.path, { settings: { pauseMs: 80 } })
      await sendAll(
        service.port,
        pause,
        "<SEPARATOR>",
        [...files.keys()].map((name) => sent.file(name)),
      )
      for (const _ of files) await service.lines.next(/^Done receiving/)
      for (const [name, bytes] of files)
        assert.deepEqual(await readFile(got.file(`recv-${name}`)), bytes, name)
      assert.equal((await readdir(got.path)).length, 30)
      if (how === "paused") assert.deepEqual(service.lines.diagnoses, [])
    })

    test(`in the hub: 30 of 30 files are announced as they are, ${how}`, async () => {
      await using sent = await tempDir()
      const files = await thirtyFiles(sent)
      await using hub = await startLabHub({ services: "file:0" })
      await sendAll(
        hub.port,
        pause,
        "<SEPERATOR>",
        [...files.keys()].map((name) => sent.file(name)),
      )
      for (const _ of files) await hub.lines.next(/^Done receiving/)
      const announced = await hub.files.list(ada, { room: "lobby", limit: 100 })
      assert.deepEqual(new Set(announced.map(({ name }) => name)), new Set(files.keys()))
      for (const file of announced) {
        const bytes = await buffer(hub.files.read(file))
        assert.deepEqual(bytes, files.get(file.name), file.name)
      }
      assert.equal((await hub.entries()).filter(({ kind }) => kind === "file").length, 30)
    })
  }
})

describe("our client and receivers as beginners write them", { skip: needs("python3") }, () => {
  const contents: Record<string, Buffer> = {
    "digits.txt": Buffer.from("2024-05-01 17\n"),
    "binary.bin": randomBytes(20_000),
    empty: Buffer.alloc(0),
    "large.bin": Buffer.alloc(5_000_000, "landline "),
    "größe.txt": Buffer.from("grüße"),
  }
  for (const [name, bytes] of Object.entries(contents))
    test(`${name} arrives as it is`, async () => {
      await using folder = await tempDir()
      await writeFile(folder.file(name), bytes)
      await using server = python("file_server.py", folder.path)
      const [, port] = await server.waitFor(/port (\d+)/)
      await using client = landline("connect", `127.0.0.1:${port}`, folder.file(name))
      assert.equal((await client.waitForExit()).code, 0)
      await server.waitFor(`declared ${bytes.length} got ${bytes.length}\n`)
      assert.deepEqual(await readFile(folder.file(`recv-${name}`)), bytes)
      const path = folder.file(name)
      assert.equal(
        client.stdout,
        [
          `[INFO] [__init__]: Connecting to 127.0.0.1:${port}`,
          `[INFO] [__init__]: Connected to 127.0.0.1:${port}`,
          `[INFO] [send]: Sending ${path}`,
          `[INFO] [send]: Done sending ${path}`,
          "",
        ].join("\n"),
      )
      assert.equal(client.stderr, "", "no bar where nobody looks")
    })
})
