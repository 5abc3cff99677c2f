import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { startLabHello } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])

describe("lab hello and programs as beginners write them", { skip: needs("python3") }, () => {
  test("a client is greeted and heard, alone and in the hub", async () => {
    await using alone = await startLabHello()
    await using hub = await startLabHub({ services: "hello:0" })
    for (const service of [alone, hub]) {
      await using client = python("hello_client.py", "127.0.0.1", service.port)
      assert.equal((await client.waitForExit()).code, 0, client.stderr)
      assert.equal(client.stdout, "said: Hello client!\n")
      await service.lines.next(/^Client: Hello Server!$/)
      assert.deepEqual(service.lines.diagnoses, [])
    }
  })

  test("our client hears a server and is heard", async () => {
    await using server = python("hello_server.py")
    const [, port] = await server.waitFor(/port (\d+)/)
    const args = ["bin/landline.js", "lab", "hello", "connect", `127.0.0.1:${port}`]
    await using client = spawnProgram(process.execPath, args)
    assert.equal((await client.waitForExit()).code, 0, client.stderr)
    assert.equal(client.stdout, "[INFO] [main]: Server: Hello client!\n")
    assert.equal((await server.waitForExit()).code, 0, server.stderr)
    assert.match(server.stdout, /^said: Hello Server!$/m)
  })
})
