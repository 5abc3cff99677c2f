import assert from "node:assert/strict"
import { readFile, writeFile } from "node:fs/promises"
import { test } from "node:test"
import { openAlteringLine } from "../support/altering-line.ts"
import { cli, runCli } from "../support/cli.ts"
import { flipPayload } from "../support/exchange-pair.ts"
import { rightly, startFalseHub } from "../support/false-hub.ts"
import { startHubProcess } from "../support/hub-process.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 120_000
const HASH = /[0-9a-f]{64}/

test("sum: one exchange shows both names, both numbers, the sum and the transcript that both ends hold", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.file("data"), ["--name", "Hub of the class"])
  const ada = { config: folder.path, hub: hub.address, as: "Ada Lovelace" }
  const { code, stdout, stderr } = await runCli(ada, "sum", "25")
  const lines =
    /^Ada Lovelace 25 \+ Hub of the class (\d+) = (\d+)\nBoth ends hold the same transcript: ([0-9a-f]{64})\n$/
  const [, answer, sum, transcript] = lines.exec(stdout) ?? []
  assert.deepEqual([code, stderr, Number(sum)], [0, "", 25 + Number(answer)])
  await hub.program.waitForError(transcript!) // its log holds the same
})

test("sum: what is no whole number from 1 to 100 is refused in one sentence", { timeout }, async () => {
  await using folder = await tempDir()
  const nobody = { config: folder.path, hub: "127.0.0.1:9" }
  for (const number of ["0", "101", "-5", "1e9", "25.5", "abc", ""]) {
    const { code, stdout, stderr } = await runCli(nobody, "sum", number)
    assert.deepEqual([code, stdout], [2, ""])
    assert.equal(stderr, `"${number}" is no whole number from 1 to 100, as in landline sum 25.\n`)
  }
  assert.match(
    (await runCli(nobody, "sum")).stderr,
    /^Give a whole number from 1 to 100, as in landline sum 25, or --many\.\n$/,
  )
  for (const words of [
    ["25", "--many", "5"],
    ["25", "--pipelined"],
    ["--verify", "a"],
    ["--many", "0"],
    ["--many", "10001", "--save-hub", "there.jsonl"],
    ["25", "--save", "same.jsonl", "--save-hub", "same.jsonl"],
  ])
    assert.equal((await runCli(nobody, "sum", ...words)).code, 2, words.join(" "))
  const { code, stderr } = await runCli(nobody, "sum", "25")
  assert.equal(code, 1)
  assert.match(stderr, /^Nothing listens at 127\.0\.0\.1:9, .*\n$/)
})

test("sum: many exchanges, and the transcripts of both ends, which are the same until one is changed", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.file("data"))
  const ada = { config: folder.path, hub: hub.address, as: "ada" }
  const [here, there] = [folder.file("here.jsonl"), folder.file("there.jsonl")]
  const save = ["--save", here, "--save-hub", there]
  const { code, stdout } = await runCli(ada, "sum", "--many", "1000", "--seed", "7", ...save)
  assert.equal(code, 0)
  const [rate, bytes, bound, same, ...more] = stdout.split("\n")
  assert.match(rate!, /^1,000 exchanges with .* in \d+\.\d s, one after the other: [\d,]+ a second$/)
  assert.match(bytes!, /^1\.\d MB up, 1\.\d MB down$/)
  assert.equal(
    bound,
    "No error in 1,000 exchanges: the error rate is below 3/1000 = 0.003 with 95 % confidence.",
  )
  assert.match(same!, /^Both ends hold the same transcript: /)
  assert.deepEqual(more, [""])
  const [hash] = HASH.exec(same!)!
  const verify = () => runCli(ada, "sum", "--verify", here, there)
  assert.deepEqual(await verify(), {
    code: 0,
    stdout: `The transcripts are the same: 1,000 exchanges, ${hash}\n`,
    stderr: "",
  })
  const text = await readFile(there, "utf8")
  await writeFile(there, text.replace('"seq":500,"client":"ada"', '"seq":500,"client":"eve"'))
  const changed = await verify()
  assert.equal(changed.code, 3)
  assert.match(
    changed.stdout,
    /^The transcripts differ\. Exchange 500: client is "ada" in .*, line 501, and "eve" in /,
  )
  assert.equal((await runCli(ada, "sum", "--verify", here, folder.file("none"))).code, 1)

  const pipelined = await runCli(ada, "sum", "--many", "5000", "--pipelined", "--json")
  const found = JSON.parse(pipelined.stdout)
  assert.deepEqual([pipelined.code, found.exchanges, found.same, found.mismatches], [0, 5_000, true, []])
})

