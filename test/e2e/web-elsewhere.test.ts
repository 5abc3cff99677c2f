import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { startHub } from "../../src/hub/hub.ts"
import { openBrowser } from "../support/browser.ts"

/** What a hostile page tries: each ends as "refused", or tells what it got. */
const TRY_ALL = async (hub: string) => {
  const refused = () => "refused"
  const socket = (path: string, protocol?: string) =>
    new Promise<string>((resolve) => {
      const opened = new WebSocket(hub.replace("http", "ws") + path, protocol)
      opened.onopen = () => resolve("opened")
      opened.onerror = () => resolve("refused")
    })
  const read = async (path: string, init?: RequestInit) => {
    const response = await fetch(hub + path, init)
    return response.type === "opaque" || response.ok ? `got ${response.type} ${response.status}` : "refused"
  }
  return {
    session: await socket("/session", "landline.v1"),
    probe: await socket("/probe"),
    sum: await socket("/sum"),
    read: await read("/rooms/lobby").catch(refused),
    say: await read("/rooms/lobby", { method: "POST", body: "pwned", mode: "no-cors" }).then(
      () => "sent",
      refused,
    ),
    publish: await read("/feeds/temp", { method: "POST", body: "1", mode: "no-cors" }).then(
      () => "sent",
      refused,
    ),
    files: await read("/files").catch(refused),
    traces: await read("/lab/traces").catch(refused),
  }
}

test("elsewhere: a page of another site can neither read nor say anything, on any door", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", lab: "ping:0" })
  await using browser = await openBrowser()
  const site = createServer((_, response) => response.end("<!doctype html><title>elsewhere</title>"))
  site.listen(0, "127.0.0.1")
  await once(site, "listening")
  try {
    const page = await browser.person()
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`)
    const got = await page.evaluate(TRY_ALL, hub.address)
    for (const [door, how] of Object.entries(got)) assert.equal(how, "refused", door)
    // A browser may hide from a page that its request was taken; the hub does not.
    assert.equal(await (await fetch(`${hub.address}/rooms/lobby`)).text(), "")
    assert.equal((await fetch(`${hub.address}/feeds/temp`)).status, 404)
  } finally {
    site.close()
    site.closeAllConnections()
  }
})

test("elsewhere: a name of somebody else that leads to the hub (DNS rebinding) opens nothing", async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using browser = await openBrowser(["rebound.example"])
  const page = await browser.person()
  const rebound = `http://rebound.example:${hub.port}`
  const answer = await page.goto(rebound)
  assert.equal(answer!.status(), 403)
  const got = await page.evaluate(TRY_ALL, rebound)
  for (const door of ["session", "probe", "sum", "read", "files"] as const)
    assert.equal(got[door], "refused", door)
  assert.equal(await (await fetch(`${hub.address}/rooms/lobby`)).text(), "")
})
