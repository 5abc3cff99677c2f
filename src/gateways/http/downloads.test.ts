import assert from "node:assert/strict"
import { test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { type RawSocket, rawSocket } from "../../../test/support/lab.ts"
import { openMemoryBlobs } from "../../storage/memory/blob-store.ts"
import type { HttpLimits } from "./gateway.ts"

const MIB = 1024 * 1024
const GET = "GET /files/x HTTP/1.1\r\nHost: localhost\r\n\r\n"

/** A gateway with a file that never ends, and how many of its readers there are. */
async function endless(bounds: Partial<HttpLimits>) {
  const readers = { open: 0 }
  async function* read() {
    readers.open++
    try {
      for (;;) yield Buffer.alloc(MIB)
    } finally {
      readers.open--
    }
  }
  const gateway = await startGateway(bounds, undefined, { ...openMemoryBlobs(), read })
  const file = { sender: "~ada", time: 1, room: "lobby", offset: 1, code: "", expires: 0, downloads: 0 }
  const bytes = { name: "x", bytes: 2 ** 40, type: "", sha256: "00", items: 0 }
  gateway.files.file = async () => ({ id: "x", ...file, ...bytes })
  return { gateway, readers }
}

async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  while (!(await fits())) {
    signal.throwIfAborted()
    await new Promise(setImmediate)
  }
}

/** Asks for the file, and reads nothing but how the answer begins. */
async function asked(gateway: TestGateway): Promise<RawSocket & { readonly status: string }> {
  const socket = await rawSocket(gateway.port)
  await socket.write(GET)
  const status = (await socket.read("HTTP/1.1 200".length)).slice(-3)
  socket.pause()
  return { ...socket, status }
}

const downloads = async ({ address }: TestGateway) => {
  const response = await fetch(`${address}/files`, { headers: { accept: "application/json" } })
  return ((await response.json()) as { downloads: number }[])[0]!.downloads
}

test("downloads: one of which the peer takes nothing is ended", { timeout: 20_000 }, async () => {
  const { gateway, readers } = await endless({ downloadStallMs: 50 })
  await using _ = gateway
  using stalled = await asked(gateway)
  await until(() => readers.open === 1)
  await until(() => readers.open === 0)
  stalled.resume()
  await stalled.closed()
  assert.deepEqual(gateway.defects, [])
})

test("downloads: one above the limit is refused in words, until another ends", {
  timeout: 20_000,
}, async () => {
  const { gateway, readers } = await endless({ downloadsMax: 2 })
  await using _ = gateway
  using first = await asked(gateway)
  using second = await asked(gateway)
  assert.deepEqual([first.status, second.status], ["200", "200"])
  const refused = await fetch(`${gateway.address}/files/x`)
  assert.equal(refused.status, 429)
  assert.match(await refused.text(), /^Too many downloads.*\.\n$/)
  const head = await fetch(`${gateway.address}/files/x`, { method: "HEAD" })
  assert.equal(head.status, 200, "a look at the head holds nothing")
  first.reset()
  await until(() => readers.open < 2)
  using third = await asked(gateway)
  assert.equal(third.status, "200")
})

test("downloads: If-Match with another tag gets the head of nothing", async () => {
  await using gateway = await startGateway()
  const sent = await fetch(`${gateway.address}/files/x`, { method: "PUT", body: "0123456789" })
  const address = gateway.address + sent.headers.get("location")
  const etag = (await fetch(address)).headers.get("etag")!
  const status = async (tags: string, more = {}) => {
    const response = await fetch(address, { headers: { "if-match": tags, ...more } })
    const text = await response.text()
    if (response.status >= 400) assert.match(text, /^The file is not .*\.\n$/)
    return response.status
  }
  assert.equal(await status(etag), 200)
  assert.equal(await status(`"other", ${etag}`), 200)
  assert.equal(await status("*"), 200)
  assert.equal(await status(etag, { range: "bytes=0-1" }), 206)
  assert.equal(await status('"other"'), 412)
  assert.equal(await status('"other"', { range: "bytes=0-1" }), 412)
  assert.equal(await status('"other"', { "if-none-match": etag }), 412)
  assert.equal(await status(`W/${etag}`), 412, "this comparison is strong: RFC 9110 13.1.1")
})

test("downloads: what ends with the last byte counts, the first byte alone does not", async () => {
  await using gateway = await startGateway()
  const sent = await fetch(`${gateway.address}/files/x`, { method: "PUT", body: "0123456789" })
  const address = gateway.address + sent.headers.get("location")
  const get = async (headers: Record<string, string>) => (await fetch(address, { headers })).text()
  let counted = 0
  for (const [range, counts] of [
    ["bytes=0-0", 0],
    ["bytes=0-", 1],
    ["bytes=0-8", 0],
    ["bytes=5-9", 1],
    ["", 1],
    ["bytes=1-1", 0],
    ["bytes=-1", 1],
  ] as const) {
    assert.ok(await get({ range }))
    counted += counts
    await until(async () => (await downloads(gateway)) >= counted)
    assert.equal(await downloads(gateway), counted, range)
  }
})
