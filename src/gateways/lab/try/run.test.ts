import assert from "node:assert/strict"
import { test } from "node:test"
import { startWith } from "../../../../test/support/lab.ts"
import { fail, type LabCase, type Outcome, PASS, type TriedServer } from "./case.ts"
import { tryCases } from "./run.ts"

const oneCase = (name: string, run: (server: TriedServer) => Promise<Outcome>, listens?: true): LabCase => ({
  ...{ name, demand: "basic", does: "", expects: "", cause: "", run },
  ...(listens && { listens }),
})

const passes = (name: string) => oneCase(name, async () => PASS)

const failed = async (server: TriedServer): Promise<Outcome> => fail(await server.connect(), "No.")

/** What comes of these cases, in the order in which it is shown. */
async function shown(cases: readonly LabCase[], timeoutMs = 2_000): Promise<string[]> {
  await using server = await startWith((socket) => void socket.on("error", () => {}).resume())
  const lines: string[] = []
  await tryCases({
    ...{ service: "ping", host: "127.0.0.1", port: server.port, timeoutMs, cases },
    asDocumented: cases[0]!,
    signal: new AbortController().signal,
    onTried: ({ case: { name }, outcome: { verdict } }) => void lines.push(`${name} ${verdict}`),
  })
  return lines
}

test("a case that listens has others tried beside it, is shown in its place, and fails only alone", async () => {
  const beside = Promise.withResolvers<void>()
  let runs = 0
  const listening = oneCase(
    "listens",
    async (server) => {
      runs++
      await beside.promise // that would never be, if the next case waited for this one
      return runs === 1 ? failed(server) : PASS
    },
    true,
  )
  const next = oneCase("next", async () => {
    beside.resolve()
    return PASS
  })
  assert.deepEqual(await shown([passes("as-documented"), passes("second-client"), listening, next]), [
    "as-documented pass",
    "second-client pass",
    "listens pass",
    "next pass",
  ])
  assert.equal(runs, 2)
})

test("a case that listens and fails alone has failed; where the server was harmed meanwhile, it is left", async () => {
  const listening = oneCase("listens", failed, true)
  const first = [passes("as-documented"), passes("second-client"), listening]
  assert.deepEqual((await shown([...first, passes("next")])).slice(2), ["listens fail", "next pass"])
  let isHarmed = false
  const rests = oneCase("as-documented", async (server) => (isHarmed ? failed(server) : PASS))
  const harms = oneCase("harms", async (server) => {
    isHarmed = true
    return failed(server)
  })
  assert.deepEqual((await shown([rests, ...first.slice(1), harms])).slice(2), [
    "listens not applicable",
    "harms fail",
  ])
})

test("where the server serves one at a time, nothing runs beside a case that listens", async () => {
  let isOver = false
  const listening = oneCase(
    "listens",
    async (server) => {
      using attempt = await server.connect()
      await attempt.quiet(50)
      isOver = true
      return PASS
    },
    true,
  )
  const next = oneCase("next", async (server) => (isOver ? PASS : failed(server)))
  const second = oneCase("second-client", failed)
  const lines = await shown([passes("as-documented"), second, listening, next])
  assert.deepEqual(lines.slice(2), ["listens pass", "next pass"])
})
