import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { describe, test } from "node:test"
import type { HubLabOptions } from "../../src/hub/lab.ts"
import { LandlineError } from "../../src/protocol/errors.ts"
import { HOSTILE_NAMES, unsafe } from "../support/hostile-names.ts"
import { rawSocket } from "../support/lab.ts"
import { ada, type LabTestHub, startLabHub } from "../support/lab-hub.ts"
import { tempDir } from "../support/temp.ts"

const hubWithFiles = (options: Partial<HubLabOptions> = {}) => startLabHub({ services: "file:0", ...options })
const hubWithBoth = async (options: Partial<HubLabOptions> = {}) => {
  // One port for both, as with the documents' own ports; a free one is found by asking for it.
  const { port, close } = await startLabHub({ services: "chat:0" })
  await close()
  return startLabHub({ services: `chat:${port},file:${port}`, ...options })
}

async function send(port: number, bytes: string | Uint8Array): Promise<void> {
  using socket = await rawSocket(port)
  await socket.write(bytes)
  await socket.end()
}

const listed = (hub: LabTestHub) => hub.files.list(ada, { limit: 500 })

async function contentOf(hub: LabTestHub, name: string): Promise<string | undefined> {
  const file = (await listed(hub)).find((listedFile) => listedFile.name === name)
  return file && text(hub.files.read(file))
}

/** Uploads that are neither a file nor gone. */
const left = async (hub: LabTestHub) => (await hub.directory.openUploads()).filter(({ file }) => file === "")

describe("lab file in the hub", () => {
  test("a file is announced in the room, sent by a guest under its address", async () => {
    await using hub = await hubWithFiles()
    await send(hub.port, "C:\\work\\notes.txt<SEPARATOR>5hello")
    await hub.lines.next(/^Incoming file, saving as recv-notes\.txt$/)
    await hub.lines.next(/^Done receiving recv-notes\.txt$/)
    const [entry] = await hub.entries()
    assert.equal(entry?.kind, "file")
    assert.match(entry.author, /^~127\.0\.0\.1:\d+$/)
    assert.equal(JSON.parse(Buffer.from(entry.body).toString()).name, "notes.txt")
    assert.equal(await contentOf(hub, "notes.txt"), "hello")
  })

  test("files that begin with digits, of digits alone, and empty ones are put together as they were", async () => {
    await using hub = await hubWithFiles()
    const texts = {
      "a.csv": `2024,1\n${"x".repeat(200_000)}`,
      digits: "1234567890".repeat(9),
      empty: "",
      one: "7",
    }
    for (const [name, content] of Object.entries(texts)) {
      await send(hub.port, `${name}<SEPARATOR>${content.length}${content}`)
      await hub.lines.next(/^Done/)
      assert.equal(await contentOf(hub, name), content, name)
    }
    assert.deepEqual(await left(hub), [])
  })

  test("with a folder they are saved there as well", async () => {
    await using folder = await tempDir()
    await using hub = await hubWithFiles({ folder: folder.path })
    for (let n = 0; n < 2; n++) await send(hub.port, "a.txt<SEPARATOR>512345")
    await hub.lines.next(/^Done receiving recv-a\.txt$/)
    await hub.lines.next(/^Done receiving recv-a \(2\)\.txt$/)
    assert.deepEqual((await readdir(folder.path)).sort(), ["recv-a (2).txt", "recv-a.txt"])
    assert.equal(await readFile(folder.file("recv-a (2).txt"), "utf8"), "12345")
    assert.equal((await listed(hub)).length, 2)
  })

  test("what is cut short, reset or refused leaves nothing behind", async () => {
    await using folder = await tempDir()
    await using hub = await hubWithFiles({ folder: folder.path })
    await send(hub.port, "a.txt<SEPARATOR>9hello")
    await hub.lines.next(/^byte 22: expected 4 more bytes/)
    using socket = await rawSocket(hub.port)
    await socket.write("b.txt<SEPARATOR>9hello")
    await hub.lines.next(/^Incoming/)
    socket.reset()
    await hub.lines.next(/was reset by the peer; nothing of recv-b\.txt is kept/)
    await hub.close()
    assert.deepEqual(await listed(hub), [])
    assert.deepEqual(await left(hub), [])
    assert.deepEqual(await readdir(folder.path), [])
  })

  test("when the hub cannot store it, the log says why, and neither place keeps it", async () => {
    for (const method of ["start", "write", "join"] as const) {
      await using folder = await tempDir()
      await using hub = await hubWithFiles({ folder: folder.path })
      hub.files[method] = async () => {
        throw new LandlineError("over_quota")
      }
      await send(hub.port, "a.txt<SEPARATOR>5hello")
      const { level } = await hub.lines.next(
        /^Nothing is kept from 127\..*the hub's limit for files is reached/,
      )
      assert.equal(level, "ERROR", method)
      await hub.close()
      assert.deepEqual(await left(hub), [], method)
      assert.deepEqual(await readdir(folder.path), [], method)
    }
  })

  test("hostile names become safe ones", async () => {
    await using hub = await hubWithFiles()
    for (const name of HOSTILE_NAMES) {
      await send(hub.port, `${name}<SEPARATOR>5hello`)
      await hub.lines.next(name.includes("<SEPARATOR>") ? /^byte \d+: expected the end/ : /^Done/)
    }
    const files = await listed(hub)
    assert.equal(files.length, HOSTILE_NAMES.length - 1)
    for (const { name } of files) assert.equal(unsafe(name), undefined, name)
  })
})

