import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { startHub } from "../../src/hub/main.ts"
import { cli, runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { screenOf } from "../support/screen.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const under = ["python3", fileURLToPath(new URL("../interop/python/on_terminal.py", import.meta.url))]
const noPython =
  spawnSync("python3", ["-c", "import pty"]).status === 0 || process.env.CI ? false : "needs python3"

test("chat through pipes: lines go in and come out, without any terminal signs", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  await using ada = cli({ config: config.path, hub: hub.address, as: "ada" }, "chat")
  ada.write("first\n/who\n")
  await ada.waitFor("ada: /who\n")
  const bob = await runCli(
    { config: config.path, hub: hub.address, as: "bob", stdin: "I am here\nbye\n" },
    "chat",
  )
  // The end of stdin is the end, once all of it is stored and shown.
  assert.equal(bob.code, 0)
  assert.match(
    bob.stdout,
    /^\d\d:\d\d ada: first\n\d\d:\d\d ada: \/who\n\d\d:\d\d bob: I am here\n\d\d:\d\d bob: bye\n$/,
  )
  await ada.waitFor("bob: bye\n")
  ada.signal("SIGINT")
  assert.deepEqual(await ada.waitForExit(), { code: 0, signal: null })
  assert.doesNotMatch(ada.stdout, /\x1b/)
  assert.equal(ada.stderr, "")
})

test("chat: a hub killed and started again is rejoined by itself, no line missing or doubled", {
  timeout,
}, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  const first = await startHubProcess(data.path)
  const port = new URL(first.address).port
  const start = (as: string) => cli({ config: config.path, hub: first.address, as }, "chat")
  await using ada = start("ada")
  await using bob = start("bob")
  ada.write("before\n")
  await bob.waitFor("ada: before\n")
  await first.kill()
  await Promise.all([ada.waitForError("the line is down"), bob.waitForError("the line is down")])
  ada.write("while it is down\n")
  await using _second = await startHubProcess(data.path, ["--port", port])
  await bob.waitFor("ada: while it is down\n", 20_000)
  bob.write("after\n")
  await ada.waitFor("bob: after\n")
  ada.end()
  await ada.waitForExit()
  for (const { stdout } of [ada, bob])
    assert.deepEqual(stdout.match(/: .*/g), [": before", ": while it is down", ": after"])
})

test("chat on a terminal: what others say comes above one's own unfinished line", {
  timeout,
  skip: noPython,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const say = (text: string) => runCli({ config: config.path, hub: hub.address, as: "bob" }, "say", text)
  await say("from the past")
  await using ada = cli({ config: config.path, hub: hub.address, as: "ada", under }, "chat")
  await ada.waitFor("from the past")
  const unfinished = `I am still typing, ${"word ".repeat(20)}`
  ada.write(unfinished)
  await ada.waitFor(/(word ){20}/)
  await say("news")
  await ada.waitFor(/news[\s\S]*word/)
  const rows = () => screenOf(ada.stdout).map((row) => row.replace(/^\d\d:\d\d/, "HH:MM"))
  const [typed, wrapped] = [`ada> ${unfinished}`.slice(0, 80), `ada> ${unfinished}`.slice(80)].map((row) =>
    row.trimEnd(),
  )
  assert.deepEqual(rows(), ["-- lobby --", "HH:MM bob: from the past", "HH:MM bob: news", typed, wrapped])
  // Entered, it is the room's next line, once; and the prompt is empty.
  ada.write("end\r")
  await ada.waitFor(/end[\s\S]*ada> /)
  await say("seen")
  await ada.waitFor("seen")
  const shown = rows().join("\n")
  assert.match(shown, /bob: news\nHH:MM ada: I am still typing, (word\s+)+end\nHH:MM bob: seen\nada>$/)
  ada.write("/who\r")
  await ada.waitFor("ada\r\n")
  ada.write("/nonsense\r")
  await ada.waitFor("there is no command /nonsense; /help lists them")
  // Lines are taken in order: this one is said in the room that was asked for before it.
  await runCli({ config: config.path, hub: hub.address, as: "ada" }, "rooms", "create", "workshop")
  ada.write("/join workshop\r//slash\r")
  await ada.waitFor(/ada:\S* \/slash/)
  ada.write("\x04")
  assert.equal((await ada.waitForExit()).code, 0)
  const inWorkshop = { config: config.path, hub: hub.address, as: "ada" }
  assert.match((await runCli(inWorkshop, "history", "workshop")).stdout, /ada: \/slash\n$/)
})

test("chat on a terminal: what is written while the hub is down waits in sight, and is sent once", {
  timeout,
  skip: noPython,
}, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  const first = await startHubProcess(data.path)
  await using ada = cli({ config: config.path, hub: first.address, as: "ada", under }, "chat")
  await ada.waitFor("-- lobby --")
  await first.kill()
  await ada.waitFor("the line is down")
  ada.write("hold this\r")
  await ada.waitFor("… hold this")
  assert.deepEqual(screenOf(ada.stdout).slice(-2), ["… hold this", "ada>"])
  await using _second = await startHubProcess(data.path, ["--port", new URL(first.address).port])
  await ada.waitFor("ada:", 20_000)
  await ada.waitFor("ada> ")
  ada.write("\x03")
  assert.equal((await ada.waitForExit()).code, 0)
  const rows = screenOf(ada.stdout)
  assert.equal(rows.filter((row) => row.includes("hold this")).length, 1)
  assert.deepEqual(rows.slice(1, 3), [
    "-- the line is down; what you write is kept and sent later --",
    "-- back --",
  ])
})
