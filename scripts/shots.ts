/**
 * `npm run shots`: pictures of every screen of the browser app, light and dark, wide and narrow, in dist/shots; those
 * that README shows are written to docs/shots as well. It starts a hub of its own, in which people talk.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { BrowserContextOptions, Page } from "playwright-core"
import { startHub } from "../src/hub/hub.ts"
import { enter, openBrowser } from "../test/support/browser.ts"
import { fillHub } from "./shots-scene.ts"

const home = join(import.meta.dirname, "..")
const all = join(home, "dist/shots")
const shown = join(home, "docs/shots")
mkdirSync(all, { recursive: true })
mkdirSync(shown, { recursive: true })

const LOOKS: Record<string, BrowserContextOptions> = {
  "wide-light": { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  "wide-dark": { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  "narrow-light": { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true },
  "narrow-dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true },
}

/** The screens: where they are, and what has to be there before the picture is taken. */
const SCREENS: Record<string, { at: string; ready(page: Page): Promise<unknown> }> = {
  rooms: { at: "#/rooms/lobby", ready: (page) => page.getByText("It is free now").waitFor() },
  "room-list": { at: "#/rooms", ready: (page) => page.getByText("workshop").first().waitFor() },
  files: { at: "#/files", ready: (page) => page.getByText("floor-plan.svg").first().waitFor() },
  feeds: { at: "#/feeds", ready: (page) => page.getByText("workshop/temp").first().waitFor() },
  feed: { at: "#/feeds/workshop/temp", ready: (page) => page.locator("canvas").first().waitFor() },
  line: { at: "#/line", ready: (page) => page.getByRole("heading").first().waitFor() },
  lab: {
    at: "#/lab",
    async ready(page) {
      await page.getByText("wrong at byte").first().click()
      await page.getByText("expected length").first().waitFor()
    },
  },
}
/** Of these the README tells. */
const IN_README = ["rooms-wide-light", "feed-wide-dark", "rooms-narrow-light", "lab-wide-light"]

await using hub = await startHub({ port: 0, data: ":memory:", name: "Workshop 3", lab: "chat:0,ping:0" })
await using scene = await fillHub(hub)
await using browser = await openBrowser()
const who = ["Ada", "Grace", "Karen", "Radia"] // each look is another browser, and a name belongs to one
for (const [look, options] of Object.entries(LOOKS)) {
  const visitor = await browser.person(options)
  await visitor.goto(hub.address)
  await visitor.screenshot({ path: join(all, `first-visit-${look}.png`) })
  const page = await enter(visitor, hub.address, who.shift()!)
  for (const [name, { at, ready }] of Object.entries(SCREENS)) {
    await page.goto(`${hub.address}/${at}`)
    await ready(page)
    await scene.settled(page)
    for (const folder of [all, ...(IN_README.includes(`${name}-${look}`) ? [shown] : [])])
      await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
    console.log(`${name}, ${look}`)
  }
  await page.context().close()
}
