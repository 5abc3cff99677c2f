import assert from "node:assert/strict"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { openAlteringLine } from "../support/altering-line.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { assertAccessible } from "../support/browser-axe.ts"
import { flipPayload } from "../support/exchange-pair.ts"
import { openLine } from "../support/line.ts"
import { openSlowLine } from "../support/slow-line.ts"

const timeout = 120_000
const CHECK_MS = 90_000
const quietHub = () => startHub({ port: 0, data: ":memory:", name: "Lab 3", lineEvery: 0 })

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true })

async function sentOf(page: Page): Promise<number> {
  const said = await page.locator(".line-ping-sentence").textContent()
  return Number(/^([\d,]+) test packet/.exec(said!)![1]!.replace(",", ""))
}

/** Another page is in front of it. */
const hide = (page: Page) =>
  page.evaluate(() => {
    const doc = (globalThis as unknown as { document: EventTarget }).document
    Object.defineProperty(doc, "visibilityState", { value: "hidden", configurable: true })
    doc.dispatchEvent(new Event("visibilitychange"))
  })

test("line: the live ping moves, is stopped, and stops by itself when the page is hidden", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/line")
  const live = card(page, "Live")
  await live.getByText("The times are those that a program sees").waitFor()
  await live.getByRole("button", { name: "Start" }).click()
  await live
    .getByText(/test packets sent, \d+ answered\. An answer takes [\d.]+ ms/)
    .first()
    .waitFor()
  await live.locator(".line-values > div", { hasText: /^p50[\d.]+ ms/ }).waitFor()
  const first = await sentOf(page)
  await live.locator(".line-ping-sentence", { hasNotText: `${first} test packets` }).waitFor()
  assert.ok((await sentOf(page)) > first)
  assert.match((await live.locator(".line-values").textContent())!, /p90.*p99after [\d,]+ more/)
  assert.ok((await live.locator(".line-histogram tbody tr").count()) > 0)
  assert.match((await live.locator(".line-history-path").getAttribute("d"))!, /^M[\d.]+ [\d.]+/)
  await assertAccessible(page)

  await live.getByRole("button", { name: "Stop" }).click()
  await live.getByRole("button", { name: "Start" }).waitFor()
  await live.getByRole("status").filter({ hasText: "none is lost" }).waitFor()

  await live.getByRole("button", { name: "Start" }).click()
  await live.getByRole("button", { name: "Stop" }).waitFor()
  await hide(page)
  await live.getByRole("alert").filter({ hasText: "because the page was hidden" }).waitFor()
  await live.getByRole("button", { name: "Start" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("line: a sum by hand is verified, and the hub holds the same transcript; a wrong number is said", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/line")
  const sum = card(page, "Sum")
  for (const wrong of ["0", "101", "2.5", "x", ""]) {
    await sum.getByLabel("A number from 1 to 100").fill(wrong)
    await sum.getByRole("button", { name: "Add" }).click()
    await sum.getByText("That is no whole number from 1 to 100.").waitFor()
  }
  await sum.getByLabel("A number from 1 to 100").fill("42")
  await page.keyboard.press("Enter")
  await sum.getByText("Both ends hold the same transcript, of 1 exchange.").waitFor()
  const [, answer, total] = /Ada 42 \+ Lab 3 (\d+) = (\d+)/.exec(
    (await sum.locator(".line-sum-sum").textContent())!,
  )!
  assert.equal(Number(total), 42 + Number(answer))

  const href = await sum.getByRole("link", { name: "The hub's transcript" }).getAttribute("href")
  const [head, line] = (await (await fetch(hub.address + href)).text()).trimEnd().split("\n")
  assert.equal(JSON.parse(head!).client, "Ada")
  assert.equal(JSON.parse(line!).hash, await sum.locator(".line-sum-hash code").textContent())
  assert.deepEqual(browser.complaints, [])
})

test("line: a thousand exchanges are verified, and one that the line damages is found at its bit", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  // More than one: what a line brings may be cut within a message, and then the bit is not flipped.
  const damaged = [301, 401, 501, 601]
  await using line = await openAlteringLine(hub.address, (way, bytes, at) =>
    damaged.reduce((all, seq) => flipPayload({ way: "down", seq, byte: 0, bit: 3 })(way, all, at), bytes),
  )
  await using browser = await openBrowser()
  const sound = await enter(await browser.person(), hub.address, "Ada", "#/line")
  const bad = await enter(await browser.person(), line.address, "Bob", "#/line")
  await card(sound, "Sum").getByRole("button", { name: "1,000 with data" }).click()
  await card(sound, "Sum").getByText("Both ends hold the same transcript, of 1,000 exchanges.").waitFor()
  await card(sound, "Sum").getByText("verified", { exact: true }).waitFor()

  await card(bad, "Sum").getByRole("button", { name: "1,000 with data" }).click()
  await card(bad, "Sum")
    .getByText(/of 1,000 exchanges came damaged, at/)
    .waitFor()
  await card(bad, "Sum").getByText("not verified").waitFor()
  const row = card(bad, "Sum").locator(".line-damages tbody tr").first()
  const [seq = "", ...place] = await row.locator("td").allTextContents()
  assert.ok(damaged.includes(Number(seq)), seq)
  assert.deepEqual(place, ["from the hub", "payload", "0", "3"])
  await assertAccessible(bad)
  assert.deepEqual(browser.complaints, [])
})

test("line: the check says in words that a line is sound, and everyone sees it", { timeout }, async () => {
  await using hub = await quietHub()
  await using browser = await openBrowser()
  const page = await enter(await browser.person({ colorScheme: "dark" }), hub.address, "Ada", "#/line")
  await page.getByText("Nobody's line is known yet").waitFor()
  await assertAccessible(page)
  await page.getByRole("button", { name: "Check the line" }).click()
  await page.getByRole("progressbar").waitFor()
  // The machine that tests may be busy, which may be worth a warning.
  await page.getByText(/^The line to .* (is healthy|works)/).waitFor({ timeout: CHECK_MS })
  await page.getByText("No fault found").waitFor()
  const rows = page.getByRole("list", { name: "What was tried" })
  const titles = await rows.locator(".line-row-title").allTextContents()
  assert.deepEqual(titles, [
    ...["hub", "UDP both ways", "answer time", "packet size", "download", "upload", "while in use"],
    ...["data intact", "this browser"],
  ])
  const states = await rows.locator(".tag").allTextContents()
  const stateOf = (title: string) => states[titles.indexOf(title)]
  assert.deepEqual(["hub", "UDP both ways", "packet size", "data intact"].map(stateOf), [
    ...["pass", "unknown", "unknown", "pass"],
  ])
  await page.getByText(`npx landline check --hub ${new URL(hub.address).host}`).waitFor()
  await page.getByText("The hub keeps this as your line.").waitFor()
  const own = page.getByRole("row").filter({ hasText: "you" })
  await own.filter({ hasText: /good|middling/ }).waitFor()
  await assertAccessible(page)

  await using bob = connect(hub.address, { name: "Bob" })
  const [line] = await bob.lines()
  await bob.close()
  assert.deepEqual([line!.name, line!.samples], ["Ada", 300])
  assert.ok(line!.downBytesPerSecond! > 0 && line!.upBytesPerSecond! > 0)
  assert.deepEqual(browser.complaints, [])
})

test("line: the check of a slow line names the fault and what to do", { timeout }, async () => {
  await using hub = await quietHub()
  await using line = await openSlowLine(hub.address, { delayMs: 100 })
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), `http://${line.address}`, "Ada", "#/line")
  await page.getByRole("button", { name: "Check the line" }).click()
  await page.getByText("Fault found", { exact: true }).waitFor({ timeout: CHECK_MS })
  const verdict = (await page.locator(".line-verdict").textContent())!
  assert.match(verdict, /The way to the hub is long or slow: every answer takes about 2\d\d ms/)
  assert.match(verdict, /What to doIf the hub is far away/)
  assert.match(verdict, /What shows itanswer time/)
  await page.getByRole("row").filter({ hasText: "you" }).filter({ hasText: "fault" }).waitFor()
  await assertAccessible(page)
})