test("sum: a line that flips bits is found out: exit code 3, and each bit at its place", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.file("data"))
  // Payloads of 64 bytes are those of exchanges 45 to 48.
  await using up = await openAlteringLine(hub.address, flipPayload({ way: "up", seq: 46, byte: 40, bit: 5 }))
  await using down = await openAlteringLine(
    hub.address,
    flipPayload({ way: "down", seq: 47, byte: 63, bit: 0 }),
  )
  const ada = { config: folder.path, as: "ada" }
  const damaged = await runCli({ ...ada, hub: up.address }, "sum", "--many", "100")
  assert.equal(damaged.code, 3)
  assert.match(
    damaged.stdout,
    /\n1 of 100 exchanges came damaged, at 1 place:\nexchange {2}way {2}what {5}byte {2}bit\n46 {8}up {3}payload {2}40 {4}5\nThe transcripts differ: /,
  )
  const json = await runCli({ ...ada, hub: down.address }, "sum", "--many", "100", "--json")
  const { mismatches, same, errorRateBelow } = JSON.parse(json.stdout)
  assert.deepEqual(mismatches, [{ seq: 47, direction: "down", part: "payload", byte: 63, bit: 0 }])
  assert.deepEqual([json.code, same, errorRateBelow], [3, false, undefined])

  await using broken = await openAlteringLine(hub.address, (_, bytes) =>
    Buffer.from(
      Buffer.from(bytes).toString("latin1").replace('"op":"request","seq":50', '"op"="request","seq":50'),
      "latin1",
    ),
  )
  const stopped = await runCli({ ...ada, hub: broken.address }, "sum", "--many", "100")
  assert.deepEqual([stopped.code, stopped.stdout.includes("49 exchanges with")], [3, true])
  assert.match(stopped.stderr, /^On the way up, after 49 exchanges: .*what follows cannot be read\.\n$/)
})

test("sum: a hub with a wrong sum, or another transcript: exit code 3, one sentence", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using wrong = await startFalseHub((fields) =>
    rightly(fields).map((message) => (message.op === "reply" ? { ...message, sum: 36 } : message)),
  )
  const { code, stdout, stderr } = await runCli(
    { config: folder.path, hub: wrong.hub, as: "ada" },
    "sum",
    "25",
  )
  assert.deepEqual(
    [code, stdout, stderr],
    [3, "", "The hub's sum is wrong in exchange 1: 25 and 10 are 35, it says 36.\n"],
  )
  await using other = await startFalseHub(rightly)
  const differs = await runCli({ config: folder.path, hub: other.hub, as: "ada" }, "sum", "25")
  assert.deepEqual([differs.code, differs.stderr], [3, ""])
  assert.match(
    differs.stdout,
    /^ada 25 \+ False 10 = 35\nThe transcripts differ: [0-9a-f]{64} here, 0{64} at the hub\.\n$/,
  )
})

test("sum: Ctrl-C ends a long run with what is known, exit code 0", { timeout }, async () => {
  await using folder = await tempDir()
  await using hub = await startHubProcess(folder.file("data"))
  await using long = cli(
    { config: folder.path, hub: hub.address, as: "ada" },
    "sum",
    "--many",
    "1000000",
    "--save",
    folder.file("a"),
  )
  const end = Date.now() + 20_000
  while ((await readFile(folder.file("a")).catch(() => "")).length < 100_000) assert.ok(Date.now() < end)
  long.signal("SIGINT")
  assert.deepEqual(await long.waitForExit(), { code: 0, signal: null })
  assert.match(long.stdout, /^[\d,]+ exchanges with .*\n.*\n.*\nBoth ends hold the same transcript: /)
})
