import assert from "node:assert/strict"
import { readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { runCli } from "../support/cli.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000

test("data: verify and salvage leave sound data as it is, and say the truth of what cannot be read", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  const data = join(folder.path, "data")
  const run = (verb: string) => runCli({ config: folder.path, hub: "" }, "data", verb, "--data", data)
  await (await startHub({ port: 0, data })).close()
  assert.match((await run("verify")).stdout, /^All 1 entries in 2 topics are as they were written\.\n$/)
  assert.deepEqual((await run("salvage")).stdout, "Nothing is damaged, and nothing was changed.\n")
  assert.ok(!(await readdir(data)).some((name) => name.startsWith("damaged")))
  await writeFile(join(data, "landline.db"), "no database at all")
  const verified = await run("verify")
  assert.equal(verified.code, 3)
  assert.match(verified.stdout, /landline data salvage/)
  const salvaged = await run("salvage")
  assert.equal(salvaged.code, 3)
  assert.match(
    salvaged.stdout,
    /^Nothing could be read: the new log is empty\.\nThe damaged files are kept in /,
  )
  assert.equal((await run("verify")).code, 0)
})
