import assert from "node:assert/strict"
import fs, { readdir, readFile, symlink, writeFile } from "node:fs/promises"
import { describe, test } from "node:test"
import { HOSTILE_NAMES, unsafe } from "../../../../test/support/hostile-names.ts"
import { type RawSocket, rawSocket, startLabFile, type TestService } from "../../../../test/support/lab.ts"
import { type TempDir, tempDir } from "../../../../test/support/temp.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"

const settings = { pauseMs: 60 }

/** A service that saves into a folder of its own. */
async function service(options: Parameters<typeof startLabFile>[1] = {}) {
  const folder = await tempDir()
  const started = await startLabFile(folder.path, { settings, ...options })
  const [lines, port] = [started.lines, started.port]
  return {
    folder,
    lines,
    port,
    close: started.close,
    async [Symbol.asyncDispose]() {
      await started.close()
      await folder[Symbol.asyncDispose]()
    },
  } satisfies Partial<TestService> & { folder: TempDir }
}

/** Sends all of it in one write, and the end. */
async function send(port: number, bytes: string | Uint8Array): Promise<void> {
  using socket = await rawSocket(port)
  await socket.write(bytes)
  assert.equal(await socket.end(), "", "nothing is answered on this wire")
}

/** A client of which the service has seen a header. */
async function begun(lines: TestService["lines"], port: number, header: string): Promise<RawSocket> {
  const socket = await rawSocket(port)
  await socket.write(header)
  await lines.next(/^Incoming file/)
  return socket
}

const shown = async (folder: TempDir) => (await readdir(folder.path)).filter((name) => !name.startsWith("."))
const all = (folder: TempDir) => readdir(folder.path)
const textOf = (folder: TempDir, name: string) => readFile(folder.file(name), "utf8")

