import assert from "node:assert/strict"
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { test } from "node:test"
import { rawSocket, startLabFile } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { screenOf } from "../support/screen.ts"
import { tempDir } from "../support/temp.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "file", ...args.map(String)])

/** A server that does as it is told with each connection. */
async function serverThat(does: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {})
    does(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: typeof address === "object" && address ? address.port : 0,
    [Symbol.dispose]: () => void server.close(),
  }
}

test("lab file serve: says where it listens, saves where it is told, and ends at Ctrl-C without a trace", async () => {
  await using folder = await tempDir()
  await using server = landline("serve", "--port", 0, "--dir", folder.file("a/b"))
  const [, port] = await server.waitFor(/^\[INFO\] \[__init__\]: Listening on 127\.0\.0\.1:(\d+)$/m)
  using sender = await rawSocket(Number(port))
  await sender.write("a.txt<SEPARATOR>5hello")
  await sender.end()
  await server.waitFor("[INFO] [receive]: Incoming file, saving as recv-a.txt\n")
  await server.waitFor("[INFO] [receive]: Done receiving recv-a.txt\n")
  using half = await rawSocket(Number(port))
  await half.write("b.txt<SEPARATOR>5he")
  await server.waitFor("saving as recv-b.txt\n")
  server.signal("SIGINT")
  assert.equal((await server.waitForExit()).code, 0)
  assert.equal(server.stderr, "")
  assert.deepEqual(await readdir(folder.file("a/b")), ["recv-a.txt"])
})

test("lab file serve --once: ends when the first client has left; flags choose separator and limit", async () => {
  await using folder = await tempDir()
  const flags = ["--once", "--json", "--separator", "|", "--max-bytes", 4, "--pause-ms", 50, "--timeout", 5]
  await using server = landline("serve", "--port", 0, "--dir", folder.path, ...flags)
  const [line] = await server.waitFor(/^.*Listening.*$/m)
  const { level, function: from, message, time } = JSON.parse(line)
  assert.deepEqual({ level, from, time: typeof time }, { level: "INFO", from: "__init__", time: "number" })
  using sender = await rawSocket(Number(/\d+$/.exec(message)?.[0]))
  await sender.write("a.txt|5hello")
  await sender.end()
  const [diagnosis] = await server.waitFor(/^.*"diagnosis":.*$/m)
  assert.equal(JSON.parse(diagnosis).diagnosis.expected, "a file of at most 4 bytes")
  assert.equal((await server.waitForExit()).code, 0)
})

test("lab file serve: a folder that cannot be written is one sentence and exit 2", async () => {
  await using folder = await tempDir()
  await writeFile(folder.file("file"), "")
  for (const path of [folder.file("file"), folder.file("file/in it"), "/proc/nope/deep"]) {
    await using server = landline("serve", "--port", 0, "--dir", path)
    assert.equal((await server.waitForExit()).code, 2, path)
    assert.match(server.stderr, /^Files cannot be saved in [^\n]+\n$/)
  }
})

test("lab file connect: a large file goes through without being held in memory", async () => {
  await using folder = await tempDir()
  const bytes = Buffer.alloc(40_000_000, "landline ")
  await writeFile(folder.file("large"), bytes)
  await using service = await startLabFile(folder.path)
  await using client = landline("connect", `127.0.0.1:${service.port}`, folder.file("large"))
  assert.equal((await client.waitForExit(30_000)).code, 0)
  await service.lines.next(/^Done receiving recv-large/)
  assert.ok(bytes.equals(await readFile(folder.file("recv-large"))))
  assert.deepEqual(service.lines.diagnoses, [])
})

test("lab file connect: what is not there, or no file, is said without troubling the server", async () => {
  await using folder = await tempDir()
  await mkdir(folder.file("folder"))
  await writeFile(folder.file("a<SEPARATOR>b"), "x")
  await using service = await startLabFile(folder.path)
  const cases: [path: string, stdout: RegExp, stderr: RegExp][] = [
    [folder.file("nope"), /^\[ERROR\] \[send\]: \S+nope does not exist!\n$/, /^$/],
    [folder.file("folder"), /^$/, /folder is a folder, and this wire carries one file\. [^\n]+\n$/],
    ["/dev/null", /^$/, /^\/dev\/null is no regular file, [^\n]+\n$/],
    [folder.file("a<SEPARATOR>b"), /^$/, /^a<SEPARATOR>b holds <SEPARATOR>, [^\n]+\n$/],
  ]
  for (const [path, stdout, stderr] of cases) {
    await using client = landline("connect", `127.0.0.1:${service.port}`, path)
    assert.equal((await client.waitForExit()).code, 1, path)
    assert.match(client.stdout, stdout)
    assert.match(client.stderr, stderr)
  }
  assert.equal(service.lines.all.length, 1, "nobody came")
})

