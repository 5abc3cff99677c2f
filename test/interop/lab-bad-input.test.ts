import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer as createHttpServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { describe, test } from "node:test"
import { type LabServiceName, type Tried, tryLabServer } from "../../src/hub/lab-try.ts"
import { startHub } from "../../src/hub/main.ts"
import { runCli } from "../support/cli.ts"
import { HOSTILE_NAMES } from "../support/hostile-names.ts"
import { rawSocket, startWith } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"
import { spawnProgram } from "../support/process.ts"
import { tempDir } from "../support/temp.ts"

const timeout = 60_000
const SERVICES: readonly LabServiceName[] = ["ping", "sum", "hello", "feed", "chat", "file"]

const landline = (...args: string[]) => spawnProgram(process.execPath, ["bin/landline.js", "lab", ...args])

const tried = (service: LabServiceName, port: number, timeoutMs = 300): Promise<Tried[]> =>
  tryLabServer(service, {
    ...{ host: "127.0.0.1", port, timeoutMs },
    signal: new AbortController().signal,
    onTried: () => {},
  })

/** Nothing that moves a terminal's cursor or turns its text around. */
const assertSafe = (output: string) =>
  assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)

describe("lab try: a server that never comes to an end is given up, and little of it is kept", {
  concurrency: 4,
}, () => {
  const failed = (all: readonly Tried[]) => {
    const [first] = all
    assert.equal(first!.outcome.verdict, "fail")
    for (const { outcome } of all)
      if (outcome.verdict === "fail") assert.ok(outcome.got.length < 256 * 1024, `${outcome.got.length}`)
  }

  for (const service of SERVICES)
    test(`${service}: nothing, a byte now and then, gigabytes`, { timeout, concurrency: 3 }, async (t) => {
      await t.test("nothing", async () => {
        await using server = await startWith((socket) => void socket.on("error", () => {}))
        failed(await tried(service, server.port))
      })
      await t.test("a byte now and then", async () => {
        await using server = await startWith((socket) => {
          const drip = setInterval(() => socket.write("x"), 200)
          socket.on("error", () => {}).once("close", () => clearInterval(drip))
        })
        failed(await tried(service, server.port))
      })
      await t.test("gigabytes", async () => {
        let written = 0
        let connections = 0
        const block = Buffer.alloc(64 * 1024, "x")
        await using server = await startWith((socket) => {
          connections++
          const pour = () => {
            while (!socket.destroyed && socket.write(block)) written += block.length
          }
          socket.on("error", () => {}).on("drain", pour)
          pour()
        })
        failed(await tried(service, server.port))
        const megabytes = written / connections / 1e6
        assert.ok(megabytes < 64, `${megabytes} MB were taken of each connection`)
      })
    })
})

describe("lab try: what is no such server is said in one sentence, exit 1", { concurrency: 4 }, () => {
  const said = async (service: LabServiceName, port: number, sentence: RegExp) => {
    await using program = landline(service, "try", `127.0.0.1:${port}`, "--timeout", "1")
    assert.equal((await program.waitForExit(30_000)).code, 1, program.stdout)
    assert.match(program.stderr, sentence)
    assert.equal(program.stderr.split("\n").length, 2)
    assert.equal(program.stdout, "")
  }

  for (const service of SERVICES)
    test(`${service}: HTTP, TLS, SSH, and a closed port`, { timeout }, async () => {
      await using web = createHttpServer((_request, response) => void response.end("hi"))
      web.listen(0, "127.0.0.1")
      await once(web, "listening")
      await said(service, (web.address() as AddressInfo).port, /^127\.0\.0\.1:\d+ speaks HTTP: it is no /)
      const quiet = (socket: Socket) => socket.on("error", () => {})
      const ssh = await startWith((socket) => void quiet(socket).write("SSH-2.0-OpenSSH_9\r\n"))
      await said(service, ssh.port, /^127\.0\.0\.1:\d+ speaks SSH: it is no /)
      await using tls = await startWith((socket) => {
        const alert = Uint8Array.of(0x15, 3, 1, 0, 2, 2, 10)
        quiet(socket).on("data", (chunk) => chunk.length >= 5 && socket.end(alert))
      })
      await said(service, tls.port, /^127\.0\.0\.1:\d+ speaks TLS: it is no /)
      await ssh[Symbol.asyncDispose]()
      await said(service, ssh.port, /^No server listens at 127\.0\.0\.1:\d+\. /)
    })
})

test("lab: a program that connects 200 times and stays keeps nobody out", { timeout }, async () => {
  await using hub = await startLabHub({
    services: "ping:0,sum:0,hello:0,feed:0,chat:0,file:0",
    joined: false,
  })
  for (const { port, service } of hub.services) {
    const all = await Promise.all(Array.from({ length: 200 }, () => rawSocket(port)))
    using client = await rawSocket(port)
    if (service === "ping") {
      await client.write("PING")
      assert.equal(await client.read(4), "PONG")
    } else if (service === "hello") assert.equal(await client.read(13), "Hello client!")
    else if (service === "sum") {
      await client.write('{"client_name": "Ada", "client_number": 25}')
      assert.match(await client.closed(), /server_number/)
    } else if (service === "chat") {
      await client.write("3         ada")
      await hub.lines.next(/username: ada/)
    } else if (service === "file") {
      await client.write("a.txt<SEPARATOR>5hello")
      await client.end()
      await hub.lines.next(/Done receiving/)
    } else {
      await client.write("GET / HTTP/1.1\r\n\r\n")
      assert.match(await client.closed(), /^HTTP\/1\.1 4/)
    }
    for (const socket of all) socket.reset()
    assert.ok(hub.lab.traces("127.0.0.1").length <= 200)
  }
})

test("lab: names made to break a terminal or a page stay data in trace, table and API", {
  timeout,
}, async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: ":memory:", lab: "sum:0" })
  const port = hub.lab[0]!.port
  const names = HOSTILE_NAMES.filter((name) => name.length < 300 && name.isWellFormed())
  for (const name of names) {
    using client = await rawSocket(port)
    await client.write(`${JSON.stringify({ name, number: 25 })}\n`)
    await client.read(10)
    await client.end()
  }
  const lab = (...words: string[]) => runCli({ config: folder.path, hub: hub.address }, "lab", ...words)
  for (const words of [["trace"], ["table"], ...names.map((_, index) => ["trace", `${index + 1}`])]) {
    const { code, stdout, stderr } = await lab(...words)
    assert.deepEqual([code, stderr], [0, ""], words.join(" "))
    assertSafe(stdout)
  }
  for (const path of ["traces", "traces/1", "table"]) {
    const answer = await fetch(`${hub.address}/lab/${path}`)
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff")
    await answer.json()
  }
})

test("lab try: what a server says, and what its command prints, stays data on the terminal", {
  timeout,
}, async () => {
  const evil = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m\r<script>"
  for (const service of SERVICES) {
    await using server = await startWith((socket) => {
      socket.on("error", () => {}).write(`PONG${evil}`)
    })
    await using program = landline(service, "try", `127.0.0.1:${server.port}`, "--timeout", "0.3")
    await program.waitForExit(30_000)
    assertSafe(program.stdout + program.stderr)
  }
  await using free = await startWith(() => {})
  await free[Symbol.asyncDispose]()
  const command = `printf '\\033[2J\\007owned'; exit 2`
  await using program = landline("ping", "try", `127.0.0.1:${free.port}`, "--start", command)
  assert.equal((await program.waitForExit(30_000)).code, 1)
  assert.match(program.stderr, /its last line: \\x1b\[2J\\x07owned\n$/)
})