describe("lab file", () => {
  test("the log says what the coursework's server prints", async () => {
    await using file = await service()
    await send(file.port, "notes.txt<SEPARATOR>5hello")
    await file.lines.next(/^Done/)
    const said = file.lines.all.map(
      ({ level, function: from, message }) => `[${level}] [${from}]: ${message}`,
    )
    assert.deepEqual(said.slice(0, 3), [
      `[INFO] [__init__]: Listening on 127.0.0.1:${file.port}`,
      "[INFO] [receive]: Incoming file, saving as recv-notes.txt",
      "[INFO] [receive]: Done receiving recv-notes.txt",
    ])
    assert.equal(await textOf(file.folder, "recv-notes.txt"), "hello")
    assert.deepEqual(await all(file.folder), ["recv-notes.txt"])
  })

  test("what is there is never overwritten, not even by many that send the same name at once", async () => {
    await using file = await service()
    await writeFile(file.folder.file("recv-a.txt"), "mine")
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`)
    await Promise.all(texts.map((text) => send(file.port, `a.txt<SEPARATOR>${text.length}${text}`)))
    assert.equal(await textOf(file.folder, "recv-a.txt"), "mine")
    const names = [...Array(20).keys()].map((n) => `recv-a (${n + 2}).txt`)
    assert.deepEqual((await all(file.folder)).sort(), ["recv-a.txt", ...names].sort())
    const kept = await Promise.all(names.map((name) => textOf(file.folder, name)))
    assert.deepEqual(kept.sort(), texts.sort())
  })

  test("a name that another program takes meanwhile stays its own", async () => {
    await using file = await service()
    using socket = await begun(file.lines, file.port, "a<SEPARATOR>5he")
    await writeFile(file.folder.file("recv-a"), "theirs")
    await socket.write("llo")
    await socket.end()
    await file.lines.next(/^Done receiving recv-a \(2\)$/)
    assert.equal(await textOf(file.folder, "recv-a"), "theirs")
    assert.equal(await textOf(file.folder, "recv-a (2)"), "hello")
  })

  test("a link that waits under the name is not followed", async () => {
    await using file = await service()
    const outside = file.folder.file("outside")
    await symlink(outside, file.folder.file("recv-a"))
    await send(file.port, "a<SEPARATOR>5hello")
    assert.deepEqual((await all(file.folder)).sort(), ["recv-a", "recv-a (2)"])
    assert.equal(await textOf(file.folder, "recv-a (2)"), "hello")
  })

  test("a file system without hard links does as well", async (t) => {
    t.mock.method(fs, "link", async () => {
      throw Object.assign(new Error(), { code: "EPERM" })
    })
    await using file = await service()
    await writeFile(file.folder.file("recv-a"), "mine")
    await send(file.port, "a<SEPARATOR>5hello")
    assert.equal(await textOf(file.folder, "recv-a"), "mine")
    assert.equal(await textOf(file.folder, "recv-a (2)"), "hello")
    assert.equal((await all(file.folder)).length, 2)
  })

  test("nothing is visible before it is whole, and nothing stays of what is not", async () => {
    const ends: Record<string, [end: (socket: RawSocket) => unknown, said: RegExp]> = {
      "cut short": [(socket) => socket.end(), /expected 3 more bytes, 5 in all/],
      reset: [(socket) => socket.reset(), /was reset by the peer; nothing of recv-a is kept/],
      "too much": [(socket) => socket.write("llo!").then(() => socket.end()), /^byte 18: expected the end/],
      silence: [() => {}, /^byte 15: expected 3 more bytes, 5 in all, got nothing for 0\.3 s/],
    }
    for (const [how, [end, said]] of Object.entries(ends)) {
      await using file = await service({ settings: { ...settings, timeoutMs: 300 } })
      using socket = await begun(file.lines, file.port, "a<SEPARATOR>5he")
      assert.deepEqual(await shown(file.folder), [], how)
      assert.equal((await all(file.folder)).length, 1, how)
      await end(socket)
      await file.lines.next(said)
      await file.close()
      assert.deepEqual(await all(file.folder), [], how)
    }
  })

  test("a service that ends says what it did not get, and leaves nothing of it", async () => {
    await using file = await service()
    using socket = await begun(file.lines, file.port, "a<SEPARATOR>5he")
    await file.close()
    await socket.closed()
    await file.lines.next(/^The service ends: nothing of recv-a is kept/)
    assert.deepEqual(await all(file.folder), [])
    await assert.rejects(rawSocket(file.port))
  })

  test("one that is silent blocks nobody, and is let go", async () => {
    await using file = await service({ settings: { ...settings, timeoutMs: 300 } })
    using silent = await rawSocket(file.port)
    using stopped = await begun(file.lines, file.port, "b<SEPARATOR>5he")
    await send(file.port, "a<SEPARATOR>5hello")
    await file.lines.next(/^Done receiving recv-a/)
    assert.equal(await silent.closed(), "")
    assert.equal(await stopped.closed(), "")
  })

  test("who only looks whether the port is open is no fault", async () => {
    await using file = await service()
    using socket = await rawSocket(file.port)
    await socket.end()
    await file.close()
    assert.deepEqual(
      file.lines.all.map(({ message }) => message),
      [`Listening on 127.0.0.1:${file.port}`],
    )
  })

  test("the largest file is taken, and not a byte more", async () => {
    await using file = await service({ settings: { ...settings, fileBytesMax: 5 } })
    await send(file.port, "a<SEPARATOR>5hello")
    await file.lines.next(/^Done/)
    for (const bytes of ["b<SEPARATOR>6hello!", "b<SEPARATOR>6123456", `b<SEPARATOR>99${"x".repeat(99)}`]) {
      await send(file.port, bytes)
      await file.lines.next(/^byte 12: expected a file of at most 5 bytes/)
    }
    assert.deepEqual(await all(file.folder), ["recv-a"])
  })

  test("a size that is too large is refused before the file comes", async () => {
    await using file = await service({ settings: { ...settings, fileBytesMax: 5 } })
    using socket = await begun(file.lines, file.port, "a<SEPARATOR>1000")
    await file.lines.next(/^byte 12: expected a file of at most 5 bytes, got a size of 1000/)
    assert.equal(await socket.closed(), "")
  })

  test("a header without an end is refused at its limit", async () => {
    await using file = await service()
    using socket = await rawSocket(file.port)
    await socket.write("a".repeat(labLimits.fileHeaderBytesMax))
    await file.lines.next(/^byte 4096: expected <SEPARATOR> within the first 4096 bytes/)
    assert.equal(await socket.closed(), "")
  })

  test("a file that begins with digits is put together again, glued or after a pause", async () => {
    await using file = await service()
    const text = `2024${"\n17 42".repeat(50_000)}`
    await send(file.port, `glued<SEPARATOR>${text.length}${text}`)
    using socket = await begun(file.lines, file.port, `paused<SEPARATOR>${text.length}`)
    await new Promise((resolve) => setTimeout(resolve, settings.pauseMs * 4))
    await socket.write(text)
    await socket.end()
    await file.lines.next(/^Done receiving recv-paused/)
    assert.equal(await textOf(file.folder, "recv-glued"), text)
    assert.equal(await textOf(file.folder, "recv-paused"), text)
    assert.deepEqual((await all(file.folder)).sort(), ["recv-glued", "recv-paused"])
    assert.equal(file.lines.diagnoses.length, 1, "of the glued one")
  })

  test("a full disk is said in words, nothing stays, and the service goes on", async (t) => {
    const open = fs.open
    const mock = t.mock.method(fs, "open", async (...given: Parameters<typeof open>) => {
      const handle = await open(...given)
      t.mock.method(handle, "appendFile", async () => {
        throw Object.assign(new Error(), { code: "ENOSPC" })
      })
      return handle
    })
    await using file = await service()
    await send(file.port, "a<SEPARATOR>5hello")
    const { level, message } = await file.lines.next(/^Nothing is kept from 127/)
    assert.equal(level, "ERROR")
    assert.match(message, /The disk of .* is full\. Make space, and send the file again\.$/)
    await file.close().catch(() => {})
    assert.deepEqual(await all(file.folder), [])
    mock.mock.restore()
  })

  test("a folder that nothing can be saved in is said at the start", async () => {
    await using folder = await tempDir()
    await writeFile(folder.file("taken"), "")
    await assert.rejects(startLabFile(folder.file("taken")), { code: "usage", message: /cannot be saved in/ })
    await using made = await startLabFile(folder.file("new", "one"))
    await send(made.port, "a<SEPARATOR>5hello")
    assert.equal(await readFile(folder.file("new", "one", "recv-a"), "utf8"), "hello")
  })

  test("no name leads out of the folder, hides, or harms whoever looks at it; the log keeps it, escaped", async () => {
    await using outer = await tempDir()
    await using served = await startLabFile(outer.file("a", "b", "c"), { settings })
    for (const name of HOSTILE_NAMES) {
      await send(served.port, `${name}<SEPARATOR>5hello`)
      const holdsSeparator = name.includes("<SEPARATOR>")
      await served.lines.next(holdsSeparator ? /^byte \d+: expected the end/ : /^Done receiving/)
    }
    const kept = await readdir(outer.file("a", "b", "c"))
    assert.equal(kept.length, HOSTILE_NAMES.length - 1)
    for (const name of kept) {
      assert.match(name, /^recv-/)
      assert.equal(unsafe(name.slice("recv-".length).replace(/ \(\d+\)(?=\.|$)/, "")), undefined, name)
    }
    assert.deepEqual(await readdir(outer.path), ["a"])
    assert.deepEqual(await readdir(outer.file("a", "b")), ["c"])
    for (const { message } of served.lines.all) assert.doesNotMatch(message, /[\p{Cc}\u202e\u2066]/u)
    const said = served.lines.all.map(({ message }) => message)
    assert.ok(said.includes('The sender\'s name for it was "line\\nbreak.txt"'))
    assert.ok(said.includes('The sender\'s name for it was "CON"'))
  })
})
