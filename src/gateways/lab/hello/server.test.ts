import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { rawSocket, startLabHello } from "../../../../test/support/lab.ts"

const GREETING = "Hello client!"

describe("lab hello", () => {
  test("the server greets first, prints what it hears, and closes", async () => {
    await using service = await startLabHello()
    using socket = await rawSocket(service.port)
    assert.equal(await socket.read(13), GREETING)
    await socket.write("Hello Server!")
    assert.equal(await socket.closed(), "")
    const said = service.lines.all.map((line) => `[${line.level}] [${line.function}]: ${line.message}`)
    assert.equal(said[0], `[INFO] [main]: Listening on 127.0.0.1:${service.port}`)
    assert.match(said[1]!, /^\[INFO\] \[main\]: New client joined: \('127\.0\.0\.1', \d+\)$/)
    assert.deepEqual(said.slice(2), ["[INFO] [main]: Client: Hello Server!"])
  })

  test("a greeting in pieces is one", async () => {
    await using service = await startLabHello({ pauseMs: 300 })
    using socket = await rawSocket(service.port)
    for (const piece of ["He", "llo", " Sérv", "er!"]) await socket.write(piece)
    await socket.closed()
    assert.equal((await service.lines.next(/^Client/)).message, "Client: Hello Sérver!")
  })

  test("one that is ended by the connection needs no pause", async () => {
    await using service = await startLabHello({ pauseMs: 60_000 })
    using socket = await rawSocket(service.port)
    await socket.write("Hello Server!")
    assert.equal(await socket.end(), GREETING)
    await service.lines.next(/^Client: Hello Server!$/)
  })

  test("the greeting can be chosen; what a client says cannot break the log", async () => {
    await using service = await startLabHello({ greeting: "grüße" })
    using socket = await rawSocket(service.port)
    assert.equal(await socket.read(7), "grüße")
    await socket.write("a\n[INFO] forged\x1b[2J")
    await socket.closed()
    await service.lines.next(/^Client: a\\n\[INFO\] forged\\x1b\[2J$/)
  })

  test("a silent client is told and let go, and keeps nobody waiting", async () => {
    await using service = await startLabHello({ timeoutMs: 400 })
    using silent = await rawSocket(service.port)
    using socket = await rawSocket(service.port)
    await socket.write("Hello Server!")
    await socket.closed()
    await service.lines.next(/^Client: Hello Server!$/)
    assert.equal(await silent.closed(), GREETING)
    assert.match(service.lines.diagnoses.join(), /^byte 0: expected a greeting, got nothing for 0\.4 s/)
  })

  test("no UTF-8, too much, and other protocols are told; the service goes on", async () => {
    await using service = await startLabHello({ ports: { ping: 3033 } })
    const cases: [string | Uint8Array, RegExp][] = [
      [Uint8Array.of(0xff), /expected UTF-8/],
      ["x".repeat(100_000), /at most 2048 bytes/],
      ["PING", /got ping: .*port 3033/],
      ["", /got the end of the connection/],
    ]
    for (const [bytes, said] of cases) {
      using socket = await rawSocket(service.port)
      await socket.write(bytes)
      assert.equal(await socket.end(), GREETING)
      assert.match((await service.lines.next(/^byte/)).message, said)
    }
    using socket = await rawSocket(service.port)
    await socket.write("Hello Server!")
    await socket.end()
    await service.lines.next(/^Client: Hello Server!$/)
    assert.equal(service.lines.diagnoses.length, cases.length)
  })

  test("a reset is a log line", async () => {
    await using service = await startLabHello()
    using socket = await rawSocket(service.port)
    await socket.read(13)
    socket.reset()
    await service.lines.next(/^The connection from \('127.*was reset by the peer$/)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("close: clients see the end of the connection", async () => {
    const service = await startLabHello({ timeoutMs: 60_000 })
    using socket = await rawSocket(service.port)
    await socket.read(13)
    await service.close()
    assert.equal(await socket.closed(), "")
    await assert.rejects(rawSocket(service.port))
    assert.deepEqual(service.lines.diagnoses, [])
  })
})