describe("chat and file on one port", () => {
  const frame = (body: string) => String(Buffer.byteLength(body)).padEnd(10) + body

  test("the first bytes tell which is meant, in any pieces", async () => {
    await using hub = await hubWithBoth()
    const [chat, file] = hub.services
    assert.equal(chat!.port, file!.port)
    for (const pieces of [(whole: string) => [whole], (whole: string) => [...whole]]) {
      using bob = await rawSocket(hub.port)
      for (const piece of pieces(frame("bob") + frame("hi"))) await bob.write(piece)
      await hub.lines.next(/^Received message from bob: hi/)
      for (const name of ["notes.txt", "2024 report", "5", "       7x", "1714567890.jpg"]) {
        using sender = await rawSocket(hub.port)
        for (const piece of pieces(`${name}<SEPARATOR>5hello`)) await sender.write(piece)
        await sender.end()
        await hub.lines.next(/^Done receiving/)
        assert.equal(await contentOf(hub, name.trim()), "hello")
      }
      assert.ok(bob)
    }
  })

  test("one that says nothing, or not enough, holds up nobody; what is neither is told", async () => {
    await using hub = await hubWithBoth()
    using silent = await rawSocket(hub.port)
    using begun = await rawSocket(hub.port)
    await begun.write("12")
    await send(hub.port, "a<SEPARATOR>5hello")
    await hub.lines.next(/^Done receiving recv-a/)
    await begun.end()
    await hub.lines.next(
      /^byte 2: expected a chat header of 10 bytes, or a file's name, got the end of the connection after "12"/,
    )
    using browser = await rawSocket(hub.port)
    await browser.write("GET / HTTP/1.1\r\n\r\n")
    await hub.lines.next(/got HTTP: .*HTTP belongs to the hub's port 7300/)
    await hub.close()
    assert.equal(await silent.closed(), "")
  })

  test("on ports of their own, each names the port of the other", async () => {
    await using hub = await startLabHub({ services: "chat:0,file:0" })
    const [chat, file] = hub.services
    assert.notEqual(chat!.port, file!.port)
    using lost = await rawSocket(chat!.port)
    await lost.write("a.txt<SEPARATOR>5hello")
    const { message } = await hub.lines.next(/got file transfer/)
    assert.ok(message.endsWith(`A file client belongs to port ${file!.port}.`), message)
    using stray = await rawSocket(file!.port)
    await stray.write(frame("bob"))
    const { message: other } = await hub.lines.next(/got chat/)
    assert.ok(other.endsWith(`A chat client belongs to port ${chat!.port}.`), other)
  })
})
