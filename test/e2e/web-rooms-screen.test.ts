import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"
import { messages, say, speaker } from "../support/browser-rooms.ts"

const TALK = [
  "Good morning",
  "see http://files.lan/a and `code`",
  "```\nblock\n```",
  "مرحبا بالجميع",
  "w".repeat(5_000),
]

for (const colorScheme of ["light", "dark"] as const)
  test(`web rooms: axe finds nothing serious in a room, a search, an empty and an unknown room (${colorScheme})`, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    await using browser = await openBrowser()
    await using bob = await speaker(hub.address, "Bob")
    await bob.session.createRoom("empty", "Nothing yet")
    await bob.session.publish("lobby", "first")
    await bob.say("lobby", TALK)
    bob.session.follow("lobby")
    const page = await browser.person({ colorScheme, reducedMotion: "reduce" })
    await enter(page, hub.address, "Ada")
    await messages(page).getByText("Good morning").waitFor()
    await assertAccessible(page)
    await page.keyboard.press("/")
    await page.keyboard.type("files")
    await page.getByRole("button", { name: /Bob.*files/ }).waitFor()
    await assertAccessible(page)
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "Tell me of new messages" }).click()
    await assertAccessible(page)
    await page.keyboard.press("Escape")
    await page.getByRole("link", { name: /empty/ }).click()
    await page.getByText("Nothing said yet", { exact: true }).waitFor()
    await assertAccessible(page)
    await page.goto(`${hub.address}/#/rooms/unknown`)
    await page.getByText("There is no such room").waitFor()
    await assertAccessible(page)
  })

test("web rooms: at 320 px nothing scrolls sideways, and the list and a room are two screens", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", name: "W".repeat(60) })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "B".repeat(64))
  await bob.say("lobby", [...TALK, `https://${"long.".repeat(60)}lan/${"x".repeat(500)}`])
  bob.session.follow("lobby")
  await bob.session.createRoom("r".repeat(64), "l".repeat(200))
  const page = await browser.person({
    viewport: { width: 320, height: 640 },
    hasTouch: true,
    reducedMotion: "reduce",
  })
  const width = () => page.evaluate(() => document.documentElement.scrollWidth)
  await enter(page, hub.address, "A".repeat(64))
  await messages(page).getByText("long.").waitFor()
  assert.equal(await width(), 320)
  assert.equal(
    await messages(page).evaluate((list) => list.scrollWidth - list.clientWidth),
    0,
    "the messages scroll sideways",
  )
  await assertAccessible(page)
  await page.getByRole("button", { name: /people here/ }).click()
  await page.getByRole("dialog").getByText("2 here").waitFor()
  assert.equal(await width(), 320)
  await assertAccessible(page)
  await page.getByRole("button", { name: "Close" }).click()
  await page.getByRole("link", { name: "All rooms" }).click()
  assert.equal(await page.getByRole("log").count(), 0)
  assert.equal(await width(), 320)
  await assertAccessible(page)
  await page.getByRole("link", { name: /^r+/ }).click()
  await page.getByText("Nothing said yet", { exact: true }).waitFor()
  assert.equal(await width(), 320)
  await say(page, "hello")
  await messages(page).getByText("hello").waitFor()
  const small = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".room button, .room a, .rooms-list a"))
      .filter((target) => !target.closest(".message-text, .room-line"))
      .map((target) => [target.getAttribute("aria-label"), target.getBoundingClientRect().height] as const)
      .filter(([, height]) => height < 40),
  )
  assert.deepEqual(small, [])
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: where a page is on plain http, the bell says what TLS would bring, and a sound is still there", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const page = await browser.person()
  // As a browser sees a hub at an address in the network.
  await page.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }))
  await enter(page, hub.address, "Ada")
  await page.getByRole("button", { name: "Tell me of new messages" }).click()
  await page.getByText("Served by TLS (https), this hub could send them.").waitFor()
  assert.equal(await page.getByLabel("by a notification").isDisabled(), true)
  await page.getByLabel("by a sound").check()
  await page.getByRole("button", { name: "Close" }).click()
  await page.getByRole("button", { name: "Tell me of new messages", pressed: true }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: a notification tells of another room, and of this one only while the page is hidden", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.session.createRoom("other")
  const page = await browser.person()
  await page.addInitScript(() => {
    const told: string[] = []
    class Told {
      static permission = "granted"
      static requestPermission = async () => "granted"
      constructor(title: string, { body }: { body: string }) {
        told.push(`${title} | ${body}`)
      }
    }
    Object.assign(window, { told, Notification: Told })
  })
  await enter(page, hub.address, "Ada")
  await page.getByText("Nothing said yet", { exact: true }).waitFor()
  await page.getByRole("button", { name: "Tell me of new messages" }).click()
  await page.getByLabel("by a notification").check()
  await page.getByRole("button", { name: "Close" }).click()
  await bob.say("lobby", ["seen at once"])
  await messages(page).getByText("seen at once").waitFor()
  await bob.say("other", ["one"])
  const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told)
  await page.getByRole("link", { name: /other/ }).getByText("1 new").waitFor()
  assert.deepEqual(await told(), ["other | 1 new message"])
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true })
    document.dispatchEvent(new Event("visibilitychange"))
  })
  await bob.say("lobby", ["while nobody looks"])
  await page.waitForFunction(() => (window as unknown as { told: string[] }).told.length === 2)
  assert.deepEqual((await told())[1], "lobby | Bob: while nobody looks")
  await page.waitForFunction(() => document.title.startsWith("(2) lobby"))
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: false, configurable: true })
    document.dispatchEvent(new Event("visibilitychange"))
  })
  await messages(page)
    .locator(".message-row", { hasText: "while nobody looks" })
    .getByText("New", { exact: true })
    .waitFor()
  await page.waitForFunction(() => document.title.startsWith("(1) lobby"))
  assert.deepEqual(browser.complaints, [])
})
