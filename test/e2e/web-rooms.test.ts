import assert from "node:assert/strict"
import { test } from "node:test"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { messages, say, speaker } from "../support/browser-rooms.ts"

test("web rooms: two people talk, see who is there, and what is new in the other room", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", name: "Lab 3" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await ada.getByText("a hub on this network").waitFor()
  const bob = await enter(await browser.person(), hub.address, "Bob")
  await say(ada, "Good morning")
  await messages(bob).getByText("Good morning").waitFor()
  await say(bob, "Good morning, Ada")
  await messages(ada).getByText("Good morning, Ada").waitFor()
  await ada.getByRole("list", { name: "People here" }).getByText("Bob").waitFor()

  await ada.getByRole("button", { name: "Make a room" }).click()
  await ada.getByLabel("Name", { exact: true }).fill("Build")
  await ada.getByLabel(/What it is for/).fill("Who broke it")
  await ada.getByRole("button", { name: "Make it" }).click()
  await ada.getByRole("heading", { name: "build" }).waitFor()
  await ada.getByText("Nothing said yet", { exact: true }).waitFor()
  await say(ada, "It was me")
  await say(ada, "and me")

  const link = bob.getByRole("link", { name: /build/ })
  await link.getByText("2 new").waitFor()
  await bob.waitForFunction(() => document.title.startsWith("(2) lobby · Lab 3"))
  await link.click()
  await messages(bob).getByText("and me").waitFor()
  await bob.waitForFunction(() => document.title === "build · Lab 3")
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: what one says is there at once, and never twice while it becomes stored", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await ada.getByText("Nothing said yet", { exact: true }).waitFor()
  await ada.evaluate(() => {
    const most = new Map<string, number>()
    Object.assign(window, { most })
    new MutationObserver(() => {
      const now = new Map<string, number>()
      for (const { textContent: text } of document.querySelectorAll(".message-text"))
        now.set(text!, (now.get(text!) ?? 0) + 1)
      for (const [text, count] of now) most.set(text, Math.max(count, most.get(text) ?? 0))
    }).observe(document.body, { subtree: true, childList: true })
  })
  for (let index = 0; index < 20; index++) await say(ada, `message ${index}`)
  await ada.locator(".message:not(.message-pending)", { hasText: "message 19" }).waitFor()
  const most = await ada.evaluate(() => [...(window as unknown as { most: Map<string, number> }).most])
  assert.deepEqual(
    most,
    Array.from({ length: 20 }, (_, index) => [`message ${index}`, 1]),
  )
})

