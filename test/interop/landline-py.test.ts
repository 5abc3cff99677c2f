import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { describe, test } from "node:test"
import { type HubProcess, startHubProcess } from "../support/hub-process.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { type TempDir, tempDir } from "../support/temp.ts"

const START = `${"0".repeat(16)}_${"0".repeat(16)}`

/** landline.py as a user gets it, in a folder of its own. */
async function download(hub: HubProcess, folder: TempDir): Promise<void> {
  const response = await fetch(`${hub.address}/landline.py`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get("content-type")!, /^text\/x-python\b/)
  await writeFile(folder.file("landline.py"), await response.text())
}

const python = (folder: TempDir, address: string, args: string[], more: NodeJS.ProcessEnv = {}) =>
  spawnProgram("python3", ["-u", ...args], {
    cwd: folder.path,
    env: { ...process.env, LANDLINE_HUB: address, ...more },
  })
const landline = (folder: TempDir, address: string, ...args: string[]) =>
  python(folder, address, ["landline.py", ...args])

async function done(program: ReturnType<typeof landline>) {
  const { code } = await program.waitForExit(20_000)
  return { code, out: program.stdout, err: program.stderr }
}

const stored = async ({ address }: HubProcess, path: string) =>
  (await (await fetch(`${address}/${path}?after=${START}`)).text()).trimEnd().split("\n")

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n + 1}`)
const port = ({ address }: HubProcess) => new URL(address).port

describe("landline.py, got from the hub", { skip: needs("python3") }, () => {
  test("says, publishes and follows", async () => {
    await using folder = await tempDir()
    await using hub = await startHubProcess(folder.file("data"))
    await download(hub, folder)
    const run = (...args: string[]) => done(landline(folder, hub.address, ...args))
    await using follower = landline(folder, hub.address, "follow", "room/lobby", "--after", "start")
    assert.deepEqual(await run("say", "hällo", "--as", "Zoë"), { code: 0, out: "", err: "" })
    await run("say", "lobby", "two\nlines \u001b[31m")
    await follower.waitFor(/^~Zoë: hällo\n~guest: two\\nlines \\x1b\[31m\n/)
    follower.signal("SIGINT")
    assert.deepEqual(await follower.waitForExit(), { code: 0, signal: null })
    assert.match(follower.stderr, /^To go on from here: --after \d{16}_0*2\n$/)

    assert.equal((await run("publish", "temp", "-5")).code, 0)
    await using piped = landline(folder, hub.address, "publish", "lab/log")
    piped.write("one\r\n\ntwo\n\u00fcber")
    piped.end()
    assert.deepEqual(await done(piped), { code: 0, out: "", err: "" })
    assert.deepEqual(await stored(hub, "feeds/lab/log"), ["one", "two", "über"])
    await using wrong = landline(folder, hub.address, "publish", "feed/temp")
    wrong.write("6\nsix\n7\n")
    wrong.end()
    const refused = "Line 2: The feed holds JSON, and this message is none.\n"
    assert.deepEqual(await done(wrong), { code: 1, out: "", err: refused })
    assert.deepEqual(await stored(hub, "feeds/temp"), ["-5", "6"])
    assert.match((await run("publish", "room/lobby", "x")).err, /^room\/lobby means a room, where say\(\) /)
    await fetch(`${hub.address}/feeds/lab/log?close`, { method: "POST" })
    const all = await run("follow", "lab/log", "--after", "start")
    assert.deepEqual(all, { code: 0, out: "one\ntwo\nüber\n", err: "" })
  })

  test("as a module: values come back as they went in", async () => {
    await using folder = await tempDir()
    await using hub = await startHubProcess(folder.file("data"))
    await download(hub, folder)
    await writeFile(
      folder.file("sensor.py"),
      `from landline import Hub, LandlineError, START
hub = Hub(name="sensor")
messages = hub.follow("room/lobby")
hub.say("lobby", "hi")
said = next(messages)
print(said.author, said.text, 1.6e9 < said.time < 1e11)
first = hub.publish("temp", 21.5)
hub.publish("temp", {"a": [None, "ü"]})
values = hub.follow("temp", after=START)
print(next(values).value, next(values).value)
print(next(hub.follow("temp", after=first)).value)
hub.publish("raw", b"\\xff\\n")
hub.publish("picture", b"PNG\\n", type="image/png")
print(next(hub.follow("raw", START)).value, next(hub.follow("picture", START)).value)
try:
    hub.publish("temp", "no JSON")
except LandlineError as error:
    print(error.code, error)
