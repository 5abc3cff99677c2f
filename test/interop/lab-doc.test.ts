import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { resolve } from "node:path"
import { describe, test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { runCli } from "../support/cli.ts"
import { commandOf, SERVICES, type Service, startExample } from "../support/examples.ts"
import { rawSocket, startWith } from "../support/lab.ts"
import { assertShown, blocks, type Shown, section, shownIn } from "../support/lab-doc.ts"
import { type Program, spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"
import { screenOf } from "../support/screen.ts"
import { tempDir } from "../support/temp.ts"

const bin = resolve("bin/landline.js")
/** On a terminal, as its reader sits at one. */
const onTerminal = ["python3", resolve("test/interop/python/on_terminal.py")]

/** A server as the document starts it, on a free port. */
interface Served extends AsyncDisposable {
  readonly program: Program
  readonly port: number
}

/** @param more flags that only make it faster */
async function serve({ words, output }: Shown, more: readonly string[] = [], cwd = "."): Promise<Served> {
  const [, documented] = /127\.0\.0\.1:(\d+)/.exec(output.split("\n")[0]!)!
  const named = words.indexOf("--port")
  if (named === -1) await isDefault(words, documented!)
  else assert.equal(words[named + 1], documented)
  const rest = named === -1 ? words : words.toSpliced(named, 2)
  const program = spawnProgram(process.execPath, [bin, ...rest, "--port", "0", ...more], { cwd })
  const [, port] = await program.waitFor(/127\.0\.0\.1:(\d+)/)
  return { program, port: Number(port), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

/** The port in the first line is the one that it takes unless told. */
async function isDefault(words: readonly string[], port: string): Promise<void> {
  await using help = spawnProgram(process.execPath, [bin, ...words.slice(0, 3), "--help"])
  await help.waitForExit(20_000)
  assert.match(help.stdout, new RegExp(`--port <port>\\s.*\\(default: ${port}\\)`))
}

/** A client as the document starts it, at this port. */
function connect({ words }: Shown, port: number, under: readonly string[] = [], cwd = "."): Program {
  const named = words.findIndex((word) => /^localhost:\d+$/.test(word))
  const at = `localhost:${port}`
  const placed = named === -1 ? words.toSpliced(3, 0, at) : words.with(named, at)
  const from = placed.indexOf("--from-port") // the system chooses, so that tests may run side by side
  const args = from === -1 ? placed : placed.with(from + 1, "0")
  const [command, ...rest] = [...under, process.execPath, bin, ...args] as [string, ...string[]]
  const env = { ...process.env, TERM: "xterm", NO_COLOR: "1" }
  return spawnProgram(command, rest, { cwd, env })
}

/** Waits for as many lines of a server as the document has, and compares them. */
async function says({ program }: Served, { output }: Shown): Promise<void> {
  await program.waitFor(new RegExp(`(?:.*\n){${output.split("\n").length}}`))
  assertShown(program.stdout, output)
}

/** @param typed at a prompt, where a terminal shows it */
async function endsWith(program: Program, { output }: Shown, typed?: { prompt: string; text: string }) {
  assert.deepEqual(await program.waitForExit(20_000), { code: 0, signal: null })
  const screen = program.stdout.replaceAll("\r\n", "\n")
  assertShown(typed ? screen.replace(typed.prompt, typed.prompt + typed.text) : screen, output)
}

const terminals = (service: Service) => shownIn(section("### Two terminals", section(`## ${service}`)))

describe("docs/lab.md: two terminals show what is printed there", () => {
  test("ping, over TCP and over UDP", { skip: needs("python3") }, async () => {
    const [server, client, udpServer, udpClient, ...more] = terminals("ping")
    assert.deepEqual(more, [])
    for (const [serving, asking] of [
      [server!, client!],
      [udpServer!, udpClient!],
    ] as const) {
      await using served = await serve(serving)
      await using pinging = connect(asking, served.port, onTerminal)
      await endsWith(pinging, asking)
      await says(served, serving)
    }
  })

  test("sum, with a number that ends the server", async () => {
    const [server, first, last, ...more] = terminals("sum")
    assert.deepEqual(more, [])
    const [, prompt, text] = /^(.*: )(\d+)$/m.exec(first!.output)!
    await using served = await serve(server!)
    await using asking = connect(first!, served.port)
    await asking.waitFor(prompt!)
    asking.write(`${text}\n`)
    await endsWith(asking, first!, { prompt: prompt!, text: text! })
    await using ending = connect(last!, served.port)
    await endsWith(ending, last!)
    await endsWith(served.program, server!)
    for (const { stdout } of [
      served.program,
      asking,
      { stdout: first!.output },
      { stdout: server!.output },
    ]) {
      const [, ours, theirs, sum] = /Client Number: (\d+) \| Server Number: (\d+) \| Sum: (\d+)/.exec(stdout)!
      assert.deepEqual([ours, Number(sum)], [text, Number(ours) + Number(theirs)])
    }
  })

  test("hello", async () => {
    const [server, client, ...more] = terminals("hello")
    assert.deepEqual(more, [])
    await using served = await serve(server!)
    await using greeting = connect(client!, served.port)
    await endsWith(greeting, client!)
    await says(served, server!)
  })

  test("feed, from the menu to Ctrl-C", async () => {
    const [server, client, ...more] = terminals("feed")
    assert.deepEqual(more, [])
    const [, prompt, text] = /^(.*: )(\d)$/m.exec(client!.output)!
    await using served = await serve(server!, ["--interval-ms", "500"])
    await using following = connect(client!, served.port)
    await following.waitFor(prompt!)
    following.write(`${text}\n`)
    await following.waitFor(/Client Recieved .*\n.* -> .*\n/, 30_000)
    following.signal("SIGINT")
    await endsWith(following, client!, { prompt: prompt!, text: text! })
    await served.program.waitFor("disconnected")
    served.program.signal("SIGINT")
    await endsWith(served.program, server!)
  })

  test("chat, with another client that answers", { skip: needs("python3") }, async () => {
    const [server, client, ...more] = terminals("chat")
    assert.deepEqual(more, [])
    const [said, answer] = [...server!.output.matchAll(/message from \w+: (.*)/g)].map(([, text]) => text!)
    const joined = (name: string) => served.program.waitFor(`username: ${name}\n`)
    await using served = await serve(server!)
    await using ada = connect(client!, served.port, onTerminal)
    await joined("ada")
    using bob = await rawSocket(served.port)
    await bob.write("3         bob")
    await joined("bob")
    await ada.waitFor("ada> ") // what is typed before is echoed by the terminal itself
    ada.write(`${said}\r`)
    await served.program.waitFor(`ada: ${said}\n`)
    await bob.write(`${String(answer!.length).padEnd(10)}${answer}`)
    await ada.waitFor(new RegExp(`bob> ${answer}[^]*ada> `))
    assertShown(screenOf(ada.stdout).join("\n"), client!.output)
    ada.write("\x03")
    assert.equal((await ada.waitForExit()).code, 0)
    await served.program.waitFor(/Closed connection.*\n/)
    assertShown(served.program.stdout, server!.output)
  })

  test("file", async () => {
    const [server, client, ...more] = terminals("file")
    assert.deepEqual(more, [])
    await using theirs = await tempDir()
    await using ours = await tempDir()
    const name = client!.words.at(-1)!
    await writeFile(theirs.file(name), "hello")
    await using served = await serve(server!, [], ours.path)
    await using sending = connect(client!, served.port, [], theirs.path)
    await endsWith(sending, client!)
    await says(served, server!)
    assert.equal(await readFile(ours.file(`recv-${name}`), "utf8"), "hello")
  })
})

describe("docs/lab.md: trying a program shows what is printed there", () => {
  const [server, client, trace, ...more] = shownIn(section("## Try a program"))

  test("there are three", () => assert.deepEqual(more, []))

  test("a server with a mistake", { skip: needs("python3") }, async () => {
    const [, path] = / --start "python3 (.*)"$/.exec(
      `${server!.words.slice(0, 4).join(" ")} "${server!.words[4]}"`,
    )!
    const port = await freePort()
    const [python, ...args] = commandOf(path!.replace("examples/", ""))
    const start = [python, ...args, "127.0.0.1", port].join(" ")
    const words = server!.words.toSpliced(3, 2, `localhost:${port}`, "--start", start)
    await using trying = spawnProgram(process.execPath, [bin, ...words])
    assert.equal((await trying.waitForExit(60_000)).code, 3)
    assertShown(trying.stdout, server!.output)
  })

  test("a client with a mistake", { skip: needs("python3") }, async () => {
    await using served = await serve(client!)
    const path = "python/ping/client_one_recv_is_one_answer.py"
    await using pinging = startExample(path, ["127.0.0.1", served.port])
    await pinging.waitForExit()
    await says(served, client!)
  })

  test("a trace", async () => {
    await using folder = await tempDir()
    const hub = await startHub({ port: 0, data: ":memory:", lab: "chat:0" })
    try {
      using ada = await rawSocket(hub.lab[0]!.port)
      await ada.write("3         ada5         cafés")
      await ada.end()
      const options = { config: folder.path, hub: hub.address }
      assertShown((await runCli(options, ...trace!.words)).stdout, trace!.output)
    } finally {
      await hub.close()
    }
  })
})

async function freePort(): Promise<number> {
  await using server = await startWith(() => {})
  return server.port
}

/** What a client has sent before it makes its mistake. @param byte where the mistake stands in the document */
const BEFORE: { readonly [S in Service]?: (byte: number) => string } = {
  chat: () => "3         ada",
  feed(byte) {
    const lines = [
      "GET / HTTP/1.1",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "Host: ",
    ]
    const head = lines.join("\r\n")
    return `${head.padEnd(byte - 4, "x")}\r\n\r\n`
  },
}

/** The words of a diagnosis's sentence: what the program sends; nothing where it sends nothing. */
function mistaken(text: string): Buffer {
  const [, code = ""] = /sends `(.+?)`/.exec(text.slice(0, text.indexOf("```"))) ?? []
  const escaped = /\\x/.test(code)
  return escaped
    ? Buffer.from(JSON.parse(`"${code.replaceAll("\\x", "\\u00")}"`), "latin1")
    : Buffer.from(code)
}

describe("docs/lab.md: a program that gets it wrong is told so as printed there", { concurrency: 3 }, () => {
  for (const service of SERVICES)
    test(service, async () => {
      const text = section("### When a program gets it wrong", section(`## ${service}`))
      const [printed] = blocks(text)
      await using folder = await tempDir()
      await using served = await serve(terminals(service)[0]!, [], folder.path)
      using client = await rawSocket(served.port)
      const before = BEFORE[service]?.(Number(/byte (\d+)/.exec(printed!)![1])) ?? ""
      await client.write(Buffer.concat([Buffer.from(before), mistaken(text)]))
      if (service === "file") await client.end()
      const [line] = await served.program.waitFor(/^.*\[diagnosis\].*$/m)
      assertShown(line, printed!)
    })
})

/** A Python that has this package: Debian's own, where another one comes first in the PATH. */
const pythonWith = (name: string): string | undefined =>
  ["python3", "/usr/bin/python3"].find((python) => spawnSync(python, ["-c", `import ${name}`]).status === 0)

/** What each service's lines of Python need around them, and what they print. */
const SNIPPETS: Record<
  Exclude<Service, "feed">,
  { readonly before: string; readonly prints: RegExp; readonly logs: string }
> = {
  ping: { before: "", prints: /^PONG\n$/, logs: "[send_resp]: ('127.0.0.1'" },
  sum: { before: "import json", prints: /^\d+\n$/, logs: "Client Name: Ada" },
  hello: { before: "", prints: /^Hello client!\n$/, logs: "Client: Hello Server!" },
  chat: { before: "", prints: /^$/, logs: "Received message from ada: cafés" },
  file: {
    before: 'import os, time\nname = "notes.txt"',
    prints: /^$/,
    logs: "Done receiving recv-notes.txt",
  },
}

describe("docs/lab.md: the lines of Python do what is said of them", { skip: needs("python3") }, () => {
  const snippetOf = (service: Service): string => {
    const [code, ...others] = blocks(section("### On the wire", section(`## ${service}`)), "python")
    assert.deepEqual(others, [])
    return code!
  }
  for (const service of ["ping", "sum", "hello", "chat", "file"] as const)
    test(service, async () => {
      await using folder = await tempDir()
      await writeFile(folder.file("notes.txt"), "hello")
      await using served = await serve(terminals(service)[0]!, [], folder.path)
      const head = `import socket\n${SNIPPETS[service].before}\nsock = socket.create_connection(("127.0.0.1", ${served.port}))\n`
      const snippet = snippetOf(service)
      const twice = `text = "ada"\n${snippet}text = "cafés"\n${snippet}`
      const code = head + (service === "chat" ? twice : snippet)
      await using python = spawnProgram("python3", ["-u", "-c", code], { cwd: folder.path })
      assert.equal((await python.waitForExit(20_000)).code, 0, python.stderr)
      assert.match(python.stdout, SNIPPETS[service].prints)
      await served.program.waitFor(SNIPPETS[service].logs)
      if (service === "file") assert.equal(await readFile(folder.file("recv-notes.txt"), "utf8"), "hello")
    })

  const python = pythonWith("websockets")
  test("feed", { skip: !python && "Python's package websockets is not installed" }, async () => {
    await using served = await serve(terminals("feed")[0]!)
    const lines = snippetOf("feed").replace(":8000", `:${served.port}`).replaceAll(/^/gm, "    ")
    const code = `import asyncio, websockets\nasync def main():\n${lines}\nasyncio.run(main())\n`
    await using program = spawnProgram(python!, ["-u", "-c", code])
    await program.waitFor(/^\[.+/)
    await served.program.waitFor("A client has connected")
  })
})
