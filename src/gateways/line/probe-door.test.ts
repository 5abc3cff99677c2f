import assert from "node:assert/strict"
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { type AddressInfo, connect, createServer, Socket } from "node:net"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { clientFrame } from "../../../test/support/client-frame.ts"
import { limits } from "../../protocol/limits.ts"
import { PROBE_UPGRADE, ProbeWriter } from "../../protocol/probe.ts"
import { ProbeDoor } from "./probe-door.ts"

const timeout = 30_000

/** A connection that was taken over by the door, at both of its ends. */
async function open(upgrade: string) {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const peer = connect((server.address() as AddressInfo).port, "127.0.0.1")
  const [socket] = (await once(server, "connection")) as [Socket]
  const door = new ProbeDoor()
  const key = "AAAAAAAAAAAAAAAAAAAAAA=="
  const headers = { upgrade, "sec-websocket-key": key, "sec-websocket-version": "13" }
  door.upgrade(
    { method: "GET", url: "/probe", headers } as unknown as IncomingMessage,
    socket,
    Buffer.alloc(0),
  )
  return {
    peer,
    socket,
    [Symbol.dispose]() {
      door.close()
      peer.destroy()
      server.close()
    },
  }
}

test("probe door: once it is closed, nobody comes in any more", () => {
  const door = new ProbeDoor()
  door.close()
  const request = { headers: { upgrade: PROBE_UPGRADE } } as IncomingMessage
  assert.throws(() => door.upgrade(request, new Socket(), Buffer.alloc(0)), { code: "stopping" })
})

for (const upgrade of [PROBE_UPGRADE, "websocket"]) {
  test(`probe door: ${upgrade}: a connection over which nothing comes ends`, { timeout }, async () => {
    using line = await open(upgrade)
    assert.equal(line.socket.timeout, limits.probeIdleMs)
    line.peer.resume()
    line.socket.emit("timeout")
    await once(line.peer, "close")
  })

  test(`probe door: ${upgrade}: who does not read replies is not read, and little waits for it`, {
    timeout,
  }, async () => {
    using line = await open(upgrade)
    const writer = new ProbeWriter(1, 64)
    writer.write("probe", 1, 0)
    const sent = upgrade === "websocket" ? clientFrame(writer.bytes, { opcode: 2 }) : writer.bytes
    const many = Buffer.concat(Array<Uint8Array>(500).fill(sent))
    const warnings: unknown[] = []
    process.on("warning", (warning) => warnings.push(warning))
    while (!line.socket.isPaused()) {
      line.peer.write(many)
      await turn()
    }
    assert.ok(line.socket.writableLength < 256 * 1024, `${line.socket.writableLength} bytes wait`)
    line.peer.resume()
    while (line.socket.isPaused() || line.socket.writableLength > 0) await turn()
    assert.deepEqual(warnings, [])
  })

  test(`probe door: ${upgrade}: who floods lets others have their turn`, { timeout }, async () => {
    using line = await open(upgrade)
    const writer = new ProbeWriter(1, 64)
    writer.write("probe", 1, 0)
    const sent = upgrade === "websocket" ? clientFrame(writer.bytes, { opcode: 2 }) : writer.bytes
    const count = 10_000
    line.peer.resume().write(Buffer.concat(Array<Uint8Array>(count).fill(sent)))
    let [before, most] = [line.socket.bytesWritten, 0]
    while (before < count * 64) {
      await turn()
      most = Math.max(most, line.socket.bytesWritten - before)
      before = line.socket.bytesWritten
    }
    assert.ok(most <= 128 * 1024, `${most} bytes in one turn`)
  })
}
