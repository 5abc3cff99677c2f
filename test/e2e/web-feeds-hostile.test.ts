import assert from "node:assert/strict"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"

const timeout = 180_000

const HTML = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`
const HOSTILE = [
  HTML,
  "\x1b[31mred\x1b[2J\x07",
  "\u202egnp.exe\u2066",
  "x".repeat(60_000),
  "👩‍👩‍👧‍👦".repeat(2_000),
  "NaN",
  "1e999",
  "-1e308",
  "10000000000000002",
  `${"[".repeat(30_000)}${"]".repeat(30_000)}`,
  JSON.stringify({ [HTML]: HTML, __proto__x: 1, "\u202e": "\x1b[2J", "": 5 }),
  `{"__proto__":{"a":1},"constructor":2}`,
  JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`field ${at}`, at]))),
]

const latest = (page: Page) => page.getByRole("region", { name: "Latest value" })

test("web, feeds: whatever a feed holds is text, and breaks nothing", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using mallory = connect(hub.address, { name: "mallory" })
  await mallory.createFeed("bad", "text/plain", { title: HTML, unit: "\u202e<b>" })
  for (const text of HOSTILE) await mallory.publish("feed/bad", text)
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds")
  await ada.getByRole("link", { name: /^bad/ }).filter({ hasText: "<img src=x" }).waitFor()
  await ada.getByRole("link", { name: /^bad/ }).click()
  const rows = ada.getByRole("region", { name: "Messages" }).locator("tbody tr")
  await rows.nth(HOSTILE.length - 1).waitFor()
  assert.equal(await rows.count(), HOSTILE.length)
  const page = (await ada.getByRole("main").textContent())!
  assert.match(page, /\\x1b\[31mred\\x1b\[2J\\x07/)
  assert.match(page, /\\u202egnp\.exe/)
  assert.match(page, /xxx… \(60,000 characters\)/)
  assert.doesNotMatch(page, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
  // Each of them as the newest, before an open page, with the chart following; then the page goes on as ever.
  for (const text of HOSTILE) await mallory.publish("feed/bad", text)
  await mallory.publish("feed/bad", "7")
  await latest(ada).filter({ hasText: /^7/ }).waitFor()
  assert.equal(await rows.count(), 2 * HOSTILE.length + 1)
  assert.equal(await ada.getByRole("main").locator("img, script").count(), 0)
  assert.notEqual(await ada.title(), "broken")
  assert.equal(await ada.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"), true)
  await mallory.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: bytes are told by size and their first in hex", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const body = Buffer.alloc(300, 0xff)
  await fetch(`${hub.address}/feeds/raw`, { method: "POST", body, headers: { "content-type": "image/png" } })
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/raw")
  await latest(ada).filter({ hasText: "300 bytes: ff ff" }).waitFor()
  await ada
    .getByRole("region", { name: "Messages" })
    .getByText(`300 bytes: ${"ff ".repeat(32)}…`)
    .waitFor()
  await ada.getByText("which nobody types").waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: thousands of messages, fast, into an open page: all are counted, few are held", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using sensor = connect(hub.address, { name: "sensor" })
  await sensor.publish("feed/fast", "0")
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/fast")
  await latest(ada).waitFor()
  const many = 20_000
  for (let batch = 0; batch < many; batch += 1_000)
    await Promise.all(
      Array.from({ length: 1_000 }, (_, at) => sensor.publish("feed/fast", String(batch + at + 1))),
    )
  await latest(ada)
    .filter({ hasText: /^20000$/ })
    .waitFor()
  await ada
    .getByRole("list", { name: "Series" })
    .getByText("min 0, mean 10,000, max 20,000, last 20,000 of 20,001 values")
    .waitFor()
  assert.equal(await ada.getByRole("region", { name: "Messages" }).locator("tbody tr").count(), 100)
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: of ten thousand feeds the list holds those that are seen, and finds the others", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using sensor = connect(hub.address, { name: "sensor" })
  for (let batch = 0; batch < 9_000; batch += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, at) => sensor.createFeed(`lab/f${batch + at}`, "text/plain")),
    )
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds")
  await ada.getByText("9,001 feeds").waitFor()
  await ada
    .getByRole("link", { name: /^lab\// })
    .first()
    .waitFor()
  assert.ok((await ada.getByRole("list", { name: "Feeds" }).locator("li").count()) < 40)
  await ada.getByLabel("Filter feeds").fill("f8999")
  await ada.getByRole("link", { name: /^lab\/f8999/ }).click()
  await ada.getByRole("heading", { name: "lab/f8999" }).waitFor()
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

for (const colorScheme of ["light", "dark"] as const)
  test(`web, feeds: list, page and dialogs at 320 px and with a keyboard, without a serious fault of axe (${colorScheme})`, {
    timeout,
  }, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    await using browser = await openBrowser()
    await using sensor = connect(hub.address, { name: "sensor" })
    await sensor.createFeed("lab/temp", "application/json", { title: "Cellar", unit: "°C", expectMs: 60_000 })
    for (const text of ["21", "22", '{"wind":5,"at":"north"}']) await sensor.publish("feed/lab/temp", text)
    await sensor.reportBlock("lab/temp", { block: 1, messages: 5, spanMs: 900, latenessMs: 20 }, "kitchen")
    const ada = await browser.person({ viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true })
    await enter(ada, hub.address, "Ada", "#/feeds")
    const row = ada.getByRole("link", { name: /^lab\/temp/ })
    await row.filter({ hasText: "north" }).waitFor()
    await assertAccessible(ada)
    await ada.getByRole("button", { name: "New feed" }).click()
    await assertAccessible(ada)
    await ada.keyboard.press("Escape")
    await row.focus()
    await ada.keyboard.press("Enter")
    await latest(ada).waitFor()
    await ada.getByRole("region", { name: "Receivers" }).waitFor()
    await assertAccessible(ada)
    await ada.getByRole("button", { name: "Pause" }).focus()
    await ada.keyboard.press("Space")
    await ada.getByText("this view stands still").waitFor()
    await ada.getByRole("button", { name: "Describe" }).click()
    await assertAccessible(ada)
    await ada.keyboard.press("Escape")
    await ada.getByRole("radio", { name: "Python" }).focus()
    await ada.keyboard.press("Space")
    await ada.getByText("Publish with nothing but Python").waitFor()
    await assertAccessible(ada)
    await ada.getByRole("button", { name: "Jump to" }).click()
    await ada.getByText("in these ten minutes").waitFor()
    await assertAccessible(ada)
    await ada.goto(`${hub.address}/#/feeds/nothing/here`)
    await ada.getByText("There is no such feed yet").waitFor()
    await assertAccessible(ada)
    await sensor.close()
    assert.deepEqual(browser.complaints, [])
  })
