import assert from "node:assert/strict"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { messages, say, speaker } from "../support/browser-rooms.ts"

/** So much may a message be off by rounding, in px. */
const ROUNDING_PX = 2

/** Messages of many heights. */
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index % 7 === 3 ? `entry ${index + 1} ${"which is long ".repeat(index % 40)}` : `entry ${index + 1}`,
  )

/** Turns the wheel until the entry is made. */
async function wheelTo(page: Page, entry: number, step: number): Promise<void> {
  await messages(page).hover()
  const row = page.locator(`[data-offset="${entry}"]`)
  while ((await row.count()) === 0) await page.mouse.wheel(0, step)
}

/** Turns the wheel once: the entry in the middle of the screen has to end up just so far from where it was. */
async function wheelBy(page: Page, step: number): Promise<void> {
  const from = await page.evaluate(() => {
    const { top, height } = document.querySelector(".message-list")!.getBoundingClientRect()
    const rows = Array.from(document.querySelectorAll<HTMLElement>("[data-offset]"), (row) => ({
      offset: row.dataset["offset"]!,
      top: row.getBoundingClientRect().top,
    }))
    return rows.findLast((row) => row.top < top + height / 2)!
  })
  await page.mouse.wheel(0, step)
  await page.waitForFunction(
    ({ offset, want, off }) => {
      const row = document.querySelector(`[data-offset="${offset}"]`)
      return row !== null && Math.abs(row.getBoundingClientRect().top - want) <= off
    },
    { offset: from.offset, want: from.top - step, off: ROUNDING_PX },
  )
}

test("web rooms: scrolling up and down through thousands of entries never loses the place", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say("lobby", lines(2_000))
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("entry 2000").waitFor()
  await messages(ada).hover()
  for (let step = 0; step < 80; step++) await wheelBy(ada, -250)
  assert.equal(await messages(ada).getByText("entry 2000").count(), 0)
  for (let step = 0; step < 20; step++) await wheelBy(ada, 250)
  await wheelTo(ada, 1, -900)
  assert.ok((await ada.locator("[data-offset]").count()) < 150)
  await wheelTo(ada, 2_000, 900)
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: what comes while one reads above does not move it, and one button leads to the newest", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say("lobby", lines(500))
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("entry 500").waitFor()
  await wheelTo(ada, 400, -300)
  await ada.getByRole("button", { name: "To the newest" }).waitFor()
  const place = () => ada.locator('[data-offset="405"]').evaluate((row) => row.getBoundingClientRect().top)
  const before = await place()
  await bob.say("lobby", lines(2_500))
  await ada.getByRole("button", { name: "2,500 new" }).waitFor()
  assert.ok(Math.abs((await place()) - before) <= ROUNDING_PX)
  await ada.getByRole("button", { name: "2,500 new" }).click()
  await ada.locator('[data-offset="3000"]').waitFor()
  await bob.say("lobby", ["the very last"])
  await messages(ada).getByText("the very last").waitFor()
  // Who speaks is at the end.
  await wheelTo(ada, 2_900, -300)
  await say(ada, "my own")
  await messages(ada).getByText("my own").waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: of many new messages a button shows the first", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.session.createRoom("other")
  await bob.say("lobby", ["before"])
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("before").waitFor()
  await ada.getByRole("link", { name: /other/ }).click()
  await ada.getByRole("heading", { name: "other" }).waitFor()
  await bob.say("lobby", lines(400))
  await ada.getByRole("link", { name: /lobby/ }).click()
  await ada.getByRole("button", { name: "400 new: show the first" }).click()
  await ada.locator('[data-offset="2"]').getByText("New", { exact: true }).waitFor()
  await ada.keyboard.press("Escape")
  await ada.locator('[data-offset="401"]').waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: one turn of the wheel leaves the end, also while messages pour in", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say("lobby", lines(300))
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("entry 300").waitFor()
  let pouring = true
  const pour = (async () => {
    while (pouring) await bob.say("lobby", lines(10))
  })()
  await messages(ada).hover()
  await ada.mouse.wheel(0, -120)
  await ada.locator(".room-jump", { hasText: "new" }).waitFor()
  // The turn of a wheel is drawn as a movement over several frames: the place counts once it is over.
  const first = await ada.evaluate(async () => {
    const place = () => document.querySelector<HTMLElement>("[data-offset]")?.dataset["offset"]
    for (let still = 0, before = place(); still < 20; ) {
      await new Promise(requestAnimationFrame)
      still = place() === before ? still + 1 : 0
      before = place()
    }
    return place()
  })
  await ada.locator(".room-jump", { hasText: /\d{3,} new/ }).waitFor()
  pouring = false
  await pour
  assert.equal(await ada.locator("[data-offset]").first().getAttribute("data-offset"), first)
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: Home and End, a link to an entry, and a search lead to the place and back", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say("lobby", ["a needle in the hay", ...lines(1_998), "another needle"])
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("another needle").waitFor()
  await messages(ada).focus()
  await ada.keyboard.press("Home")
  await messages(ada).getByText("a needle in the hay").waitFor()
  await ada.keyboard.press("End")
  await messages(ada).getByText("another needle").waitFor()

  await ada.goto(`${hub.address}/#/rooms/lobby?at=1000`)
  await ada.locator('[data-offset="1000"][data-target="true"]').waitFor()
  await ada.waitForFunction(() => {
    const { top, bottom } = document.querySelector('[data-offset="1000"]')!.getBoundingClientRect()
    return top > 200 && bottom < 700
  })
  await ada.keyboard.press("/")
  await ada.keyboard.type("needle")
  const results = ada.getByRole("complementary", { name: "Search" })
  await results.getByText("2 found").waitFor()
  const texts = await results.getByRole("listitem").allTextContents()
  assert.match(texts[0]!, /another needle/)
  assert.match(texts[1]!, /a needle in the hay/)
  await results.getByText("a needle in the hay").click()
  await ada.locator('[data-offset="1"][data-target="true"]').waitFor()
  await ada.keyboard.press("Escape")
  await results.waitFor({ state: "detached" })
  await ada.locator('[data-offset="1000"]').waitFor()
  await ada.keyboard.press("Escape")
  await messages(ada).getByText("another needle").waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: a thousand messages a second keep the view at the newest, and the page holds a bounded part", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await ada.getByText("Nothing said yet", { exact: true }).waitFor()
  await bob.say("lobby", lines(12_000))
  await ada.locator('[data-offset="12000"]').waitFor()
  await ada.waitForFunction(() => {
    const list = document.querySelector(".message-list")!
    return list.scrollHeight - list.scrollTop - list.clientHeight < 2
  })
  assert.ok((await ada.locator("[data-offset]").count()) < 150)
  assert.deepEqual(browser.complaints, [])
})
