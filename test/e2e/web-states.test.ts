import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"

test("states: a hub that is gone is said at once, and that it is back by saying nothing more", async () => {
  await using first = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), first.address, "Ada")
  await page.getByRole("heading", { name: "lobby" }).waitFor()
  await first.close()
  const bar = page.getByRole("status").filter({ hasText: "The line is down" })
  await bar.waitFor()
  await using _second = await startHub({ port: first.port, data: ":memory:" })
  await bar.waitFor({ state: "hidden" })
  assert.deepEqual(browser.complaints, [])
})

test("states: where the hub has a newer version of the page, it is offered, and loading it loses nothing", async () => {
  await using first = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), first.address, "Ada")
  await page.getByRole("heading", { name: "lobby" }).waitFor()
  await first.close()
  await page.getByRole("status").filter({ hasText: "The line is down" }).waitFor()
  // The hub that comes back serves a page of other parts.
  await page.route("**/", async (route) => {
    if (route.request().isNavigationRequest()) return route.continue()
    await route.fulfill({ body: "<script src=/assets/index-newer.js></script>", contentType: "text/html" })
  })
  await using _second = await startHub({ port: first.port, data: ":memory:" })
  await page.getByRole("status").filter({ hasText: "newer version" }).waitFor()
  await page.getByRole("button", { name: "Load it" }).click()
  await page.getByRole("button", { name: /Not.*Ada/ }).waitFor()
  await page.getByRole("heading", { name: "lobby" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("states: keys lead to every place, and ? lists them", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", lab: "ping:0" })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada")
  for (const [key, name] of [
    ["f", "Files"],
    ["e", "Feeds"],
    ["l", "Line"],
    ["b", "Lab"],
    ["r", "lobby"],
  ] as const) {
    await page.locator("#main").focus()
    await page.keyboard.press("g")
    await page.keyboard.press(key)
    await page.getByRole("heading", { name, exact: true }).first().waitFor()
  }
  await page.locator("#main").focus()
  await page.keyboard.press("?")
  await page.getByRole("dialog", { name: "Keys" }).waitFor()
  await page.keyboard.press("Escape")
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" })
  assert.deepEqual(browser.complaints, [])
})

for (const colorScheme of ["light", "dark"] as const)
  test(`states: the first visit, the invitation, the keys and a line that is down have no serious fault of axe at 320 px (${colorScheme})`, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:", name: "W".repeat(64) })
    await using browser = await openBrowser()
    const page = await browser.person({ viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true })
    await page.goto(hub.address)
    await page.getByRole("heading", { name: /^W+$/ }).waitFor()
    await page.getByRole("button", { name: "Come in" }).click()
    await page.getByRole("alert").waitFor()
    await assertAccessible(page)
    await page.getByLabel("Your name").fill("Ada")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "lobby" }).waitFor()
    await page.getByRole("button", { name: "Invite" }).first().click()
    await page.getByRole("dialog", { name: "Let others in" }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press("Escape")
    await page.locator("#main").focus()
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keys" }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press("Escape")
    await hub.close()
    await page.getByRole("status").filter({ hasText: "The line is down" }).waitFor()
    await assertAccessible(page)
  })
