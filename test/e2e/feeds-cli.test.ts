import assert from "node:assert/strict"
import { test } from "node:test"
import { connect } from "../../src/client/main.ts"
import { startHub } from "../../src/hub/main.ts"
import { cli, runCli } from "../support/cli.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 120_000

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

async function until(done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await done())) assert.ok(Date.now() < end, "it did not happen in half a minute")
}

test("follow: messages with their time on stdout, blocks on stderr; a closed feed ends it", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  const published = await runCli({ ...ada, stdin: "one\n\n  \ntwo\nthree\x1b[2J\n" }, "publish", "news")
  assert.deepEqual(
    [published.code, published.stdout, published.stderr],
    [0, "", "3 messages published in news.\n"],
  )
  const all = await runCli(ada, "follow", "news", "--from", "start", "--block", "2", "-n", "3")
  assert.equal(all.code, 0)
  const stamp = String.raw`\d\d:\d\d:\d\d\.\d{3}`
  assert.match(all.stdout, new RegExp(String.raw`^${stamp}  one\n${stamp}  two\n${stamp}  three\\x1b\[2J\n$`))
  assert.match(
    all.stderr,
    /^block 1 of news: 2 messages in \d+\.\d{3} s, longest gap \d+\.\d{3} s\nnews: 3 messages in \d+\.\d s.*; 1 block, mean .*\n$/,
  )
  // From a place that was left, and of several, with their names.
  const lines = jsonLines(
    (await runCli(ada, "follow", "news", "--from", "start", "-n", "2", "--json")).stdout,
  )
  assert.deepEqual(
    lines.map(({ feed, offset, author, kind, text }) => [feed, offset, author, kind, text]),
    [
      ["news", 1, "ada", "text", "one"],
      ["news", 2, "ada", "text", "two"],
    ],
  )
  const rest = await runCli(ada, "follow", "news", "--from", lines[1].cursor, "-n", "1")
  assert.match(rest.stdout, new RegExp(`^${stamp}  three`))
  const latest = await runCli(ada, "follow", "feed/news", "--latest", "-n", "1")
  assert.match(latest.stdout, new RegExp(`^${stamp}  three`))

  await using both = cli(ada, "follow", "news", "lobby")
  await until(async () => (await jsonOf(ada, "news")).followers > 0)
  await runCli({ ...ada, stdin: "four\n" }, "publish", "news")
  await runCli(ada, "say", "hello")
  await both.waitFor("hello")
  assert.match(both.stdout, new RegExp(String.raw`^${stamp} news  four\n${stamp} lobby ada: hello\n$`))
  await using one = cli(ada, "follow", "news", "--from", "start")
  await one.waitFor("four")
  await runCli(ada, "feeds", "news", "--close")
  assert.deepEqual(await one.waitForExit(), { code: 0, signal: null })
  assert.match(one.stderr, /^news is closed: that was all\.\nnews: 4 messages in /)
  await both.waitForError("news is closed")
  both.signal("SIGINT")
  assert.deepEqual(await both.waitForExit(), { code: 0, signal: null })
})

const jsonOf = async (options: Parameters<typeof runCli>[0], feed: string) =>
  JSON.parse((await runCli(options, "feeds", feed, "--json")).stdout)

test("follow: a publisher that stalls by design is seen in that block, here and at the hub", {
  timeout,
}, async (t) => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  const publisher = connect(hub.address, { name: "sensor" })
  t.after(() => publisher.close())
  await publisher.createFeed("temp", "text/plain")
  await using follower = cli(ada, "follow", "temp", "--json", "--block", "3", "-n", "12")
  await until(async () => (await publisher.feed("temp")).followers > 0)
  const stallMs = 1_500
  for (let n = 1; n <= 12; n++) {
    if (n === 8) await new Promise((resolve) => setTimeout(resolve, stallMs))
    await publisher.publish("feed/temp", String(n))
  }
  assert.equal((await follower.waitForExit()).code, 0)
  const blocks = jsonLines(follower.stdout).flatMap(({ block }) => block ?? [])
  assert.deepEqual(
    blocks.map(({ block, messages }) => [block, messages]),
    [1, 2, 3, 4].map((block) => [block, 3]),
  )
  const [one, two, third, four] = blocks
  assert.ok(third.longestGapMs > stallMs / 2 && third.spanMs >= third.longestGapMs)
  // The publisher was late, not the line: in no block did a message come that much later than it was published.
  for (const { latenessMs } of blocks) assert.ok(Math.abs(latenessMs) < stallMs)
  for (const other of [two, four]) assert.ok(other.longestGapMs < third.longestGapMs)
  assert.equal(one.block, 1)
  const [receiver] = await publisher.blocks("temp")
  assert.match(receiver!.receiver, /^ada \d+$/)
  assert.deepEqual(
    receiver!.blocks.map(({ time: _, ...report }) => report),
    blocks,
  )
  assert.match((await runCli(ada, "feeds", "temp")).stdout, /RECEIVER[\s\S]*\nada \d+ +4 +3 messages/)
})

