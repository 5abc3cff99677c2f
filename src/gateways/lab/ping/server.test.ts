import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type RawSocket, rawSocket, startLabPing, type TestService } from "../../../../test/support/lab.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { QUIT_TOKENS } from "../../../protocol/lab/ping-words.ts"

const HELLO = "Hello there!"

/** All answers to what is sent at once, up to the end of the connection. */
async function answers(service: TestService, bytes: string | Uint8Array): Promise<string> {
  using socket = await rawSocket(service.port)
  await socket.write(bytes)
  return await socket.end()
}

async function asks(socket: RawSocket, text: string, answer: string): Promise<void> {
  await socket.write(text)
  assert.equal(await socket.read(Buffer.byteLength(answer)), answer)
}

describe("lab ping", () => {
  test("PING is answered with PONG and ping with pong, as often as it comes, other text with a greeting", async () => {
    await using service = await startLabPing()
    using socket = await rawSocket(service.port)
    await asks(socket, "PING", "PONG")
    await asks(socket, "ping", "pong")
    await asks(socket, "PINGPING", "PONGPONG")
    await asks(socket, "hello", HELLO)
    await asks(socket, "grüße", HELLO)
    await asks(socket, "PING\n", "PONG")
    assert.equal(await socket.end(), "")
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("a word in pieces is one, also where a piece comes late", async () => {
    await using service = await startLabPing({ wordPauseMs: 8_000 })
    using socket = await rawSocket(service.port)
    using other = await rawSocket(service.port)
    await socket.write("PI")
    await asks(other, "hello", HELLO) // its pause has passed by then
    await asks(socket, "NG", "PONG")
    for (const byte of "PING") await other.write(byte)
    assert.equal(await other.read(4), "PONG")
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("text in pieces is one message", async () => {
    await using service = await startLabPing({ pauseMs: 300 })
    using socket = await rawSocket(service.port)
    for (const piece of ["he", "ll", "o"]) await socket.write(piece)
    assert.equal(await socket.read(HELLO.length), HELLO)
    assert.equal(await socket.end(), "")
  })

  test("each token that is met ends that connection without an answer, and no other", async () => {
    await using service = await startLabPing()
    using stays = await rawSocket(service.port)
    for (const token of QUIT_TOKENS) {
      using socket = await rawSocket(service.port)
      await asks(socket, "PING", "PONG")
      await socket.write(token)
      assert.equal(await socket.closed(), "", token)
    }
    await asks(stays, "PING", "PONG")
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("with a token of one's own only that one does", async () => {
    await using service = await startLabPing({ tokens: ["BYE"] })
    using socket = await rawSocket(service.port)
    await asks(socket, "QUIT", HELLO)
    await socket.write("BYE")
    assert.equal(await socket.closed(), "")
  })

  test("the answers, the encoding and the chunk can be chosen", async () => {
    const settings = { response: "Here", other: "Was?", encoding: "utf-16le", chunkBytes: 8 } as const
    await using service = await startLabPing(settings)
    const said = Buffer.from("PINGpinghello", "utf16le")
    const answered = Buffer.from(await answers(service, said)).toString("utf16le")
    assert.equal(answered, "HerehereWas?Was?") // hello is longer than the chunk
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("the log has the document's functions", async () => {
    await using service = await startLabPing()
    using socket = await rawSocket(service.port)
    await asks(socket, "PING", "PONG")
    await asks(socket, "a\nb\x1b[2J", HELLO + HELLO)
    await socket.write("Q")
    await socket.closed()
    await service.lines.next(/^Closed/)
    const port = /\d+(?=\)$)/.exec(service.lines.all[1]!.message)![0]
    assert.deepEqual(
      service.lines.all.map((line) => `[${line.level}] [${line.function}]: ${line.message}`),
      [
        `[INFO] [init]: Listening on 127.0.0.1:${service.port}`,
        `[INFO] [accept_client]: Connected to ('127.0.0.1', ${port})`,
        ...["PING:PONG", `a:${HELLO}`, `b\\x1b[2J:${HELLO}`].flatMap((pair) => [
          `[INFO] [recv_message]: ('127.0.0.1', ${port}): ${pair.split(":")[0]}`,
          `[INFO] [send_resp]: ('127.0.0.1', ${port}): ${pair.split(":")[1]}`,
        ]),
        `[INFO] [recv_message]: ('127.0.0.1', ${port}): Q`,
        `[INFO] [accept_client]: Closed the connection to ('127.0.0.1', ${port})`,
      ],
    )
  })

  test("with --echo everything comes back as it went, tokens and bytes of any kind too", async () => {
    await using service = await startLabPing({ echo: true })
    assert.equal(await answers(service, "QUIT\nPING"), "QUIT\nPING")
    const bytes = Buffer.alloc(3_000_000, "é\0\xff")
    assert.equal(await answers(service, bytes), bytes.toString())
  })

  test("text that is no UTF-8 is refused and named; its sender stays", async () => {
    await using service = await startLabPing()
    using socket = await rawSocket(service.port)
    await socket.write(Uint8Array.of(0x50, 0xff, 0x0a))
    await asks(socket, "PING", "PONG")
    assert.match(
      service.lines.diagnoses.join("\n"),
      /^byte 1: expected UTF-8, got "\\xff" \(127.*left out\.$/,
    )
  })

  test("a mistake is named once, and answered each time", async () => {
    await using service = await startLabPing()
    using socket = await rawSocket(service.port)
    for (let n = 0; n < 3; n++) await asks(socket, "Quit", HELLO)
    assert.equal(service.lines.diagnoses.length, 1)
    assert.match(service.lines.diagnoses[0]!, /^byte 0: expected the token "QUIT", got "Quit"/)
  })

  test("half a word is named when nothing more comes", async () => {
    await using service = await startLabPing({ wordPauseMs: 60 })
    using socket = await rawSocket(service.port)
    await asks(socket, "PIN", HELLO)
    assert.match(
      service.lines.diagnoses.join(),
      /^byte 3: expected the rest of PING, got nothing for 0\.06 s after "PIN"/,
    )
    assert.equal(await answers(service, "PI"), HELLO)
    assert.match(
      service.lines.diagnoses[1]!,
      /^byte 2: expected the rest of PING, got the end of the connection/,
    )
  })

  test("other protocols are told where they belong, and let go", async () => {
    await using service = await startLabPing({ ports: { hub: 7300, chat: 12345, file: 12346, sum: 8000 } })
    const cases: [bytes: string | Uint8Array, said: RegExp][] = [
      ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", /got HTTP: .* the hub's port 7300/],
      [Uint8Array.of(0x16, 3, 1, 0, 5, 1), /got TLS: .*without TLS/],
      ["3         ada", /got chat: .* port 12345/],
      ["a.txt<SEPARATOR>5hello", /got file transfer: .* port 12346/],
      ['{"client_name": "a", "client_number": 5}', /got sum: .* port 8000/],
    ]
    for (const [bytes, said] of cases) {
      using socket = await rawSocket(service.port)
      await socket.write(bytes)
      assert.equal(await socket.closed(), "")
      assert.match(service.lines.diagnoses.at(-1)!, said)
    }
    assert.equal(await answers(service, "GET well soon"), HELLO)
    assert.equal(service.lines.diagnoses.length, cases.length)
  })

  test("one that waits for the server to speak is told, and let go; one that has spoken may think", async () => {
    await using service = await startLabPing({ timeoutMs: 100, idleMs: 20_000, ports: { hello: 50_000 } })
    using talks = await rawSocket(service.port)
    await asks(talks, "PING", "PONG")
    using silent = await rawSocket(service.port)
    assert.equal(await silent.closed(), "")
    assert.match(
      service.lines.diagnoses.join(),
      /^byte 0: expected PING, got nothing for 0\.1 s .*The client speaks first: .*hello, on port 50000\.$/,
    )
    await asks(talks, "PING", "PONG")
  })

  test("one that says nothing more is let go in the end", async () => {
    await using service = await startLabPing({ idleMs: 100, timeoutMs: 100 })
    using socket = await rawSocket(service.port)
    await asks(socket, "PING", "PONG")
    assert.equal(await socket.closed(), "")
    await service.lines.next(/^Let go of .*: no message for 0\.1 s$/)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("a reset is a log line, a visit without a word is not worth a diagnosis, and the others go on", async () => {
    await using service = await startLabPing()
    using stays = await rawSocket(service.port)
    using resets = await rawSocket(service.port)
    await asks(resets, "PING", "PONG")
    resets.reset()
    await service.lines.next(/was reset by the peer$/)
    assert.equal(await answers(service, ""), "")
    await asks(stays, "PING", "PONG")
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("one that floods and never reads costs the others nothing, and is let go", async () => {
    await using service = await startLabPing({ timeoutMs: 500, idleMs: 500 })
    using frozen = await rawSocket(service.port)
    frozen.pause()
    using stays = await rawSocket(service.port)
    let gone = false
    const flood = (async () => {
      while (!gone) await frozen.write("PING".repeat(16_384))
    })()
    for (let n = 0; n < 50; n++) await asks(stays, "PING", "PONG")
    const pinging = setInterval(() => void stays.write("PING"), 50)
    await service.lines.next(/^Let go of .* it does not read its answers$/)
    clearInterval(pinging)
    gone = true
    frozen[Symbol.dispose]()
    await flood
    const lines = service.lines.all.filter(({ function: from }) => from === "recv_message")
    assert.ok(lines.length < 50 * labLimits.pingLinesPerSecondMax, `${lines.length} lines`)
  })

  test("thousands of words at once are all answered, and most of them counted instead of told", async () => {
    await using service = await startLabPing()
    assert.equal(await answers(service, "PING".repeat(5_000)), "PONG".repeat(5_000))
    await service.lines.next(/: \d+ more messages, answered as well$/)
  })

  test("close: clients see the end of the connection", async () => {
    const service = await startLabPing()
    using socket = await rawSocket(service.port)
    await asks(socket, "PING", "PONG")
    await service.close()
    assert.equal(await socket.closed(), "")
    await assert.rejects(rawSocket(service.port))
  })
})
