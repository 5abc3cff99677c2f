import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { compareTranscripts } from "../../src/cli/sum/verify.ts"
import { startHub } from "../../src/hub/main.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { tempDir } from "../support/temp.ts"

const client = fileURLToPath(new URL("python/exchange_client.py", import.meta.url))

test("sum: a client written from PROTOCOL.md, in Python, holds the same transcript as the hub", {
  timeout: 60_000,
  skip: needs("python3"),
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const [here, there] = [folder.file("here.jsonl"), folder.file("there.jsonl")]
  await using python = spawnProgram("python3", [client, String(hub.port), "260", "4294967295", here])
  const { code } = await python.waitForExit(40_000)
  assert.equal(code, 0, python.stderr)
  const [own, hubs, exchanges] = python.stdout.trim().split(" ")
  assert.deepEqual([own, exchanges], [hubs, "260"])
  const { run } = JSON.parse((await readFile(here, "utf8")).split("\n")[0]!)
  await writeFile(there, await (await fetch(`${hub.address}/sums/${run}`)).text())
  assert.deepEqual(await compareTranscripts(here, there), { same: true, run, exchanges: 260, hash: own })
})
