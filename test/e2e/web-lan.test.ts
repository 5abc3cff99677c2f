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
