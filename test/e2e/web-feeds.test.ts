import assert from "node:assert/strict"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"
import { until } from "../support/until.ts"

const timeout = 180_000

const latest = (page: Page) => page.getByRole("region", { name: "Latest value" })
const rows = (page: Page) => page.getByRole("region", { name: "Messages" }).locator("tbody tr")
const series = (page: Page) => page.getByRole("list", { name: "Series" })

/** Where on the chart the line of the first series is (--series-1), and only it: axes and grid move by themselves. */
async function picture(page: Page): Promise<string> {
  await page.locator(".feeds-plot canvas").waitFor()
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".feeds-plot canvas")!
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height)
    const near = (at: number, value: number) => Math.abs(data[at]! - value) < 12 // edges are blended
    const places: number[] = []
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3]! > 60 && near(at, 0x0b) && near(at + 1, 0x6e) && near(at + 2, 0x5f)) places.push(at)
    return places.join()
  })
}

/** The same, once the line is drawn. */
async function drawn(page: Page): Promise<string> {
  await until(async () => (await picture(page)) !== "")
  return picture(page)
}

test("web, feeds: with none, the list says how to publish the first; made by hand it is there, and is found", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds")
  await ada.getByText("No program publishes here yet").waitFor()
  await ada.getByText(`curl -d 21.5 ${hub.address}/feeds/lab/temp`).waitFor()
  // The hub's own feed is there all the same.
  await ada.getByRole("link", { name: /^hub How the hub is/ }).waitFor()

  await ada.getByRole("button", { name: "New feed" }).click()
  const dialog = ada.getByRole("dialog", { name: "New feed" })
  await dialog.getByLabel("Name").fill("bad name!")
  await dialog.getByRole("button", { name: "Make it" }).click()
  await dialog.getByRole("alert").filter({ hasText: "A feed's name is" }).waitFor()
  await dialog.getByLabel("Name").fill("Lab/Temp")
  await dialog.getByLabel("Title").fill("Cellar")
  await dialog.getByLabel("Unit").fill("°C")
  await dialog.getByRole("button", { name: "Make it" }).click()
  await ada.getByRole("heading", { name: "lab/temp" }).waitFor()
  await ada.getByText("Nothing was published here yet").waitFor()

  await ada.getByLabel("Publish by hand").fill("no json")
  await ada.keyboard.press("Enter")
  await ada.getByText("This feed holds JSON, and this is none").waitFor()
  await using bob = connect(hub.address, { name: "bob" })
  const heard = bob.follow("feed/lab/temp")
  await heard.ready()
  await ada.getByLabel("Publish by hand").fill("21.5")
  await ada.keyboard.press("Enter")
  for await (const event of heard)
    if (event.type === "entry") {
      assert.deepEqual([event.entry.author, event.entry.text], ["Ada", "21.5"])
      break
    }
  await latest(ada)
    .filter({ hasText: /^21\.5 °C$/ })
    .waitFor()
  await bob.close()

  await ada.getByRole("link", { name: "All feeds" }).click()
  const row = ada.getByRole("link", { name: /^lab\/temp/ })
  await row.filter({ hasText: "21.5 °C" }).waitFor()
  await ada.getByLabel("Filter feeds").fill("cellar")
  await ada.getByRole("link", { name: /^hub/ }).waitFor({ state: "detached" })
  await row.click()
  await ada.getByRole("heading", { name: "lab/temp" }).waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: the chart moves as values come; paused it stands still, counts, and goes on", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using sensor = connect(hub.address, { name: "sensor" })
  await sensor.createFeed("temp", "application/json", { unit: "°C" })
  for (const value of ["20", "22", "21"]) await sensor.publish("feed/temp", value)
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/temp")
  await series(ada).getByText("min 20, mean 21, max 22, last 21 °C of 3 values").waitFor()
  const before = await drawn(ada)
  await sensor.publish("feed/temp", "41")
  await series(ada).getByText("min 20, mean 26, max 41, last 41 °C of 4 values").waitFor()
  await latest(ada).filter({ hasText: "41 °C" }).waitFor()
  await until(async () => (await picture(ada)) !== before)

  await ada.getByRole("button", { name: "Pause" }).click()
  for (const value of ["1", "2"]) await sensor.publish("feed/temp", value)
  await ada.getByText("2 messages came since").waitFor()
  const still = await drawn(ada)
  await sensor.publish("feed/temp", "3")
  await ada.getByText("3 messages came since").waitFor()
  assert.equal(await picture(ada), still)
  assert.equal(await latest(ada).textContent(), "41 °C")
  assert.equal(await rows(ada).count(), 4)
  await series(ada).getByText("last 41 °C of 4 values").waitFor()
  await ada.getByRole("button", { name: "Go on" }).click()
  await latest(ada).filter({ hasText: "3 °C" }).waitFor()
  await series(ada).getByText("last 3 °C of 7 values").waitFor()
  assert.equal(await rows(ada).count(), 7)
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: records are a table with their fields; of their numbers one chooses what is drawn", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using roof = connect(hub.address, { name: "roof" })
  await roof.publish("feed/weather", '{"wind":5,"at":"north","pressure":1013}')
  await roof.publish("feed/weather", '{"wind":7,"at":"south","pressure":1014}')
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/weather")
  const head = ada.getByRole("region", { name: "Messages" }).locator("thead th")
  await head.nth(1).waitFor()
  assert.deepEqual(await head.allTextContents(), ["Time", "wind", "at", "pressure", "From"])
  assert.deepEqual((await rows(ada).first().locator("td").allTextContents()).slice(1), [
    "7",
    "south",
    "1014",
    "~roof",
  ])
  assert.equal(await ada.getByRole("checkbox", { name: "wind" }).isChecked(), true)
  assert.equal(await ada.getByRole("checkbox", { name: "pressure" }).isChecked(), false)
  const before = await drawn(ada)
  await ada.getByRole("checkbox", { name: "pressure" }).check()
  await until(async () => (await picture(ada)) !== before)
  await series(ada).getByText("min 1,013, mean 1,013.5, max 1,014").waitFor()
  // Arrays of numbers: what is drawn of them is said.
  await roof.publish("feed/numbers", "[1,2,6]")
  await ada.goto(`${hub.address}/#/feeds/numbers`)
  await ada.getByText("its least, mean and greatest are drawn").waitFor()
  for (const name of ["min", "mean", "max"]) assert.ok(await ada.getByRole("checkbox", { name }).isChecked())
  await roof.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: the page is a receiver, and shows the blocks of the others", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using config = await tempDir()
  await using sensor = connect(hub.address, { name: "sensor" })
  await sensor.publish("feed/temp", "20")
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/temp")
  await ada.getByText("Nobody has reported yet").waitFor()
  await ada.getByLabel("This page measures blocks of").selectOption("1")
  await sensor.reportBlock(
    "temp",
    { block: 7, messages: 5, spanMs: 5_012, longestGapMs: 1_004, latenessMs: 250 },
    "kitchen",
  )
  await latest(ada).waitFor()
  await sensor.publish("feed/temp", "21")
  const receivers = ada.getByRole("region", { name: "Receivers" }).locator("tbody tr")
  await receivers.filter({ hasText: "this page" }).waitFor()
  const kitchen = receivers.filter({ hasText: "~sensor kitchen" })
  assert.deepEqual((await kitchen.locator("td").allTextContents()).slice(1), [
    "7",
    "5",
    "5.0 s",
    "1.0 s",
    "250 ms late",
  ])
  // What the hub has of this page is seen from elsewhere.
  const told = await runCli({ config: config.path, hub: hub.address }, "feeds", "temp")
  assert.match(told.stdout, /Ada browser \d{4} +1 +1 message/)
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: a jump to a time shows what was said then; a time with nothing says so", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using sensor = connect(hub.address, { name: "sensor" })
  for (let value = 1; value <= 300; value++) void sensor.publish("feed/temp", String(value))
  await sensor.publish("feed/temp", "301")
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/temp")
  // The page begins with the last hundred, and reads what the chart needs of the others.
  await series(ada).getByText("min 1, mean 151, max 301, last 301 of 301 values").waitFor()
  await ada.getByRole("button", { name: "Jump to" }).click()
  await ada.getByText("301 messages in these ten minutes; the 100 around this time").waitFor()
  await series(ada).getByText("of 301 values").waitFor()
  assert.equal(await rows(ada).count(), 100)
  await ada.getByLabel("Time to jump to").fill("2020-01-01T12:00:00")
  await ada.getByRole("button", { name: "Jump to" }).click()
  await ada.getByText("Nothing was said then").waitFor()
  await ada.getByRole("link", { name: "Now", exact: true }).click()
  await latest(ada).filter({ hasText: "301" }).waitFor()
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: described, closed and deleted by whoever made it, after a question; nobody else is offered it", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/temp")
  await ada.getByText("There is no such feed yet").waitFor()
  await ada.getByLabel("Publish by hand").fill("1")
  await ada.getByRole("button", { name: "Publish" }).click()
  await latest(ada).filter({ hasText: "1" }).waitFor()
  await ada.getByRole("button", { name: "Describe" }).click()
  await ada.getByLabel("Title").fill("Cellar")
  await ada.getByLabel("at least every so many seconds").fill("60")
  await ada.getByLabel("tell the room").fill("nowhere")
  await ada.getByRole("button", { name: "Save" }).click()
  await ada.getByRole("alert").filter({ hasText: "There is no room nowhere" }).waitFor()
  await ada.getByLabel("tell the room").fill("lobby")
  await ada.getByRole("button", { name: "Save" }).click()
  await ada.getByText("at least once in 1 minute, else lobby hears of it").waitFor()

  const bob = await enter(await browser.person(), hub.address, "Bob", "#/feeds/temp")
  await bob.getByText(/Only.*Ada.*can describe/).waitFor()
  assert.equal(await bob.getByRole("button", { name: "Delete" }).count(), 0)

  await ada.getByRole("button", { name: "Close", exact: true }).click()
  await ada.getByRole("button", { name: "Close it for good" }).click()
  await bob.getByText("This feed is closed").waitFor()
  await bob.getByLabel("Publish by hand").waitFor({ state: "detached" })
  await latest(bob).filter({ hasText: "1" }).waitFor()
  await ada.getByRole("button", { name: "Delete" }).click()
  await ada.getByText("goes with 1 message that it holds").waitFor()
  await ada.getByRole("button", { name: "Delete it" }).click()
  await bob.getByText("This feed was deleted").waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: a hub that is killed and started anew under the page: the last value stays, nothing is missed", {
  timeout,
}, async () => {
  await using data = await tempDir()
  await using browser = await openBrowser()
  const first = await startHubProcess(data.path)
  const { address } = first
  const port = new URL(address).port
  await using sensor = connect(address, { name: "sensor" })
  for (let value = 1; value <= 5; value++) await sensor.publish("feed/temp", String(value))
  const ada = await enter(await browser.person(), address, "Ada", "#/feeds/temp")
  await latest(ada).filter({ hasText: "5" }).waitFor()
  await ada.locator("canvas").first().waitFor() // every part of the page is there before the hub goes
  await first.kill()
  await ada.getByText("the line is down, and there may be newer ones").waitFor()
  assert.equal(await latest(ada).textContent(), "5")
  await using _second = await startHubProcess(data.path, ["--port", port])
  for (let value = 6; value <= 10; value++) await sensor.publish("feed/temp", String(value))
  await latest(ada).filter({ hasText: "10" }).waitFor()
  const values = await rows(ada).locator("td:nth-child(2)").allTextContents()
  assert.deepEqual(values, ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"])
  assert.equal(await ada.getByText("no longer kept").count(), 0)
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})

test("web, feeds: a feed that falls silent, and one that is deleted and made anew, are told", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using sensor = connect(hub.address, { name: "sensor" })
  await sensor.createFeed("temp", "application/json", { expectMs: 1_000 })
  await sensor.publish("feed/temp", "1")
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds/temp")
  await latest(ada).filter({ hasText: "1" }).waitFor()
  await ada.getByText("silent", { exact: true }).waitFor()
  // Deleted, and made anew under its name, before the open page: another log.
  await sensor.deleteFeed("temp")
  await ada.getByText("This feed was deleted").waitFor()
  await sensor.createFeed("temp", "application/json")
  await sensor.publish("feed/temp", "2")
  await latest(ada).filter({ hasText: "2" }).waitFor()
  await ada.getByText("This feed was wiped, restored or replaced").waitFor()
  assert.equal(await rows(ada).count(), 1)
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})
