import assert from "node:assert/strict"
import { once } from "node:events"
import { describe, test } from "node:test"
import { WebSocket } from "ws"
import { rawSocket } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"

const REQUEST = '{"client_name": "Ada", "client_number": 25}'

/** One port for both, as with the documents' own ports; a free one is found by asking for it. */
async function hubWithBoth() {
  const { port, close } = await startLabHub({ services: "sum:0" })
  await close()
  return startLabHub({ services: `feed:${port},sum:${port}`, joined: false })
}

describe("lab sum in the hub", () => {
  test("it says where it listens, and answers", async () => {
    await using hub = await startLabHub({ services: "sum:0" })
    const { level, function: from } = await hub.lines.next(
      new RegExp(`^Landline Server started and listening on 127\\.0\\.0\\.1:${hub.port}$`),
    )
    assert.deepEqual([level, from], ["INFO", "start_server"])
    using socket = await rawSocket(hub.port)
    await socket.write(REQUEST)
    assert.match(
      await socket.closed(),
      /^\{"server_name": "Landline Server", "server_number": \d+, "sum": \d+\}$/,
    )
  })

  test("out of range closes that connection and nothing else", async () => {
    await using hub = await startLabHub({ services: "sum:0" })
    for (const number of [0, 101, -5, 1e9, 1e12]) {
      using guest = await rawSocket(hub.port)
      await guest.write(`{"client_name":"a","client_number":${number}}`)
      assert.equal(await guest.closed(), "")
      await hub.lines.next(new RegExp(`^Client int out of range: ${number}\\. Closing its connection\\.$`))
    }
    using socket = await rawSocket(hub.port)
    await socket.write(REQUEST)
    assert.match(await socket.closed(), /server_number/)
  })

  test("feed and sum share a port: the first bytes tell which is meant, in any pieces", async () => {
    await using hub = await hubWithBoth()
    const [feed, sum] = hub.services
    assert.equal(feed!.port, sum!.port)
    const stream = new WebSocket(`ws://127.0.0.1:${hub.port}/?want=users`)
    const [message] = await once(stream, "message", { signal: AbortSignal.timeout(5_000) })
    assert.match(String(message), /^\['/)
    for (const pieces of [[REQUEST], [...REQUEST], ["G", "race,25"], ["GET", ",25"]]) {
      using socket = await rawSocket(hub.port)
      for (const piece of pieces) await socket.write(piece)
      assert.match(await socket.end(), /Landline Server/)
    }
    using byHand = await rawSocket(hub.port)
    for (const piece of "GET / HTTP/1.1\r\nHost: a\r\n\r\n") await byHand.write(piece)
    assert.match(await byHand.closed(), /^HTTP\/1\.1 426 /)
    stream.terminate()
    await hub.close()
    assert.equal(hub.lines.all.filter(({ message }) => message === "Closing Server...").length, 1)
  })

  test("on the shared port, one that says nothing holds up nobody, and what is neither is told", async () => {
    await using hub = await hubWithBoth()
    using silent = await rawSocket(hub.port)
    using begun = await rawSocket(hub.port)
    await begun.write("PO")
    await begun.end()
    await hub.lines.next(
      /^byte 2: expected a WebSocket handshake, or a name and a number, got the end of the con/,
    )
    using chat = await rawSocket(hub.port)
    await chat.write("3         ada5         hello")
    assert.equal(await chat.closed(), "")
    await hub.lines.next(/^byte 0: expected a name and a number, got chat: .*port of a chat server/)
    await hub.close()
    assert.equal(await silent.closed(), "")
  })

  test("on other services' ports a sum client is told the right one", async () => {
    await using hub = await startLabHub({ services: "sum:0,chat:0,file:0,feed:0" })
    const [sum, ...others] = hub.services
    for (const { service, port } of others) {
      using lost = await rawSocket(port)
      await lost.write(REQUEST)
      const { message } = await hub.lines.next(/A sum client belongs to port/)
      assert.ok(message.endsWith(`A sum client belongs to port ${sum!.port}.`), `${service}: ${message}`)
    }
  })
})