test("line: who measures speed waits for who measures already, and is told how many come first", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), hub.address, "Ada", "#/line")
  const turns = await fetch(`${hub.address}/line/turns`, { method: "POST" })
  const { turn } = (await turns.json()) as { turn: string }
  await card(page, "Speed").getByRole("button", { name: "Measure" }).click()
  await card(page, "Speed").getByText("one other is measuring, and comes first").waitFor()
  assert.ok(await page.getByRole("button", { name: "Check the line" }).isDisabled())
  await fetch(`${hub.address}/line/turns/${turn}`, { method: "DELETE" })
  await card(page, "Speed")
    .getByText(/Data comes from the hub at .* An answer takes .* meanwhile/)
    .waitFor()
  await card(page, "Speed")
    .getByText(/Data goes to the hub at/)
    .waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("line: when it goes down, what was shown stays and says so, and the check says what to do", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  await using line = await openLine(hub.address)
  await using browser = await openBrowser()
  const page = await enter(await browser.person(), line.address, "Ada", "#/line")
  await using bob = connect(hub.address, { name: "bob" })
  await bob.reportLine({ samples: 20, lost: 0, p50Ms: 1 })
  await bob.close()
  await card(page, "Live").getByRole("button", { name: "Start" }).click()
  await page.locator(".line-ping-sentence").waitFor()
  const everyone = card(page, "Everyone's line")
  await everyone.getByText("bob").waitFor() // it is asked for every 10 s
  await line[Symbol.asyncDispose]()
  await everyone.getByText("as of before the line went down").waitFor()
  await everyone.getByText("bob").waitFor()
  await page.locator(".line-ping-sentence", { hasText: "Then the line broke." }).waitFor()
  await page.getByRole("button", { name: "Check the line" }).click()
  await page.getByText("The hub does not answer this browser.").waitFor()
  await page.getByText("See whether this device is still in the hub's network").waitFor()
  await assertAccessible(page)
})

test("line: everyone's line shows what others report, the newest first, whatever they call themselves", {
  timeout,
}, async () => {
  await using hub = await quietHub()
  await using browser = await openBrowser()
  const bad = { samples: 300, lost: 15, p50Ms: 12, jitterMs: 6.2, verdict: "fail" } as const
  const names = ["bob", `<img src=x onerror=alert(1)>${"W".repeat(30)}`]
  for (const name of names) {
    await using session = connect(hub.address, { name })
    await session.reportLine(bad)
    await session.close()
  }
  const page = await enter(
    await browser.person({ viewport: { width: 320, height: 640 } }),
    hub.address,
    "Ada",
    "#/line",
  )
  const rows = card(page, "Everyone's line").locator("tbody tr")
  await rows.nth(1).waitFor()
  assert.match(
    (await rows.nth(0).textContent())!,
    /<img src=x onerror=alert\(1\)>W+[\s\S]*12 ms[\s\S]*5 %[\s\S]*fault/,
  )
  assert.match((await rows.nth(1).textContent())!, /^~bob/)
  assert.equal(await page.locator("main img").count(), 0)
  await assertAccessible(page)
  await card(page, "Live").getByRole("button", { name: "Start" }).click()
  await page.locator(".line-histogram").waitFor()
  await assertAccessible(page)
  assert.deepEqual(browser.complaints, [])
})
