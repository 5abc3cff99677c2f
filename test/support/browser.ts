import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { programPath } from "../../scripts/system.ts"

/** As root Chromium has no sandbox, and without the other flags it asks its maker's hosts for this and that. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]
/** A page on a busy machine takes its time; a test that waits longer hangs. */
const PATIENCE_MS = 30_000

/** A browser that a test drives. Each person in it has a context of their own, as on a computer of their own. */
export interface Browser extends AsyncDisposable {
  /** Opens a page of a new person. What it logs as an error, or breaks in the policy, fails the test at the end. */
  person(options?: BrowserContextOptions): Promise<Page>
  /** Complaints of all pages so far: errors, and what the policy refused. */
  readonly complaints: string[]
}

/** @param names host names that this browser takes for 127.0.0.1, as a network's own name service would */
export async function openBrowser(names: readonly string[] = []): Promise<Browser> {
  const executablePath = programPath("chromium")
  if (executablePath === undefined) throw new Error("chromium is not installed")
  const folder = await mkdtemp(join(tmpdir(), "landline-browser-"))
  const rules = names.map((name) => `MAP ${name} 127.0.0.1`).join(", ")
  const args = [...FLAGS, ...(rules ? [`--host-resolver-rules=${rules}`] : [])]
  const browser = await chromium.launch({ executablePath, args, env: { ...process.env, HOME: folder } })
  const complaints: string[] = []
  return {
    complaints,
    async person(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      page.on("pageerror", (error) => complaints.push(String(error)))
      page.on("console", (message) => {
        // A line that drops is logged by the browser itself.
        if (
          message.type() === "error" &&
          !/WebSocket connection|ERR_|Failed to load resource/.test(message.text())
        )
          complaints.push(message.text())
      })
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Opens the app as somebody, in the lobby or elsewhere. @param at a place such as `#/files` */
export async function enter(page: Page, hub: string, name: string, at = ""): Promise<Page> {
  await page.goto(`${hub}/${at}`)
  await page.getByLabel("Your name").fill(name)
  await page.getByRole("button", { name: "Come in" }).click()
  await page.getByRole("navigation", { name: "Places" }).waitFor()
  return page
}