hub.publish("temp", 3)  # what was refused has taken no number
print(next(hub.follow("temp", next(values).cursor[:-1] + "2")).value)
`,
    )
    await using sensor = python(folder, hub.address, ["sensor.py"])
    assert.deepEqual(await done(sensor), {
      code: 0,
      out: [
        "~sensor hi True",
        "21.5 {'a': [None, 'ü']}",
        "{'a': [None, 'ü']}",
        "b'\\xff\\n' b'PNG\\n'",
        "bad_request The feed holds JSON, and this message is none.",
        "3\n",
      ].join("\n"),
      err: "",
    })
  })

  test("hub killed and started again: a follower misses nothing, and all that is published is there once", {
    timeout: 60_000,
  }, async () => {
    const [BEFORE, DURING, ALL] = [60, 70, 120]
    await using folder = await tempDir()
    await using first = await startHubProcess(folder.file("data"))
    await download(first, folder)
    await using publisher = landline(folder, first.address, "publish", "temp")
    publisher.write("1\n")
    while ((await fetch(`${first.address}/feeds/temp`)).status !== 200);
    await using follower = landline(folder, first.address, "follow", "temp", "--after", "start")
    publisher.write(`${numbers(BEFORE).slice(1).join("\n")}\n`)
    await follower.waitFor(`\n${BEFORE}\n`)
    await first.kill()
    publisher.write(`${numbers(DURING).slice(BEFORE).join("\n")}\n`)
    await publisher.waitForError(/^No hub answers at .*\. Trying again\.\n/)
    await follower.waitForError(/^No hub answers at .*\. Trying again\.\n/)

    await using second = await startHubProcess(folder.file("data"), ["--port", port(first)])
    publisher.write(`${numbers(ALL).slice(DURING).join("\n")}\n`)
    publisher.end()
    assert.equal((await publisher.waitForExit(20_000)).code, 0, publisher.stderr)
    await follower.waitFor(`\n${ALL}\n`, 20_000)
    assert.deepEqual(await stored(second, "feeds/temp"), numbers(ALL))
    assert.deepEqual(follower.stdout.trimEnd().split("\n"), numbers(ALL))
    follower.signal("SIGINT")
    assert.equal((await follower.waitForExit()).code, 0)
  })

  test("an answer that is lost: what was stored is sent again, and is there once", async () => {
    await using folder = await tempDir()
    await using hub = await startHubProcess(folder.file("data"))
    await download(hub, folder)
    await writeFile(
      folder.file("lossy.py"),
      `import http.client
from landline import Hub
hub, answer, lost = Hub(), http.client.HTTPConnection.getresponse, []
def lossy(line):
    got = answer(line)
    if len(lost) % 3 == 1:
        got.read()
        lost.append(got.status)
        raise ConnectionResetError("the line was cut")
    lost.append(0)
    return got
http.client.HTTPConnection.getresponse = lossy
for n in range(1, 11):
    hub.publish("temp", n)
print(lost.count(201))
`,
    )
    await using lossy = python(folder, hub.address, ["lossy.py"])
    const { code, out, err } = await done(lossy)
    assert.deepEqual([code, err], [0, ""], "a line that was used before is replaced without a word")
    assert.ok(Number(out) >= 3, out)
    assert.deepEqual(await stored(hub, "feeds/temp"), numbers(10))
  })

  test("a feed that was deleted is made anew by who goes on publishing; who follows it is told", async () => {
    await using folder = await tempDir()
    await using hub = await startHubProcess(folder.file("data"))
    await download(hub, folder)
    await using publisher = landline(folder, hub.address, "publish", "temp")
    publisher.write("1\n2\n")
    while ((await (await fetch(`${hub.address}/feeds/temp`)).text()) !== "2");
    await using told = landline(folder, hub.address, "follow", "temp", "--after", "start")
    await told.waitFor("2\n")
    assert.equal((await fetch(`${hub.address}/feeds/temp`, { method: "DELETE" })).status, 204)
    assert.equal((await told.waitForExit()).code, 1)
    assert.equal(told.stderr, "It was deleted.\n")
    publisher.write("3\n")
    publisher.end()
    assert.equal((await publisher.waitForExit()).code, 0, publisher.stderr)
    assert.deepEqual(await stored(hub, "feeds/temp"), ["3"])
  })

  test("what cannot be done is said in one sentence, without a trace", async () => {
    await using folder = await tempDir()
    await using hub = await startHubProcess(folder.file("data"))
    await download(hub, folder)
    const refused: [string[], number, RegExp][] = [
      [["follow", "nope"], 1, /^There is no feed "nope"\. .*\n$/],
      [["follow", "room/nope"], 1, /^There is no room "nope"\. [^\n]*\n$/],
      [["follow", "temp", "--after", "x"], 1, /^(There is no feed|That is not a cursor)[^\n]*\.\n$/],
      [["publish", "a b", "1"], 1, /^A feed's name is [^\n]*\.\n$/],
      [["publish", "temp", ""], 1, /^There is nothing to publish [^\n]*\.\n$/],
      [["say", "x", "--as", "a\u0007"], 1, /^A name cannot hold control characters\.\n$/],
      [["publish", "temp", "1", "--hub", "localhost:1"], 1, /^No hub answers at localhost:1\.\n$/],
      [["publish", "temp", "1", "--hub", "ftp://x"], 1, /^"ftp:\/\/x" is no address of a hub\. [^\n]*\n$/],
      [["publish", "temp", "1", "--hub", "::1"], 1, /^"::1" is no address of a hub\. [^\n]*\n$/],
      [["publish"], 2, /^usage: /],
      [[], 2, /^usage: /],
    ]
    for (const [args, exit, say] of refused) {
      const { code, out, err } = await done(landline(folder, hub.address, ...args))
      assert.deepEqual([code, out], [exit, ""], args.join(" "))
      assert.match(err, say, args.join(" "))
    }
    await using broken = landline(folder, hub.address, "publish", "temp")
    broken.write(Buffer.from("ok\n\xff\n", "latin1"))
    broken.end()
    assert.deepEqual(await done(broken), { code: 1, out: "", err: "Line 2 is no text in UTF-8.\n" })
  })
})
