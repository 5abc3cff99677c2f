import { type Browser, enter, openBrowser } from "../test/support/browser.ts"
import type { Benchmark, Figures } from "./harness.ts"
import { startHub } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"

const pagePatienceMs = 20_000

/** A new browser, with a cold cache, that knows its person already: from the address to a room one can write in. */
async function load(browser: Browser, address: string): Promise<Figures> {
  const page = await browser.person()
  await enter(page, address, `visitor ${nowMs()}`)
  const { cookies, origins } = await page.context().storageState() // the name and the device; no cache
  await page.context().close()
  const again = await browser.person({ storageState: { cookies, origins } })
  const sizes: Promise<number>[] = []
  again.on("response", (response) => {
    if (!response.url().endsWith(".js")) return
    const size = response.request().sizes()
    sizes.push(size.then(({ responseBodySize }) => responseBodySize))
  })
  const startMs = nowMs()
  await again.goto(`${address}/#/rooms/lobby`)
  await again.getByRole("textbox", { name: /message/i }).waitFor({ timeout: pagePatienceMs })
  await again.getByText("the newest message").waitFor({ timeout: pagePatienceMs })
  const usableMs = nowMs() - startMs
  const scriptBytes = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0)
  await again.context().close()
  return { "usable ms": usableMs, "script kB": scriptBytes / 1_000 }
}

export const webLoad: Benchmark = {
  about:
    "the app in Chromium with a cold cache: from the address to a room one can write in; JavaScript sent",
  subject: "landline",
  targets: [
    { metric: "usable ms", atMost: 1_000 },
    { metric: "script kB", atMost: 200 },
  ],
  async contestants(scope, dir) {
    const hub = scope.use(await startHub(dir))
    const address = `http://127.0.0.1:${hub.port}`
    await fetch(`${address}/rooms/lobby`, { method: "POST", body: "the newest message" })
    const browser = scope.use(await openBrowser())
    return [{ name: "landline", run: () => load(browser, address) }]
  },
}
