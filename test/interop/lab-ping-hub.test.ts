import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { describe, test } from "node:test"
import { rawSocket } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"

describe("lab ping and hello in the hub", () => {
  test("ping answers over TCP and UDP on one port number, and both end with the hub", async () => {
    const hub = await startLabHub({ services: "ping:0" })
    await hub.lines.next(new RegExp(`^Listening on 127\\.0\\.0\\.1:${hub.port}, TCP and UDP$`))
    using socket = await rawSocket(hub.port)
    await socket.write("PING")
    assert.equal(await socket.read(4), "PONG")
    const udp = createSocket("udp4")
    udp.send("ping", hub.port, "127.0.0.1")
    assert.equal(`${(await once(udp, "message", { signal: AbortSignal.timeout(10_000) }))[0]}`, "pong")
    udp.close()
    await hub.close()
    assert.equal(await socket.closed(), "")
    const again = createSocket("udp4").bind(hub.port, "127.0.0.1")
    await once(again, "listening")
    again.close()
  })

  test("a UDP port that is taken keeps the lab from starting, and nothing stays open", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1")
    await once(taken, "listening")
    const { port } = taken.address()
    await assert.rejects(startLabHub({ services: `hello:0,ping:${port}` }), { code: "port_in_use" })
    await assert.rejects(rawSocket(port))
    taken.close()
  })

  test("hello greets, and a ping client there is told its port", async () => {
    await using hub = await startLabHub({ services: "ping:0,hello:0" })
    const [ping, hello] = hub.services
    using socket = await rawSocket(hello!.port)
    assert.equal(await socket.read(13), "Hello client!")
    await socket.write("PING")
    await socket.closed()
    assert.match(hub.lines.diagnoses.join(), new RegExp(`got ping: "PING".*port ${ping!.port}\\.$`))
    using other = await rawSocket(hello!.port)
    await other.write("Hello Server!")
    await other.closed()
    await hub.lines.next(/^Client: Hello Server!$/)
  })

  test("a ping client on other ports of the lab is told where it belongs", async () => {
    for (const service of ["file", "feed", "chat"]) {
      await using hub = await startLabHub({ services: `ping:0,${service}:0` })
      using socket = await rawSocket(hub.services[1]!.port)
      await socket.write("PING")
      await hub.lines.next(new RegExp(`ping client belongs to port ${hub.services[0]!.port}\\.$`))
    }
  })

  test("neither shares a port with another service", async () => {
    for (const services of ["ping:2000,hello:2000", "ping:2000,sum:2000"])
      await assert.rejects(startLabHub({ services }), { code: "usage" })
  })
})
