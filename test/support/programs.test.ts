import assert from "node:assert/strict"
import { chmodSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { needs } from "./programs.ts"
import { tempDir } from "./temp.ts"

/** Runs `body` with these environment variables, and puts the former ones back. */
function withEnv(env: Record<string, string | undefined>, body: () => void): void {
  const before = { ...process.env }
  const put = (key: string, value: string | undefined) => {
    if (value === undefined) delete process.env[key]
    else process.env[key] = value
  }
  for (const [key, value] of Object.entries(env)) put(key, value)
  try {
    body()
  } finally {
    for (const key of Object.keys(env)) put(key, before[key])
  }
}

test("needs: a program in PATH is there; a missing one is a reason to skip, but never under CI", async () => {
  await using dir = await tempDir()
  const PATH = dir.path
  // A program whose name no folder of the system holds.
  const program = "landline-test-program" as "python3"
  withEnv({ PATH, CI: undefined }, () => assert.equal(needs(program), `${program} is not installed`))
  withEnv({ PATH, CI: "true" }, () => assert.throws(() => needs(program), /under CI no test is skipped/))

  writeFileSync(dir.file(program), "#!/bin/sh\n")
  withEnv({ PATH, CI: undefined }, () => assert.match(String(needs(program)), /not installed/))
  chmodSync(dir.file(program), 0o755)
  withEnv({ PATH, CI: "true" }, () => assert.equal(needs(program), false))
})
