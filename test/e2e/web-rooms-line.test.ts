import assert from "node:assert/strict"
import { test } from "node:test"
import type { Page } from "playwright-core"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { messages, say, speaker } from "../support/browser-rooms.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { openLine } from "../support/line.ts"
import { tempDir } from "../support/temp.ts"

/** What is stored in the lobby. */
async function stored(hub: string): Promise<string[]> {
  await using session = connect(hub, { name: "reader" })
  const entries = await session.history("lobby", { limit: 500 })
  await session.close()
  return entries.map(({ text }) => text)
}

/** Waits until a page shows exactly these texts, and all are stored. */
const settled = (page: Page, texts: readonly string[]) =>
  page.waitForFunction(
    (texts) =>
      !document.querySelector(".message-pending") &&
      texts ===
        JSON.stringify(Array.from(document.querySelectorAll(".message-text"), (text) => text.textContent)),
    JSON.stringify(texts),
  )

test("web rooms: who loses the line writes on; when it is back nothing is lost or doubled, on either side", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  const ada = await enter(await browser.person(), hub.address, "Ada")
  const bob = await enter(await browser.person(), hub.address, "Bob")
  await say(ada, "before")
  await messages(bob).getByText("before").waitFor()
  await using line = await openLine(hub.address)
  const carol = await enter(await browser.person(), line.address, "Carol")
  await messages(carol).getByText("before").waitFor()
  line.break()
  await carol.getByText("The line is down").waitFor()
  for (const text of ["one", "two", "three"]) await say(carol, text)
  assert.equal(await messages(carol).getByText("waits for the line").count(), 3)
  await say(bob, "meanwhile")
  line.mend()
  await messages(carol).getByText("meanwhile").waitFor()
  for (const page of [ada, bob, carol]) await settled(page, ["before", "meanwhile", "one", "two", "three"])
  assert.deepEqual(await stored(hub.address), ["before", "meanwhile", "one", "two", "three"])
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: a hub is killed and started again under an open page: what was typed meanwhile is stored once", async () => {
  await using data = await tempDir()
  await using browser = await openBrowser()
  await using first = await startHubProcess(data.path)
  const ada = await enter(await browser.person(), first.address, "Ada")
  await say(ada, "before")
  await settled(ada, ["before"])
  await first.kill()
  await ada.getByText("The line is down").waitFor()
  await say(ada, "typed while it was down")
  await messages(ada).getByText("waits for the line").waitFor()
  await using _second = await startHubProcess(data.path, ["--port", new URL(first.address).port])
  await settled(ada, ["before", "typed while it was down"])
  assert.deepEqual(await stored(first.address), ["before", "typed while it was down"])
  assert.deepEqual(browser.complaints, [])
})

test("web rooms: what waits for a killed hub survives that the page is loaded again", async () => {
  await using data = await tempDir()
  await using browser = await openBrowser()
  await using first = await startHubProcess(data.path)
  const ada = await enter(await browser.person(), first.address, "Ada")
  await say(ada, "before")
  await settled(ada, ["before"])
  await first.kill()
  await ada.getByText("The line is down").waitFor()
  await say(ada, "kept over a reload")
  await messages(ada).getByText("waits for the line").waitFor()
  ada.on("dialog", (dialog) => void dialog.accept())
  await assert.rejects(ada.reload(), /ERR_CONNECTION_REFUSED/)
  await using _second = await startHubProcess(data.path, ["--port", new URL(first.address).port])
  await ada.goto(first.address)
  await settled(ada, ["before", "kept over a reload"])
  assert.deepEqual(await stored(first.address), ["before", "kept over a reload"])
})

test("web rooms: what the hub refuses comes back into the message box, with the reason", async () => {
  await using browser = await openBrowser()
  const first = await startHub({ port: 0, data: ":memory:" })
  const ada = await enter(await browser.person(), first.address, "Ada", "#/rooms/workshop")
  await ada.getByRole("button", { name: "Make it" }).click()
  await say(ada, "in the old log")
  await settled(ada, ["in the old log"])
  await first[Symbol.asyncDispose]()
  await ada.getByText("The line is down").waitFor()
  await say(ada, "for a room that is lost")
  // Another hub at the same address, without that room.
  await using _second = await startHub({ port: Number(new URL(first.address).port), data: ":memory:" })
  await ada.getByText("There is no such room").waitFor()
  await ada.getByRole("button", { name: "Make it" }).click()
  await ada.getByText(/There is no room "workshop"/).waitFor()
  assert.equal(await ada.getByLabel("Message in workshop").inputValue(), "for a room that is lost")
  await ada.getByLabel("Message in workshop").press("Enter")
  await settled(ada, ["for a room that is lost"])
})

test("web rooms: a log that was replaced is shown from its start, and nothing of the old one", async () => {
  await using browser = await openBrowser()
  const first = await startHub({ port: 0, data: ":memory:" })
  const ada = await enter(await browser.person(), first.address, "Ada")
  await say(ada, "in the old log")
  await settled(ada, ["in the old log"])
  await first[Symbol.asyncDispose]()
  await using second = await startHub({ port: Number(new URL(first.address).port), data: ":memory:" })
  await using bob = await speaker(second.address, "Bob")
  await bob.say("lobby", ["in the new log"])
  await settled(ada, ["in the new log"])
})
