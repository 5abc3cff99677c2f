import assert from "node:assert/strict"
import { appendFile } from "node:fs/promises"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import {
  choose,
  distinctBytes,
  distinctFile,
  downloaded,
  dragFile,
  sha256,
  underWay,
  uploadOffsets,
} from "../support/browser-files.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { openLine } from "../support/line.ts"
import { openSlowLine } from "../support/slow-line.ts"
import { tempDir } from "../support/temp.ts"

const MIB = 1024 * 1024
/** So slow that a test can act while a file is on its way. */
const SLOW = { bytesPerSecond: { up: 8 * MIB } }

test("a file that is dropped and cut goes on by itself from where the hub stands, is verified, and another gets it whole", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using line = await openLine(hub.address)
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), line.address, "Ada")
  const bytes = 40 * MIB
  const offsets = uploadOffsets(ada)
  const held = line.hold("up", 20 * MIB)

  const drop = await dragFile(ada, "film.bin", bytes)
  await ada.getByText("Drop to send to lobby").waitFor()
  await drop()
  await held
  line.cut()

  await ada.getByText("verified", { exact: true }).waitFor()
  assert.equal(offsets[0], 0)
  assert.equal(offsets.at(-1), bytes)
  assert.ok(
    offsets.some((offset) => offset > 0 && offset < bytes),
    `it went on in the middle: ${offsets}`,
  )
  assert.equal(offsets.filter((offset) => offset === 0).length, 1, "the beginning was sent once")

  const bob = await enter(await browser.person(), hub.address, "Bob", "#/files")
  const got = await downloaded(bob, () => bob.getByRole("link", { name: "Download film.bin" }).click())
  assert.equal(sha256(got), sha256(distinctBytes(bytes)))
  assert.deepEqual(browser.complaints, [])
})

test("the hub is killed under an upload: the page says that it waits, and goes on when a hub is there again", async () => {
  await using folder = await tempDir()
  const source = await distinctFile(folder.file("source.bin"), 24 * MIB)
  const first = await startHubProcess(folder.file("data"))
  const { port } = new URL(first.address)
  await using line = await openSlowLine(`http://127.0.0.1:${port}`, SLOW)
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), `http://${line.address}`, "Ada", "#/files")
  const offsets = uploadOffsets(ada)
  await choose(ada, /Send to/, source.path)
  await underWay(ada, 8 * MIB)
  await first.kill()
  await ada.getByText("Waits for the line").waitFor()
  await ada.getByRole("status").filter({ hasText: "Waiting to go on" }).waitFor()

  await using hub = await startHubProcess(folder.file("data"), ["--port", port])
  await ada.getByText("verified", { exact: true }).waitFor()
  assert.ok(
    offsets.some((offset) => offset > 0 && offset < 24 * MIB),
    `it went on in the middle: ${offsets}`,
  )
  const files = await (
    await fetch(`${hub.address}/files`, { headers: { Accept: "application/json" } })
  ).json()
  assert.deepEqual(
    (files as { sha256: string }[]).map((file) => file.sha256),
    [source.sha256],
  )
})

test("a reload in the middle: the upload is listed, another file is refused, and the same one goes on", async () => {
  await using folder = await tempDir()
  const source = await distinctFile(folder.file("source.bin"), 24 * MIB)
  const other = await distinctFile(folder.file("other.bin"), 24 * MIB)
  await using hub = await startHub({ port: 0, data: folder.file("data") })
  await using line = await openSlowLine(hub.address, SLOW)
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), `http://${line.address}`, "Ada", "#/files")
  await choose(ada, /Send to/, source.path)
  await underWay(ada, 8 * MIB)
  const asked = ada.waitForEvent("dialog")
  const reloaded = ada.reload()
  const dialog = await asked
  assert.equal(dialog.type(), "beforeunload", "leaving asks first")
  await dialog.accept()
  await reloaded

  await ada.getByText("Choose the file again to go on").waitFor()
  await choose(ada, "Choose the file", other.path)
  await ada.getByText("That is not the same file").waitFor()
  const offsets = uploadOffsets(ada)
  await choose(ada, "Choose the file", source.path)
  await ada.getByText("verified", { exact: true }).waitFor()
  assert.ok(offsets[0]! > 0, `it began where the hub stood: ${offsets}`)
  const files = await (
    await fetch(`${hub.address}/files`, { headers: { Accept: "application/json" } })
  ).json()
  assert.deepEqual(
    (files as { sha256: string }[]).map((file) => file.sha256),
    [source.sha256],
  )
  await ada.reload()
  await ada.getByRole("button", { name: "source.bin" }).waitFor()
  assert.equal(await ada.getByText("Choose the file again").count(), 0, "it is finished")
})

test("an upload is paused, goes on where it was, and another is cancelled: the hub keeps nothing of it", async () => {
  await using folder = await tempDir()
  const source = await distinctFile(folder.file("source.bin"), 24 * MIB)
  await using hub = await startHub({ port: 0, data: folder.file("data") })
  await using line = await openSlowLine(hub.address, SLOW)
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), `http://${line.address}`, "Ada", "#/files")
  const offsets = uploadOffsets(ada)
  const gone = ada.waitForResponse((response) => response.request().method() === "DELETE")
  await choose(ada, /Send to/, source.path)
  await ada.getByRole("link", { name: "Rooms" }).click() // moving about interrupts nothing
  await underWay(ada, 8 * MIB)
  await ada.getByRole("link", { name: "Files" }).click()
  await ada.getByRole("button", { name: "Pause source.bin" }).click()
  await ada.getByText("paused", { exact: false }).first().waitFor()
  await ada.getByRole("button", { name: "Go on with source.bin" }).click()
  await ada.getByText("verified", { exact: true }).waitFor()
  assert.ok(
    offsets.some((offset) => offset > 0 && offset < 24 * MIB),
    `it went on in the middle: ${offsets}`,
  )
  await ada.getByRole("button", { name: "Close" }).click()

  const second = await distinctFile(folder.file("second.bin"), 24 * MIB)
  await choose(ada, /Send to/, second.path)
  await underWay(ada, 8 * MIB)
  await ada.getByRole("button", { name: "Cancel second.bin" }).click()
  const response = await gone
  assert.equal(response.status(), 204)
  const { pathname } = new URL(response.url())
  assert.equal((await fetch(hub.address + pathname)).status, 404)
  await ada.getByRole("region", { name: "Uploads" }).waitFor({ state: "hidden" })
})

test("a file that is changed while it is sent is not sent on, and that is said", async () => {
  await using folder = await tempDir()
  const source = await distinctFile(folder.file("source.bin"), 40 * MIB) // more than goes in one request
  await using hub = await startHub({ port: 0, data: folder.file("data") })
  await using line = await openSlowLine(hub.address, SLOW)
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), `http://${line.address}`, "Ada", "#/files")
  const gone = ada.waitForResponse((response) => response.request().method() === "DELETE")
  await choose(ada, /Send to/, source.path)
  await underWay(ada, 4 * MIB)
  await appendFile(source.path, "more")
  await ada.getByText("It cannot be read any more").waitFor()
  assert.equal((await gone).status(), 204, "the hub keeps nothing of it")
  assert.deepEqual(await (await fetch(`${hub.address}/files`)).text(), "")
})
