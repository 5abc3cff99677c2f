import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { parseUser, renderUser } from "../../src/protocol/lab/feed-messages.ts"
import { startLabFeed } from "../support/lab.ts"
import { type Program, spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])
const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "feed", ...args.map(String)])

const STAMP = /^\d\d:\d\d:\d\d\.\d{6} -> /
const REPORT = /^Client Recieved 5 messages in \d+\.\d{4}s time$/m

/** First lines of what a client has shown. */
const shown = (client: Program) =>
  client.stdout.split("\n").flatMap((line) => (STAMP.test(line) ? [line.replace(STAMP, "")] : []))

const USER = /^\['(?:[^'\\]|\\.)+', .*\]$/
const ARRAY = /^\[[ \d]\d(?: [ \d]\d){23}$/

function ensureKinds(client: Program, choice: string): void {
  const lines = shown(client)
  assert.ok(lines.length >= 5)
  for (const line of lines) {
    if (choice === "1") assert.match(line, USER)
    else if (choice === "2") assert.match(line, ARRAY)
    else assert.ok(USER.test(line) || ARRAY.test(line), line)
  }
  assert.equal(new Set(lines.map((line) => USER.test(line))).size, choice === "3" ? 2 : 1)
}

const SKIP = { skip: needs("python3") }

describe("clients as the coursework has them, and our server", SKIP, () => {
  for (const choice of ["1", "2", "3"])
    for (const offer of ["", "offer"])
      test(`choice ${choice}${offer && ", and offers compression"}: gets what it keeps, and reports blocks`, async () => {
        await using service = await startLabFeed({ intervalMs: 20, seed: 1 })
        await using client = python("feed_client.py", "127.0.0.1", service.port, choice, offer)
        for (let blocks = 0; blocks < 2; blocks++) await service.lines.next(REPORT)
        ensureKinds(client, choice)
        client.signal("SIGINT")
        await client.waitFor("Closing Client...")
        await service.lines.next(/^A client has disconnected$/)
        assert.deepEqual(service.lines.diagnoses, [])
      })

  test("one that is killed has left, and one that lost its server comes back", async () => {
    await using first = await startLabFeed()
    const { port } = first
    await using killed = python("feed_client.py", "127.0.0.1", port, 3)
    await using client = python("feed_client.py", "127.0.0.1", port, 3)
    await killed.waitFor(/-> /)
    await client.waitFor(/-> /)
    killed.signal("SIGKILL")
    await first.lines.next(/^A client has disconnected$/)
    await first.close()
    await first.lines.next(/^A client has disconnected$/)
    await client.waitFor("lost: 1001")
    await client.waitFor("Reconnecting to Server...")
    await using _second = await startLabFeed({ port })
    await client.waitFor(/connected/)
    await client.waitFor(/-> /)
  })
})

describe("our client and servers as the coursework has them", SKIP, () => {
  for (const [choice, want] of Object.entries({ 1: "users", 2: "numbers", 3: "both" }))
    for (const deflate of ["", "deflate"])
      test(`${want}${deflate && ", compressed"}: shows what is wanted, and reports blocks`, async () => {
        await using server = python("feed_server.py", 0, deflate)
        const [, port] = await server.waitFor(/port (\d+)/)
        await using client = landline("connect", `127.0.0.1:${port}`)
        await client.waitFor("Enter your choice: ")
        client.write(`${choice}\n`)
        await server.waitFor(`joined, deflate ${deflate ? "True" : "False"}`)
        for (let blocks = 0; blocks < 2; blocks++) await server.waitFor(REPORT)
        await client.waitFor(REPORT)
        // A user whose name has a quote is in double quotes there: the coursework's client takes it for an array.
        if (choice === "1") assert.ok(shown(client).every((line) => parseUser(line)))
        else if (choice === "2") ensureKinds(client, choice)
        else assert.ok(shown(client).length >= 5)
        client.signal("SIGINT")
        assert.equal((await client.waitForExit()).code, 0)
        assert.match(client.stdout, /Closing Client\.\.\.\n$/)
        assert.equal(client.stderr, "")
        await server.waitFor("A client has disconnected")
      })

  test("the server is killed and comes back: nothing but a second is lost", async () => {
    await using server = python("feed_server.py", 0)
    const [, port] = await server.waitFor(/port (\d+)/)
    await using client = landline("connect", `127.0.0.1:${port}`, "--want", "both")
    await client.waitFor(/-> /)
    await server[Symbol.asyncDispose]()
    await client.waitFor("Reconnecting to Server...")
    await client.waitFor("Reconnecting to Server...")
    await using second = python("feed_server.py", port!)
    await second.waitFor("joined")
    await client.waitFor(/-> /)
    await second.waitFor(REPORT)
  })
})

test("what we write of a user, Python reads as the list that it is", SKIP, async () => {
  const users = ["Ada", "O'Brien", `"O'Brien" \\ \n\t\x07`, "Zoë 😀\u2028\ue000"].map((name) => ({
    name,
    address: `${name}\nplace`,
    email: `it's "${name}"`,
  }))
  await using reader = spawnProgram("python3", [
    "-c",
    "import ast, json, sys\nfor line in sys.stdin: print(json.dumps(ast.literal_eval(line)), flush=True)",
  ])
  for (const user of users) {
    reader.write(`${renderUser(user)}\n`)
    const [line] = await reader.waitFor(/^\[.*\]$/m)
    assert.deepEqual(JSON.parse(line), [user.name, user.address, user.email])
  }
})
