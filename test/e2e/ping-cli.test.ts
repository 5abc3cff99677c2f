import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { type TestContext, test } from "node:test"
import { cli, runCli } from "../support/cli.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const SOON = ["-n", "30", "-i", "5ms"]

test("ping: over each transport a real hub answers, and the report says how", { timeout }, async (t) => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using hub = await startHubProcess(data.path)
  const there = { config: config.path, hub: hub.address }
  const { port } = new URL(hub.address)

  for (const [flags, name] of [
    [[], "UDP"],
    [["--udp"], "UDP"],
    [["--tcp"], "TCP"],
    [["--websocket"], "WebSocket"],
  ] as const)
    await t.test(`${name} ${flags}`, async () => {
      const { code, stdout, stderr } = await runCli(there, "ping", ...flags, ...SOON)
      assert.equal(stderr, "")
      assert.equal(code, 0)
      const lines = stdout.split("\n")
      assert.match(
        lines[0]!,
        new RegExp(`:${port} answered over ${name}, \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\.$`),
      )
      assert.equal(lines[1], "30 probes of 64 bytes, one every 5 ms.")
      assert.match(stdout, /\nSent 30, received 30\.\nNone was lost, /)
      assert.match(
        stdout,
        /\nresponse time \(from the plan\)\n +(\d\S* [µm]s +){3}- +- +- +\d\S* [µm]s +\d\S* [µm]s\n/,
      )
      assert.match(
        stdout,
        /\np90 needs 100 samples, p99 needs 1,000 and p99\.9 needs 10,000; there are 30\.\n/,
      )
      for (const line of lines) assert.ok(line.length <= 80, line)
    })

  await t.test("--json: every sample, with size and count as asked", async () => {
    const { code, stdout } = await runCli(there, "ping", "--json", "--size", "1200", ...SOON)
    assert.equal(code, 0)
    assert.equal(stdout.indexOf("\n"), stdout.length - 1)
    const run = JSON.parse(stdout)
    assert.deepEqual(
      [run.transport, run.port, run.bytes, run.closed, run.intervalMs],
      ["udp", Number(port), 1_200, false, 5],
    )
    assert.deepEqual(
      [run.counts.sent, run.counts.received, run.counts.lostUp, run.counts.lostDown],
      [30, 30, 0, 0],
    )
    assert.deepEqual([run.responseTime.count, run.roundTrip.count], [30, 30])
    assert.ok(run.roundTrip.p50Ms > 0 && !("p90Ms" in run.roundTrip))
    assert.ok(run.responseTime.minMs >= run.roundTrip.minMs)
    assert.ok(run.clock.boundMs > 0 && run.clock.boundMs <= run.roundTrip.minMs / 2)
    const { plannedMs, sentMs, receivedMs, hubReceivedMs, hubSentMs, marks } = run.samples
    assert.deepEqual(
      plannedMs,
      Array.from({ length: 30 }, (_, at) => at * 5),
    )
    for (let at = 0; at < 30; at++) {
      assert.ok(plannedMs[at]! <= sentMs[at] && sentMs[at] < receivedMs[at])
      assert.ok(hubReceivedMs[at] <= hubSentMs[at])
    }
    assert.equal(marks.length, 30)
  })

  await t.test("--closed: one probe after the other, and one time", async () => {
    const { code, stdout } = await runCli(there, "ping", "--closed", "--tcp", "-n", "200")
    assert.equal(code, 0)
    assert.match(stdout, /\n200 probes of 64 bytes, each after the reply to the one before\.\n/)
    assert.match(stdout, /\nSent 200, received 200\.\n/)
    assert.doesNotMatch(stdout, /from the plan/)
  })

  await t.test("--duration ends a run, whichever comes first", async () => {
    const short = await runCli(there, "ping", "--json", "-n", "1000", "-i", "10ms", "--duration", "200ms")
    assert.equal(JSON.parse(short.stdout).counts.sent, 20)
    const few = await runCli(there, "ping", "--json", "-n", "3", "-i", "10ms", "--duration", "1h")
    assert.equal(JSON.parse(few.stdout).counts.sent, 3)
  })

  await t.test("Ctrl-C ends the run early with a report", async () => {
    await using program = cli(there, "ping", "--json", "-i", "1ms", "--duration", "15m")
    await program.waitForError(/every 1 ms: \S+ s, .* repl/, 20_000)
    program.signal("SIGINT")
    assert.equal((await program.waitForExit()).code, 0)
    const { counts, samples } = JSON.parse(program.stdout)
    assert.ok(counts.sent > 0 && counts.sent === samples.sentMs.length)
  })
})

test("ping: a port where nothing listens is told in one sentence", { timeout }, async () => {
  await using config = await tempDir()
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  for (const over of ["--udp", "--tcp", "--websocket"]) {
    const { code, stdout, stderr } = await runCli(at(config.path, port), "ping", over, ...SOON)
    assert.equal(stdout, "")
    assert.match(
      stderr,
      new RegExp(
        `^Nothing ${over === "--udp" ? "takes UDP" : "listens"} at 127\\.0\\.0\\.1:${port}, .*\\.\\n$`,
      ),
      over,
    )
    assert.equal(code, 1)
  }
})

test("ping: a host without an address is told in one sentence", { timeout }, async () => {
  await using config = await tempDir()
  for (const over of ["--udp", "--tcp", "--websocket"]) {
    const nowhere = { config: config.path, hub: "no-such-hub.invalid" }
    const { code, stdout, stderr } = await runCli(nowhere, "ping", over, ...SOON)
    assert.equal(stdout, "")
    assert.match(stderr, /^[^\n]*\bname no-such-hub\.invalid\b[^\n]*\.\n$/, over)
    assert.equal(code, 1)
  }
})

