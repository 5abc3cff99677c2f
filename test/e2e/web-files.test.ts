import assert from "node:assert/strict"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { test } from "node:test"
import { fromBufferPromise } from "yauzl"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"
import { choose, distinctBytes, downloaded, dropPaths, sha256 } from "../support/browser-files.ts"
import { tempDir } from "../support/temp.ts"

const PICTURE = new URL("../../web/public/icon-512.png", import.meta.url)
/** What a system lets one call a file, and what then comes of it. */
const HOSTILE = [
  "<img src=x onerror=document.title='broken'>.txt",
  "report\u202egnp.txt",
  "\u001b[31mred.txt",
  "family👩‍👩‍👧‍👧.txt",
  `${"long".repeat(60)}.txt`,
] as const

const json = async (url: string) =>
  (await (await fetch(url, { headers: { Accept: "application/json" } })).json()) as {
    id: string
    name: string
    sha256: string
    items?: number
  }[]

async function connected(hub: string, name: string) {
  const session = connect(hub, { name, device: `the-device-of-${name}` })
  await session.ready()
  return { session, [Symbol.asyncDispose]: () => session.close() }
}

test("files: several at once, and a folder as one zip with its files in it, as they were", async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/files")
  await ada.getByText("No files yet").waitFor()
  const names = Array.from({ length: 8 }, (_, index) => `part-${index}.bin`)
  const contents = names.map((_, index) => distinctBytes(1_000 * (index + 1)))
  await choose(
    ada,
    /Send to/,
    names.map((name, index) => ({ name, mimeType: "", buffer: contents[index]! })),
  )
  await ada.getByRole("status").filter({ hasText: "8 files sent, verified" }).waitFor()
  const sent = await json(`${hub.address}/files`)
  assert.deepEqual(sent.map(({ name }) => name).sort(), names)
  assert.deepEqual(new Set(sent.map((file) => file.sha256)), new Set(contents.map(sha256)))
  await ada.getByRole("button", { name: "Close" }).click()
  await ada.getByRole("region", { name: "Uploads" }).waitFor({ state: "detached" })

  await mkdir(folder.file("photos", "2026", "empty"), { recursive: true })
  await writeFile(folder.file("photos", "a.txt"), "first")
  await writeFile(folder.file("photos", "nothing.txt"), "")
  await writeFile(folder.file("photos", "2026", "b.bin"), contents[7]!)
  await choose(ada, "Folder", folder.file("photos"))
  await ada.getByText("verified", { exact: true }).waitFor()
  const [zipped] = await json(`${hub.address}/files`)
  assert.equal(zipped!.name, "photos.zip")
  assert.equal(zipped!.items, 3)
  const bob = await enter(await browser.person(), hub.address, "Bob", "#/files")
  const bytes = await downloaded(bob, () => bob.getByRole("link", { name: "Download photos.zip" }).click())
  assert.equal(sha256(bytes), zipped!.sha256)
  const found: Record<string, string> = {}
  const zip = await fromBufferPromise(bytes)
  for await (const entry of zip.eachEntry()) {
    const content = Buffer.concat(await (await zip.openReadStreamPromise(entry)).toArray())
    found[entry.fileName] = sha256(content)
  }
  assert.deepEqual(found, {
    "2026/b.bin": sha256(contents[7]!),
    "a.txt": sha256(Buffer.from("first")),
    "nothing.txt": sha256(Buffer.alloc(0)),
  })

  await dropPaths(bob, [folder.file("photos"), folder.file("photos", "a.txt")])
  await bob.getByRole("status").filter({ hasText: "2 files sent, verified" }).waitFor()
  const dropped = await json(`${hub.address}/files?limit=2`)
  assert.deepEqual(dropped.map(({ name }) => name).sort(), ["a.txt", "photos.zip"])
  const again = dropped.find(({ name }) => name === "photos.zip")
  assert.equal(again!.sha256, zipped!.sha256, "dropped or chosen, it is the same zip")
  assert.deepEqual(browser.complaints, [])
})

