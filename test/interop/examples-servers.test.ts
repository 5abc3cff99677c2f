import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { LabCase, Tried } from "../../src/gateways/lab/try/case.ts"
import { chatCases } from "../../src/gateways/lab/try/chat-cases.ts"
import { feedCases } from "../../src/gateways/lab/try/feed-cases.ts"
import { fileCases } from "../../src/gateways/lab/try/file-cases.ts"
import { helloCases } from "../../src/gateways/lab/try/hello-cases.ts"
import { pingCases } from "../../src/gateways/lab/try/ping-cases.ts"
import { TriedProgram } from "../../src/gateways/lab/try/program.ts"
import { tryCases } from "../../src/gateways/lab/try/run.ts"
import { sumCases } from "../../src/gateways/lab/try/sum-cases.ts"
import {
  commandOf,
  mistakes,
  programsOf,
  SERVICES,
  type Service,
  skipOf,
  startExample,
} from "../support/examples.ts"
import { startWith } from "../support/lab.ts"
import { tempDir } from "../support/temp.ts"

const TIMEOUT_MS = 2_000

const CASES: Record<Service, (dir: string) => readonly LabCase[]> = {
  ping: () => pingCases(),
  sum: () => sumCases(),
  hello: () => helloCases(),
  feed: () => feedCases,
  chat: () => chatCases(),
  file: (dir) => fileCases({ dir }),
}

/** Tries the cases of a service that are wanted, with a server that is there, or one that is started for each. */
async function tried(
  service: Service,
  port: number,
  all: readonly LabCase[],
  isWanted: (one: LabCase) => boolean = () => true,
  program?: TriedProgram,
): Promise<Tried[]> {
  return tryCases({
    service,
    host: "127.0.0.1",
    port,
    timeoutMs: TIMEOUT_MS,
    cases: all.filter(isWanted),
    asDocumented: all[0]!,
    signal: new AbortController().signal,
    onTried: () => {},
    program,
  })
}

/** What the server says of itself has its port. */
async function started(path: string, folder: string) {
  const server = startExample(path, ["127.0.0.1", 0], { cwd: folder })
  const [, port] = await server.waitFor(/:(\d+)\n/)
  return { server, port: Number(port) }
}

async function freePort(): Promise<number> {
  await using listener = await startWith(() => {})
  return listener.port
}

const failures = (all: readonly Tried[]) =>
  all.flatMap(({ case: { name }, outcome }) =>
    outcome.verdict === "fail" ? [`${name}: ${outcome.what}`] : [],
  )

for (const service of SERVICES)
  describe(`the examples' ${service} servers, tried`, () => {
    for (const path of programsOf(service, "server"))
      test(`${path} passes every case`, { skip: skipOf(path) }, async () => {
        await using folder = await tempDir()
        const { server, port } = await started(path, folder.path)
        await using _ = server
        const cases = CASES[service](folder.path)
        const all = await tried(service, port, cases)
        assert.deepEqual(failures(all), [])
        const anew = all.flatMap(({ case: { name }, outcome }) =>
          outcome.verdict === "not applicable" && outcome.why.includes("--start") ? [name] : [],
        )
        assert.ok(anew.includes("restart"))
        const own = await freePort()
        const command = [...commandOf(path), "127.0.0.1", String(own)]
        const program = new TriedProgram(
          `cd '${folder.path}' && exec ${command.map((word) => `'${word}'`).join(" ")}`,
        )
        const again = await tried(service, own, cases, ({ name }) => anew.includes(name), program)
        assert.deepEqual(failures(again), [])
      })

    for (const { name, found } of mistakes().filter((row) => row.service === service))
      for (const path of found.by === "case" ? programsOf(service, name) : [])
        test(`${path} fails ${found.what}`, { skip: skipOf(path) }, async () => {
          await using folder = await tempDir()
          const { server, port } = await started(path, folder.path)
          await using _ = server
          const all = await tried(
            service,
            port,
            CASES[service](folder.path),
            (one) => one.name === found.what,
          )
          assert.deepEqual(
            all.map(({ outcome }) => outcome.verdict),
            ["fail"],
          )
        })
  })
