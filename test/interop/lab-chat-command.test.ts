import assert from "node:assert/strict"
import { createServer } from "node:net"
import { test } from "node:test"
import { rawSocket, startLabChat } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "chat", ...args.map(String)])

test("lab chat serve: says where it listens, serves, and ends at Ctrl-C without a trace", async () => {
  await using server = landline("serve", "--port", 0)
  const [, port] = await server.waitFor(/^\[INFO\] \[start\]: Server started on 127\.0\.0\.1:(\d+)$/m)
  using ada = await rawSocket(Number(port))
  await ada.write("3         ada2         hi")
  await server.waitFor("[INFO] [start]: Received message from ada: hi\n")
  server.signal("SIGINT")
  assert.equal((await server.waitForExit()).code, 0)
  assert.equal(await ada.closed(), "")
  assert.equal(server.stderr, "")
})

test("lab chat serve --once: ends when the first client has left", async () => {
  await using server = landline("serve", "--port", 0, "--once", "--json")
  const [line] = await server.waitFor(/^.*Server started.*$/m)
  const { level, function: from, message, time } = JSON.parse(line)
  assert.deepEqual({ level, from, time: typeof time }, { level: "INFO", from: "start", time: "number" })
  using ada = await rawSocket(Number(/\d+$/.exec(message)?.[0]))
  await ada.write("3         ada")
  await server.waitFor("Accepted")
  await ada.end()
  assert.equal((await server.waitForExit()).code, 0)
})

test("lab chat serve: flags choose the family, its answer and its token", async () => {
  const flags = ["--header", 64, "--ack", "ok", "--ack-framed", "--token", "!BYE", "--json"]
  await using server = landline("serve", "--port", 0, ...flags)
  const [, port] = await server.waitFor(/127\.0\.0\.1:(\d+)/)
  using client = await rawSocket(Number(port))
  await client.write(`${"4".padEnd(64)}!bye${"4".padEnd(64)}!BYE`)
  assert.equal(await client.closed(), `${"2".padEnd(64)}ok`.repeat(2))
  const [line] = await server.waitFor(/^.*"diagnosis":.*$/m)
  const { byte, expected, peer } = JSON.parse(line).diagnosis
  assert.deepEqual({ byte, expected }, { byte: 64, expected: 'the token "!BYE"' })
  assert.match(peer, /^127\.0\.0\.1:\d+$/)
})

test("lab chat serve: a port in use is one sentence and exit 1", async () => {
  await using service = await startLabChat()
  await using server = landline("serve", "--port", service.port)
  assert.equal((await server.waitForExit()).code, 1)
  assert.match(server.stderr, /^Port \d+ is in use\. [^\n]+\n$/)
})

test("lab chat connect: lines of stdin are messages, and the end of stdin leaves after all was sent", async () => {
  await using service = await startLabChat()
  await using ada = landline("connect", `127.0.0.1:${service.port}`, "--name", "ada")
  const lines = Array.from({ length: 500 }, (_, n) => `line ${n}`)
  ada.write(`${lines.join("\n")}\n`)
  ada.end()
  assert.equal((await ada.waitForExit()).code, 0)
  await service.lines.next(/^Closed connection from: ada/)
  const said = service.lines.all.flatMap(
    ({ message }) => /^Received message from ada: (.*)$/.exec(message)?.[1] ?? [],
  )
  assert.deepEqual(said, lines)
})

test("lab chat connect --json: what others say is JSON", async () => {
  await using service = await startLabChat()
  await using ada = landline("connect", `127.0.0.1:${service.port}`, "--name", "ada", "--json")
  await service.lines.next(/username: ada/)
  using bob = await rawSocket(service.port)
  await bob.write("3         bob2         hi")
  const [line] = await ada.waitFor(/^\{.*\}$/m)
  const { name, text, message, level } = JSON.parse(line)
  assert.deepEqual(
    { name, text, message, level },
    { name: "bob", text: "hi", message: "bob> hi", level: "INFO" },
  )
})

test("lab chat connect: Ctrl-C leaves, exit 0", async () => {
  await using service = await startLabChat()
  await using ada = landline("connect", `127.0.0.1:${service.port}`, "--name", "ada")
  await service.lines.next(/username: ada/)
  ada.signal("SIGINT")
  assert.equal((await ada.waitForExit()).code, 0)
  await service.lines.next(/^Closed connection from: ada/)
  assert.equal(ada.stderr, "")
})

test("lab chat connect: nobody there is one sentence and exit 1", async () => {
  const { port } = await startLabChat().then(async (service) => {
    await service.close()
    return service
  })
  await using ada = landline("connect", `127.0.0.1:${port}`, "--name", "ada")
  assert.equal((await ada.waitForExit()).code, 1)
  assert.match(ada.stderr, /^No server listens at 127\.0\.0\.1:\d+\. [^\n]+\n$/)
})

test("lab chat: wrong usage is exit 2", async () => {
  for (const args of [
    ["connect"],
    ["connect", "a:b:c", "--name", "x"],
    ["serve", "--header", 11],
    ["serve", "--port", "x"],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
    assert.notEqual(program.stderr, "")
  }
})

/** A server that answers each connection with these bytes and then does as it is told. */
async function answering(bytes: string, end: boolean) {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.write(bytes)
    if (end) socket.end()
    else socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address ? address.port : 0,
    [Symbol.dispose]: () => void server.close(),
  }
}

test("lab chat connect: a server that breaks the frame is a reading error that says where", async () => {
  const cases: [string, boolean, RegExp][] = [
    ["3         bob5         cafés5         hello", false, /byte 13: expected length 6.*its characters/],
    [
      "3         bob9         hi",
      true,
      /byte 25: expected 7 more bytes of the body.*the end of the connection/,
    ],
    ["3         bob9         hi", false, /byte 25: expected 7 more bytes of the body.*nothing for 0\.2 s/],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", true, /byte 0: expected/],
  ]
  for (const [bytes, end, said] of cases) {
    using server = await answering(bytes, end)
    await using ada = landline("connect", `127.0.0.1:${server.port}`, "--name", "ada", "--timeout", 0.2)
    assert.equal((await ada.waitForExit()).code, 1)
    assert.match(ada.stdout, /^Reading error: /m)
    assert.match(ada.stdout, said)
  }
})

test("lab chat connect --header 64: an answer that nobody sends is diagnosed", async () => {
  using server = await answering("", false)
  await using ada = landline(
    "connect",
    `127.0.0.1:${server.port}`,
    "--name",
    "ada",
    "--header",
    64,
    "--timeout",
    0.2,
  )
  ada.write("hi\n")
  await ada.waitFor(
    /^\[WARNING\] \[diagnosis\]: byte 0: expected an answer to the message, got nothing for 0\.2 s/m,
  )
})
