import assert from "node:assert/strict"
import { test } from "node:test"
import { rawSocket } from "../../test/support/lab.ts"
import { tempDir } from "../../test/support/temp.ts"
import { startHub } from "./main.ts"

const timeout = 30_000

test("own feeds: a feed of somebody else under a name of the lab stays theirs, and the hub starts", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  const data = folder.file("data")
  {
    await using hub = await startHub({ port: 0, data })
    await fetch(`${hub.address}/feeds/users`, { method: "POST", body: '"mine"' })
  }
  await using hub = await startHub({ port: 0, data, lab: "feed:0" })
  const newest = async (feed: string) => (await fetch(`${hub.address}/feeds/${feed}`)).text()
  assert.equal(await newest("users"), '"mine"')
  assert.equal(JSON.parse(await newest("numbers")).length, 100)
  const forged = await fetch(`${hub.address}/feeds/numbers`, { method: "POST", body: "[1]" })
  assert.equal(forged.status, 403)
  // Lab programs get no forged people: the service makes messages by itself.
  const port = hub.lab.find(({ service }) => service === "feed")!.port
  using client = await rawSocket(port)
  await client.write(
    "GET /?want=users HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  )
  let heard = ""
  while (!heard.includes("']")) heard += await client.read(1)
  assert.match(heard, /\['.+', '.+', '.+@.+'\]$/)
})
