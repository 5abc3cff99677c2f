import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
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

/** A terminal of so many columns, which first shows the id of the process on it. */
const under = (columns: number) => [
  ...onTerminal,
  "sh",
  "-c",
  `stty cols ${columns}; echo PID $$; exec "$@"`,
  "sh",
]

/** What the terminal shows when it shows that. */
async function shown(program: Program, columns: number, what: RegExp): Promise<string[]> {
  for (;;) {
    const rows = screenOf(program.stdout, columns)
    if (what.test(rows.join("\n"))) return rows
    await program.waitFor(/[\s\S]/)
  }
}

const STANDING = /^\d+ of 20,000 probes, localhost:\d+ over UDP, every 5 ms$/
const NUMBERS = /^lost 0 {3}(last|min|mean|max) +\S+ [µm]s {3}.*max +\S+ [µm]s$/

for (const columns of [80, 200])
  test(`ping on a terminal of ${columns} columns: it shows how the run goes, and then only the report`, {
    timeout,
    skip: noPython,
  }, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    await using config = await tempDir()
    const there = { config: config.path, hub: hub.address, under: under(columns) }
    await using program = cli(there, "ping", "-n", "20000", "-i", "5ms")
    const live = await shown(program, columns, /max +\d\S* [µm]s$/)
    assert.equal(live.length, 4)
    assert.match(live[1]!, STANDING)
    assert.match(live[2]!, /^[▁-█]+$/)
    assert.match(live[3]!, NUMBERS)

    program.write("\x03")
    assert.equal((await program.waitForExit()).code, 0)
    const rows = screenOf(program.stdout, columns)
    assert.match(rows[1]!, /^(\^C)?127\.0\.0\.1:\d+ answered over UDP, |^\^C$/)
    assert.equal(rows.filter((row) => STANDING.test(row) || NUMBERS.test(row)).length, 0)
    assert.ok(rows.some((row) => /^None was lost, /.test(row)))
    assert.equal(Math.max(...rows.map((row) => row.length)), columns) // the longest bar
  })

test("ping on a terminal: Ctrl-Z leaves the screen to the shell, and what goes on begins below", {
  timeout,
  skip: noPython,
}, async (t) => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const there = { config: config.path, hub: hub.address, under: under(80) }
  await using program = cli(there, "ping", "-n", "20000", "-i", "5ms")
  const [, pid] = await program.waitFor(/PID (\d+)/)
  await shown(program, 80, /max +\d\S* [µm]s$/)
  program.write("\x1a")
  await shown(program, 80, /^PID \d+\n(\^Z)?$/)
  const goOn = setInterval(() => process.kill(Number(pid), "SIGCONT"), 100)
  t.after(() => clearInterval(goOn))
  const rows = await shown(program, 80, /max +\d\S* [µm]s$/)
  assert.equal(rows.filter((row) => row.includes("of 20,000 probes")).length, 1)
  clearInterval(goOn)
  program.write("\x03")
  assert.equal((await program.waitForExit()).code, 0)
})

test("ping: a hub that goes away in the middle of a run over TCP is told, below the report of what there was", {
  timeout,
  skip: noPython,
}, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using hub = await startHubProcess(data.path)
  const there = { config: config.path, hub: hub.address, under: under(80) }
  await using program = cli(there, "ping", "--tcp", "-n", "20000", "-i", "5ms")
  await shown(program, 80, /max +\d\S* [µm]s$/)
  await hub.kill()
  assert.equal((await program.waitForExit()).code, 1)
  const rows = screenOf(program.stdout, 80).filter(Boolean)
  assert.match(rows[1]!, / answered over TCP, /)
  assert.match(
    rows.slice(-2).join(" "),
    /The hub went away after [\d,]+ of 20,000 probes: the connection was closed\.$/,
  )
})
