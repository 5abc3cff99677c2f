import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

/** Fails where axe-core finds a serious or critical fault on the page as it stands, or where it is wider than the screen. */
export async function assertAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger: the page's own policy would not let it run.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"))
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    return (await axe.run()).violations.map(({ id, impact, nodes }) => ({
      ...{ id, impact },
      nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 300)),
    }))
  })
  assert.deepEqual(
    violations.filter(({ impact }) => impact === "serious" || impact === "critical"),
    [],
  )
  const tooWide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
  assert.ok(Number(tooWide) <= 0, `the page is ${tooWide} px too wide`)
}
