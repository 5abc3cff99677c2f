import assert from "node:assert/strict"
import { hostname } from "node:os"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"

test("on a network: at the hub's name on plain http, where browsers withhold much, one comes in, talks and copies", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser([hostname()])
  const address = `http://${hostname()}:${hub.port}`
  const ada = await enter(await browser.person(), address, "Ada")
  assert.equal(await ada.evaluate(() => isSecureContext), false)
  assert.equal(await ada.evaluate(() => navigator.clipboard === undefined), true)
  await ada.getByRole("textbox", { name: /message/i }).fill("hello from the network")
  await ada.keyboard.press("Enter")
  await ada.getByText("hello from the network").waitFor()
  const said = await (await fetch(`${hub.address}/rooms/lobby`)).text()
  assert.match(said, /Ada: hello from the network/)

  await ada.getByRole("button", { name: "Invite" }).first().click()
  await ada.getByRole("img", { name: `QR code of ${address}` }).waitFor()
  await ada.getByRole("button", { name: "Copy Address for a browser" }).click()
  await ada.getByRole("status").filter({ hasText: "Copied" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("on a network: every screen works at the hub's name on plain http", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", lab: "ping:0" })
  await using browser = await openBrowser([hostname()])
  const address = `http://${hostname()}:${hub.port}`
  await fetch(`${hub.address}/feeds/temp`, { method: "POST", body: "21.5" })
  const ada = await enter(await browser.person(), address, "Ada", "#/feeds/temp")
  await ada.getByRole("region", { name: "Latest value" }).filter({ hasText: "21.5" }).waitFor()
  await ada.locator("canvas").first().waitFor()
  await ada.goto(`${address}/#/line`)
  // Both ends count digests, and the browser gives the page no means for it here.
  await ada.getByRole("button", { name: "Add" }).click()
  await ada.getByText(/same transcript/i).waitFor()
  await ada.goto(`${address}/#/lab`)
  await ada.getByRole("heading", { name: "Services" }).waitFor()
  await ada.goto(`${address}/#/files`)
  await ada.getByText("No files yet").waitFor()
  assert.deepEqual(browser.complaints, [])
})
