import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { join } from "node:path"
import { describe, test } from "node:test"
import {
  type LabServiceName,
  type LabTryOptions,
  labCases,
  type Tried,
  tryLabServer,
} from "../../src/hub/lab-try.ts"
import type { SumFormatName } from "../../src/protocol/lab/sum-formats.ts"
import { startLabChat, startLabHello, startLabPing, startLabSum, startWith } from "../support/lab.ts"
import { spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { tempDir } from "../support/temp.ts"

const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", ...args.map(String)])

const GOODBYE_MS = 500 // of a slow server: more than an answer of its may take, less than its end

const scriptOf = (service: LabServiceName) => join(import.meta.dirname, "python", `flawed_${service}.py`)

const tried = (
  service: LabServiceName,
  port: number,
  options: Partial<LabTryOptions> = {},
): Promise<Tried[]> =>
  tryLabServer(service, {
    host: "127.0.0.1",
    port,
    signal: new AbortController().signal,
    onTried: () => {},
    ...options,
  })

const failedIn = (all: readonly Tried[]): string[] =>
  all.filter(({ outcome }) => outcome.verdict === "fail").map((one) => one.case.name)

/** Longer than in earnest: on a busy machine bytes that are sent one by one come late. */
const PAUSES = { pauseMs: 250 }

describe("lab try: our own servers pass everything", () => {
  const right = (all: readonly Tried[], service: LabServiceName) => {
    assert.deepEqual(failedIn(all), [])
    assert.equal(all.length, labCases(service).length)
    assert.ok(all.filter(({ outcome }) => outcome.verdict === "pass").length >= 12)
  }

  test("ping", async () => {
    await using server = await startLabPing({ ...PAUSES, wordPauseMs: 500 })
    right(await tried("ping", server.port), "ping")
  })

  test("hello", async () => {
    await using server = await startLabHello(PAUSES)
    right(await tried("hello", server.port), "hello")
  })

  test("sum, which a number out of range ends", async () => {
    await using server = await startLabSum({ settings: PAUSES })
    void server.stopped.then(server.close)
    right(await tried("sum", server.port), "sum")
  })

  test("sum, in every format, where a number out of range closes", async () => {
    const inFormat = async (format: SumFormatName) => {
      await using server = await startLabSum({ settings: { ...PAUSES, onOutOfRange: "close" } })
      const all = await tried("sum", server.port, { format, onOutOfRange: "close" })
      assert.deepEqual(failedIn(all), [], format)
    }
    await Promise.all((["jsonline", "comma", "lines", "words", "java", "c260"] as const).map(inFormat))
  })
})

/** Each flaw with the cases that find it; `document` has all that its kind has, and passes what is basic. */
const FLAWS: { readonly [Service in LabServiceName]?: Record<string, readonly string[]> } = {
  ping: {
    none: [],
    document: ["byte-by-byte", "glued", "silent", "second-client"],
    one_recv: ["byte-by-byte", "glued"],
    once: ["glued"],
    pieces: ["one-piece"],
    everyone: ["second-client"],
    one_client: ["next-client"],
    one_answer: ["several"],
    no_quit: ["quit"],
    no_end: ["byte-by-byte", "glued", "empty"],
    no_reset: ["byte-by-byte", "glued", "reset"],
    dies_of_bytes: ["byte-by-byte", "glued", "not-utf-8"],
    ascii: ["byte-by-byte", "glued", "non-ascii"],
    newline: ["as-documented"],
    wrong_word: ["as-documented"],
    twice: ["as-documented"],
    flood: ["as-documented"],
  },
  hello: {
    none: [],
    document: ["next-client"],
    serial: ["silent", "second-client"],
    to_the_end: [],
    one_recv: ["byte-by-byte"],
    short_recv: ["byte-by-byte", "largest"],
    no_reset: ["reset"],
    ascii: ["non-ascii"],
    dies_of_bytes: ["not-utf-8"],
    pieces: ["one-piece"],
    hears_nothing: ["listens", "early", "byte-by-byte", "non-ascii", "not-utf-8", "largest"],
    echo: ["closes"],
    stays_open: ["closes"],
    waits: ["as-documented"],
    wrong_greeting: ["as-documented"],
    newline: ["as-documented"],
  },
  sum: {
    none: [],
    document: ["byte-by-byte", "silent", "second-client"],
    serial: ["silent", "second-client"],
    one_recv: ["byte-by-byte"],
    short_recv: ["byte-by-byte", "largest"],
    one_client: ["next-client"],
    no_end: ["empty"],
    no_reset: ["reset"],
    ascii: ["non-ascii"],
    java: [],
    struct: [],
    little_endian: ["as-documented"],
    little_endian_reply: ["as-documented"],
    dies_of_bytes: ["not-utf-8"],
    pieces: ["one-piece"],
    greets: ["as-documented"],
    to_the_end: ["as-documented"],
    characters: ["non-ascii"],
    wrong_sum: ["sum"],
    edges: ["edges"],
    float: ["wrong-input-fraction"],
    stays_open: ["closes"],
    goes_on: ["out-of-range"],
    any_number: ["out-of-range", "out-of-range-101", "out-of-range-negative", "out-of-range-huge"],
    twice: ["as-documented"],
    own_number: ["as-documented"],
    wrong_keys: ["as-documented"],
  },
}

for (const [service, flaws] of Object.entries(FLAWS) as [LabServiceName, Record<string, readonly string[]>][])
  describe(`lab ${service} try: every flaw is found, and none invented`, {
    skip: needs("python3"),
    concurrency: 4,
  }, () => {
    for (const [flaw, cases] of Object.entries(flaws))
      test(flaw, async () => {
        await using server = spawnProgram("python3", ["-u", scriptOf(service), flaw])
        const [, port] = await server.waitFor(/port (\d+)/)
        const all = await tried(service, Number(port))
        assert.deepEqual(
          failedIn(all),
          cases,
          JSON.stringify(
            all.map(({ outcome }) => outcome),
            null,
            1,
          ),
        )
        if (flaw !== "document") return
        for (const { case: one, outcome } of all)
          assert.ok(one.demand === "robust" || outcome.verdict !== "fail", one.name)
      })
  })

describe("lab try --start: the server is started anew for each case", { skip: needs("python3") }, () => {
  const started = async (service: LabServiceName, flaw: string) => {
    const port = await freePort()
    return tried(service, port, { start: `python3 ${scriptOf(service)} ${flaw} ${port}` })
  }

  test("a right server passes all cases, each number out of range and a restart among them", async () => {
    const all = await started("sum", "none")
    assert.deepEqual(failedIn(all), [])
    const left = all.filter(({ outcome }) => outcome.verdict === "not applicable").map((one) => one.case.name)
    assert.deepEqual(left, ["glued", "separator"])
  })

  test("a server of the document's kind that ends with its first client is tried to the end", async () => {
    const all = await started("hello", "document")
    assert.deepEqual(failedIn(all), ["next-client", "byte-by-byte"])
  })

  test("an error that ends the program is a failure with its last words, also where the wire shows nothing", async () => {
    await using folder = await tempDir()
    const port = await freePort()
    const script = join(import.meta.dirname, "python", "file_server.py")
    const all = await tried("file", port, {
      start: `python3 ${script} '${folder.path}' ${port}`,
      only: ["as-documented", "glued"],
    })
    assert.deepEqual(failedIn(all), ["glued"])
    const [, { outcome } = {}] = all
    assert.ok(outcome?.verdict === "fail")
    assert.match(
      outcome.what,
      /ended with exit code 1; its last line: ValueError: invalid literal for int\(\)/,
    )
  })

  for (const service of ["ping", "hello", "sum"] as const)
    test(`${service} without SO_REUSEADDR fails to restart, and in nothing else`, async () => {
      assert.deepEqual(failedIn(await started(service, "no_reuse")), ["restart"])
    })

  test("a command that ends at once is said with its last words, and nothing of it stays", async () => {
    const port = await freePort()
    const command = `python3 -c 'raise SystemExit("no such file")'`
    await using program = landline("ping", "try", `127.0.0.1:${port}`, "--start", command)
    assert.equal((await program.waitForExit()).code, 1)
    assert.match(program.stderr, /^No server listens\. [^\n]*exit code 1; its last line: no such file\n$/)
  })

  test("Ctrl-C ends the server with everything that it started, exit 0", async () => {
    const port = await freePort()
    const command = `echo begun; python3 ${scriptOf("ping")} newline ${port}; true`
    await using program = landline("ping", "try", `127.0.0.1:${port}`, "--start", command, "--timeout", 30)
    const late = performance.now() + 10_000
    while (!(await isTaken(port)) && performance.now() < late)
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(await isTaken(port))
    program.signal("SIGINT")
    assert.equal((await program.waitForExit()).code, 0)
    assert.equal(program.stderr, "")
    assert.equal(await isTaken(port), false)
  })

  test("where something listens already, nothing is started", async () => {
    await using server = await startLabPing()
    await assert.rejects(tried("ping", server.port, { start: "true" }), { code: "port_in_use" })
  })
})

async function freePort(): Promise<number> {
  await using server = await startWith(() => {})
  return server.port
}

async function isTaken(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" })
  try {
    await once(socket, "connect")
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

describe("lab try: a server of another kind is said in one sentence, before any case", {
  concurrency: 4,
}, () => {
  const said = async (service: LabServiceName, port: number, sentence: RegExp) => {
    await assert.rejects(tried(service, port, { onTried: () => assert.fail("a case was shown") }), {
      code: "no_hub",
      message: sentence,
    })
  }

  for (const service of ["ping", "sum", "hello", "chat"] as const)
    test(`${service}: HTTP, TLS, SSH`, async () => {
      await using web = createHttpServer((_request, response) => void response.end("hi"))
      web.listen(0, "127.0.0.1")
      await once(web, "listening")
      await said(service, (web.address() as AddressInfo).port, /^127\.0\.0\.1:\d+ speaks HTTP: it is no /)
      await using ssh = await startWith(
        (socket) => void socket.on("error", () => {}).write("SSH-2.0-OpenSSH_9\r\n"),
      )
      await said(service, ssh.port, /speaks SSH/)
      await using tls = await startWith((socket) => {
        const alert = Uint8Array.of(0x15, 3, 1, 0, 2, 2, 10)
        socket.on("error", () => {}).on("data", (chunk) => chunk.length >= 5 && socket.end(alert))
      })
      await said(service, tls.port, /speaks TLS/)
    })

  test("another service of the lab is named, with the command that tries it", async () => {
    await using ping = await startLabPing()
    await using sum = await startLabSum({ settings: { onOutOfRange: "close" } })
    await using hello = await startLabHello()
    await using chat = await startLabChat()
    const ports = { ping: ping.port, sum: sum.port, hello: hello.port, chat: chat.port }
    for (const service of ["ping", "sum", "hello"] as const)
      for (const [other, port] of Object.entries(ports))
        if (other !== service)
          await said(service, port, new RegExp(`is a ${other} server, .* landline lab ${other} try 127`))
  })
})

test("lab try: the table, a failure with its bytes, the verdict, and exit 3", async () => {
  await using server = await startWith((socket) => {
    socket
      .on("error", () => {})
      .on("data", (chunk) => socket.write(chunk.toString() === "PING" ? "PoNG" : "?"))
  })
  await using program = landline("ping", "try", `127.0.0.1:${server.port}`)
  assert.equal((await program.waitForExit(30_000)).code, 3)
  assert.match(
    program.stdout,
    /^ping at 127\.0\.0\.1:\d+\n\ncase +demand +verdict\nas-documented +basic +FAIL\n/,
  )
  assert.match(program.stdout, /^quit +basic +n\/a +Rests on as-documented: mend that first\.$/m)
  assert.match(program.stdout, /^ +byte 1: expected "ONG", got "oNG[^"]*"$/m)
  assert.match(program.stdout, /^ +0 {2}50>6f 4e 47 .* PoNG/m)
  assert.match(program.stdout, /\n0 of 1 passed; 1 failed, which the document itself demands\. [^\n]+\n$/)
  assert.equal(program.stderr, "")
})

test("lab try --json --only: one object with the cases that were asked for", async () => {
  await using server = await startLabPing()
  const only = ["--only", "glued", "--only", "quit"]
  await using program = landline("ping", "try", `127.0.0.1:${server.port}`, "--json", ...only)
  assert.equal((await program.waitForExit(30_000)).code, 0, program.stderr)
  const { service, cases, verdict } = JSON.parse(program.stdout)
  assert.deepEqual([service, verdict], ["ping", "All 2 passed."])
  assert.deepEqual(
    cases.map(({ name, demand, verdict }: Record<string, string>) => [name, demand, verdict]),
    [
      ["quit", "basic", "pass"],
      ["glued", "robust", "pass"],
    ],
  )
})

test("lab try: nobody there is exit 1, an unknown case exit 2 with all names", async () => {
  await using nobody = landline("ping", "try", `127.0.0.1:${await freePort()}`)
  assert.equal((await nobody.waitForExit()).code, 1)
  assert.match(nobody.stderr, /^No server listens at [^\n]+\n$/)
  await using unknown = landline("hello", "try", "--only", "gluedd")
  assert.equal((await unknown.waitForExit()).code, 2)
  assert.match(unknown.stderr, /^There is no case gluedd\. There are as-documented, [^\n]+restart\.\n$/)
})

test("lab ping try: a server of one client at a time that is slow to say goodbye is not hurried", async () => {
  const waiting: Socket[] = []
  let busy: Socket | undefined
  const serve = (socket: Socket | undefined) => {
    busy = socket
    if (!socket) return
    if (socket.readableEnded) {
      socket.end() // it has left while it waited
      return serve(waiting.shift())
    }
    let kept = ""
    socket.on("data", (chunk) => {
      kept += chunk.toString("latin1")
      for (; kept.includes("PING"); kept = kept.replace("PING", "")) socket.write("PONG")
      if (kept.endsWith("QUIT")) setTimeout(() => socket.end(), GOODBYE_MS)
    })
    socket.once("end", () => socket.end()).once("close", () => serve(waiting.shift()))
  }
  await using server = await startWith((socket) => {
    socket.on("error", () => {})
    if (busy) waiting.push(socket)
    else serve(socket)
  })
  const all = await tried("ping", server.port, { timeoutMs: GOODBYE_MS - 100 })
  assert.deepEqual(failedIn(all), ["silent", "second-client"])
})

test("lab try: a server that sends a byte now and then is given up", async () => {
  await using server = await startWith((socket) => {
    const drip = setInterval(() => socket.write("P"), 900)
    socket.on("error", () => {}).once("close", () => clearInterval(drip))
  })
  const all = await tried("sum", server.port, { timeoutMs: 300 })
  assert.deepEqual(failedIn(all), ["as-documented"])
})
