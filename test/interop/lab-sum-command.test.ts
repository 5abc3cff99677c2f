import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { rawSocket, startLabSum, startWith } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { screenOf } from "../support/screen.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "sum", ...args.map(String)])

const PROMPT = "Enter an integer between 1 and 100: "

test("lab sum serve and connect: both ends as in the document, and a number out of range ends both", async () => {
  await using server = landline("serve", "--port", 0, "--name", "Grace")
  const [, port] = await server.waitFor(
    /^\[INFO\] \[start_server\]: Grace started and listening on 127\.0\.0\.1:(\d+)$/m,
  )
  await using client = landline("connect", `127.0.0.1:${port}`, "--name", "Ada", "--number", 25)
  assert.equal((await client.waitForExit()).code, 0)
  const [, numbers] = await server.waitFor(/^\[INFO\] \[handle_client\]: (Client Number: 25 .*)$/m)
  assert.equal(
    client.stdout,
    `[DEBUG] [send_message]: Connected to server at 127.0.0.1:${port}\n[INFO] [send_message]: Ada | Grace\n[INFO] [send_message]: ${numbers}\n`,
  )
  using other = await rawSocket(Number(port))
  await using last = landline("connect", `127.0.0.1:${port}`)
  await last.waitFor(PROMPT)
  last.write("0\n")
  assert.equal((await last.waitForExit()).code, 0)
  assert.match(last.stdout, /\[send_message\]: The integer input out of range\. Terminating the server\n$/)
  assert.equal((await server.waitForExit()).code, 0)
  assert.match(
    server.stdout,
    /^\[WARNING\] \[handle_client\]: Client int out of range: 0\. Terminating the server\.$/m,
  )
  assert.equal(await other.closed(), "")
  assert.equal(server.stderr + client.stderr + last.stderr, "")
})

test("lab sum serve: --on-out-of-range=close goes on; --once, --json, --timeout; Ctrl-C without a trace", async () => {
  await using lasting = landline("serve", "--port", 0, "--on-out-of-range=close")
  const [, port] = await lasting.waitFor(/listening on 127\.0\.0\.1:(\d+)/)
  await using client = landline("connect", `:${port}`, "--number", 101)
  assert.equal((await client.waitForExit()).code, 0)
  await lasting.waitFor("Client int out of range: 101. Closing its connection.\n")
  using silent = await rawSocket(Number(port))
  await lasting.waitFor("Connection accepted")
  lasting.signal("SIGINT")
  assert.equal((await lasting.waitForExit()).code, 0)
  assert.equal(lasting.stderr + (await silent.closed()), "")

  await using once = landline("serve", "--port", 0, "--once", "--json", "--timeout", 0.3)
  const [line] = await once.waitFor(/^.*listening.*$/m)
  const { level, function: from, message, time } = JSON.parse(line)
  assert.deepEqual([level, from, typeof time], ["INFO", "start_server", "number"])
  using mute = await rawSocket(Number(/\d+$/.exec(message)?.[0]))
  const [diagnosis] = await once.waitFor(/^.*"diagnosis":.*$/m)
  assert.equal(JSON.parse(diagnosis).diagnosis.got, "nothing for 0.3 s")
  assert.equal((await once.waitForExit()).code, 0)
  assert.equal(await mute.closed(), "")
})

test("lab sum connect: the prompt asks again for what is no integer, and its end is wrong usage", async () => {
  await using service = await startLabSum()
  await using client = landline("connect", `127.0.0.1:${service.port}`)
  for (const answer of ["abc", "25.5", ""]) {
    await client.waitFor(PROMPT)
    client.write(`${answer}\n`)
    await client.waitFor("That is not an integer. Enter digits alone, such as 25.\n")
  }
  await client.waitFor(PROMPT)
  client.write(" 25 \n")
  assert.equal((await client.waitForExit()).code, 0)
  assert.match(client.stdout, /Sum: \d+\n$/)

  await using ended = landline("connect", `127.0.0.1:${service.port}`, "--json")
  await ended.waitForError(PROMPT)
  ended.end()
  assert.equal((await ended.waitForExit()).code, 2)
  assert.equal(ended.stderr, `${PROMPT}\nEnter an integer, or say it with --number 25.\n`)
  assert.equal(ended.stdout, "")

  await using left = landline("connect", `127.0.0.1:${service.port}`)
  await left.waitFor(PROMPT)
  left.signal("SIGINT")
  assert.equal((await left.waitForExit()).code, 0)
  assert.equal(left.stderr, "")
})

test("lab sum connect: on a terminal the question, the answer and the lines stand as in the document", {
  skip: needs("python3"),
}, async () => {
  await using service = await startLabSum({ settings: { name: "Grace" } })
  const script = join(import.meta.dirname, "python", "on_terminal.py")
  const program = [process.execPath, "bin/landline.js", "lab", "sum", "connect", `127.0.0.1:${service.port}`]
  await using client = spawnProgram("python3", ["-u", script, ...program])
  await client.waitFor(PROMPT)
  client.write("25\r")
  assert.equal((await client.waitForExit()).code, 0)
  const screen = screenOf(client.stdout, 80).filter(Boolean)
  assert.deepEqual(screen.slice(0, 3), [
    `${PROMPT}25`,
    `[DEBUG] [send_message]: Connected to server at 127.0.0.1:${service.port}`,
    "[INFO] [send_message]: Landline Client | Grace",
  ])
  await using leaving = spawnProgram("python3", ["-u", script, ...program])
  await leaving.waitFor(PROMPT)
  leaving.write("\x03")
  assert.equal((await leaving.waitForExit()).code, 0)
})

test("lab sum connect: Ctrl-C while a reply is awaited is exit 0, no reply in time is one sentence and exit 1", async () => {
  const asked = Promise.withResolvers<void>()
  await using mute = await startWith(
    (socket) => void socket.on("error", () => {}).on("data", () => asked.resolve()),
  )
  await using waiting = landline("connect", `127.0.0.1:${mute.port}`, "--number", 25)
  await asked.promise
  waiting.signal("SIGINT")
  assert.equal((await waiting.waitForExit()).code, 0)
  assert.equal(waiting.stderr, "")
  await using late = landline("connect", `127.0.0.1:${mute.port}`, "--number", 25, "--timeout", 0.2, "--json")
  assert.equal((await late.waitForExit()).code, 1)
  assert.equal(late.stderr, `127.0.0.1:${mute.port} did not reply.\n`)
  for (const line of late.stdout.trimEnd().split("\n"))
    assert.equal(typeof JSON.parse(line).message, "string")
})

test("lab sum: no server is one sentence and exit 1; wrong usage is exit 2", async () => {
  const gone = await startLabSum()
  await gone.close()
  await using client = landline("connect", `127.0.0.1:${gone.port}`, "--number", 25)
  assert.equal((await client.waitForExit()).code, 1)
  assert.match(client.stderr, /^No server listens at 127\.0\.0\.1:\d+\. [^\n]+\n$/)
  assert.equal(client.stdout, "")
  for (const args of [
    ["connect", "--number", "25.5"],
    ["connect", "--number", "abc"],
    ["connect", "--number", ""],
    ["connect", "--number", "1e3"],
    ["connect", "--number", "5", "--format", "xml"],
    ["connect", "--number", "4294967296", "--format", "java"],
    ["connect", "--number", "5", "--name", "x".repeat(256)],
    ["connect", "a:b:c", "--number", "5"],
    ["serve", "--on-out-of-range", "explode"],
    ["serve", "--port", "0", "--name", ""],
    ["serve", "--pause-ms", "soon"],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
    assert.notEqual(program.stderr, "")
  }
})
