import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { connect as connectTcp, type Socket } from "node:net"
import { test } from "node:test"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/hub.ts"
import { limits } from "../../src/protocol/limits.ts"
import { ProbeWriter } from "../../src/protocol/probe.ts"

const timeout = 60_000
const memory = { port: 0, data: ":memory:" } as const
const FLOOD = 30_000

/** So many datagrams, half of them garbage, each probe of another run. @returns how many bytes came back */
async function flood(port: number): Promise<number> {
  const socket = createSocket("udp4")
  let back = 0
  socket.on("message", (bytes) => {
    back += bytes.length
  })
  socket.connect(port, "127.0.0.1")
  await once(socket, "connect")
  for (let run = 1; run <= FLOOD / 2; run++) {
    const probe = new ProbeWriter(run, 64)
    probe.write("probe", 1, 0)
    socket.send(Buffer.alloc(64, run))
    await new Promise<void>((resolve) => socket.send(probe.bytes, () => resolve()))
  }
  socket.close()
  return back
}

test("a flood of datagrams keeps nobody from talking, and brings no more back than came", {
  timeout,
}, async () => {
  await using hub = await startHub({ ...memory, probeRate: 1_000 })
  const session = connect(`localhost:${hub.port}`, { name: "ada" })
  await session.ready()
  const flooding = flood(hub.port)
  let over = false
  void flooding.then(() => {
    over = true
  })
  let said = 0
  do {
    await session.publish("lobby", `still here ${++said}`)
  } while (!over)
  const back = await flooding
  assert.ok(back < (FLOOD / 2) * 64)
  assert.equal((await session.history("lobby", { limit: 500 })).length, Math.min(said, 500))
  await session.close()
})

const UPGRADE =
  "GET /probe HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: landline-probe\r\n\r\n"

test("more probe connections than one address may have are refused in words; others come in", {
  timeout,
}, async () => {
  await using hub = await startHub(memory)
  const sockets: Socket[] = []
  const open = async (localAddress = "127.0.0.1") => {
    const socket = connectTcp({ port: hub.port, host: "127.0.0.1", localAddress })
    sockets.push(socket)
    socket.on("error", () => {})
    socket.write(UPGRADE)
    const [answer] = (await once(socket, "data")) as [Buffer]
    return answer.toString().split("\r\n")[0]
  }
  try {
    for (let count = 0; count < limits.probeConnectionsMax / 4; count++)
      assert.equal(await open(), "HTTP/1.1 101 Switching Protocols")
    assert.equal(await open(), "HTTP/1.1 429 too_many")
    assert.equal(await open("127.0.0.2"), "HTTP/1.1 101 Switching Protocols")
    sockets[0]!.destroy()
    while ((await open()) !== "HTTP/1.1 101 Switching Protocols");
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})
