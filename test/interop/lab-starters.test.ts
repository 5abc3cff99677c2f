import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { LabServiceName, TableRow, TraceSummary } from "../../src/protocol/lab/records.ts"
import { LAB_SERVICES } from "../../src/protocol/lab/records.ts"
import { starter, starterLines } from "../../src/protocol/lab/starters.ts"
import { CLASS_HOST, noClassHost } from "../support/class-hub.ts"
import { type HubProcess, startHubProcess } from "../support/hub-process.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { RawSession } from "../support/raw-session.ts"

const bounded = { timeout: 60_000, skip: noClassHost || needs("python3") }

interface Answer {
  readonly room: string
  readonly services: { service: LabServiceName; port: number; about: string; starter: string }[]
}

/** What each starter prints. */
const PRINTS: Record<LabServiceName, RegExp> = {
  ping: /^PONG\n$/,
  sum: /^Landline Server,\d{1,3}\n$/,
  hello: /^Hello client!\n$/,
  feed: /^HTTP\/1\.1 101 [\s\S]+\nb['"]\\x81/,
  chat: /^$/,
  file: /^$/,
}

/** Runs a line as somebody who types it. */
async function typed(line: string): Promise<string> {
  await using shell = spawnProgram("sh", ["-c", line])
  shell.end()
  const { code } = await shell.waitForExit(20_000)
  assert.deepEqual([code, shell.stderr], [0, ""], line)
  return shell.stdout
}

const json = async <T>(hub: HubProcess, path: string): Promise<T> =>
  (await (await fetch(hub.address + path)).json()) as T

/** The traces of all connections, when they are over. */
async function allClosed(hub: HubProcess): Promise<TraceSummary[]> {
  for (const late = performance.now() + 10_000; performance.now() < late; ) {
    const { traces } = await json<{ traces: TraceSummary[] }>(hub, "/lab/traces")
    if (traces.every(({ closed }) => closed !== undefined)) return traces
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error("a connection stays open")
}

const startClass = () =>
  startHubProcess(":memory:", ["--host", CLASS_HOST, "--lab", "--lab-interval-ms", "50"])

describe("landline serve --lab: the card, and what can be typed from it", () => {
  test(
    "each starter line works as it stands on the card and in the API, and no service finds fault with it",
    bounded,
    async () => {
      await using hub = await startClass()
      const { room, services } = await json<Answer>(hub, "/lab/services")
      assert.equal(room, "lab")
      const typable = hub.program.stdout.split("\n").filter((line) => line.startsWith("python3 "))
      const inOrder = LAB_SERVICES.map((name) => services.find(({ service }) => service === name)!)
      assert.deepEqual(
        typable,
        inOrder.map(({ starter }) => starter),
      )
      for (const { service, port, starter: line } of services) {
        assert.match(await typed(line), PRINTS[service], service)
        const broken = starterLines(starter(service, CLASS_HOST, port), 80)
        assert.ok(broken.length > 1 && broken.every((part) => part.length <= 80))
        assert.match(await typed(broken.join("\n")), PRINTS[service], `${service} in several lines`)
      }
      const traces = await allClosed(hub)
      using guest = await RawSession.hello(hub.address)
      guest.send({ op: "follow", id: 1, topic: "room/lab", last: 10 })
      await guest.until(4, "room/lab")
      const said = guest.entries("room/lab").map(({ text }) => text)
      assert.deepEqual(said.sort(), ["hello", "hello", "hello.txt", "hello.txt"])
      assert.deepEqual(
        traces.flatMap(({ service, diagnoses }) => diagnoses.map((one) => [service, one])),
        [],
      )
      assert.equal(traces.length, 2 * LAB_SERVICES.length)
      const { programs } = await json<{ programs: TableRow[] }>(hub, "/lab/table")
      assert.deepEqual(new Set(programs.map(({ service }) => service)), new Set(LAB_SERVICES))
    },
  )

  test("the greeting's lines are for the room of the class", bounded, async () => {
    await using hub = await startClass()
    const { host } = new URL(hub.address)
    const { stdout } = hub.program
    assert.match(stdout, /^\[INFO\] \[start\]: Made the room lab$/m)
    assert.ok(stdout.includes(`\n  room    lab    ${hub.address}/#/rooms/lab\n`), stdout)
    assert.ok(stdout.includes(`\n  traces  npx landline lab trace --hub ${host}\n`), stdout)
    const [, line] = /^ {2}script {4}(curl .*)$/m.exec(stdout)!
    assert.match(await typed(line!.replace("curl", "curl -sS")), /^Said in lab as ~guest\.\n$/)
    const [, sends] = /^ {2}file {6}(curl .*)$/m.exec(stdout)!
    const send = sends!.replaceAll("FILE", "package.json").replace("curl", "curl -sS")
    assert.match(await typed(send), /package\.json, \d+ bytes, in lab, from ~guest\n$/)
  })
})
