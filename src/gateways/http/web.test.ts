import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../hub/hub.ts"

const HTML = { Accept: "text/html,application/xhtml+xml" }

test("app: a browser gets the app's page, under a policy without inline script; curl gets the ways in", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const page = await fetch(hub.address, { headers: HTML })
  const policy = page.headers.get("content-security-policy")!
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/)
  assert.ok(!policy.includes("unsafe"))
  assert.match(await page.text(), /<div id="app">/)
  assert.match(await (await fetch(hub.address)).text(), /npx landline chat/)
})

test("app: its parts come compressed and are kept for ever, its page is asked for anew", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const page = await fetch(hub.address, { headers: HTML })
  assert.equal(page.headers.get("cache-control"), "no-cache")
  const [script] = /\/assets\/index-[^"]+\.js/.exec(await page.text())!
  for (const encoding of ["gzip", "br"]) {
    const part = await fetch(hub.address + script, { headers: { "Accept-Encoding": encoding } })
    assert.equal(part.headers.get("content-encoding"), encoding)
    assert.equal(part.headers.get("cache-control"), "public, max-age=31536000, immutable")
    assert.match(part.headers.get("content-type")!, /javascript/)
    assert.match(await part.text(), /landline/)
  }
})

test("app: what is not a part of it is not found, and asks of pages from elsewhere are refused", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  for (const path of [
    "/assets/none.js",
    "/assets/../client.js/x",
    "/%2e%2e/package.json",
    "/index.html",
    "/index.html.gz",
  ])
    assert.equal((await fetch(hub.address + path, { headers: HTML })).status, 404, path)
  const elsewhere = { ...HTML, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }
  assert.equal((await fetch(hub.address, { headers: elsewhere })).status, 403)
})
