import assert from "node:assert/strict"
import { readFile, stat } from "node:fs/promises"
import { after, before, test } from "node:test"
import { type Hub, startHub } from "../../src/hub/main.ts"
import { cli, runCli } from "../support/cli.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const timeout = 60_000
let hub: Hub
let config: TempDir
const landline = (...words: string[]) =>
  runCli({ config: config.path, hub: hub.address, as: "ada" }, ...words)
const withStdin = (stdin: string, ...words: string[]) =>
  runCli({ config: config.path, hub: hub.address, as: "ada", stdin }, ...words)

before(async () => {
  hub = await startHub({ port: 0, data: ":memory:" })
  config = await tempDir()
})
after(async () => {
  await hub.close()
  await config[Symbol.asyncDispose]()
})

async function room(name: string): Promise<string> {
  const { code } = await landline("rooms", "create", name)
  assert.equal(code, 0)
  return name
}

test("say: what is said is in the history, signed and dated", { timeout }, async () => {
  const said = await landline("say", await room("greetings"), "Good\nmorning")
  assert.deepEqual(said, { code: 0, stdout: "", stderr: "" })
  const { stdout } = await landline("history", "greetings")
  assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d ada: Good\n {22}morning\n$/)
})

test("say TEXT: the room is the lobby", { timeout }, async () => {
  await landline("say", "to the lobby")
  assert.match((await landline("history", "--last", "1")).stdout, /ada: to the lobby\n$/)
})

test("say -: each line of stdin is one message, in order, blank ones left out", { timeout }, async () => {
  const lines = Array.from({ length: 3_000 }, (_, n) => `line ${n}`)
  const { code } = await withStdin(`${lines.join("\n\n")}\n`, "say", await room("lines"), "-")
  assert.equal(code, 0)
  const { stdout } = await landline("history", "lines", "--export", "jsonl")
  assert.deepEqual(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).text),
    lines,
  )
})

test("say: a message that is not stored is exit code 1 and one sentence", { timeout }, async () => {
  const nowhere = await landline("say", "nowhere", "x")
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /^There is no room "nowhere"\.[^\n]*\n$/)
  const large = await landline("say", "x".repeat(70_000))
  assert.equal(large.code, 1)
  assert.match(large.stderr, /^[^\n]+\n$/)
})

for (const words of [
  ["say"],
  ["say", "several", "words", "here"],
  ["say", ""],
  ["say", "--nope", "x"],
  ["history", "--last", "few"],
  ["history", "--export", "xml"],
  ["nonsense"],
  ["--hub", "::", "rooms"],
  [],
])
  test(`usage: landline ${words.join(" ")} is exit code 2, without a trace`, { timeout }, async () => {
    const { code, stdout, stderr } = await landline(...words)
    assert.equal(code, 2)
    assert.equal(stdout, "")
    assert.notEqual(stderr, "")
    assert.doesNotMatch(stderr, /\n {4}at /)
  })

for (const command of ["chat", "say", "history", "rooms", "people", "serve", "lab", "data"])
  test(`help: landline ${command} --help shows an example and is exit code 0`, { timeout }, async () => {
    const { code, stdout } = await landline(command, "--help")
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`Examples?:\\n {2}.*landline ${command}`))
  })

test("no hub: one sentence that says what to do, exit code 1", { timeout }, async () => {
  const { code, stderr } = await landline("--hub", "localhost:1", "say", "x")
  assert.equal(code, 1)
  assert.equal(
    stderr,
    "No hub answers at localhost:1. Start one with `landline serve`, or name another with --hub.\n",
  )
})

test("rooms: a new one is listed with its line; one that is there is refused", { timeout }, async () => {
  assert.equal((await landline("rooms", "create", "Workshop", "--line", "Tools and timber")).code, 0)
  assert.match((await landline("rooms")).stdout, /^ROOM .*\n(.*\n)*workshop +0 +0 +- +Tools and timber\n/)
  const again = await landline("rooms", "create", "workshop")
  assert.equal(again.code, 1)
  assert.match(again.stderr, /workshop already/)
  const rows = (await landline("rooms", "--json")).stdout.trimEnd().split("\n")
  assert.ok(rows.map((row) => JSON.parse(row).room).includes("workshop"))
})

test("people: who is in the room, and in that room only", { timeout }, async () => {
  await using bob = cli(
    { config: config.path, hub: hub.address, as: "bob" },
    "chat",
    await room("den"),
    "--json",
  )
  await bob.waitFor('"joined":["bob"]')
  assert.equal((await landline("people", "den")).stdout, "bob\n")
  assert.deepEqual(JSON.parse((await landline("people", "den", "--json")).stdout), { name: "bob" })
  assert.equal((await landline("people", await room("empty"))).stdout, "")
})

test("history: --last, --search and --json choose; --export gives all", { timeout }, async () => {
  await withStdin("red apple\ngreen pear\ngreen apple\n", "say", await room("fruit"), "-")
  const texts = async (...words: string[]) =>
    (await landline("history", "fruit", ...words)).stdout.match(/[a-z]+ (apple|pear)/g)
  assert.deepEqual(await texts("--last", "2"), ["green pear", "green apple"])
  assert.deepEqual(await texts("--search", "apple"), ["red apple", "green apple"])
  assert.deepEqual(await texts("--search", "apple green", "--json"), ["green apple"])
  assert.deepEqual(await texts("--export", "text", "--last", "1"), ["red apple", "green pear", "green apple"])
})

test("history: what somebody said cannot act on the reader's terminal, as text or as JSON", {
  timeout,
}, async () => {
  const evil = "a\u001b[31mred\u009b2J\u202eback"
  await landline("say", await room("evil"), evil)
  const plain = (await landline("history", "evil")).stdout
  const json = (await landline("history", "evil", "--json")).stdout
  assert.doesNotMatch(plain + json, /[\u001b\u009b\u202e]/)
  assert.match(plain, /a\\x1b\[31mred\\x9b2J\\u202eback/)
  assert.equal(JSON.parse(json).text, evil)
})

test("history: a reader that stops early ends it in silence", { timeout }, async () => {
  await withStdin("x\n".repeat(2_000), "say", await room("long"), "-")
  const command = `${process.execPath} bin/landline.js history long --export text | head -1; echo "\${PIPESTATUS[0]}"`
  await using shell = cli({ config: config.path, hub: hub.address, under: ["bash", "-c", command] })
  await shell.waitForExit()
  assert.match(shell.stdout, /ada: x\n0\n$/)
  assert.equal(shell.stderr, "")
})

test("device: the secret is made once, for its owner alone, and keeps the name", { timeout }, async () => {
  await landline("rooms")
  const path = config.file("device")
  const secret = await readFile(path, "utf8")
  assert.match(secret, /^[\w-]{43}\n$/)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await landline("rooms")
  assert.equal(await readFile(path, "utf8"), secret)
  await using other = await tempDir()
  const thief = await runCli({ config: other.path, hub: hub.address, as: "ADA" }, "say", "I am Ada")
  assert.equal(thief.code, 1)
  assert.equal(thief.stderr, "The name ADA belongs to another device. Choose another with --as NAME.\n")
})