test("follow: what is no longer kept is told as a gap", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  await runCli(ada, "feeds", "small", "--keep-bytes", "300")
  await runCli({ ...ada, stdin: `${"x".repeat(100)}\n`.repeat(20) }, "publish", "small")
  await until(async () => (await jsonOf(ada, "small")).head > 1) // retention has run
  const { head } = await jsonOf(ada, "small")
  const follow = await runCli(ada, "follow", "small", "--from", "start", "-n", "1")
  assert.ok(follow.stderr.startsWith(`Messages 1 to ${head - 1} of small are no longer kept.\n`))
  const json = jsonLines(
    (await runCli(ada, "follow", "small", "--from", "start", "-n", "1", "--json")).stdout,
  )
  assert.deepEqual(json[0], { feed: "small", gap: { from: 1, to: head - 1 } })
  assert.equal(json[1].offset, head)
})

test("feeds: made, described, listed, shown and deleted", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  const made = await runCli(
    ada,
    ..."feeds lab/temp --title Cellar --unit °C --type application/json --expect 60s --room lobby --keep 2d --keep-bytes 0".split(
      " ",
    ),
  )
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^feed +lab\/temp\ntitle +Cellar \(°C\)\ntype +application\/json\nstate +open\n/)
  assert.match(
    made.stdout,
    /\nkeeps +at most 2 days\nspeaks +at least once in 1 minute, else lobby hears of it\n/,
  )
  const lent = (await runCli(ada, "feeds", "lab/temp", "--keep-bytes", `${3 * 1024 * 1024}`)).stdout
  assert.match(lent, /\nmessages +0 \(0 bytes kept\)\n[\s\S]*\nkeeps +at most 2 days and 3 MiB\n/)
  await runCli({ ...ada, stdin: "21.5\n" }, "publish", "feed/lab/temp")
  await runCli(ada, "feeds", "lab/temp", "--title", "Attic", "--expect", "0", "--ttl", "1h")
  const info = await jsonOf(ada, "lab/temp")
  const { title, unit, type, count, expectMs, ttlMs, keepMs, receivers } = info
  assert.deepEqual(
    { title, unit, type, count, expectMs, ttlMs, keepMs, receivers },
    {
      title: "Attic",
      unit: "°C",
      type: "application/json",
      count: 1,
      expectMs: 0,
      ttlMs: 3_600_000,
      keepMs: 2 * 86_400_000,
      receivers: [],
    },
  )
  const list = (await runCli(ada, "feeds")).stdout
  assert.match(list, /^FEED +TYPE +MESSAGES +LAST +STATE +TITLE\n/)
  assert.match(list, /\nlab\/temp +application\/json +1 +\d+ s ago +open +Attic \(°C\)\n/)
  const listed = jsonLines((await runCli(ada, "feeds", "--json")).stdout)
  assert.ok(listed.some(({ feed, count }) => feed === "lab/temp" && count === 1))
  assert.equal((await runCli(ada, "feeds", "lab/temp", "--delete")).stderr, "The feed lab/temp is deleted.\n")
  assert.equal((await runCli(ada, "feeds", "lab/temp")).code, 1)
})

