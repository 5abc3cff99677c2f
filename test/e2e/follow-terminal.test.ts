import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/main.ts"
import { cli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import type { Program } from "../support/process.ts"
import { screenOf } from "../support/screen.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const onTerminal = ["python3", fileURLToPath(new URL("../interop/python/on_terminal.py", import.meta.url))]
const noPython =
  spawnSync("python3", ["-c", "import pty"]).status === 0 || process.env.CI ? false : "needs python3"

/** A terminal of so many columns. */
const under = (columns: number) => [...onTerminal, "sh", "-c", `stty cols ${columns}; exec "$@"`, "sh"]

const stamped = (row: string) => row.replace(/^\d\d:\d\d:\d\d\.\d{3}/, "STAMP")

/** What the terminal shows now. A drawing is one write, but may still come in pieces: what is shown when it is whole. */
async function shown(program: Program, columns: number, what: RegExp): Promise<string[]> {
  for (;;) {
    const rows = screenOf(program.stdout, columns).map(stamped)
    if (what.test(rows.join("\n"))) return rows
    await program.waitFor(/[\s\S]/)
  }
}

for (const columns of [80, 200])
  test(`follow on a terminal of ${columns} columns: messages scroll by above the status, and only the summary stays`, {
    timeout,
    skip: noPython,
  }, async (t) => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    await using config = await tempDir()
    const publisher = connect(hub.address, { name: "sensor" })
    t.after(() => publisher.close())
    for (const feed of ["temp", "lab/rain"]) await publisher.createFeed(feed, "text/plain")
    const ada = { config: config.path, hub: hub.address, as: "ada", under: under(columns) }
    await using follower = cli(ada, "follow", "temp", "lab/rain", "--block", "2")
    await follower.waitFor(/lab\/rain/)
    const long = "x".repeat(250)
    for (const text of ["21.5", "\x1b[31mred\x1b[2J", long, "22", "23"])
      await publisher.publish("feed/temp", text)
    await shown(follower, columns, /temp +\S+ +5 /) // two topics keep no order among them
    await publisher.publish("feed/lab/rain", "drops")
    const rows = await shown(follower, columns, /temp +\S+ +5 .*\n.*lab\/rain +\S+ +1 /)
    assert.deepEqual(rows.slice(0, 2), ["STAMP temp  21.5", "STAMP temp  \\x1b[31mred\\x1b[2J"])
    const wrapped = Math.ceil(`00:00:00.000 temp  ${long}`.length / columns)
    assert.equal(rows.slice(2, 2 + wrapped).join(""), `STAMP temp  ${long}`)
    const status = rows.slice(2 + wrapped)
    assert.deepEqual(status.slice(0, 3), ["STAMP temp  22", "STAMP temp  23", "STAMP lab/rain  drops"])
    assert.equal(status.length, 6)
    assert.match(status[3]!, /^FOLLOWED +RATE +MESSAGES +LATENESS +LAST BLOCK +BLOCKS OF 2$/)
    assert.match(status[4]!, /^temp +(\S+\/s|-) +5 +\d+\.\d{3} s (late|early) +\d+\.\d{3} s +[▁-█]{2}$/)
    assert.match(status[5]!, /^lab\/rain +(\S+\/s|-) +1 +- +-$/)
    for (const row of rows) assert.ok(row.length <= columns)

    follower.write("\x03")
    assert.equal((await follower.waitForExit()).code, 0)
    const left = screenOf(follower.stdout, columns).map(stamped).filter(Boolean)
    assert.equal(left.filter((row) => row.includes("FOLLOWED")).length, 0)
    assert.match(left.at(-2)!, /^(\^C)?temp: 5 messages in .*; 2 blocks, mean .*, longest /)
    assert.match(left.at(-1)!, /^lab\/rain: 1 message in /)
    assert.match(left.at(-3)!, /drops$/)
  })

test("follow on a terminal: the line that drops is told, and what was published meanwhile comes", {
  timeout,
  skip: noPython,
}, async (t) => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using first = await startHubProcess(data.path)
  const publisher = connect(first.address, { name: "sensor" })
  t.after(() => publisher.close())
  await publisher.createFeed("temp", "text/plain")
  const ada = { config: config.path, hub: first.address, as: "ada", under: under(80) }
  await using follower = cli(ada, "follow", "temp")
  await follower.waitFor("temp")
  await publisher.publish("feed/temp", "before")
  await shown(follower, 80, /before\n/)
  await first.kill()
  await shown(follower, 80, /The line dropped/)
  const meanwhile = publisher.publish("feed/temp", "meanwhile")
  await using _second = await startHubProcess(data.path, ["--port", new URL(first.address).port])
  await meanwhile
  const rows = await shown(follower, 80, /meanwhile\n[\s\S]*temp +\S+ +2/)
  const said = rows.filter((row) => !row.startsWith("FOLLOWED") && !row.startsWith("temp "))
  assert.deepEqual(said, [
    "STAMP  before",
    "The line dropped; it is joined again by itself.",
    "The line is back.",
    "STAMP  meanwhile",
  ])
  await publisher.closeFeed("temp")
  assert.equal((await follower.waitForExit()).code, 0)
  assert.match(follower.stdout, /temp is closed: that was all\.[\s\S]*The line dropped once\.\r\n$/)
})

test("follow on a terminal: Ctrl-Z leaves the screen to the shell, and what goes on begins below", {
  timeout,
  skip: noPython,
}, async (t) => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const publisher = connect(hub.address, { name: "sensor" })
  t.after(() => publisher.close())
  await publisher.createFeed("temp", "text/plain")
  const ada = { config: config.path, hub: hub.address, as: "ada", under: under(80) }
  await using follower = cli(ada, "follow", "temp", "--block", "1")
  await follower.waitFor("temp")
  await publisher.publish("feed/temp", "before")
  await shown(follower, 80, /temp +\S+ +1 /)
  let receiver: string | undefined // which ends with its process
  while (!receiver) receiver = (await publisher.blocks("temp"))[0]?.receiver
  follower.write("\x1a")
  await shown(follower, 80, /before\n(\^Z)?$/)
  const goOn = setInterval(() => process.kill(Number(receiver.split(" ")[1]), "SIGCONT"), 100)
  t.after(() => clearInterval(goOn))
  await publisher.publish("feed/temp", "after")
  const rows = await shown(follower, 80, /after\n[\s\S]*temp +\S+ +2/)
  assert.equal(rows.filter((row) => row.includes("FOLLOWED")).length, 1)
  follower.write("\x03")
  assert.equal((await follower.waitForExit()).code, 0)
})
