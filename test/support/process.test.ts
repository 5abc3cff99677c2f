import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { test } from "node:test"
import { spawnProgram } from "./process.ts"
import { tempDir } from "./temp.ts"

const run = (script: string) => spawnProgram(process.execPath, ["-e", script])

test("spawnProgram: lines are awaited one after the other, and a line in the past counts once", async () => {
  await using program = run(`
    console.log("a=1"); console.log("a=2 (b)")
    process.stdin.on("data", (text) => console.log("got " + text)).on("end", () => process.exit(3))
  `)
  assert.equal((await program.waitFor(/a=(\d)/))[1], "1")
  assert.equal((await program.waitFor(/a=(\d)/))[1], "2")
  await program.waitFor("(b)")
  program.write("x")
  await program.waitFor("got x")
  program.end()
  assert.deepEqual(await program.waitForExit(), { code: 3, signal: null })
})

test("spawnProgram: what never comes is an error that shows what came instead", async () => {
  await using silent = run(`console.error("no luck"); process.stdin.resume()`)
  await silent.waitForError("no luck")
  await assert.rejects(silent.waitFor("ready", 50), /ready did not come within 50 ms.*no luck/s)
  silent.signal("SIGTERM")
  await assert.rejects(silent.waitFor("ready"), /ended \(SIGTERM\) without ready/)
  assert.equal((await silent.exited).signal, "SIGTERM")
})

test("spawnProgram: a program that cannot be started is an error", async () => {
  await using missing = spawnProgram("landline-no-such-program")
  await assert.rejects(missing.waitFor("x"), /ENOENT/)
})

test("tempDir: is gone at the end of its block", async () => {
  let path: string
  {
    await using dir = await tempDir()
    path = dir.path
    assert.ok(existsSync(path))
  }
  assert.ok(!existsSync(path))
})
