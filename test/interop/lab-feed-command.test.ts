import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import { test } from "node:test"
import { WebSocketServer } from "ws"
import { rawSocket, startLabFeed } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "feed", ...args.map(String)])

const at = (service: { readonly port: number }) => `127.0.0.1:${service.port}`

test("lab feed serve and connect: both ends as on two terminals, and Ctrl-C ends both without a trace", async () => {
  await using server = landline("serve", "--port", 0, "--interval-ms", 20, "--size", 3)
  const [, port] = await server.waitFor(/^\[INFO\] \[main\]: Server started on ws:\/\/127\.0\.0\.1:(\d+)$/m)
  await using client = landline("connect", `127.0.0.1:${port}`, "--want", "numbers", "--block", 2)
  await client.waitFor(
    /^\d\d:\d\d:\d\d\.\d{6} -> \[[ \d]+\]\n\d\d:\d\d:\d\d\.\d{6} -> \[[ \d]+\]\nClient Recieved 2 messages in 0\.\d{4}s time$/m,
  )
  await server.waitFor(/^\[INFO\] \[handle_client\]: Client Recieved 2 messages in 0\.\d{4}s time$/m)
  server.signal("SIGINT")
  assert.equal((await server.waitForExit()).code, 0)
  assert.match(server.stdout, /^\[INFO\] \[main\]: Closing Server\.\.\.$/m)
  await client.waitFor("Reconnecting to Server...\n")
  client.signal("SIGINT")
  assert.equal((await client.waitForExit()).code, 0)
  assert.match(client.stdout, /\nClosing Client\.\.\.\n$/)
  assert.equal(client.stderr + server.stderr, "")
})

test("lab feed serve: flags choose what is sent, --once ends with the first client, --json logs JSON", async () => {
  const flags = ["--format", "json", "--want", "users", "--seed", 5, "--interval-ms", 10, "--once", "--json"]
  const runs: string[] = []
  for (let run = 0; run < 2; run++) {
    await using server = landline("serve", "--port", 0, ...flags)
    const [line, port] = await server.waitFor(/^.*ws:\/\/127\.0\.0\.1:(\d+).*$/m)
    assert.equal(JSON.parse(line).level, "INFO")
    await using client = landline("connect", `127.0.0.1:${port}`, "--want", "both", "-n", 3, "--json")
    assert.equal((await client.waitForExit()).code, 0)
    assert.equal((await server.waitForExit()).code, 0)
    const messages = client.stdout
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text))
    assert.deepEqual(
      messages.map(({ kind }) => kind),
      ["users", "users", "users"],
    )
    assert.deepEqual(
      messages.map(({ message }) => JSON.parse(message)),
      messages.map(({ values }) => values),
    )
    runs.push(messages.map(({ message }) => message).join())
  }
  assert.equal(runs[0], runs[1], "the seed repeats them")
})

