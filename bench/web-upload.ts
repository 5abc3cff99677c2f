import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Page } from "playwright-core"
import { type Browser, enter, openBrowser } from "../test/support/browser.ts"
import type { Benchmark, Figures } from "./harness.ts"
import { landline } from "./peers/landline-files.ts"
import { nowMs } from "./support/clock.ts"
import { randomFile, type Source, sha256Of } from "./support/files.ts"
import { forgetPeak, residentBytes } from "./support/process.ts"
import { warmMemory } from "./support/tmpfs.ts"

const mebibyte = 1024 ** 2
const fileBytes = 2 * 1024 * mebibyte
const patienceMs = 10 * 60_000
const settleMs = 2_000

/** The processes of the page's browser: those that run pages, and all others. */
async function processesOf(page: Page): Promise<{ tabs: number[]; others: number[] }> {
  const devtools = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo")
  await devtools.detach()
  const ids = (tabs: boolean) =>
    processInfo.filter(({ type }) => (type === "renderer") === tabs).map(({ id }) => id)
  return { tabs: ids(true), others: ids(false) }
}

/** Resident memory of each, in MiB, now or at its highest. */
const mebibytesOf = (pids: readonly number[], when: "now" | "peak") =>
  Promise.all(pids.map(async (pid) => (await residentBytes(pid))[when] / mebibyte))

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

async function round(browser: Browser, dir: string, source: Source): Promise<Figures> {
  await using server = await landline.start(dir)
  await warmMemory(dir, fileBytes)
  const page = await enter(await browser.person(), `http://127.0.0.1:${server.port}`, "bench", "#/files")
  await page.getByText("No files yet").waitFor()
  await sleep(settleMs)
  const { tabs, others } = await processesOf(page)
  const idle = {
    tab: Math.max(...(await mebibytesOf(tabs, "now"))),
    others: sum(await mebibytesOf(others, "now")),
  }
  await Promise.all([...tabs, ...others].map(forgetPeak))
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: /Send to/ }).click(),
  ])
  const startMs = nowMs()
  await chooser.setFiles(source.path)
  await page.getByText("verified", { exact: true }).waitFor({ timeout: patienceMs })
  const seconds = (nowMs() - startMs) / 1_000
  // The one page is in the largest; a browser keeps another ready.
  const tab = Math.max(...(await mebibytesOf(tabs, "peak")))
  const grown = sum(await mebibytesOf(others, "peak")) - idle.others
  await page.context().close()
  if ((await sha256Of(server.received(basename(source.path)))) !== source.sha256)
    throw new Error("What the hub has is not what was sent.")
  return {
    "tab MiB": tab,
    "tab MiB idle": idle.tab,
    "rest of the browser MiB above idle": grown,
    "MiB/s": fileBytes / mebibyte / seconds,
  }
}

export const webUpload: Benchmark = {
  about: "2 GiB sent from the app in Chromium: resident memory of the tab at its highest; throughput",
  subject: "landline",
  tmpfsBytes: 2.2 * 3 * 1024 * mebibyte,
  targets: [{ metric: "tab MiB", atMost: 300 }],
  async contestants(scope, dir) {
    const source = await randomFile(join(dir, "film.bin"), fileBytes)
    const browser = scope.use(await openBrowser())
    return [{ name: "landline", run: (dir) => round(browser, dir, source) }]
  },
}
