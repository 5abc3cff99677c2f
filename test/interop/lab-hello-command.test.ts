import assert from "node:assert/strict"
import type { Socket } from "node:net"
import { test } from "node:test"
import { rawSocket, startLabHello, startWith } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "hello", ...args.map(String)])

test("lab hello serve --once: prints what the document prints, and ends with its first client", async () => {
  await using server = landline("serve", "--port", 0, "--once")
  const [, port] = await server.waitFor(/^\[INFO\] \[main\]: Listening on 127\.0\.0\.1:(\d+)$/m)
  await using client = landline("connect", `localhost:${port}`)
  assert.equal((await client.waitForExit()).code, 0)
  assert.equal(client.stdout, "[INFO] [main]: Server: Hello client!\n")
  await server.waitFor(/^\[INFO\] \[main\]: New client joined: \('127\.0\.0\.1', \d+\)$/m)
  await server.waitFor("[INFO] [main]: Client: Hello Server!\n")
  assert.equal((await server.waitForExit()).code, 0)
  assert.equal(server.stderr, "")
})

test("lab hello: both greetings can be chosen, and both ends print JSON", async () => {
  await using server = landline("serve", "--port", 0, "--greeting", "grüße", "--timeout", 9, "--json")
  const [line] = await server.waitFor(/^.*Listening.*$/m)
  const port = /\d+$/.exec(JSON.parse(line).message)![0]
  await using client = landline("connect", `127.0.0.1:${port}`, "--message", "servus", "--json")
  assert.equal((await client.waitForExit()).code, 0)
  const { level, function: from, message, time } = JSON.parse(client.stdout)
  assert.deepEqual([level, from, message, typeof time], ["INFO", "main", "Server: grüße", "number"])
  await server.waitFor(/"message":"Client: servus"/)
  server.signal("SIGINT")
  assert.equal((await server.waitForExit()).code, 0)
  assert.equal(server.stderr, "")
})

const FAULTS: Record<string, [does: (socket: Socket) => void, said: RegExp]> = {
  "says nothing": [() => {}, /expected a greeting, got nothing for 0\.3 s .*hello server speaks first/],
  closes: [(socket) => socket.end(), /expected a greeting, got the end of the connection/],
  "says no text": [(socket) => void socket.write(Uint8Array.of(0x48, 0xff)), /byte 1: expected UTF-8/],
  "is one of SSH": [(socket) => void socket.write("SSH-2.0-OpenSSH_9\r\n"), /got SSH/],
}
for (const [what, [does, said]] of Object.entries(FAULTS))
  test(`lab hello connect: a server that ${what} is said, exit 1`, async () => {
    await using server = await startWith((socket) => {
      socket.on("error", () => {}).resume()
      does(socket)
    })
    await using client = landline("connect", `127.0.0.1:${server.port}`, "--timeout", 0.3)
    assert.equal((await client.waitForExit()).code, 1)
    assert.match(client.stdout, said)
    assert.match(client.stderr, /^127\.0\.0\.1:\d+ did not greet\.\n$|^The greeting of 127[^\n]+\n$/)
  })

test("lab hello connect: a greeting in pieces is one, and a connection that breaks is said", async () => {
  await using server = await startWith((socket) => {
    socket.on("error", () => {})
    socket.write("Hello ")
    setImmediate(() => socket.write("client!"))
    socket.on("data", () => socket.end())
  })
  await using client = landline("connect", `127.0.0.1:${server.port}`)
  assert.equal((await client.waitForExit()).code, 0)
  assert.equal(client.stdout, "[INFO] [main]: Server: Hello client!\n")
  await using breaks = await startWith((socket) => void socket.resetAndDestroy())
  await using broken = landline("connect", `127.0.0.1:${breaks.port}`)
  assert.equal((await broken.waitForExit()).code, 1)
  assert.match(broken.stderr, /^[^\n]*127\.0\.0\.1:\d+ (?:broke the connection |did not greet|\()[^\n]*\n$/)
})

test("lab hello connect: Ctrl-C is exit 0; nobody there is one sentence and exit 1; wrong usage is exit 2", async () => {
  const came = Promise.withResolvers<void>()
  await using server = await startWith((socket) => {
    socket.on("error", () => {})
    came.resolve()
  })
  await using waits = landline("connect", `127.0.0.1:${server.port}`, "--timeout", 60)
  await came.promise
  waits.signal("SIGINT")
  assert.equal((await waits.waitForExit()).code, 0)
  assert.equal(waits.stderr, "")

  const gone = await startLabHello()
  await gone.close()
  await using refused = landline("connect", `127.0.0.1:${gone.port}`)
  assert.equal((await refused.waitForExit()).code, 1)
  assert.match(refused.stderr, /^No server listens at 127\.0\.0\.1:\d+\. [^\n]+\n$/)
  for (const args of [
    ["serve", "--greeting", ""],
    ["serve", "--port", "x"],
    ["connect", "--message", "x".repeat(2049)],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
  }
})

test("lab hello serve: clients one after the other and at once", async () => {
  await using service = await startLabHello({ timeoutMs: 60_000 })
  using _ = await rawSocket(service.port)
  const clients = Array.from({ length: 20 }, () => rawSocket(service.port))
  for (const client of await Promise.all(clients)) {
    using socket = client
    await socket.write("Hello Server!")
    assert.equal(await socket.end(), "Hello client!")
  }
})
