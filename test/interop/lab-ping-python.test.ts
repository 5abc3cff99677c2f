import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { startLabPing, startLabPingUdp } from "../support/lab.ts"
import { startLabHub } from "../support/lab-hub.ts"
import { type Program, spawnProgram } from "../support/process.ts"
import { needs } from "../support/programs.ts"

const python = (script: string, ...args: (string | number)[]) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "python", script), ...args.map(String)])
const landline = (...args: (string | number)[]) =>
  spawnProgram(process.execPath, ["bin/landline.js", "lab", "ping", ...args.map(String)])

const portOf = async (program: Program) => Number((await program.waitFor(/port (\d+)/))[1])
const lines = (...texts: string[]) => `${texts.join("\n")}\n`

describe("lab ping and programs as beginners write them", { skip: needs("python3") }, () => {
  for (const token of ["QUIT", "Q", "quit", "!quit"])
    test(`a client that leaves with ${token} is served, alone and in the hub`, async () => {
      await using alone = await startLabPing()
      await using hub = await startLabHub({ services: "ping:0" })
      for (const service of [alone, hub]) {
        await using client = python(
          "ping_client.py",
          "127.0.0.1",
          service.port,
          "PING",
          "ping",
          "what?",
          token,
        )
        assert.equal((await client.waitForExit()).code, 0, client.stderr)
        const answers = ["PONG", "pong", "Hello there!", ""].map((answer) => `answer '${answer}'`)
        assert.equal(client.stdout, lines(...answers))
        assert.deepEqual(service.lines.diagnoses, [])
      }
    })

  for (const token of ["QUIT", "Q"])
    test(`our client and a server that knows ${token}: it is answered, and the server ends well`, async () => {
      await using server = python("ping_server.py", token)
      await using client = landline("connect", `127.0.0.1:${await portOf(server)}`, "-n", 2)
      assert.equal((await client.waitForExit()).code, 0, client.stderr)
      assert.equal((await server.waitForExit()).code, 0, server.stdout)
      assert.match(
        server.stdout,
        new RegExp(`got PING\\ngot PING\\n(?:got QUIT\\n)?got ${token}\\nclosed\\n$`),
      )
      const shown = client.stdout.split("\n").filter((line) => line.startsWith("[INFO]"))
      assert.deepEqual(shown.slice(1), [
        "[INFO] [send_message]: PING",
        "[INFO] [recv_resp]: PONG",
        "[INFO] [send_message]: PING",
        "[INFO] [recv_resp]: PONG",
      ])
      assert.doesNotMatch(client.stdout, /diagnosis/)
    })

  test("our client sends the lines of stdin, one by one, and a token is the last", async () => {
    await using server = python("ping_server.py", "QUIT")
    await using client = landline("connect", `127.0.0.1:${await portOf(server)}`)
    client.write("PING\n\nhow are you\nQUIT\n")
    client.end()
    assert.equal((await client.waitForExit()).code, 0, client.stderr)
    assert.match(
      client.stdout,
      /\[recv_resp\]: PONG\n.*how are you\n.*\[recv_resp\]: Hello there!\n.*QUIT\n$/,
    )
    assert.equal((await server.waitForExit()).code, 0, server.stdout)
  })
})

describe("lab ping over UDP and peers as beginners write them", { skip: needs("python3") }, () => {
  test("a peer that asks is answered, alone and in the hub", async () => {
    await using alone = await startLabPingUdp()
    await using hub = await startLabHub({ services: "ping:0" })
    for (const service of [alone, hub]) {
      await using peer = python("ping_udp.py", "ask", 0, service.port, "PING", "ping")
      assert.equal((await peer.waitForExit()).code, 0, peer.stderr)
      assert.match(peer.stdout, /answer PONG\nanswer pong\n$/)
      assert.deepEqual(service.lines.diagnoses, [])
    }
  })

  test("two ports: each peer sends to the other's, whichever of them is ours", async () => {
    // A free port is found by asking for one; then both ends know both numbers.
    await using first = python("ping_udp.py", "answer", 0, 0)
    const answering = await portOf(first)
    await using ours = landline(
      "connect",
      "--udp",
      `localhost:${answering}`,
      "--from-port",
      0,
      "--message",
      "PING",
    )
    const [, asking] = await ours.waitFor(/Sending to localhost:\d+ from port (\d+)/)
    assert.equal((await ours.waitForExit()).code, 0, ours.stderr)
    assert.match(ours.stdout, /\[recv_resp\]: PONG\n$/)
    await first.waitFor(`got PING from port ${asking}\n`)

    await using server = landline("serve", "--udp", "--port", 0, "--to", `localhost:${asking}`)
    const [, port] = await server.waitFor(/Listening on 127\.0\.0\.1:(\d+), UDP/)
    await using peer = python("ping_udp.py", "ask", asking!, port!, "PING")
    assert.equal((await peer.waitForExit()).code, 0, peer.stderr)
    assert.match(peer.stdout, /answer PONG\n$/)
    await server.waitFor(`[INFO] [send_resp]: ('127.0.0.1', ${asking}): PONG\n`)
  })

  test("a peer that answers to a fixed port reaches our client there", async () => {
    await using finder = python("ping_udp.py", "answer", 0, 0)
    const asking = await portOf(finder)
    finder.signal("SIGKILL")
    await finder.exited
    await using peer = python("ping_udp.py", "answer", 0, asking)
    const port = await portOf(peer)
    await using ours = landline("connect", "--udp", `localhost:${port}`, "--from-port", asking, "-n", 2)
    assert.equal((await ours.waitForExit()).code, 0, ours.stderr)
    assert.equal(ours.stdout.match(/\[recv_resp\]: PONG\n/g)?.length, 2)
    await peer.waitFor(`from port ${asking}\n`)
  })

  test("two of ours, as the documents' two ports", async () => {
    await using server = landline("serve", "--udp", "--port", 0, "--once")
    const [, port] = await server.waitFor(/Listening on 127\.0\.0\.1:(\d+), UDP/)
    await using client = landline("connect", "--udp", `localhost:${port}`, "--message", "ping")
    assert.equal((await client.waitForExit()).code, 0, client.stderr)
    assert.match(client.stdout, /\[recv_resp\]: pong\n$/)
    assert.equal((await server.waitForExit()).code, 0, "--once")
  })
})