test("lab file connect: a server that does not take it is said, exit 1", async () => {
  await using folder = await tempDir()
  await writeFile(folder.file("large"), Buffer.alloc(30_000_000))
  const cases: [does: (socket: Socket) => void, said: RegExp][] = [
    [
      (socket) => socket.once("data", () => socket.resetAndDestroy()),
      /the server broke the connection \(\w+\)/,
    ],
    [
      (socket) => socket.once("data", () => socket.end()),
      /the server closed the connection before it had all/,
    ],
    [(socket) => socket.pause(), /the server took nothing for 0\.5 s/],
  ]
  for (const [does, said] of cases) {
    using server = await serverThat(does)
    const at = `127.0.0.1:${server.port}`
    await using client = landline("connect", at, folder.file("large"), "--timeout", 0.5)
    assert.equal((await client.waitForExit()).code, 1)
    assert.match(client.stderr, said)
    assert.doesNotMatch(client.stdout, /Done/)
  }
})

test("lab file connect: Ctrl-C is exit 0, and the server does not take what came for the file", async () => {
  await using folder = await tempDir()
  await writeFile(folder.file("a"), "hello")
  await using service = await startLabFile(folder.path)
  await using client = landline(
    "connect",
    `127.0.0.1:${service.port}`,
    folder.file("a"),
    "--pause-ms",
    20_000,
  )
  await service.lines.next(/^Incoming/)
  client.signal("SIGINT")
  assert.equal((await client.waitForExit()).code, 0)
  assert.equal(client.stderr, "")
  await service.lines.next(/was reset by the peer; nothing of recv-a is kept/)
})

test("lab file connect: nobody there is one sentence and exit 1; wrong usage is exit 2", async () => {
  await using folder = await tempDir()
  await writeFile(folder.file("a"), "hello")
  const gone = await startLabFile(folder.path)
  await gone.close()
  await using client = landline("connect", `127.0.0.1:${gone.port}`, folder.file("a"))
  assert.equal((await client.waitForExit()).code, 1)
  assert.match(client.stderr, /^No server listens at 127\.0\.0\.1:\d+\. [^\n]+\n$/)
  for (const args of [
    ["connect"],
    ["connect", "a:b:c", "file"],
    ["connect", "a", "b", "c"],
    ["connect", "a", "--pause-ms", "soon"],
    ["serve", "--max-bytes", "-1"],
    ["serve", "--port", "x"],
    ["serve", "--port", "0", "--separator", ""],
    ["connect", "file", "--separator", ""],
  ]) {
    await using program = landline(...args)
    assert.equal((await program.waitForExit()).code, 2, args.join(" "))
    assert.notEqual(program.stderr, "")
  }
})

test("lab file connect: on a terminal a bar shows how far it is, and goes", {
  skip: needs("python3"),
}, async () => {
  await using folder = await tempDir()
  await writeFile(folder.file("film.mkv"), Buffer.alloc(30_000_000))
  let reading: Socket | undefined
  using server = await serverThat((socket) => {
    socket.pause()
    reading = socket
  })
  const script = join(import.meta.dirname, "python", "on_terminal.py")
  const program = [process.execPath, "bin/landline.js", "lab", "file", "connect", `127.0.0.1:${server.port}`]
  await using client = spawnProgram("python3", ["-u", script, ...program, folder.file("film.mkv")])
  await client.waitFor(/░.*\d+% .*of 30 MB/)
  reading!.on("end", () => reading!.end()).resume()
  await client.waitFor("Done sending")
  assert.equal((await client.waitForExit()).code, 0)
  assert.match(
    screenOf(client.stdout, 200).filter(Boolean).at(-1)!,
    /^\[INFO\] \[send\]: Done sending .*film\.mkv$/,
  )
  assert.doesNotMatch(screenOf(client.stdout, 200).join("\n"), /░/)
})
