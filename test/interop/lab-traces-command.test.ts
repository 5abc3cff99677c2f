import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { reportTried } from "../../src/cli/lab/report-tried.ts"
import { displayWidth } from "../../src/cli/width.ts"
import { startHub } from "../../src/hub/main.ts"
import { type CliOptions, runCli } from "../support/cli.ts"
import { rawSocket } from "../support/lab.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const NAME = "\x1b[2J\u202ead\u0007a"

/** A hub with a lab, and a way to ask it as a person does. */
async function startAsked() {
  const folder = await tempDir()
  const hub = await startHub({ port: 0, data: ":memory:", lab: "chat:0,hello:0,ping:0" })
  const options: CliOptions = { config: folder.path, hub: hub.address }
  return {
    port: (name: string) => hub.lab.find(({ service }) => service === name)!.port,
    options,
    lab: (...words: string[]) => runCli(options, "lab", ...words),
    async [Symbol.asyncDispose]() {
      await hub.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Nothing that moves a terminal's cursor, and no line that is too long for it. */
function assertSafe(output: string): void {
  assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
  for (const line of output.split("\n")) assert.ok(displayWidth(line) <= 80, line)
}

describe("landline lab trace and table", () => {
  test("the list, one trace with its wrong byte marked, and the table", { timeout }, async () => {
    await using hub = await startAsked()
    assert.deepEqual(await hub.lab("trace"), {
      code: 0,
      stdout: "",
      stderr: "Nothing has connected to the hub's lab from here yet.\n",
    })
    using client = await rawSocket(hub.port("chat"))
    const body = Buffer.from(NAME)
    await client.write(`${String(body.length).padEnd(10)}${NAME}`)
    await client.closed() // that is no name
    const list = await hub.lab("trace")
    assert.equal(list.code, 0, list.stderr)
    assertSafe(list.stdout)
    assert.match(list.stdout, /^ID {2}TIME .*\n1 {3}\d\d:\d\d:\d\d {2}chat .*name, byte 10\n$/)

    const one = await hub.lab("trace", "1")
    assertSafe(one.stdout)
    const lines = one.stdout.split("\n")
    const mark = lines.findIndex((line) => line.includes("^^ wrong"))
    const row = lines[mark - 1]!
    assert.equal(row.slice(lines[mark]!.indexOf("^^"), lines[mark]!.indexOf("^^") + 2), "1b") // byte 10
    assert.match(lines[mark + 1]!, /byte 10: expected a username/)
    assert.match(one.stdout, /0-9: header: 11 bytes of body/)

    const table = await hub.lab("table")
    assertSafe(table.stdout)
    assert.match(
      table.stdout,
      /^127\.0\.0\.1 .*, chat client\n {2}FAIL {2}name {2}\d\d:\d\d {2}byte 10: expected/,
    )
    const [program] = (await hub.lab("table", "--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.equal(program.name, NAME)
    const whole = JSON.parse((await hub.lab("trace", "1", "--json")).stdout)
    assert.equal(Buffer.from(whole.pieces[0].base64, "base64").toString("utf8", 10), NAME)
  })

  test("bytes in both directions, a gap, and what `try` reports", { timeout }, async () => {
    await using hub = await startAsked()
    using client = await rawSocket(hub.port("ping"))
    await client.write(`${"x".repeat(60)}PING\n`.repeat(2_000))
    await client.end()
    const { stdout } = await hub.lab("trace", "1")
    assertSafe(stdout)
    assert.match(stdout, /client > 0\.\d{3} s, [\d,]+ bytes\n {7}0 {2}78 78 /)
    assert.match(stdout, /hub {4}< /)
    assert.match(stdout, /\.\.\. [\d,]+ bytes of the client not kept \.\.\./)

    const results = [{ case: "glued", verdict: "fail" as const, say: "It answered\x1b[2J once." }]
    const report = { service: "ping" as const, host: "127.0.0.1", results }
    await reportTried({ hub: hub.options.hub, as: "ada" }, report)
    const table = await hub.lab("table")
    assertSafe(table.stdout)
    assert.match(
      table.stdout,
      /^127\.0\.0\.1, ping server\n {2}FAIL {2}glued {2}\d\d:\d\d {2}It answered\\x1b\[2J once\.\n/,
    )
  })

  test("a wrong number is said in a sentence; a hub without a lab, and no hub, too", {
    timeout,
  }, async () => {
    await using hub = await startAsked()
    const missing = await hub.lab("trace", "77")
    assert.deepEqual(
      [missing.code, missing.stderr],
      [1, "The hub has no trace of that number, or none for you.\n"],
    )
    assert.equal((await hub.lab("trace", "first")).code, 2)
    await using plain = await startHub({ port: 0, data: ":memory:" })
    const none = await runCli({ ...hub.options, hub: plain.address }, "lab", "table")
    assert.deepEqual(
      [none.code, none.stderr],
      [1, "This hub serves no lab. It is started with landline serve --lab.\n"],
    )
  })
})
