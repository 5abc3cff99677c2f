import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { startHub } from "../../src/hub/hub.ts"
import type { LabServiceName } from "../../src/protocol/lab/records.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"
import { startExample } from "../support/examples.ts"
import { rawSocket } from "../support/lab.ts"
import { needs } from "../support/programs.ts"

const timeout = 60_000
const NARROW = { viewport: { width: 320, height: 640 } }

async function startLab() {
  const hub = await startHub({ port: 0, data: ":memory:", lab: "chat:0,file:0,ping:0,sum:0" })
  const port = (name: LabServiceName) => hub.lab.find(({ service }) => service === name)!.port
  return { address: hub.address, port, [Symbol.asyncDispose]: () => hub.close() }
}

const bytesOf = (page: Page) => page.getByRole("region", { name: "Bytes of this connection" })

test("lab: with no connection yet, the page says where to connect and what a firewall looks like", {
  timeout,
}, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(NARROW), hub.address, "Ada", "#/lab")
  await page.getByText("No connection from here yet").waitFor()
  await page.getByText("silence, then a timeout").waitFor()
  await page.getByText(`create_connection(('localhost', ${hub.port("chat")}), 5)`).waitFor()
  const chat = page.getByRole("list", { name: "Services" }).getByRole("listitem").first()
  await chat.getByText(`port ${hub.port("chat")}`).click()
  await chat.getByText(/^python3 -c "import socket; s = socket\.create_connection/).waitFor()
  await assertAccessible(page)
  await page.getByRole("link", { name: "Table" }).click()
  await page.getByText("No program has been seen yet").waitFor()
  await assertAccessible(page)
  assert.deepEqual(browser.complaints, [])
})

test("lab: a client that counts characters appears with its wrong byte marked and what to mend; so does its row of the table", {
  timeout,
  skip: needs("python3"),
}, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/lab")
  await page.getByText("No connection from here yet").waitFor()
  await using client = startExample("python/chat/client_counts_characters.py", [
    "ada",
    "localhost",
    hub.port("chat"),
  ])
  await client.waitFor("ada>")
  client.write("caf\u00e9s\n")
  client.write("again\n")
  await page.getByText(/^Byte 13: expected length 6, the bytes of "cafés", got length 5/).waitFor()
  await page.getByText("Count after encoding", { exact: false }).first().waitFor()
  const wrong = bytesOf(page).locator(".lab-bytes-hex .lab-span-wrong")
  await wrong.waitFor()
  assert.equal(await wrong.textContent(), "35") // the "5" of the header
  assert.ok(await wrong.isVisible())
  await page.getByRole("list", { name: "Connections" }).getByText("yours").waitFor()

  // A part says what it is, and shows its bytes, by keyboard as well.
  const part = page.getByRole("button", { name: /^10–12\s*username "ada"$/ })
  await part.focus()
  await page.locator(".lab-shown").getByText('program 10–12: username "ada"').waitFor()
  assert.equal(await bytesOf(page).locator(".lab-bytes-text [data-shown]").textContent(), "ada")
  await assertAccessible(page)

  await page.getByRole("link", { name: "Table" }).click()
  const cell = page.getByRole("button", { name: "non-ascii: fail" })
  await cell.focus()
  await page
    .getByRole("status")
    .filter({ hasText: "ada, non-ascii: fail" })
    .filter({ hasText: "expected length 6" })
    .waitFor()
  await assertAccessible(page)
  await page.getByRole("button", { name: "Project" }).click()
  await page.locator(".lab-project").getByRole("button", { name: "Leave" }).waitFor()
  await assertAccessible(page)
  await page.keyboard.press("Escape")
  await page.getByRole("button", { name: "Project" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("lab: a connection is followed while it is open, and the one that was chosen stays", {
  timeout,
}, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const page = await enter(
    await browser.person({ viewport: { width: 390, height: 844 } }),
    hub.address,
    "Ada",
    "#/lab",
  )
  await page.getByText("No connection from here yet").waitFor()
  using first = await rawSocket(hub.port("ping"))
  await page.getByText("Connected, and not a byte yet from either side").waitFor()
  await first.write("PING")
  await bytesOf(page).getByText("50 4f 4e 47").waitFor() // PONG
  await page.getByRole("link", { name: /^ping/ }).click()
  await page.getByRole("link", { name: "Back to the newest" }).waitFor()
  using second = await rawSocket(hub.port("sum"))
  await second.write("ada,25")
  await first.write("hi")
  await bytesOf(page).getByText("68 69").waitFor()
  await assertAccessible(page)
  await page.getByRole("link", { name: "Back to the newest" }).click()
  await page.getByRole("heading", { name: /^sum ada/ }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("lab: datagrams of a peer are a connection of their own kind", { timeout }, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/lab")
  const socket = createSocket("udp4")
  try {
    socket.send("PING", hub.port("ping"), "127.0.0.1")
    await page.getByRole("heading", { name: /^ping UDP 127/ }).waitFor()
    await bytesOf(page).getByText("50 4f 4e 47").waitFor() // PONG
    await page.getByText("going on").waitFor()
  } finally {
    socket.close()
  }
  assert.deepEqual(browser.complaints, [])
})

test("lab: what programs call themselves and send stays text", { timeout }, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const name = "<img src=x onerror=alert(1)>\u202e\x1b[2J"
  using client = await rawSocket(hub.port("sum"))
  await client.write(`${name},25`)
  const page = await enter(
    await browser.person({ ...NARROW, colorScheme: "dark" }),
    hub.address,
    "Ada",
    "#/lab",
  )
  const shown = "<img src=x onerror=alert(1)>\\u202e\\x1b[2J"
  await page.getByRole("link", { name: shown }).waitFor()
  await page.getByRole("heading", { name: shown }).waitFor()
  await bytesOf(page).getByText("3c 69 6d 67").waitFor()
  await assertAccessible(page)
  await client.end()
  await page.getByRole("link", { name: "Table" }).click()
  await page.getByRole("rowheader").filter({ hasText: shown }).waitFor()
  assert.equal(await page.locator("main img").count(), 0)
  await assertAccessible(page)
  assert.deepEqual(browser.complaints, [])
})

test("lab: of a long connection only what is in view is drawn, and what is not kept is said", {
  timeout,
}, async () => {
  await using hub = await startLab()
  await using browser = await openBrowser()
  const size = 100_000
  using client = await rawSocket(hub.port("file"))
  await client.write(`big.bin<SEPARATOR>${size}`)
  await client.write(Buffer.alloc(size, "0123456789abcdef"))
  client.end()
  await client.closed()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/lab")
  const all = bytesOf(page)
  await all.getByText("62 69 67 2e 62 69 6e").waitFor()
  assert.ok((await all.locator(".lab-bytes").count()) < 100)
  await all.evaluate((element) => {
    const { scrollHeight } = element as unknown as { scrollHeight: number }
    Object.assign(element, { scrollTop: scrollHeight / 2 })
  })
  const gap = all.getByText(/^[\d,]+ bytes of the program are not kept$/)
  await gap.waitFor()
  await all.focus()
  await page.keyboard.press("End")
  await gap.waitFor({ state: "hidden" })
  assert.ok((await all.locator(".lab-bytes").count()) < 100)
  assert.deepEqual(browser.complaints, [])
})

test("lab: a hub without a lab says how to have one", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/lab")
  await page.getByText("This hub runs no lab").waitFor()
  await page.getByText("npx landline serve --lab").waitFor()
  assert.equal(await page.getByRole("navigation", { name: "Places" }).getByText("Lab").count(), 0)
  await assertAccessible(page)
  assert.deepEqual(browser.complaints, [])
})
