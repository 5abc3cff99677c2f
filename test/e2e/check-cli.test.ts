import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { openBlackHole } from "../support/black-hole.ts"
import { cli, runCli } from "../support/cli.ts"
import { type Ailments, openSlowLine } from "../support/slow-line.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 120_000

interface Checked {
  readonly code: number | null
  readonly stderr: string
  /** States by step. */
  readonly states: Record<string, string>
  readonly says: Record<string, string>
  readonly verdict: { fault: boolean; say: string; evidence: string[]; next: string; sure: string }
}

/** `landline check --json` */
async function check(hub: string, ...words: string[]): Promise<Checked> {
  await using config = await tempDir()
  await using program = cli({ config: config.path, hub, as: "ada" }, "check", "--json", ...words)
  const { code } = await program.waitForExit(90_000)
  const { rows, verdict } = JSON.parse(program.stdout)
  const by = (what: string) =>
    Object.fromEntries(rows.map((row: Record<string, string>) => [row.step, row[what]]))
  return { code, stderr: program.stderr, states: by("state"), says: by("say"), verdict }
}

const MEASURED = ["udp", "idle", "mtu", "download", "upload", "load", "sum"]

/** Nothing behind the step was tried. */
function assertSkippedAfter(states: Record<string, string>, ...steps: string[]): void {
  for (const step of steps) assert.equal(states[step], "skipped", step)
}

test("check: a healthy line passes with exit 0, is known to the hub, and is told to a room", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  await using program = cli(ada, "check", "--post")
  const { code } = await program.waitForExit(60_000)
  assert.equal(code, 0, program.stdout)
  assert.equal(program.stderr, "")
  const states = program.stdout
    .split("\n\n")[0]!
    .split("\n")
    .map((line) => line.split(" ")[0]!)
  // The machine that tests may be busy, which can be worth a warning in what is timed, and in nothing else.
  const [own, name, connection, who, udp, idle, size, download, upload, load, intact, computer, more] = states
  const sound = [own, name, connection, who, udp, size, intact]
  assert.deepEqual([...sound, more], [...Array(7).fill("pass"), undefined], program.stdout)
  for (const timed of [idle, download, upload, load, computer]) assert.match(timed!, /^(pass|warn|unknown)$/)
  assert.match(program.stdout, /\nNO FAULT FOUND +The line to http:\/\/\S+ (is healthy|works)/)

  const { stdout: room } = await runCli(ada, "history", "lobby")
  assert.match(
    room,
    /ada: My line: The line to \S+ (is healthy|works).*\n +answer in .* ms, no packet lost, down .*\/s, up .*\/s\n/,
  )
  const everyone = await runCli(ada, "check", "--everyone", "--json")
  const [line] = everyone.stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text))
  assert.equal(line.name, "ada")
  assert.equal(line.samples, 300)
  assert.ok(line.downBytesPerSecond > 0 && line.upBytesPerSecond > 0)
  const table = await runCli(ada, "check", "--everyone")
  assert.match(table.stdout, /^WHO +ANSWER .*\nada +[\d.]+ ms .*(good|middling)/)
})

test("check: several at once measure one after the other, or together on purpose", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const all = await Promise.all([check(hub.address), check(hub.address), check(hub.address, "--together")])
  for (const { code, states } of all) {
    assert.equal(code, 0)
    assert.notEqual(states["download"], "unknown")
  }
})

test("check: a summary that no room takes is a failure, though the line has none", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const { code, stderr, verdict } = await check(hub.address, "--post", "nowhere")
  assert.equal(verdict.fault, false)
  assert.match(stderr, /^The summary was not posted: There is no room "nowhere"\..*\n$/)
  assert.equal(code, 1)
})

test("check: a closed port", { timeout }, async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const hub = `127.0.0.1:${(server.address() as AddressInfo).port}`
  server.close()
  const { code, states, says, verdict, stderr } = await check(hub, "--post")
  assert.equal(code, 3)
  assert.equal(stderr, "Nothing was posted, since no hub could be reached.\n")
  assert.equal(states["connect"], "fail")
  assertSkippedAfter(states, "hello", ...MEASURED)
  assert.equal(says["connect"], `The computer at ${hub} answers, but no program listens on that port.`)
  assert.equal(verdict.say, `The computer is there, but no hub is running at ${hub}.`)
  assert.deepEqual([verdict.sure, verdict.evidence], ["certain", ["connect"]])
  assert.match(verdict.next, /Start the hub with `landline serve`/)
})

