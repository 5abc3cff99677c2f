import assert from "node:assert/strict"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { cli, runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { type Program, spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { tempDir } from "../support/temp.ts"

const narrowClient = fileURLToPath(new URL("../interop/python/narrow_client.py", import.meta.url))

/** A coursework client: it says a line, and looks for what others said only after an empty one. */
async function pythonClient(port: string, name: string): Promise<Program> {
  const client = spawnProgram("python3", [narrowClient, "127.0.0.1", port, name])
  await client.waitFor("ready")
  return client
}

/** Lets the client look until it has seen the line. */
async function looksUntil(client: Program, line: string): Promise<void> {
  for (let look = 0; look < 200 && !client.stdout.includes(line); look++) {
    client.write("\n")
    await client.waitFor("looked")
  }
  assert.ok(client.stdout.includes(line), `${line} is not in:\n${client.stdout}`)
}

const timeout = 60_000

test("two terminals and a coursework client talk in one room, through kill -9 of the hub and its restart", {
  skip: needs("python3"),
  timeout,
}, async () => {
  await using data = await tempDir()
  await using adasDevice = await tempDir()
  await using bobsDevice = await tempDir()
  const first = await startHubProcess(data.path, ["--lab=chat:0"])
  const { port } = new URL(first.address)
  const labPort = /Server started on 127\.0\.0\.1:(\d+)/.exec(first.program.stdout)![1]!
  await using ada = cli({ config: adasDevice.path, hub: first.address, as: "Ada" }, "chat")
  await using bob = cli({ config: bobsDevice.path, hub: first.address, as: "Bob" }, "chat")
  ada.write("hello from a terminal\n")
  await Promise.all([ada, bob].map((terminal) => terminal.waitFor("Ada: hello from a terminal\n")))
  {
    await using cleo = await pythonClient(labPort, "Cleo")
    cleo.write("hello from Python\n")
    await Promise.all([ada, bob].map((terminal) => terminal.waitFor("~Cleo: hello from Python\n")))
    bob.write("hello Cleo\n")
    await bob.waitFor("Bob: hello Cleo\n")
    await looksUntil(cleo, "Bob> hello Cleo")
    assert.doesNotMatch(cleo.stdout, /hello from Python|broken/) // no echo, nothing in pieces

    await first.kill()
    await Promise.all([ada, bob].map((terminal) => terminal.waitForError("the line is down")))
  }
  ada.write("said while it was down\n")
  await using _second = await startHubProcess(data.path, ["--port", port, `--lab=chat:${labPort}`])
  await bob.waitFor("Ada: said while it was down\n", 30_000)
  await using cleo = await pythonClient(labPort, "Cleo")
  cleo.write("here again\n")
  await Promise.all([ada, bob].map((terminal) => terminal.waitFor("~Cleo: here again\n")))

  const said = [
    "Ada: hello from a terminal",
    "~Cleo: hello from Python",
    "Bob: hello Cleo",
    "Ada: said while it was down",
    "~Cleo: here again",
  ]
  const lines = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => line.replace(/^\d\d:\d\d /, ""))
  for (const { stdout } of [ada, bob]) assert.deepEqual(lines(stdout), said)
  const history = await runCli(
    { config: adasDevice.path, hub: first.address, as: "Ada" },
    "history",
    "--json",
  )
  assert.deepEqual(
    history.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ author, text }) => `${author}: ${text}`),
    said,
  )
})