test("files: on plain http at the hub's name, where there is no crypto.subtle, a file is verified all the same", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser([hostname()])
  const ada = await enter(await browser.person(), `http://${hostname()}:${hub.port}`, "Ada", "#/files")
  assert.equal(await ada.evaluate(() => isSecureContext || crypto.subtle !== undefined), false)
  const bytes = distinctBytes(3_000_000)
  await choose(ada, /Send to/, { name: "lan.bin", mimeType: "", buffer: bytes })
  await ada.getByText("verified", { exact: true }).waitFor()
  assert.deepEqual(
    (await json(`${hub.address}/files`)).map((file) => file.sha256),
    [sha256(bytes)],
  )
  assert.deepEqual(browser.complaints, [])
})

test("files: what is pasted goes to the room on the screen; an empty file arrives too; what the hub refuses stays, and says why", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await using cleo = await connected(hub.address, "Cleo")
  await cleo.session.createRoom("workshop")
  await ada.goto(`${hub.address}/#/files?room=workshop`)
  await ada.getByRole("button", { name: "Send to workshop" }).waitFor()
  await ada.evaluate(() => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([], "empty.png"))
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    )
  })
  const panel = ada.getByRole("region", { name: "Uploads" })
  await panel.getByText("empty.png").waitFor()
  await panel.getByText("verified", { exact: true }).waitFor()
  const sent = await json(`${hub.address}/files?room=workshop`)
  assert.deepEqual(
    sent.map((file) => [file.name, file.sha256]),
    [["empty.png", sha256(Buffer.alloc(0))]],
  )

  await ada.goto(`${hub.address}/#/files?room=nowhere`)
  await choose(ada, "Send to nowhere", { name: "lost.txt", mimeType: "", buffer: Buffer.from("lost") })
  await panel.getByText('There is no room "nowhere"').waitFor()
  await panel.getByRole("button", { name: "Try again: lost.txt" }).waitFor()
  await panel.getByRole("button", { name: "Cancel lost.txt" }).click()
})

test("files: names are text, whatever is in them", async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: folder.file("data") })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/files")
  await choose(
    ada,
    /Send to/,
    HOSTILE.map((name) => ({
      name,
      mimeType: "text/html",
      buffer: Buffer.from(`<script>1</script>${name}`),
    })),
  )
  await ada.getByRole("status").filter({ hasText: "5 files sent, verified" }).waitFor()
  const table = ada.getByRole("table")
  await table.getByRole("button", { name: /_img src=x onerror=document.title='broken'_\.txt/ }).waitFor()
  await table.getByRole("button", { name: /reportgnp\.txt/ }).waitFor()
  await table.getByRole("button", { name: /^\[31mred\.txt/ }).waitFor()
  await table.getByRole("button", { name: /family/ }).waitFor()
  assert.equal(await ada.locator("main img, .transfers img").count(), 0)
  assert.equal(await ada.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
  assert.deepEqual(browser.complaints, [])
})

