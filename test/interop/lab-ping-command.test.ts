import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import type { Socket } from "node:net"
import { test } from "node:test"
import { rawSocket, startLabPing, startWith } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "ping", ...args.map(String)])

test("lab ping serve: says where it listens, answers as it is told, and ends at Ctrl-C without a trace", async () => {
  const flags = [
    "--token",
    "BYE",
    "--response",
    "HERE",
    "--other",
    "What?",
    "--chunk",
    8,
    "--encoding",
    "latin1",
  ]
  await using server = landline("serve", "--port", 0, ...flags)
  const [, port] = await server.waitFor(/^\[INFO\] \[init\]: Listening on 127\.0\.0\.1:(\d+)$/m)
  using socket = await rawSocket(Number(port))
  await socket.write(Buffer.from("PINGQUIT for \xe9ver", "latin1"))
  assert.equal(await socket.read(14), "HEREWhat?What?")
  await socket.write("BYE")
  assert.equal(await socket.closed(), "")
  await server.waitFor(/: BYE\n.*Closed the connection/)
  using _ = await rawSocket(Number(port))
  server.signal("SIGINT")
  assert.equal((await server.waitForExit()).code, 0)
  assert.equal(server.stderr, "")
})

test("lab ping serve --once --json --echo: ends when the first client has left", async () => {
  await using server = landline("serve", "--port", 0, "--once", "--json", "--echo", "--timeout", 5)
  const [line] = await server.waitFor(/^.*Listening.*$/m)
  const { level, function: from, message, time } = JSON.parse(line)
  assert.deepEqual({ level, from, time: typeof time }, { level: "INFO", from: "init", time: "number" })
  using socket = await rawSocket(Number(/\d+$/.exec(message)?.[0]))
  await socket.write("QUIT")
  assert.equal(await socket.end(), "QUIT")
  assert.equal((await server.waitForExit()).code, 0)
})

test("lab ping connect: without a line on stdin it is one PING; --message and -n choose", async () => {
  await using service = await startLabPing()
  const sent = async (input: string | undefined, ...flags: (string | number)[]) => {
    await using client = landline("connect", `127.0.0.1:${service.port}`, ...flags)
    if (input !== undefined) {
      client.write(input)
      client.end()
    }
    assert.equal((await client.waitForExit()).code, 0, client.stderr)
    return client.stdout.match(/(?<=\[recv_resp\]: ).*/g)
  }
  assert.deepEqual(await sent(""), ["PONG"])
  assert.deepEqual(await sent("ping\nhello"), ["pong", "Hello there!"])
  assert.deepEqual(await sent(undefined, "-n", 3), ["PONG", "PONG", "PONG"])
  assert.deepEqual(await sent(undefined, "--message", "hi", "-n", 2), ["Hello there!", "Hello there!"])
  assert.deepEqual(service.lines.diagnoses, [])
})

test("lab ping connect --json: lines as JSON", async () => {
  await using service = await startLabPing()
  await using client = landline("connect", `127.0.0.1:${service.port}`, "-n", 1, "--json")
  assert.equal((await client.waitForExit()).code, 0)
  const lines = client.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.slice(1, 3).map(({ level, function: from, message }) => [level, from, message]),
    [
      ["INFO", "send_message", "PING"],
      ["INFO", "recv_resp", "PONG"],
    ],
  )
})

/** A server that does something with each message. */
const serverThat = (does: (socket: Socket, text: string) => void) =>
  startWith((socket) => {
    socket.on("error", () => {})
    socket.on("data", (bytes: Buffer) => does(socket, `${bytes}`))
    socket.on("end", () => socket.end())
  })

