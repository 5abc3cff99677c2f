import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { rawSocket, startLabChat } from "../support/lab.ts"
import { type Program, spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])
const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "chat", ...args.map(String)])
const narrow = async (port: number, name: string) => {
  const client = python("narrow_client.py", "127.0.0.1", port, name)
  await client.waitFor("ready")
  return client
}

/** Presses Enter until the client shows it: it looks only then. */
async function shows(client: Program, what: RegExp): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    client.write("\n")
    await client.waitFor("looked")
    if (what.test(client.stdout)) return
  }
  assert.match(client.stdout, what)
}

describe("clients as beginners write them, and our server", { skip: needs("python3") }, () => {
  test("two of them talk", async () => {
    await using service = await startLabChat()
    await using ada = await narrow(service.port, "ada")
    await using bob = await narrow(service.port, "bøb")
    await service.lines.next(/username: bøb/)
    ada.write("good morning\n")
    await service.lines.next(/^Received message from ada: good morning/)
    await shows(bob, /^ada> good morning$/m)
    bob.write("and to you, ☀\n")
    await service.lines.next(/^Received/)
    await shows(ada, /^bøb> and to you, ☀$/m)
    ada.end()
    await service.lines.next(/^Closed connection from: ada/)
    assert.equal((await ada.waitForExit()).code, 0)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("none of a burst of broadcasts arrives in pieces", async () => {
    await using service = await startLabChat()
    await using ada = await narrow(service.port, "ada")
    await service.lines.next(/username: ada/)
    using bob = await rawSocket(service.port)
    await bob.write("3         bob")
    for (let n = 0; n < 300; n++) {
      const text = `${n} `.repeat(1 + (n % 90)).trimEnd()
      await bob.write(`${String(text.length).padEnd(10)}${text}`)
      if (n % 10 === 0) ada.write("\n")
    }
    await service.lines.next(/^Received message from bob: 299 /)
    await shows(ada, /^bob> 299 /m)
    const shown = [...ada.stdout.matchAll(/^bob> (\d+)/gm)].map((match) => Number(match[1]))
    assert.deepEqual(shown, [...Array(300).keys()])
  })

  test("a server that ends tells them", async () => {
    const service = await startLabChat()
    await using ada = await narrow(service.port, "ada")
    await service.lines.next(/username: ada/)
    await service.close()
    ada.write("\n")
    await ada.waitFor("server is gone")
  })

  test("one with wide headers gets an answer to each message, and to its last word", async () => {
    await using service = await startLabChat()
    await using client = python("wide_client.py", "127.0.0.1", service.port, "one", "zwölf", "!DISCONNECT")
    await client.waitFor("end b''")
    assert.equal(client.stdout.match(/answer 'Msg received'\n/g)?.length, 3)
    await service.lines.next(/^Received message from 127\.0\.0\.1:\d+: zwölf$/)
    assert.deepEqual(service.lines.diagnoses, [])
  })
})

describe("our client and servers as beginners write them", { skip: needs("python3") }, () => {
  test("a select loop that reads each part once: both directions", async () => {
    await using server = python("narrow_server.py")
    const [, port] = await server.waitFor(/port (\d+)/)
    await using ada = landline("connect", `127.0.0.1:${port}`, "--name", "ada")
    await server.waitFor("joined ada")
    await using bob = await narrow(Number(port), "bob")
    await server.waitFor("joined bob")
    ada.write("hello\n\nwie schön\n")
    await server.waitFor("said ada wie schön")
    await shows(bob, /^ada> wie schön$/m)
    assert.match(bob.stdout, /^ada> hello$/m)
    bob.write("hi\n")
    await ada.waitFor("bob> hi\n")
    ada.end()
    assert.equal((await ada.waitForExit()).code, 0)
    await server.waitFor("left ada")
    assert.doesNotMatch(server.stdout, /^said ada $/m, "an empty line is not sent")
    assert.equal(ada.stdout, "bob> hi\n")
  })

  test("a server that stops is said so", async () => {
    await using server = python("narrow_server.py")
    const [, port] = await server.waitFor(/port (\d+)/)
    await using ada = landline("connect", `127.0.0.1:${port}`, "--name", "ada")
    await server.waitFor("joined ada")
    ada.write("please stop\n")
    await ada.waitFor("Connection closed by the server\n")
    assert.equal((await ada.waitForExit()).code, 0)
  })

  test("wide headers: answers are printed, the token ends it", async () => {
    await using server = python("wide_server.py")
    const [, port] = await server.waitFor(/port (\d+)/)
    await using client = landline("connect", `127.0.0.1:${port}`, "--name", "ada", "--header", 64)
    client.write("one\nzwei ü\n")
    client.end()
    await server.waitFor("got one\ngot zwei ü\ngot !DISCONNECT\ngoodbye")
    assert.equal((await client.waitForExit()).code, 0)
    assert.equal(client.stdout, "Msg received\nMsg received\nMsg received\n")
  })

  test("on a terminal others' lines stand above one's own prompt", async () => {
    await using service = await startLabChat()
    const program = [
      process.execPath,
      "bin/landline.js",
      "lab",
      "chat",
      "connect",
      `127.0.0.1:${service.port}`,
    ]
    await using ada = python("on_terminal.py", ...program, "--name", "ada")
    await service.lines.next(/username: ada/)
    await ada.waitFor("ada> ")
    ada.write("half a li")
    await ada.waitFor("half a li")
    using bob = await rawSocket(service.port)
    await bob.write("3         bob2         hi")
    await ada.waitFor(/bob> hi\r?\n/)
    await ada.waitFor("ada> half a li")
    ada.write("ne\r")
    await service.lines.next(/^Received message from ada: half a line$/)
    ada.write("\x03")
    assert.equal((await ada.waitForExit()).code, 0)
    assert.doesNotMatch(ada.stdout, /Error|\n\s+at /)
  })
})