const STRANGERS: Record<string, (socket: Socket) => void> = {
  "closes at once": (socket) => void socket.end(),
  "sends random bytes": (socket) => void socket.write(Buffer.from("9c01ffe2107d00aa\n".repeat(40), "latin1")),
  "speaks TLS": (socket) => void socket.write(Buffer.from([0x15, 3, 1, 0, 2, 2, 80])),
}

for (const [how, serve] of Object.entries(STRANGERS))
  test(`ping: a server that ${how} is no hub`, { timeout }, async (t) => {
    await using config = await tempDir()
    const port = await stranger(t, serve)
    await notAHub(config.path, port)
  })

test("ping: a web server that is no hub is told as such", { timeout }, async (t) => {
  await using config = await tempDir()
  const server = createHttpServer((_, response) => response.writeHead(404).end("not here")).listen(
    0,
    "127.0.0.1",
  )
  t.after(() => server.close())
  await once(server, "listening")
  await notAHub(config.path, (server.address() as AddressInfo).port)
})

test("ping: where no reply comes over UDP, one sentence says what to try", { timeout }, async (t) => {
  await using config = await tempDir()
  const hole = createSocket("udp4")
  t.after(() => hole.close())
  hole.bind(0, "127.0.0.1")
  await once(hole, "listening")
  const { code, stdout, stderr } = await runCli(
    at(config.path, hole.address().port),
    "ping",
    "-n",
    "5",
    "-i",
    "5ms",
  )
  assert.equal(code, 1)
  assert.match(stderr, /^No reply came over UDP: [^\n]*--tcp[^\n]*`landline check`[^\n]*\.\n$/)
  assert.match(stdout, /^127\.0\.0\.1:\d+ did not answer over UDP, /)
  assert.match(stdout, /\nSent 5, received 0\.\nLost 5 \(100 %\)\.\n/)
  assert.doesNotMatch(stdout, /min +mean/)
})

test("ping: what cannot be measured is refused before anything is sent", { timeout }, async () => {
  await using config = await tempDir()
  const wrong: readonly (readonly [flags: string[], why: RegExp])[] = [
    [["-n", "0"], /from 1 to 1000000/],
    [["-n", "1000001"], /from 1 to 1000000/],
    [["-i", "0"], /from 1 ms to 1 hour/],
    [["-i", "soon"], /a time such as 20ms, .*, from 1 ms to 1 hour/],
    [["--duration", "2d"], /from 1 ms to 1 day/],
    [["--size", "63"], /64 to 65507 bytes/],
    [["--size", "65508"], /64 to 65507 bytes/],
    [["--udp", "--tcp"], /cannot be used with/],
    [["--tcp", "--websocket"], /cannot be used with/],
    [["--closed", "-i", "1s"], /cannot be used with/],
    [["--audit", "-n", "5"], /cannot be used with/],
    [["-i", "1ms", "--duration", "1h"], /3,600,000 probes; one run sends at most 1,000,000/],
    [["--hub", "https://hub.example"], /not through TLS or a proxy/],
    [["--hub", "http://hub.example/behind"], /not through TLS or a proxy/],
    [["--hub", "localhost:0"], /has port 0/],
    [["--hub", "no hub"], /is not the address of a hub/],
  ]
  for (const [flags, why] of wrong) {
    const { code, stdout, stderr } = await runCli(at(config.path, 1), "ping", ...flags)
    assert.match(stderr, why, flags.join(" "))
    assert.equal(code, 2, flags.join(" "))
    assert.equal(stdout, "")
  }
})

test("ping --audit: each row is told, and the exit code is its verdict", { timeout }, async () => {
  await using config = await tempDir()
  await using program = cli(at(config.path, 1), "ping", "--audit", "--json")
  const { code } = await program.waitForExit(50_000)
  const { ok, rows } = JSON.parse(program.stdout)
  assert.equal(code, ok ? 0 : 3)
  assert.equal(
    ok,
    rows.every((row: { ok: boolean }) => row.ok),
  )
  const counted = rows.filter(({ unit }: { unit: string }) => unit === "") // delays need a machine at rest
  assert.ok(counted.length > 10)
  for (const row of counted) assert.deepEqual(row.measured, row.truth, JSON.stringify(row))
})

const at = (config: string, port: number) => ({ config, hub: `127.0.0.1:${port}` })

async function stranger(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume()
    t.after(() => socket.destroy())
    serve(socket)
  }).listen(0, "127.0.0.1")
  t.after(() => server.close())
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

async function notAHub(config: string, port: number): Promise<void> {
  for (const over of ["--tcp", "--websocket"]) {
    const { code, stdout, stderr } = await runCli(at(config, port), "ping", over, ...SOON)
    assert.match(
      stderr,
      new RegExp(`^What listens at 127\\.0\\.0\\.1:${port} [^\\n]* no Landline hub [^\\n]*\\.\\n$`),
      over,
    )
    assert.equal(stdout, "")
    assert.equal(code, 1)
  }
}

test("ping --closed: a hub that dies is told, though few probes are lost", { timeout }, async () => {
  await using data = await tempDir()
  await using config = await tempDir()
  await using hub = await startHubProcess(data.path)
  const there = { config: config.path, hub: hub.address }
  const running = runCli(there, "ping", "--closed", "--tcp", "--duration", "20s")
  await new Promise((resolve) => setTimeout(resolve, 1_500)) // it measures by then, or never reaches the hub
  await hub.kill()
  const { code, stdout, stderr } = await running
  assert.equal(code, 1)
  assert.match(stderr, /The hub went away after [\d,]+ probes: the connection was closed\./)
  assert.match(stdout, /stood still +at most/)
})
