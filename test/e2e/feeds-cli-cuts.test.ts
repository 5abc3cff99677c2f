import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { cli, runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { openLine } from "../support/line.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 120_000

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await done())) assert.ok(Date.now() < end, "it did not happen in half a minute")
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `{"n":${from + n}}\n`).join("")

test("publish and follow over kill -9 and cut lines: each line once and in order, at the end as in the feed", {
  timeout,
}, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using first = await startHubProcess(data.path)
  await using line = await openLine(first.address)
  const start = (hub: string, ...words: string[]) => cli({ config: config.path, hub, as: "ada" }, ...words)
  await using publisher = start(line.address, "publish", "lab/temp")
  publisher.write(numbers(0, 1))
  const there = () => runCli({ config: config.path, hub: first.address }, "feeds", "lab/temp")
  await until(async () => (await there()).code === 0)
  const followers = ["--from", "start", "--json"]
  await using direct = start(first.address, "follow", "hub", "feed/lab/temp", ...followers)
  await using onLine = start(line.address, "follow", "feed/lab/temp", ...followers)
  await Promise.all([direct.waitFor('{\\"n\\":0}'), onLine.waitFor('{\\"n\\":0}')])

  // Cut in the middle of what is published, twice; then while acks are held back; then the hub dies.
  for (const [round, way] of (["up", "up", "down"] as const).entries()) {
    const reached = line.hold(way, 3_000 + 1_000 * round)
    publisher.write(numbers(1 + 400 * round, 401 + 400 * round))
    await reached
    line.cut()
    await publisher.waitForError("The line is back.", 30_000)
  }
  publisher.write(numbers(1_201, 1_601))
  await direct.waitFor('{\\"n\\":1300}', 20_000)
  await first.kill()
  await direct.waitForError("The line dropped")
  publisher.write(numbers(1_601, 2_001))
  publisher.end()
  await using _second = await startHubProcess(data.path, ["--port", new URL(first.address).port])
  assert.deepEqual(await publisher.waitForExit(40_000), { code: 0, signal: null }, publisher.stderr)
  assert.match(publisher.stderr, /2,001 messages published in lab\/temp\.\n$/)
  assert.equal(publisher.stderr.match(/dropped/g)!.length, publisher.stderr.match(/is back/g)!.length)

  const wanted = Array.from({ length: 2_001 }, (_, n) => `{"n":${n}}`)
  for (const follower of [direct, onLine]) {
    await follower.waitFor('{\\"n\\":2000}', 40_000)
    follower.signal("SIGINT")
    assert.deepEqual(await follower.waitForExit(), { code: 0, signal: null })
    const all = jsonLines(follower.stdout).filter(
      ({ feed, text }) => feed === "lab/temp" && text !== undefined,
    )
    assert.deepEqual(
      all.map(({ text }) => text),
      wanted,
    )
    assert.deepEqual(
      all.map(({ offset }) => offset),
      wanted.map((_, n) => n + 1),
    )
    assert.match(follower.stderr, /lab\/temp: 2,001 messages in .*; 400 blocks, mean /)
    assert.match(follower.stderr, /The line dropped (once|\d times)\.\n$/)
  }
})

test("follow: output that nobody reads does not pile up here; it waits at the hub, and then comes whole", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  const messages = 40_000
  await runCli({ ...ada, stdin: numbers(0, messages) }, "publish", "many")
  // Its stdout is read only from the moment on that it is told so.
  const under = ["sh", "-c", 'exec 3<&0; "$@" </dev/null | { read go <&3; cat; }', "sh"]
  const words = ["follow", "many", "--from", "start", "-n", String(messages), "--block", "10"]
  await using slow = cli({ ...ada, under }, ...words)
  await slow.waitForError("block 1 ")
  const blocks = (text: string) => text.match(/^block /gm)?.length ?? 0
  const fast = await runCli(ada, ...words)
  assert.equal(blocks(fast.stderr), messages / 10)
  assert.ok(blocks(slow.stderr) < messages / 20, `${blocks(slow.stderr)} blocks were taken`)
  slow.write("go\n")
  assert.equal((await slow.waitForExit(30_000)).code, 0)
  assert.equal(slow.stdout, fast.stdout)
  assert.equal(blocks(slow.stderr), messages / 10)
})

test("publish: Ctrl-C while the hub is away tells what may not be stored, exit 1", { timeout }, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using hub = await startHubProcess(data.path)
  await using publisher = cli({ config: config.path, hub: hub.address, as: "ada" }, "publish", "temp")
  publisher.write("0\n1\n") // it sends a second line only when it knows what the feed holds since the first
  await until(async () => (await (await fetch(`${hub.address}/feeds/temp`)).text()).trim() === "1")
  await hub.kill()
  await publisher.waitForError("The line dropped")
  publisher.write("2\n3\nfour\n")
  await publisher.waitForError("Line 5 is no JSON") // so the others are read
  publisher.signal("SIGINT")
  assert.deepEqual(await publisher.waitForExit(), { code: 1, signal: null })
  assert.match(publisher.stderr, /\n2 messages published in temp\.\n2 more lines may not be stored: .*\n$/)
})
