import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { SUM_FORMATS } from "../../src/protocol/lab/sum-formats.ts"
import { startLabSum } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])
const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "sum", ...args.map(String)])

/** The formats that the Python client speaks. */
const FORMS = ["json", "name", "message", "jsonline", ",", ":", ";", "|", "colonline", "lines", "twolines"]
FORMS.push("words", "java", "c260")

describe("sum clients as beginners write them, and our server", { skip: needs("python3") }, () => {
  for (const form of FORMS)
    test(`${form}: both ends log both names and the same sum`, async () => {
      await using service = await startLabSum({ settings: { name: "Grace's, server" } })
      await using client = python("sum_client.py", "127.0.0.1", service.port, form, "José Doe", 25, 100)
      assert.equal((await client.waitForExit()).code, 0, client.stderr)
      const server = form === "," ? "Grace's  server" : "Grace's, server"
      const printed = client.stdout.trimEnd().split("\n")
      for (const [turn, number] of [25, 100].entries()) {
        assert.equal(printed[turn * 2], `José Doe | ${server}`)
        await service.lines.next(/^Client Name: José Doe \| Server Name: Grace's, server$/)
        const { message } = await service.lines.next(/^Client Number: /)
        const [, theirs, own, sum] = /^Client Number: (\d+) \| Server Number: (\d+) \| Sum: (\d+)$/.exec(
          message,
        )!
        assert.equal(theirs, `${number}`)
        assert.equal(printed[turn * 2 + 1], `sum ${number} + ${own} = ${sum}`)
      }
      assert.deepEqual(service.lines.diagnoses, [])
    })

  test("in the hub each of them is served at the same time, and one out of range ends only itself", async () => {
    await using hub = await startLabHub({ services: "sum:0" })
    const clients = FORMS.map((form) => python("sum_client.py", "127.0.0.1", hub.port, form, form, 7, 8))
    await using rude = python("sum_client.py", "127.0.0.1", hub.port, "json", "rude", 0)
    assert.equal((await rude.waitForExit(30_000)).code, 1, "it gets no reply")
    await hub.lines.next(/^Client int out of range: 0\. Closing its connection\.$/)
    for (const client of clients) {
      assert.equal((await client.waitForExit(30_000)).code, 0, client.stderr)
      await client[Symbol.asyncDispose]()
    }
    assert.deepEqual(hub.lines.diagnoses, [])
  })
})

describe("our client and servers as beginners write them", { skip: needs("python3") }, () => {
  for (const format of Object.keys(SUM_FORMATS))
    test(`${format}: both ends print the same sum`, async () => {
      await using server = python("sum_server.py", format, "Grace Server", 10)
      const [, port] = await server.waitFor(/port (\d+)/)
      const name = format === "words" ? "Ada Doe" : "José, Doe"
      await using client = landline(
        "connect",
        `127.0.0.1:${port}`,
        "--number",
        25,
        "--format",
        format,
        "--name",
        name,
      )
      assert.equal((await client.waitForExit()).code, 0, client.stderr)
      await server.waitFor(`got ${format === "comma" ? "José  Doe" : name} 25\nsum 25 + 10 = 35\n`)
      assert.equal(
        client.stdout,
        [
          `[DEBUG] [send_message]: Connected to server at 127.0.0.1:${port}`,
          `[INFO] [send_message]: ${name} | Grace Server`,
          "[INFO] [send_message]: Client Number: 25 | Server Number: 10 | Sum: 35",
          "",
        ].join("\n"),
      )
    })

  test("a server that adds wrongly is found: ERROR, and exit 3", async () => {
    await using server = python("sum_server.py", "json", "Grace", 10, "sum", 36)
    const [, port] = await server.waitFor(/port (\d+)/)
    await using client = landline("connect", `127.0.0.1:${port}`, "--number", 25)
    assert.equal((await client.waitForExit()).code, 3)
    assert.match(
      client.stdout,
      /\n\[ERROR\] \[send_message\]: The server says that the sum is 36, but 25 \+ 10 is 35\n$/,
    )
    assert.equal(client.stderr, "")
  })

  test("a number out of range ends their server, and our client with exit 0", async () => {
    await using server = python("sum_server.py", "json", "Grace", 10)
    const [, port] = await server.waitFor(/port (\d+)/)
    await using client = landline("connect", `127.0.0.1:${port}`, "--number", -5)
    assert.equal((await client.waitForExit()).code, 0)
    assert.match(
      client.stdout,
      /\n\[WARNING\] \[send_message\]: The integer input out of range\. Terminating the server\n$/,
    )
    await server.waitFor("got Landline Client -5\nout of range\n")
    assert.equal((await server.waitForExit()).code, 0)
  })
})
