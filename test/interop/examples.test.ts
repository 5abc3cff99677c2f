import assert from "node:assert/strict"
import { test } from "node:test"
import {
  mistakes,
  programs,
  programsOf,
  SERVICES,
  skipOf,
  sourceOf,
  startExample,
} from "../support/examples.ts"

const LINES_MAX = 22 // in which a program with a mistake differs from the right one, removed and added

test("examples/README.md names every program with a mistake, and no other", () => {
  const named = mistakes().flatMap(({ service, name }) => programsOf(service, name))
  assert.deepEqual(
    named.sort(),
    programs.filter((path) => path.includes("_")),
  )
  for (const { service, name } of mistakes())
    assert.ok(programsOf(service, name).length > 0, `${service}/${name} is there`)
})

test("each service has a right server and a right client in both languages", () => {
  for (const service of SERVICES)
    for (const role of ["server", "client"]) assert.equal(programsOf(service, role).length, 2)
})

test("a program with a mistake differs from the right one in little more, and says so in one line", () => {
  for (const path of programs.filter((path) => path.includes("_"))) {
    const right = sourceOf(path.replace(/_\w+\./, ".")).split("\n")
    const wrong = sourceOf(path).split("\n")
    const removed = right.filter((line) => !wrong.includes(line)).length
    const added = wrong.filter((line) => !right.includes(line))
    assert.ok(removed + added.length <= LINES_MAX, `${path} differs in ${removed + added.length} lines`)
    assert.equal(added.filter((line) => /(?:#|\/\/) Mistake: /.test(line)).length, 1, path)
  }
})

for (const path of programs.filter((path) => /\/server\.\w+$/.test(path)))
  test(`${path} ends with Ctrl-C, exit 0 and no trace`, { skip: skipOf(path) }, async () => {
    await using server = startExample(path, ["127.0.0.1", 0])
    await server.waitFor(/:\d+\n/)
    server.signal("SIGINT")
    assert.deepEqual(await server.waitForExit(), { code: 0, signal: null })
    assert.equal(server.stderr, "")
  })

for (const path of programs.filter((path) => /\/client\.\w+$/.test(path)))
  test(`${path} says that nobody listens, or waits for it, without a trace`, {
    skip: skipOf(path),
  }, async () => {
    const first = path.includes("chat") ? ["ada"] : path.includes("file") ? ["package.json"] : []
    await using client = startExample(path, [...first, "127.0.0.1", 1])
    client.write("3\n")
    if (path.includes("/feed/")) {
      await client.waitFor("Reconnecting to Server...")
      client.signal("SIGINT")
      await client.waitFor("Closing Client...")
    }
    await client.waitForExit()
    assert.doesNotMatch(client.stderr, /Traceback|\n\s+at /)
  })
