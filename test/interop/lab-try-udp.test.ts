import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { join } from "node:path"
import { describe, test } from "node:test"
import { type LabTryOptions, labCases, type Tried, tryLabServer } from "../../src/hub/lab-try.ts"
import { startLabPingUdp } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (name: string) => join(import.meta.dirname, "python", name)
const FLAWED = python("flawed_ping_udp.py")

const tried = (port: number, options: Partial<LabTryOptions> = {}): Promise<Tried[]> =>
  tryLabServer("ping", {
    host: "127.0.0.1",
    port,
    udp: { fromPort: 0 },
    timeoutMs: 1_000,
    signal: new AbortController().signal,
    onTried: () => {},
    ...options,
  })

const namesOf = (all: readonly Tried[], verdict: Tried["outcome"]["verdict"]): string[] =>
  all.filter(({ outcome }) => outcome.verdict === verdict).map((one) => one.case.name)

/** A port that nobody has over UDP. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1")
  await once(socket, "listening")
  const { port } = socket.address()
  socket.close()
  return port
}

test("lab ping try --udp: our own server passes everything, under either name of this machine", async () => {
  for (const host of ["127.0.0.1", "localhost"]) {
    await using server = await startLabPingUdp({}, host)
    const all = await tried(server.port, { host })
    assert.deepEqual(namesOf(all, "fail"), [])
    assert.deepEqual(namesOf(all, "not applicable"), ["restart"])
    assert.equal(all.length, labCases("ping", { udp: { fromPort: 0 } }).length)
  }
})

/** Each flaw with the cases that find it; `document` has all that its kind has, and passes what is basic. */
const FLAWS: Record<string, readonly string[]> = {
  none: [],
  document: ["not-utf-8"],
  pieces: ["as-documented"],
  twice: ["as-documented"],
  newline: ["as-documented"],
  wrong_word: ["as-documented"],
  silent: ["as-documented"],
  flood: ["as-documented"],
  fixed_port: ["as-documented"],
  other_port: ["as-documented"],
  one_answer: ["several"],
  first_client: ["several"],
  all_clients: ["second-client"],
  dies_of_words: ["unknown-word"],
  stream: ["wrong-input", "not-utf-8"],
  ascii: ["non-ascii"],
  empty_ends: ["empty"],
  short: ["largest"],
  dies_of_bytes: ["not-utf-8"],
  quit_ends: ["quit"],
}

describe("lab ping try --udp: every flaw is found, and none invented", {
  skip: needs("python3"),
  concurrency: 4,
}, () => {
  for (const [flaw, cases] of Object.entries(FLAWS))
    test(flaw, async () => {
      await using server = spawnProgram("python3", ["-u", FLAWED, flaw])
      const [, port] = await server.waitFor(/port (\d+)/)
      const all = await tried(Number(port))
      const outcomes = JSON.stringify(all.map(({ outcome }) => outcome))
      assert.deepEqual(namesOf(all, "fail"), cases, outcomes)
    })
})

describe("lab ping try --udp --start", { skip: needs("python3"), concurrency: 4 }, () => {
  const started = async (flaw: string) => {
    const port = await freePort()
    return tried(port, { start: `python3 ${FLAWED} ${flaw} ${port}` })
  }

  test("a right server passes all cases, a restart among them", async () => {
    assert.deepEqual(
      namesOf(await started("none"), "pass").length,
      labCases("ping", { udp: { fromPort: 0 } }).length,
    )
  })

  test("a server that ends is tried to the end", async () => {
    assert.deepEqual(namesOf(await started("document"), "fail"), ["not-utf-8", "quit"])
    assert.deepEqual(namesOf(await started("first_client"), "fail"), ["second-client", "quit"])
  })

  test("where something has the port already, nothing is started", async () => {
    await using server = await startLabPingUdp()
    await assert.rejects(tried(server.port, { start: "true" }), { code: "port_in_use" })
  })

  test("a command that ends at once is said with its last words", async () => {
    await assert.rejects(tried(await freePort(), { start: "echo no such file; exit 2" }), {
      code: "no_hub",
      message: /^No server listens\. [^\n]*exit code 2; its last line: no such file$/,
    })
  })
})

test("lab ping try --udp --from-port: a peer that sends to one port, as the document's pair does", {
  skip: needs("python3"),
}, async () => {
  const fromPort = await freePort()
  await using peer = spawnProgram("python3", ["-u", python("ping_udp.py"), "answer", "0", `${fromPort}`])
  const [, port] = await peer.waitFor(/port (\d+)/)
  await using program = spawnProgram(process.execPath, [
    "bin/landline.js",
    ...["lab", "ping", "try", `localhost:${port}`, "--udp", "--from-port", `${fromPort}`],
  ])
  assert.equal((await program.waitForExit(30_000)).code, 3, program.stderr)
  assert.match(
    program.stdout,
    /^ping over UDP at localhost:\d+\n\ncase +demand +verdict\nas-documented +basic +pass\nseveral +basic +pass\n/,
  )
  assert.match(program.stdout, /^second-client +robust +n\/a +With --from-port all clients have one port\.$/m)
  assert.match(program.stdout, /^FAIL not-utf-8 \(robust\)$/m)
})

test("lab ping try --udp: nobody there is one sentence and exit 1; --from-port without --udp exit 2", async () => {
  const landline = (...args: string[]) =>
    spawnProgram(process.execPath, ["bin/landline.js", "lab", "ping", "try", ...args])
  await using nobody = landline(`localhost:${await freePort()}`, "--udp")
  assert.equal((await nobody.waitForExit()).code, 1)
  assert.match(nobody.stderr, /^No server listens at localhost:\d+ over UDP\. [^\n]+\n$/)
  await using wrong = landline("--from-port", "8000")
  assert.equal((await wrong.waitForExit()).code, 2)
  assert.match(wrong.stderr, /^--from-port is for UDP: add --udp\.\n$/)
})

test("lab ping try --udp --json: one object that says how it went", async () => {
  await using server = await startLabPingUdp()
  await using program = spawnProgram(process.execPath, [
    "bin/landline.js",
    ...["lab", "ping", "try", `127.0.0.1:${server.port}`, "--udp", "--json", "--only", "quit"],
  ])
  assert.equal((await program.waitForExit(30_000)).code, 0, program.stderr)
  const { service, transport, cases } = JSON.parse(program.stdout)
  assert.deepEqual([service, transport], ["ping", "udp"])
  assert.deepEqual([cases[0].name, cases[0].demand, cases[0].verdict], ["quit", "robust", "pass"])
})