test("web rooms: a room that is not there says so and can be made; a topic line is set, and the room hears of it", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/rooms/workshop")
  await ada.getByText("There is no such room").waitFor()
  await ada.getByRole("button", { name: "Make it" }).click()
  await ada.getByText("Nothing said yet", { exact: true }).waitFor()
  await ada.getByRole("button", { name: "Say what this room is for" }).click()
  await ada.getByLabel("Topic line").fill("Saws and drills")
  await ada.keyboard.press("Enter")
  await messages(ada).getByText("set the topic line: Saws and drills").waitFor()
  await ada.getByRole("button", { name: "Saws and drills" }).waitFor()
  await ada.goto(`${hub.address}/#/rooms/not a room`)
  await ada.getByText("A room's name is 1 to 64 letters").waitFor()
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: what was said while one was away is marked, and a room is where it was left", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say("lobby", ["before"])
  await bob.session.createRoom("other")
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("before").waitFor()
  await ada.getByLabel("Message in lobby").fill("half a sen")
  await ada.getByRole("link", { name: /other/ }).click()
  await ada.getByRole("heading", { name: "other" }).waitFor()
  await bob.say("lobby", ["after", "and more"])
  await ada.getByRole("link", { name: /lobby/ }).getByText("2 new").waitFor()
  await ada.getByRole("link", { name: /lobby/ }).click()
  const mark = messages(ada).locator(".message-row", { hasText: "after" }).getByText("New", { exact: true })
  await mark.waitFor()
  assert.equal(await messages(ada).getByText("New", { exact: true }).count(), 1)
  assert.equal(await ada.getByLabel("Message in lobby").inputValue(), "half a sen")
  await ada.reload()
  assert.equal(await ada.getByLabel("Message in lobby").inputValue(), "half a sen")
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: the keyboard alone does everything", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.session.createRoom("other")
  await bob.say("lobby", ["one", "two", "three"])
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await messages(ada).getByText("three").waitFor()
  await ada.keyboard.press("c")
  await ada.keyboard.type("first line")
  await ada.keyboard.press("Shift+Enter")
  await ada.keyboard.type("second line")
  await ada.keyboard.press("Enter")
  await messages(ada).getByText("first line second line").waitFor()
  await ada.keyboard.press("ArrowUp")
  assert.equal(await ada.getByLabel("Message in lobby").inputValue(), "first line\nsecond line")
  await ada.keyboard.press("ControlOrMeta+A")
  await ada.keyboard.press("Delete")
  await ada.keyboard.press("Alt+ArrowDown")
  await ada.getByRole("heading", { name: "other" }).waitFor()
  await ada.keyboard.press("Alt+ArrowUp")
  await ada.getByRole("heading", { name: "lobby" }).waitFor()
  await messages(ada).getByText("three").waitFor()
  await messages(ada).focus()
  await ada.keyboard.press("ArrowUp")
  await ada.waitForFunction(() => document.activeElement?.textContent?.includes("second line"))
  await ada.keyboard.press("ArrowUp")
  await ada.waitForFunction(() => document.activeElement?.textContent?.includes("three"))
  await ada.keyboard.press("?")
  await ada.getByRole("dialog", { name: "Keys" }).waitFor()
  await ada.keyboard.press("Escape")
  await ada.keyboard.press("/")
  await ada.keyboard.type("two")
  await ada.getByRole("button", { name: /Bob.*two/ }).waitFor()
  await ada.keyboard.press("Tab")
  await ada.keyboard.press("Tab")
  await ada.keyboard.press("Enter")
  await ada.waitForFunction(() => location.hash === "#/rooms/lobby?at=2")
  await ada.keyboard.press("Escape")
  await ada.waitForFunction(() => location.hash === "#/rooms/lobby")
  assert.equal(await ada.getByRole("complementary", { name: "Search" }).count(), 0)
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: what people bring is text, in names, messages and topic lines", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const hostile = '<img src=x onerror="window.broken=1"><script>window.broken=2</script>'
  await using eve = await speaker(hub.address, "<b onclick=alert(1)>Eve</b>")
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await eve.session.setTopicLine("lobby", hostile)
  await eve.say("lobby", [
    hostile,
    "\u001b[31mred\u0007 \u202eevil\u202c",
    "javascript:alert(1) and data:text/html,x and http://good.lan@evil.lan/",
    "see https://files.lan/a_(b). `<i>code</i>`",
    "```html\n<b>block</b>\n```",
    "مرحبا",
    "👩‍👩‍👧‍👦".repeat(500),
    "long ".repeat(12_000),
  ])
  await messages(ada)
    .getByRole("button", { name: /Show all/ })
    .last()
    .click()
  await messages(ada).getByRole("button", { name: "Show less" }).waitFor()
  assert.equal(await ada.evaluate(() => document.documentElement.scrollWidth), 1280)
  await ada.reload()
  await ada.keyboard.press("Home")
  const list = messages(ada)
  await list.getByText(hostile, { exact: true }).first().waitFor()
  await list.getByText("\\x1b[31mred\\x07 \\u202eevil\\u202c").waitFor()
  await list.getByText("<b>block</b>").waitFor()
  assert.equal(await list.locator("pre code").textContent(), "<b>block</b>")
  assert.equal(await list.locator("code").first().textContent(), "<i>code</i>")
  const links = list.locator("a")
  assert.deepEqual(
    await links.evaluateAll((all) =>
      all.map((link) => [link.getAttribute("href"), link.getAttribute("rel"), link.getAttribute("target")]),
    ),
    [["https://files.lan/a_(b)", "noopener noreferrer", "_blank"]],
  )
  assert.equal(await list.locator("img, script, b, i").count(), 0)
  assert.equal(await ada.evaluate(() => "broken" in window), false)
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: a file stands where it was sent, and says when it is deleted", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  const headers = { Authorization: "Bearer the-device-of-Bob", Accept: "application/json" }
  const sent = await fetch(`${hub.address}/files/report.txt?room=lobby&as=Bob`, {
    ...{ method: "PUT", body: "42", headers },
  })
  const { path } = (await sent.json()) as { path: string }
  const tile = messages(ada).locator(".file-tile", { hasText: "report.txt" })
  await tile.waitFor()
  await fetch(`${hub.address}${path}?as=Bob`, { method: "DELETE", headers })
  await messages(ada).getByText("deleted report.txt").waitFor()
  await tile.getByText("deleted").waitFor()
  assert.equal(await tile.getByRole("link").count(), 0)
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: a message that is too long is said so before it is sent", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await ada.getByLabel("Message in lobby").fill("ü".repeat(33_000))
  await ada.getByText("A message holds at most 65.5 kB; this one has 66.0 kB").waitFor()
  assert.equal(await ada.getByRole("button", { name: "Send", exact: true }).isDisabled(), true)
})

test("web rooms: a room is kept as text and as JSON lines", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = await speaker(hub.address, "Bob")
  await bob.say(
    "lobby",
    Array.from({ length: 700 }, (_, index) => `message ${index + 1}`),
  )
  const ada = await enter(await browser.person(), hub.address, "Ada")
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      ada.waitForEvent("download"),
      ada.getByRole("button", { name, exact: true }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    return { name: download.suggestedFilename(), lines: Buffer.concat(chunks).toString().trim().split("\n") }
  }
  const text = await saved("Text")
  assert.equal(text.name, "lobby.txt")
  assert.equal(text.lines.length, 700)
  assert.match(text.lines[699]!, /Bob: message 700$/)
  const json = await saved("JSON lines")
  assert.equal(json.name, "lobby.jsonl")
  assert.equal(JSON.parse(json.lines[699]!).text, "message 700")
})

test("web rooms: ten thousand rooms are found, and only those in sight are made", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using bob = connect(hub.address, { name: "Bob", device: "b".repeat(20) })
  for (let room = 0; room < 9_900; room += 100)
    await Promise.all(Array.from({ length: 100 }, (_, index) => bob.createRoom(`room-${room + index}`)))
  const ada = await enter(await browser.person(), hub.address, "Ada")
  await ada.getByLabel("Find a room").fill("9876")
  await ada.getByRole("link", { name: /room-9876/ }).waitFor()
  assert.equal(await ada.locator(".rooms-link").count(), 1)
  await ada.getByLabel("Find a room").fill("")
  assert.ok((await ada.locator(".rooms-link").count()) < 100)
  await ada.goto(`${hub.address}/#/rooms/room-9876`)
  await ada.locator(".rooms-link[aria-current=page]", { hasText: "room-9876" }).waitFor()
  await bob.close()
  assert.deepEqual(browser.complaints, [])
})
