import assert from "node:assert/strict"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { describe, test } from "node:test"
import { type FileFlaw, flawedFile } from "../../../../test/support/flawed-file.ts"
import { startLabFile, startWith } from "../../../../test/support/lab.ts"
import { spawnProgram } from "../../../../test/support/process.ts"
import { needs } from "../../../../test/support/programs.ts"
import { type TempDir, tempDir } from "../../../../test/support/temp.ts"
import { failuresOf, namesOf, outcomesOf } from "../../../../test/support/try-cases.ts"
import type { Outcome } from "./case.ts"
import { fileCases } from "./file-cases.ts"

const FLAW_MS = 600 // that an answer of a flawed server may take: what never comes is waited for

describe("try file: a right server passes every case", () => {
  test("ours, and nothing of it stays in its folder", async () => {
    await using folder = await tempDir()
    await using service = await startLabFile(folder.path)
    const outcomes = await outcomesOf("file", service.port, fileCases({ dir: folder.path }))
    assert.deepEqual(failuresOf(outcomes), {})
    assert.deepEqual(namesOf(outcomes, "not applicable"), ["restart"])
    assert.deepEqual(await readdir(folder.path), [])
  })

  test("ours with another separator", async () => {
    await using folder = await tempDir()
    await using service = await startLabFile(folder.path, { settings: { separator: "|" } })
    const cases = fileCases({ dir: folder.path, separator: "|" })
    assert.deepEqual(failuresOf(await outcomesOf("file", service.port, cases)), {})
  })

  test("without its folder, no case says that a file arrived", async () => {
    await using folder = await tempDir()
    await using service = await startLabFile(folder.path)
    const cases = fileCases()
    const outcomes = await outcomesOf("file", service.port, cases)
    assert.deepEqual(failuresOf(outcomes), {})
    assert.ok(namesOf(outcomes, "not applicable").includes("glued"))
    const passed = cases.filter(({ name }) => outcomes.get(name)?.verdict === "pass")
    assert.ok(passed.some(({ name }) => name === "as-documented"))
    for (const { expects } of passed)
      assert.match(expects, /What was saved is not looked at without --dir\.$/)
  })
})

function documentServer(folder: TempDir) {
  const script = join(import.meta.dirname, "../../../../test/interop/python/file_server.py")
  return spawnProgram("python3", ["-u", script, folder.path])
}

/** Runs one case against a receiver of the document's own kind, which takes one client and ends. */
async function againstDocument(name: string): Promise<Outcome> {
  await using folder = await tempDir()
  await using server = documentServer(folder)
  const [, port] = await server.waitFor(/port (\d+)/)
  const one = fileCases({ dir: folder.path }).find((candidate) => candidate.name === name)!
  return (await outcomesOf("file", Number(port), [one])).get(name)!
}

describe("try file: a receiver as the document has it", { skip: needs("python3") }, () => {
  const basic = fileCases().filter(({ demand, name }) => demand === "basic" && name !== "glued")
  for (const { name } of basic)
    test(`passes ${name}`, async () => assert.equal((await againstDocument(name)).verdict, "pass"))

  test("ends with its first client, which one case says and no other", async () => {
    await using folder = await tempDir()
    await using server = documentServer(folder)
    const [, port] = await server.waitFor(/port (\d+)/)
    const outcomes = await outcomesOf("file", Number(port), fileCases({ dir: folder.path }))
    assert.deepEqual(failuresOf(outcomes), { "next-client": "The server has ended with its first client." })
    assert.deepEqual(namesOf(outcomes, "pass"), ["as-documented"])
  })

  test("fails glued, as it fails the document's own client, and is told why", async () => {
    const outcome = await againstDocument("glued")
    assert.ok(outcome.verdict === "fail")
    assert.match(outcome.what, /^There is no recv-landline-\w+\.txt in .*\.$/)
    assert.match(new TextDecoder().decode(outcome.sent), /^landline-\w+\.txt<SEPARATOR>53The first line\./)
    assert.equal(outcome.byte, 0)
    const { cause } = fileCases().find(({ name }) => name === "glued")!
    assert.match(cause, /^One recv\(\) took header and data together/)
  })
})

/** Each flaw, and the cases that find it. */
const flaws: Record<FileFlaw, string[]> = {
  "takes one recv for the header": ["glued", "glued-digits", "byte-by-byte", "cut-short"],
  "loses what came with the header": ["glued", "glued-digits", "byte-by-byte", "cut-short"],
  "takes all digits for the size": ["glued-digits"],
  "keeps the path": ["path", "windows-path"],
  "knows the separators of its own system alone": ["windows-path"],
  "decodes as Latin-1": ["non-ascii"],
  "saves text": ["as-documented"],
  "saves one recv": ["larger"],
  "saves no file of no bytes": ["empty"],
  "saves what never came whole": ["glued-digits", "cut-short"],
  "saves what was reset": ["reset"],
  "serves one client at a time": ["second-client", "silent"],
  "dies of half a header": ["hang-up"],
  "dies of a size that is no number": ["wrong-input"],
  "dies of a reset": ["reset"],
  "closes no connection": ["as-documented"],
  "loses a large file that comes without a pause": [], // the document's own client pauses
  answers: ["as-documented"],
  "dies of a name that is no text": ["not-utf-8"],
}

describe("try file: each flaw is found by its own cases, and nothing else is", { concurrency: 6 }, () => {
  test("none where there is none", async () => {
    await using folder = await tempDir()
    await using server = await startWith(flawedFile(undefined, folder.path))
    const outcomes = await outcomesOf("file", server.port, fileCases({ dir: folder.path }))
    assert.deepEqual(failuresOf(outcomes), {})
  })

  for (const [flaw, found] of Object.entries(flaws))
    test(`a server that ${flaw}`, async () => {
      await using folder = await tempDir()
      await using server = await startWith(flawedFile(flaw as FileFlaw, folder.path))
      const outcomes = await outcomesOf("file", server.port, fileCases({ dir: folder.path }), FLAW_MS)
      assert.deepEqual(namesOf(outcomes, "fail"), found, JSON.stringify(failuresOf(outcomes)))
      assert.deepEqual(await readdir(folder.path), [], "what was sent is taken away again")
    })
})