test("files: pictures and text are shown in place, the SHA-256 is counted here on demand", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await fetch(`${hub.address}/files/mark.png?as=Bob`, { method: "PUT", body: await readFile(PICTURE) })
  const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index} <b>\u001b[31m\u202e`).join("\n")
  await fetch(`${hub.address}/files/notes.txt?as=Bob`, {
    method: "PUT",
    body: lines.replaceAll("\u001b", ""),
  })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/files")

  await ada.getByRole("button", { name: /mark\.png/ }).click()
  const dialog = ada.getByRole("dialog", { name: "File" })
  await dialog.getByRole("img", { name: "mark.png" }).waitFor()
  await ada.waitForFunction(
    () => document.querySelector<HTMLImageElement>(".file-image img")?.naturalWidth === 512,
  )
  await dialog.getByRole("button", { name: "SHA-256 of mark.png" }).click()
  await dialog.getByRole("button", { name: "Fetch and count it here" }).click()
  await dialog.getByText("verified here: the same").waitFor()
  assert.equal(await dialog.getByRole("button", { name: "Delete" }).count(), 0, "it is Bob's")
  await dialog.getByRole("button", { name: "Show mark.png large" }).click()
  const large = ada.getByRole("dialog", { name: "mark.png" })
  await large.getByRole("img").waitFor()
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("Escape")
  await dialog.waitFor({ state: "detached" })

  await ada.getByRole("button", { name: /notes\.txt/ }).click()
  await dialog.getByRole("button", { name: "Show the text of notes.txt" }).click()
  await dialog.getByText("line 0 <b>").waitFor()
  await dialog.getByText("The first 20.5 kB").waitFor()
  await assertAccessible(ada)
  assert.deepEqual(browser.complaints, [])
})

test("files: the list is filtered by name and read page by page, and whoever sent a file deletes it", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  for (let index = 0; index < 120; index++)
    await fetch(`${hub.address}/files/bob-${index}.txt?as=Bob`, { method: "PUT", body: String(index) })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/files")
  const rows = ada.getByRole("table").getByRole("row")
  await ada.getByRole("button", { name: "bob-119.txt" }).waitFor()
  assert.equal(await rows.count(), 101)
  await ada.getByRole("button", { name: "Show older files" }).click()
  await ada.getByRole("button", { name: "bob-0.txt" }).waitFor()
  assert.equal(await rows.count(), 121)
  await choose(ada, /Send to/, { name: "mine.txt", mimeType: "", buffer: Buffer.from("mine") })
  await ada.getByRole("table").getByRole("button", { name: "mine.txt" }).waitFor()
  assert.equal(await rows.count(), 122, "what was read stays")

  await ada.locator("#main").focus()
  await ada.keyboard.press("/")
  await ada.keyboard.type("MINE")
  await ada.getByRole("button", { name: "bob-119.txt" }).waitFor({ state: "detached" })
  await ada.getByRole("table").getByRole("button", { name: "mine.txt" }).click()
  const dialog = ada.getByRole("dialog", { name: "File" })
  await dialog.getByRole("button", { name: "Delete" }).click()
  await dialog.getByRole("button", { name: "Delete for everybody" }).click()
  await ada.getByText("No such file").waitFor()
  assert.deepEqual(await json(`${hub.address}/files?search=mine`), [])
  assert.deepEqual(browser.complaints, [])
})

test("files: a one-time link shows its code, address and line, and gives the file once", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/files")
  await choose(ada, "One-time link", {
    name: "secret.txt",
    mimeType: "",
    buffer: Buffer.from("for one only"),
  })
  const dialog = ada.getByRole("dialog", { name: "One-time link" })
  const code = await dialog.locator(".link-code").textContent()
  assert.match(code!, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  await dialog.getByText(`npx landline get ${code}`).waitFor()
  await dialog.getByText(`/get/${code}`, { exact: false }).first().waitFor()
  await assertAccessible(ada)
  assert.deepEqual(await json(`${hub.address}/files`), [])
  const got = await fetch(`${hub.address}/get/${code}`)
  assert.equal(await got.text(), "for one only")
  await ada.keyboard.press("Escape")
  await ada.getByRole("button", { name: "Show the link" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("files: at 320 px nothing is cut off, everything is reached by keyboard, and axe finds no serious fault", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  for (const name of ["a-rather-long-name-that-has-to-break-somewhere-2026.tar.gz", "b.txt"])
    await fetch(`${hub.address}/files/${name}?as=Bob`, { method: "PUT", body: "b" })
  await using browser = await openBrowser()
  for (const colorScheme of ["light", "dark"] as const) {
    const person = await browser.person({ viewport: { width: 320, height: 640 }, colorScheme })
    const page = await enter(person, hub.address, `Ada ${colorScheme}`, "#/files")
    await page.getByRole("button", { name: /^b\.txt/ }).waitFor()
    await choose(page, /Send to/, { name: `${colorScheme}.txt`, mimeType: "", buffer: Buffer.from("c") })
    await page.getByRole("status").filter({ hasText: "1 file sent, verified" }).waitFor()
    await page.getByRole("button", { name: "1 file sent, verified" }).click()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
    await assertAccessible(page)
    await page.getByRole("button", { name: /^b\.txt/ }).focus()
    await page.keyboard.press("Enter")
    await page.getByRole("dialog", { name: "File" }).waitFor()
    await assertAccessible(page)
  }
  assert.deepEqual(browser.complaints, [])
})
