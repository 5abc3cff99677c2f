import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { connect, type Session } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { enter, openBrowser } from "../support/browser.ts"
import { spawnProgram } from "../support/process.ts"
import { tempDir } from "../support/temp.ts"
import { until } from "../support/until.ts"

const timeout = 180_000
const bin = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))

/** What a person copies from the page. */
async function copied(page: Page, label: string): Promise<string> {
  const box = page.locator(".copy-line").filter({ has: page.getByRole("button", { name: `Copy ${label}` }) })
  return (await box.locator("code").textContent())!
}

/** Runs a line of the page as it stands; `npx landline` is this checkout's. */
function run(folder: string, line: string, isPython = false) {
  const { LANDLINE_NAME: _, LANDLINE_HUB: __, ...env } = process.env
  const script = isPython
    ? [`exec python3 -u -c "$0"`, line]
    : [`npx() { shift; "${process.execPath}" "${bin}" "$@"; }; ${line}`]
  return spawnProgram("sh", ["-c", `cd "${folder}"; ${script[0]}`, ...script.slice(1)], {
    env: { ...env, LANDLINE_CONFIG: folder },
    group: true,
  })
}

const followers = async (session: Session, feed: string) => (await session.feed(feed)).followers

test("web, feeds: the lines to copy publish and follow this very feed, whatever its name and what it holds", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser()
  await using folder = await tempDir()
  await using sensor = connect(hub.address, { name: "sensor" })
  const feeds = [
    { feed: "lab/温度", type: "application/json", says: `{"it's":true,"n":null}`, followed: /it's/ },
    { feed: "news", type: "text/plain", says: `it's "done" $HOME \\n \`x\``, followed: /done/ },
    { feed: "raw", type: "application/octet-stream", says: undefined, followed: /AQL|x01/ },
  ]
  const ada = await enter(await browser.person(), hub.address, "Ada", "#/feeds")
  for (const { feed, type, says, followed } of feeds) {
    await sensor.createFeed(feed, type)
    if (says !== undefined) await sensor.publish(`feed/${feed}`, says)
    await ada.goto(`${hub.address}/#/feeds/${encodeURIComponent(feed)}`)
    const lines = ada.locator(".feeds-lines")
    // The example is what the feed said last.
    if (says !== undefined) await lines.getByText("Publish with curl").waitFor()
    if (type === "text/plain") await lines.getByText("done").first().waitFor()
    if (type === "application/json") await lines.getByText("true").first().waitFor()
    const terminal = ["curl", ...(says === undefined ? [] : ["landline"])]
    const python = ["landline.py", "nothing but Python"]
    let count = (await sensor.feed(feed)).count

    const publishes: [string, boolean][] = []
    const follows: [string, boolean][] = [[await copied(ada, "Follow with landline"), false]]
    for (const tool of terminal) publishes.push([await copied(ada, `Publish with ${tool}`), false])
    follows.push([await copied(ada, "Follow with curl"), false])
    await lines.getByRole("radio", { name: "Python" }).check()
    await using got = run(folder.path, await copied(ada, "Once, in the program's folder"))
    assert.equal((await got.waitForExit()).code, 0)
    for (const tool of python) {
      publishes.push([await copied(ada, `Publish with ${tool}`), true])
      follows.push([await copied(ada, `Follow with ${tool}`), true])
    }
    await lines.getByRole("radio", { name: "Terminal" }).check()

    const before = await followers(sensor, feed)
    const following = follows.map(([line, isPython]) => run(folder.path, line, isPython))
    try {
      await until(async () => (await followers(sensor, feed)) >= before + follows.length)
      for (const [line, isPython] of publishes) {
        await using program = run(folder.path, line, isPython)
        const { code } = await program.waitForExit()
        assert.equal(code, 0, `${line}\n${program.stderr}`)
        const { count: now } = await sensor.feed(feed)
        assert.equal(now, ++count, line)
        if (says !== undefined) {
          const stored = await (
            await fetch(`${hub.address}/feeds/${encodeURIComponent(feed).replace("%2F", "/")}`)
          ).text()
          if (type === "application/json") assert.deepEqual(JSON.parse(stored), JSON.parse(says), line)
          else assert.equal(stored, says, line)
        }
      }
      for (const program of following) await program.waitFor(followed)
    } finally {
      for (const program of following) await program[Symbol.asyncDispose]()
    }
  }
  await sensor.close()
  assert.deepEqual(browser.complaints, [])
})