const FAULTS: Record<string, [does: (socket: Socket, text: string) => void, code: number, said: RegExp]> = {
  "answers twice": [
    (socket, text) => void (text === "PING" && socket.write("PONGPONG")),
    0,
    /got one more: "PONG"/,
  ],
  "never answers": [() => {}, 1, /expected an answer, got nothing for 0\.3 s/],
  "closes instead": [(socket) => socket.end(), 1, /expected an answer, got the end of the connection/],
  "breaks the connection": [
    (socket) => socket.resetAndDestroy(),
    1,
    /expected an answer, got the end of the connection/,
  ],
  "answers with garbage": [
    (socket, text) => void (text === "PING" && socket.write(Uint8Array.of(0x50, 0xff))),
    1,
    /byte 1: expected UTF-8, got "\\xff"/,
  ],
  "speaks HTTP": [
    (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    1,
    /got HTTP: .*right port/,
  ],
}
for (const [what, [does, code, said]] of Object.entries(FAULTS))
  test(`lab ping connect: a server that ${what} is said, exit ${code}`, async () => {
    await using server = await serverThat(does)
    await using client = landline("connect", `127.0.0.1:${server.port}`, "-n", 1, "--timeout", 0.3)
    assert.equal((await client.waitForExit()).code, code)
    assert.match(client.stdout, said)
    assert.match(client.stderr, code === 0 ? /^$/ : /^[^\n]+\n$/)
  })

test("lab ping connect: an answer that comes too late is said, and is not that of the next message", async () => {
  let asked = 0
  await using server = await serverThat((socket, text) => {
    // The first word is answered with the second; so that one is one answer behind.
    if (text === "PING" && ++asked > 1) socket.write(asked === 2 ? "PONGPONG" : "PONG")
  })
  await using client = landline("connect", `127.0.0.1:${server.port}`, "-n", 2, "--timeout", 0.5)
  assert.equal((await client.waitForExit()).code, 1)
  assert.match(client.stdout, /expected an answer in time, got "PONG", late/)
  assert.match(client.stderr, /did not answer 1 of 2 messages/)
})

test("lab ping connect --udp: nobody there, twice, and a stranger are said", async () => {
  const server = createSocket("udp4").bind(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  server.once("message", (_, from) => {
    server.send("PONG", from.port, from.address)
    server.send("PONG", from.port, from.address)
  })
  await using client = landline("connect", "--udp", `127.0.0.1:${port}`, "-n", 1)
  assert.equal((await client.waitForExit()).code, 0)
  assert.match(client.stdout, /\[recv_resp\]: PONG\n.*got one more: "PONG"/)
  server.close()
  await using lost = landline("connect", "--udp", `127.0.0.1:${port}`, "-n", 1, "--timeout", 0.3)
  assert.equal((await lost.waitForExit()).code, 1)
  assert.match(lost.stdout, /expected an answer, got nothing for 0\.3 s .*datagram/)
  assert.match(lost.stderr, /^127\.0\.0\.1:\d+ did not answer the message[^\n]*\n$/)
})

test("lab ping connect: Ctrl-C is exit 0; nobody there is one sentence and exit 1; wrong usage is exit 2", async () => {
  await using server = await serverThat(() => {})
  await using waits = landline("connect", `127.0.0.1:${server.port}`, "-n", 1, "--timeout", 60)
  await waits.waitFor("[send_message]: PING")
  waits.signal("SIGINT")
  assert.equal((await waits.waitForExit()).code, 0)
  assert.equal(waits.stderr, "")
  await using reads = landline("connect", `127.0.0.1:${server.port}`)
  await reads.waitFor("Connected")
  reads.signal("SIGINT")
  assert.equal((await reads.waitForExit()).code, 0)
  assert.equal(reads.stderr, "")

  const gone = await startLabPing()
  await gone.close()
  await using refused = landline("connect", `127.0.0.1:${gone.port}`)
  assert.equal((await refused.waitForExit()).code, 1)
  assert.match(refused.stderr, /^No server listens at 127\.0\.0\.1:\d+\. [^\n]+\n$/)
  for (const args of [
    ["serve", "--to", "localhost:8000"],
    ["serve", "--encoding", "klingon"],
    ["serve", "--chunk", "0"],
    ["serve", "--response", "ü", "--encoding", "ascii"],
    ["serve", "--token", ""],
    ["connect", "--from-port", "8000"],
    ["connect", "-n", "0"],
    ["connect", "--message", "ü", "--encoding", "ascii"],
    ["connect", "a:b:c"],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
    assert.notEqual(program.stderr, "")
  }
})