test("check: a port that swallows what is sent to it", {
  timeout,
  skip: process.platform !== "linux" && "needs a listener that is stopped",
}, async () => {
  await using hole = await openBlackHole()
  const { code, states, verdict } = await check(hole.address)
  assert.equal(code, 3)
  assert.equal(states["connect"], "fail")
  assertSkippedAfter(states, "hello", ...MEASURED)
  assert.equal(verdict.say, `Nothing at all answers at ${hole.address}.`)
  assert.equal(verdict.sure, "likely")
  assert.match(verdict.next, /switched on.*firewall/)
})

test("check: a name that nobody has", { timeout }, async () => {
  const { code, states, verdict } = await check("no-such-hub.invalid:7300")
  assert.equal(code, 3)
  assert.equal(states["resolve"], "fail")
  assertSkippedAfter(states, "connect", "hello", ...MEASURED)
  // Where no name service can be reached, it is that which is said.
  assert.match(verdict.say, /^(There is no computer of the name|The name) no-such-hub\.invalid/)
  assert.match(verdict.next, /spelt right/)
})

/** What may listen where a hub was meant to, and what is said of it. */
const others: Record<string, [() => Server, RegExp]> = {
  "a web server": [
    () => createHttpServer((_, response) => response.writeHead(404).end("<h1>It works</h1>")),
    /^A web server that is no Landline hub listens at 127/,
  ],
  "a server for https": [
    () =>
      createServer(
        (socket) => void socket.once("data", () => socket.end(Uint8Array.of(21, 3, 1, 0, 2, 2, 70))),
      ),
    /^What listens at \S+ speaks only encrypted \(https\)\.$/,
  ],
  "random bytes": [
    () => createServer((socket) => void socket.end(randomBytes(1000).fill(0xfe, 0, 8))),
    /^Another program than a hub listens at 127/,
  ],
  "a program that speaks text": [
    () => createServer((socket) => void socket.end("Hello client!")),
    /^Another program than a hub listens at 127/,
  ],
  "one that closes at once": [
    () => createServer((socket) => void socket.destroy()),
    /closes the connection without an answer\.$/,
  ],
  "one that is silent": [() => createServer(() => {}), /^Something listens at \S+, but says nothing\.$/],
}

for (const [name, [open, say]] of Object.entries(others))
  test(`check: not a hub: ${name}`, { timeout }, async (t) => {
    const server = open()
    const sockets = new Set<Socket>()
    server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const { code, states, verdict } = await check(`127.0.0.1:${(server.address() as AddressInfo).port}`)
    assert.equal(code, 3)
    assert.deepEqual([states["connect"], states["hello"]], ["pass", "fail"])
    assertSkippedAfter(states, ...MEASURED)
    assert.match(verdict.say, say)
    assert.match(verdict.next, /port/)
  })

/** Bad lines, and what is said of each. */
const lines: Record<string, [Ailments, failing: string, RegExp]> = {
  "200 ms there and back": [
    { delayMs: 100 },
    "idle",
    /^The way to the hub is long or slow: every answer takes about 2\d\d ms/,
  ],
  "5 % lost on the way back": [
    { dropEvery: { down: 20 } },
    "idle",
    /^The line loses about 5 of 100 packets on the way back to you\.$/,
  ],
  "5 % lost on the way to the hub": [
    { dropEvery: { up: 20 } },
    "idle",
    /^The line loses about 5 of 100 packets on the way to the hub\.$/,
  ],
  "a consumer that reads slowly": [
    { bytesPerSecond: { up: 40_000 } },
    "upload",
    /^Data to the hub goes very slowly, while the other direction is fine: something takes it too slowly\.$/,
  ],
  "slow towards us": [
    { bytesPerSecond: { down: 40_000 } },
    "download",
    /^Data from the hub comes very slowly, while the other direction is fine\.$/,
  ],
}