test("lab feed connect -n: ends after so many kept messages, and the last block is reported", async () => {
  await using service = await startLabFeed({ intervalMs: 10 })
  await using client = landline("connect", at(service), "--want", "users", "--block", 3, "-n", 6)
  assert.equal((await client.waitForExit()).code, 0)
  assert.equal(client.stdout.match(/ -> \['/g)?.length, 6)
  assert.equal(client.stdout.match(/^Client Recieved 3 messages in /gm)?.length, 2)
  await service.lines.next(/^Client Recieved 3 /)
  await service.lines.next(/^Client Recieved 3 /)
  await service.lines.next(/^A client has disconnected/)
})

test("lab feed connect: the menu asks again until it is answered, and its end is wrong usage", async () => {
  await using service = await startLabFeed({ intervalMs: 10 })
  await using client = landline("connect", at(service), "-n", 1)
  await client.waitFor("1. User data\n2. Number array\n3. Both\nEnter your choice: ")
  client.write("four\n")
  await client.waitFor("Enter your choice: ")
  client.write(" 2 \n")
  assert.equal((await client.waitForExit()).code, 0)
  assert.match(client.stdout, /^\S+ -> \[[ \d]\d/m)
  await using silent = landline("connect", at(service))
  await silent.waitFor("Enter your choice: ")
  silent.end()
  assert.equal((await silent.waitForExit()).code, 2)
  assert.match(silent.stderr, /^Choose 1, 2 or 3, .*\n$/)
  await using left = landline("connect", at(service))
  await left.waitFor("Enter your choice: ")
  left.signal("SIGINT")
  assert.equal((await left.waitForExit()).code, 0)
  assert.match(left.stdout, /Closing Client\.\.\.\n$/)
})

test("lab feed connect: on a terminal the choice is typed, and Ctrl-C leaves the menu and the feed alike", {
  skip: needs("python3"),
}, async () => {
  await using service = await startLabFeed({ intervalMs: 10 })
  const command = [process.execPath, "bin/landline.js", "lab", "feed", "connect", at(service)]
  const onTerminal = () =>
    spawnProgram("python3", [join(import.meta.dirname, "python", "on_terminal.py"), ...command])
  await using client = onTerminal()
  await client.waitFor("Enter your choice: ")
  client.write("1\r")
  await client.waitFor(/ -> \['/)
  client.write("\x03")
  await client.waitFor("Closing Client...")
  assert.equal((await client.waitForExit()).code, 0)
  await using undecided = onTerminal()
  await undecided.waitFor("Enter your choice: ")
  undecided.write("\x03")
  await undecided.waitFor(/\r\nClosing Client\.\.\./)
  assert.equal((await undecided.waitForExit()).code, 0)
  assert.doesNotMatch(client.stdout + undecided.stdout, /Error|\n\s+at /)
})

test("lab feed connect --timeout: where nothing comes it gives up in one sentence, exit 1", async () => {
  const { port, close } = await startLabFeed()
  await close()
  await using client = landline("connect", `127.0.0.1:${port}`, "--want", "both", "--timeout", 1.5)
  assert.equal((await client.waitForExit()).code, 1)
  assert.match(client.stderr, /^Nothing came from 127\.0\.0\.1:\d+ within 1\.5 s\. [^\n]+\n$/)
  assert.equal(client.stdout, "Reconnecting to Server...\n")
})

test("lab feed connect: a server of something else is told once, and tried again", async () => {
  const answers = ["{}\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]
  const said = [/does not speak WebSocket/, /does not speak WebSocket .*404/]
  for (const [index, answer] of answers.entries()) {
    const server = createServer((socket) => socket.on("error", () => {}).end(answer))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    using _closing = { [Symbol.dispose]: () => void server.close() }
    const { port } = server.address() as { port: number }
    await using client = landline("connect", `127.0.0.1:${port}`, "--want", "users")
    await client.waitFor(said[index]!)
    await client.waitFor("Reconnecting to Server...")
    await client.waitFor("Reconnecting to Server...")
    assert.equal(client.stdout.match(/WARNING/g)?.length, 1)
    client.signal("SIGINT")
    assert.equal((await client.waitForExit()).code, 0)
  }
})

test("lab feed connect: what a server sends cannot move the cursor, and a broken server is no end", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" })
  await once(server, "listening")
  using _closing = { [Symbol.dispose]: () => void server.close() }
  let connections = 0
  server.on("connection", (socket, request) => {
    connections++
    if (connections > 1) return socket.send("['back', 'a', 'b']")
    assert.equal(request.url, "/?want=users")
    socket.send(Buffer.from("binary"))
    socket.send("[1 2]")
    socket.send("hello")
    socket.send("['\x1b[2J', 'a', 'b']", () => request.socket.write(new Uint8Array([0xf1, 0])))
  })
  const { port } = server.address() as { port: number }
  await using client = landline("connect", `127.0.0.1:${port}`, "--want", "users")
  await client.waitFor(/^\[WARNING\] \[main\]: The server sends binary frames/m)
  await client.waitFor(String.raw` -> ['\x1b[2J', 'a', 'b']`)
  await client.waitFor(/^\[WARNING\] \[main\]: .* does not speak WebSocket/m)
  await client.waitFor(" -> ['back', 'a', 'b']")
  assert.equal(client.stdout.match(/ -> /g)?.length, 2, "what is not wanted is left out")
})

test("lab feed: wrong usage is exit 2", async () => {
  for (const args of [
    ["connect", "--want", "cats"],
    ["connect", "--block", 0],
    ["connect", "-n", "x"],
    ["serve", "--size", 0],
    ["serve", "--interval-ms", -1],
    ["serve", "--format", "xml"],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
    assert.notEqual(program.stderr, "")
  }
})

test("lab feed serve: a port in use is one sentence and exit 1", async () => {
  await using service = await startLabFeed()
  using _client = await rawSocket(service.port)
  await using server = landline("serve", "--port", service.port)
  assert.equal((await server.waitForExit()).code, 1)
  assert.match(server.stderr, /^Port \d+ is in use\. [^\n]+\n$/)
})
