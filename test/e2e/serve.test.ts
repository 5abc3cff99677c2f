import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000

/** `landline serve` that is not to start: its exit code and the one sentence it says. */
async function refused(
  config: string,
  ...flags: string[]
): Promise<{ code: number | null; sentence: string }> {
  const { code, stdout, stderr } = await runCli({ config, hub: "" }, "serve", ...flags)
  assert.equal(stdout, "")
  assert.match(stderr, /^[^\n]+\.\n$/)
  return { code, sentence: stderr }
}

test("serve: what cannot be served is one sentence, exit 1, and no trace", { timeout }, async () => {
  await using folder = await tempDir()
  const port = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => port.once("listening", resolve))
  const taken = (port.address() as { port: number }).port
  await writeFile(join(folder.path, "file"), "")
  await using running = await startHubProcess(join(folder.path, "running"))
  const cases: [string[], number, RegExp][] = [
    [
      ["--port", `${taken}`, "--data", ":memory:"],
      1,
      /^Port \d+ is in use\. Stop the program that has it, or /,
    ],
    [
      ["--port", "0", "--data", join(folder.path, "file")],
      1,
      /cannot be written\. Choose another with --data/,
    ],
    [
      ["--port", "0", "--data", join(folder.path, "running")],
      1,
      /^Another hub is using .* Stop it, or choose/,
    ],
    [["--port", "many"], 2, /^--port cannot be "many"; it is the port for HTTP, WebSocket and probes/],
    [["--host", "0.0.0.0"], 2, /Add --open if that is what you want/],
    [["--lan"], 2, /Add --open if that is what you want/],
    [["--port", "0", "--data", ":memory:", "--lab=dance"], 2, /--lab does not know "dance"/],
    [
      ["--port", "0", "--data", ":memory:", "--lab", "--lab-room", "a/b"],
      1,
      /^A room's name is 1 to 64 letters/,
    ],
  ]
  for (const [flags, code, words] of cases) {
    const answer = await refused(folder.path, ...flags)
    assert.match(answer.sentence, words)
    assert.equal(answer.code, code, flags.join(" "))
  }
  assert.equal((await fetch(`${running.address}/healthz`)).status, 200)
  port.close()
})

test("serve: a folder that can never be made is refused, and not tried for ever", {
  timeout,
  skip: process.platform !== "linux" && "only Linux has a /proc",
}, async () => {
  await using config = await tempDir()
  const { code, sentence } = await refused(config.path, "--port", "0", "--data", "/proc/no/such")
  assert.match(sentence, /^The data directory \/proc\/no\/such cannot be written/)
  assert.equal(code, 1)
})

test("serve: an open hub warns at each start, and Ctrl-C is clean", { timeout }, async () => {
  await using hub = await startHubProcess(":memory:", ["--lan", "--open"])
  await hub.program.waitForError("Warning: this hub is open.")
  for (const { address, internal, family } of Object.values(networkInterfaces()).flatMap((all = []) => all))
    if (!internal && family === "IPv4")
      assert.ok(hub.program.stdout.includes(`, http://${address}:`), address)
  assert.match(hub.program.stdout, /\n {2}feed {6}curl -d 21\.5 http:\/\/\S+:\d+\/feeds\/temp\n/)
  hub.program.signal("SIGINT")
  assert.deepEqual(await hub.program.waitForExit(), { code: 0, signal: null })
  assert.match(hub.program.stdout, /The hub has stopped\.\n$/)
})