for (const [name, [ailments, failing, say]] of Object.entries(lines))
  test(`check: ${name}`, { timeout }, async () => {
    await using hub = await startHub({ port: 0, data: ":memory:" })
    await using line = await openSlowLine(hub.address, ailments)
    const { code, states, says, verdict } = await check(line.address)
    assert.equal(code, 3)
    // Hub and line share this process: data at full speed may hold up what is timed beside it.
    const failed = Object.keys(states).filter((step) => states[step] === "fail" && step !== "load")
    assert.deepEqual(failed, [failing], JSON.stringify(says))
    assert.match(verdict.say, say)
    assert.ok(verdict.evidence.includes(failing))
  })

test("check: Ctrl-C ends it at once, with exit 0 and without a trace", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  await using program = cli({ config: config.path, hub: hub.address }, "check")
  await program.waitFor("UDP both ways")
  program.signal("SIGINT")
  assert.deepEqual(await program.waitForExit(), { code: 0, signal: null })
  assert.equal(program.stderr, "")
  assert.doesNotMatch(program.stdout, /FAULT|answer time/)
})

test("check: words that do not go together are usage, and what they mean is said", { timeout }, async () => {
  await using config = await tempDir()
  const run = (...words: string[]) => runCli({ config: config.path, hub: "127.0.0.1:1" }, "check", ...words)
  assert.equal((await run("--everyone", "--together")).code, 2)
  assert.equal((await run("--hub", "a b")).code, 2)
  // Before anything is measured, not after.
  for (const [words, why] of [
    [["--post", "bad/room"], /^A room's name is .*\n$/],
    [["--as", ""], /^A name needs .*\n$/],
  ] as const) {
    const { code, stdout, stderr } = await run(...words)
    assert.deepEqual([code, stdout], [1, ""])
    assert.match(stderr, why)
  }
  const everyone = await run("--everyone")
  assert.deepEqual([everyone.code, everyone.stdout], [1, ""])
  assert.match(everyone.stderr, /^No hub answers at 127\.0\.0\.1:1\./)
})

test("hello: name, version, each address, clock, and how the hub sees us", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:", name: "Workshop" })
  await using config = await tempDir()
  const { port } = new URL(hub.address)
  const here = { config: config.path, hub: `127.0.0.1:${port}` }
  const { code, stdout, stderr } = await runCli(here, "hello")
  assert.deepEqual([code, stderr], [0, ""])
  assert.match(
    stdout,
    /^hub +Workshop \(Landline \d+\.\d+\.\d+\)\naddress +127\.0\.0\.1:\d+: answers in \d+(\.\d)? ms\nclock +the same as this computer's, give or take .*\nyou +127\.0\.0\.1, as the hub sees this computer\n$/,
  )
  const { hub: who, addresses, clock, seenAs } = JSON.parse((await runCli(here, "hello", "--json")).stdout)
  assert.equal(who.name, "Workshop")
  assert.equal(addresses[0].outcome, "open")
  assert.equal(addresses[0].used, true)
  assert.ok(Math.abs(clock.offsetMs) < 1_000 && clock.boundMs >= 0)
  assert.equal(seenAs, "127.0.0.1")
})

test("hello: where no hub is, one sentence says why, and exit is 1", { timeout }, async (t) => {
  const http = createHttpServer((_, response) => response.end("hi")).listen(0, "127.0.0.1")
  await once(http, "listening")
  t.after(() => http.close())
  await using config = await tempDir()
  const run = (hub: string) => runCli({ config: config.path, hub }, "hello")
  const closed = await run("127.0.0.1:1")
  assert.deepEqual([closed.code, closed.stdout], [1, ""])
  assert.match(
    closed.stderr,
    /^No hub answers at 127\.0\.0\.1:1: that computer is there, but no program listens.*\n$/,
  )
  const other = await run(`127.0.0.1:${(http.address() as AddressInfo).port}`)
  assert.equal(other.code, 1)
  assert.match(other.stderr, /^A web server listens at .*, but it is no Landline hub \(it said 200 OK\)\.\n$/)
})
