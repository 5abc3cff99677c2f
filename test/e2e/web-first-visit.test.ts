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

test("first visit: who comes after Ada at her computer finds nothing of hers, and Ada finds all of it again", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada")
  const box = page.getByRole("textbox", { name: /message/i })
  await box.fill("what I meant to say")
  for (const [from, to, draft] of [
    ["Ada", "Bob", ""],
    ["Bob", "Ada", "what I meant to say"],
  ] as const) {
    await page.getByRole("button", { name: new RegExp(`Not.*${from}`) }).click()
    await page.getByLabel("Your name").fill(to)
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: new RegExp(`Not.*${to}`) }).waitFor()
    assert.equal(await box.inputValue(), draft)
  }
  assert.deepEqual(browser.complaints, [])
})