test("publish, follow, feeds: bad input is answered in one sentence", { timeout }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  await runCli({ ...ada, stdin: "21.5\n" }, "publish", "temp")
  await runCli({ ...ada, stdin: "x\n" }, "publish", "over")
  await runCli(ada, "feeds", "over", "--close")
  const cases: readonly [number, RegExp, string, ...string[]][] = [
    [1, /^There is neither a feed nor a room nowhere\. `landline feeds`.*\n$/, "", "follow", "nowhere"],
    [1, /^There is no feed "nowhere"\..*\n$/, "", "follow", "feed/nowhere"],
    [1, /^There is no room .*nowhere.*\n$/, "", "follow", "room/nowhere"],
    [1, /^A feed's name is .*\n$/, "", "follow", "a b"],
    [1, /^A feed's name is .*\n$/, "x\n", "publish", "../etc"],
    [1, /^A feed's name is .*\n$/, "", "feeds", "a//b"],
    [1, /^There is no feed "nowhere"\..*\n$/, "", "feeds", "nowhere"],
    [1, /^room\/lobby means a room, where `landline say` speaks\. .*\n$/, "x\n", "publish", "room/lobby"],
    [1, /^There is no feed "nowhere"\..*\n$/, "", "feeds", "nowhere", "--close"],
    [1, /^The feed temp holds application\/json, and .*\n$/, "", "feeds", "temp", "--type", "text/plain"],
    [1, /^The feed temp holds application\/json; .*\n$/, "x\n", "publish", "temp", "--type", "text/plain"],
    [1, /^"nonsense" is no content type\.\n$/, "x\n", "publish", "fresh", "--type", "nonsense"],
    [1, /^Line 2: .* closed\.\n$/, "\nx\n", "publish", "over"],
    [
      1,
      /^Line 2 is no JSON, and the feed temp holds JSON\.\n2 messages published in temp\.\n$/,
      "1\n{oops\n2\n",
      "publish",
      "temp",
    ],
    [
      1,
      /^Line 1 is too long: a message has at most 64 KiB\.\n1 message published in temp\.\n$/,
      `${"9".repeat(70_000)}\n3`,
      "publish",
      "temp",
    ],
    [
      2,
      /^A cursor is a place in one topic/,
      "",
      "follow",
      "temp",
      "over",
      "--from",
      `${"1".repeat(16)}_${"0".repeat(16)}`,
    ],
    [2, /--from.*It is start, now, or a cursor/, "", "follow", "temp", "--from", "yesterday"],
    [2, /--block.*whole number/, "", "follow", "temp", "--block", "0"],
    [2, /^--latest begins with the newest/, "", "follow", "temp", "--latest", "--from", "start"],
    [2, /--expect.*such as 500ms/, "", "feeds", "temp", "--expect", "often"],
    [2, /cannot be used with/, "", "feeds", "temp", "--delete", "--title", "x"],
    [2, /^Name the feed/, "", "feeds", "--title", "x"],
  ]
  for (const [code, stderr, stdin, ...words] of cases) {
    const run = await runCli({ ...ada, stdin }, ...words)
    assert.equal(run.code, code, `${words.join(" ")}: ${run.stderr}`)
    assert.match(run.stderr, stderr)
    assert.equal(run.stdout, "", words.join(" "))
  }
  // A log that was replaced: told, and followed from its start.
  const foreign = `${"1".repeat(16)}_${"0".repeat(15)}7`
  const reset = await runCli(ada, "follow", "temp", "--from", foreign, "-n", "1", "--json")
  assert.equal(reset.code, 0)
  assert.deepEqual(jsonLines(reset.stdout)[0], { feed: "temp", reset: true })
  assert.equal(jsonLines(reset.stdout)[1].text, "21.5")
  const refused = jsonLines((await runCli({ ...ada, stdin: "no\n4\n" }, "publish", "temp", "--json")).stdout)
  assert.equal(refused[0].line, 1)
  assert.deepEqual([refused[1].feed, refused[1].messages], ["temp", 1])
})

test("publish: Ctrl-C tells how many are stored; a feed that is closed meanwhile ends it by the line's number", {
  timeout,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await using config = await tempDir()
  const ada = { config: config.path, hub: hub.address, as: "ada" }
  await using publisher = cli(ada, "publish", "temp")
  publisher.write("one\ntwo\n")
  await until(async () => (await jsonOf(ada, "temp").catch(() => ({ count: 0 }))).count === 2)
  publisher.signal("SIGINT")
  assert.deepEqual(await publisher.waitForExit(), { code: 0, signal: null })
  assert.equal(publisher.stderr, "2 messages published in temp.\n")
  await using other = cli(ada, "publish", "temp")
  other.write("three\n")
  await until(async () => (await jsonOf(ada, "temp")).count === 3)
  await runCli(ada, "feeds", "temp", "--close")
  other.write("four\n")
  assert.deepEqual(await other.waitForExit(), { code: 1, signal: null })
  assert.equal(other.stderr, "1 message published in temp.\nLine 2: That topic is closed.\n")
})
