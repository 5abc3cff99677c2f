import assert from "node:assert/strict"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { tempDir } from "../../../test/support/temp.ts"
import { sha256In } from "./digest.ts"
import { HubHttp } from "./hub-http.ts"
import { put } from "./put.ts"
import { sourceOf } from "./source.ts"

for (const [what, arrived] of [
  ["that arrived is not sent twice", true],
  ["that did not arrive is sent again", false],
] as const)
  test(`put: a file ${what} when the answer is lost with the line`, { timeout: 30_000 }, async () => {
    await using temp = await tempDir()
    await writeFile(temp.file("a b.txt"), "text")
    const requests: string[] = []
    let sha256: string | undefined
    const fileOf = ({ headers }: IncomingMessage) => {
      sha256 ??= sha256In(headers["repr-digest"])
      return { id: "f", name: "a b.txt", sha256, time: Date.now() }
    }
    const hub = createServer((request, response) => {
      request.resume().once("end", () => {
        if (request.url === "/rooms") return void response.end("[]")
        requests.push(`${request.method} ${request.url}`)
        const file = fileOf(request)
        if (requests.length === 1) return void request.socket.destroy()
        const old = { ...file, time: Date.now() - 60_000 }
        response.end(JSON.stringify(request.method === "PUT" ? file : arrived ? [file, old] : [old]))
      })
    }).listen(0, "127.0.0.1")
    await once(hub, "listening")
    try {
      const address = `127.0.0.1:${(hub.address() as AddressInfo).port}`
      const source = sourceOf(temp.file("a b.txt"), undefined, () => {})
      const client = new HubHttp({ hub: address, as: "ada" }, {})
      await client.json("GET", "rooms") // one that never answered may be no hub
      const file = await put(client, source, "lobby", () => {})
      assert.equal(file.id, "f")
      const sent = "PUT /files/a%20b.txt?room=lobby"
      const asked = "GET /files?room=lobby&search=a+b.txt&limit=20"
      assert.deepEqual(requests, arrived ? [sent, asked] : [sent, asked, sent])
    } finally {
      hub.closeAllConnections()
      hub.close()
    }
  })
