import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"

test("first visit: a name, and one is in the lobby; the name is this browser's, and another's is refused", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", name: "Lab 3" })
  await using browser = await openBrowser()
  const ada = await browser.person()
  await ada.goto(hub.address)
  await ada.getByRole("heading", { name: "Lab 3" }).waitFor()
  await ada.getByRole("button", { name: "Come in" }).click()
  await ada.getByRole("alert").filter({ hasText: "Type a name" }).waitFor()
  await ada.getByLabel("Your name").fill("Ada")
  await ada.keyboard.press("Enter")
  await ada.getByRole("heading", { name: "lobby" }).waitFor()

  await ada.reload()
  await ada.getByRole("button", { name: /Not.*Ada/ }).waitFor()

  const other = await browser.person()
  await other.goto(hub.address)
  await other.getByLabel("Your name").fill("Ada")
  await other.keyboard.press("Enter")
  await other.getByRole("alert").filter({ hasText: "belongs to another device" }).waitFor()
  await enter(other, hub.address, "Bob")

  await ada.getByRole("button", { name: /Not.*Ada/ }).click()
  await ada.getByLabel("Your name").fill("Ada")
  await ada.keyboard.press("Enter")
  await ada.getByRole("heading", { name: "lobby" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})
