import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { describe, test } from "node:test"
import { clientFrame } from "../../../../test/support/client-frame.ts"
import { rawSocket, startLabFeed, startWith } from "../../../../test/support/lab.ts"
import { HANDSHAKE, KEY, opened } from "../../../../test/support/lab-feed.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { LabLog } from "../log.ts"
import { FeedServer, feedDefaults } from "./server.ts"

describe("lab feed: handshakes and mistakes", () => {
  test("a handshake that comes byte by byte, with a frame glued to it, is one", async () => {
    await using service = await startLabFeed()
    using socket = await rawSocket(service.port)
    for (const letter of HANDSHAKE.slice(0, -1)) await socket.write(letter)
    await socket.write(concat([new TextEncoder().encode("\n"), clientFrame("at once")]))
    await service.lines.next(/^at once$/)
    const accept = createHash("sha1").update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
    const answer = await socket.read(200)
    assert.match(answer, /^HTTP\/1\.1 101 /)
    assert.ok(answer.includes(`\r\nSec-WebSocket-Accept: ${accept}\r\n`))
  })

  test("what was read of a socket already belongs to its handshake", async () => {
    const lines: string[] = []
    const source = { join: async () => ({ report() {}, leave() {} }) }
    const log = new LabLog(({ message }) => void lines.push(message))
    const server = new FeedServer(source, log, feedDefaults)
    await using service = await startWith((socket) => {
      socket.once("data", (chunk: Buffer) => server.serve(socket, chunk))
    })
    using socket = await rawSocket(service.port)
    await socket.write(HANDSHAKE.slice(0, 30))
    await socket.write(HANDSHAKE.slice(30))
    assert.match(await socket.read(12), /^HTTP\/1\.1 101$/)
    const closing = server.close()
    await socket.end()
    await closing
    assert.deepEqual(lines.slice(-1), ["A client has disconnected"])
  })

  test("each mistake of a client is told with its byte, and costs nobody else", async () => {
    const head = HANDSHAKE.length
    const [noUpgrade, noKey, noVersion, post, badWant] = [
      HANDSHAKE.replace("Upgrade: websocket\r\n", ""),
      HANDSHAKE.replace(KEY, "abc"),
      HANDSHAKE.replace("13\r\n", "8\r\n"),
      HANDSHAKE.replace("GET", "POST"),
      HANDSHAKE.replace("users", "cats"),
    ]
    const cases: [string, (string | Uint8Array)[], RegExp][] = [
      [
        "HTTP",
        ["GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
        /^byte 25: expected the header Upgrade: websocket, got none .*HTTP belongs to/,
      ],
      [
        "no upgrade",
        [noUpgrade],
        new RegExp(`^byte ${noUpgrade.length - 2}: expected the header Upgrade: websocket, got none`),
      ],
      [
        "no key",
        [noKey],
        new RegExp(`^byte ${noKey.indexOf("abc")}: expected .*16 bytes in base64, got "abc"`),
      ],
      [
        "version",
        [noVersion],
        new RegExp(`^byte ${noVersion.indexOf("8\r\n")}: expected .*Version: 13, got "8"`),
      ],
      ["POST", [post], /^byte 0: expected GET, got "POST"/],
      ["want", [badWant], /^byte 11: expected users, numbers, both, got "cats"/],
      [
        "sum client",
        ['{"client_name": "a"', ', "x": 25}'],
        /^byte 0: expected a WebSocket handshake.*got "\{"client_name": "a", "x.*A sum client belongs to the port of/,
      ],
      ["chat client", ["3         ada"], /^byte 0: .*A chat client belongs to the port of a chat server\.$/],
      ["file client", ["a.txt<SEPARATOR>5hello"], /^byte 0: .*A file client belongs to/],
      ["TLS", [new Uint8Array([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])], /^byte 0: .*got TLS .*ws:\/\/, not wss:/],
      ["endless head", [`GET / HTTP/1.1\r\nX: ${"y".repeat(9000)}`], /^byte \d+: .*more than 8192 bytes/],
      [
        "unmasked text",
        [HANDSHAKE, new Uint8Array([0x81, 2, 0x61, 0x62])],
        new RegExp(`^byte ${head}: expected a masked frame`),
      ],
      [
        "text without frames",
        [HANDSHAKE, "Client Recieved 5"],
        new RegExp(`^byte ${head}: expected .*without reserved bits, got "Client Recieved 5"`),
      ],
      [
        "no UTF-8",
        [HANDSHAKE, clientFrame("fine"), clientFrame(new Uint8Array([0x61, 0xff]))],
        new RegExp(`^byte ${head + 17}: expected UTF-8, got "\\\\xff"`),
      ],
      [
        "too long",
        [HANDSHAKE, clientFrame("x".repeat(65_537))],
        new RegExp(`^byte ${head}: expected a message of at most 65536 bytes`),
      ],
    ]
    await using service = await startLabFeed({ settings: { pauseMs: 40 } })
    using fine = await opened(service)
    for (const [what, parts, said] of cases) {
      using socket = await rawSocket(service.port)
      for (const part of parts) await socket.write(part)
      const line = await service.lines.next(/^byte /)
      assert.equal(line.function, "diagnosis", what)
      assert.match(line.message, said, what)
      await socket.closed()
    }
    await fine.write(clientFrame("still here"))
    await service.lines.next(/^still here$/)
    assert.equal(service.lines.diagnoses.length, cases.length, "one line each")
  })

  test("a message that is cut short is told so, and nothing of it is taken", async () => {
    await using service = await startLabFeed()
    using socket = await opened(service)
    await socket.write(clientFrame("Client Recieved 5 messages in 5s time").subarray(0, -3))
    await socket.end()
    await service.lines.next(
      new RegExp(`^byte ${HANDSHAKE.length + 40}: expected 3 more bytes of a message, got the end`),
    )
    await service.lines.next(/^A client has disconnected$/)
    assert.ok(service.lines.all.every(({ message }) => !message.startsWith("Client")))
  })

  test("a refused handshake is answered in words", async () => {
    await using service = await startLabFeed()
    using socket = await rawSocket(service.port)
    await socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    const answer = await socket.closed()
    assert.match(
      answer,
      /^HTTP\/1\.1 426 Upgrade Required\r\n[\s\S]*\r\nSec-WebSocket-Version: 13\r\n[\s\S]*ws:\/\/HOST:PORT/,
    )
  })

  test("binary frames are told once, left out, and the client stays", async () => {
    await using service = await startLabFeed()
    using socket = await opened(service)
    const binary = clientFrame("Client Recieved 5 messages in 5s time", { opcode: 2 })
    await socket.write(concat([binary, binary, clientFrame("text")]))
    await service.lines.next(/^text$/)
    assert.equal(service.lines.diagnoses.length, 1)
    assert.match(service.lines.diagnoses[0]!, /expected a text frame, got a binary one with "Client Recieved/)
  })

  test("a silent client is let go with a word, and one that connects and leaves without any", async () => {
    await using service = await startLabFeed({ settings: { timeoutMs: 60 } })
    using checked = await rawSocket(service.port)
    await checked.end()
    assert.deepEqual(service.lines.diagnoses, [])
    using silent = await rawSocket(service.port)
    assert.equal(await silent.closed(), "")
    await service.lines.next(/^byte 0: expected a WebSocket handshake.*got nothing for 0\.06 s/)
    using half = await rawSocket(service.port)
    await half.write("GET / HT")
    await half.closed()
    await service.lines.next(
      /^byte 8: expected .*ends with an empty line, got nothing for 0\.06 s after "GET \/ HT"/,
    )
  })
})
