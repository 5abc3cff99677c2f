import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type RawSocket, rawSocket, startLabChat, type TestService } from "../../../../test/support/lab.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeFrame } from "../../../protocol/lab/chat-frames.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { limits } from "../../../protocol/limits.ts"
import { encodeMessage } from "./room.ts"
import { chatDefaults } from "./server.ts"

const frame = (text: string, width: 10 | 64 = 10) => Buffer.from(encodeFrame(text, width)).toString()
const message = (name: string, text: string) => Buffer.from(encodeMessage(name, text)).toString()
const sizeOf = (text: string) => Buffer.byteLength(text)

/** A narrow client that the service has let in. */
async function member(service: TestService, name: string): Promise<RawSocket> {
  const socket = await rawSocket(service.port)
  await socket.write(frame(name))
  await service.lines.next(/^Accepted new connection/)
  return socket
}

describe("lab chat", () => {
  test("everybody else gets the sender's name and message, the sender gets nothing back", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await member(service, "bob")
    using eve = await member(service, "eve")
    await ada.write(frame("hello") + frame(""))
    const heard = message("ada", "hello") + message("ada", "")
    assert.equal(await bob.read(sizeOf(heard)), heard)
    assert.equal(await eve.read(sizeOf(heard)), heard)
    await bob.write(frame("grüße"))
    const answer = message("bob", "grüße")
    assert.equal(await ada.read(sizeOf(answer)), answer)
    // Nothing more was sent, neither an echo nor a word about joining or leaving.
    assert.equal(await eve.end(), answer)
    assert.equal(await ada.end(), "")
    assert.equal(await bob.end(), "")
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("the log says what the coursework's server prints", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    await ada.write(frame("hi"))
    await ada.end()
    await service.lines.next(/^Closed/)
    const said = service.lines.all.map(
      ({ level, function: from, message }) => `[${level}] [${from}]: ${message}`,
    )
    assert.match(said[0]!, /^\[INFO\] \[start\]: Server started on 127\.0\.0\.1:\d+$/)
    assert.match(
      said[1]!,
      /^\[INFO\] \[start\]: Accepted new connection from 127\.0\.0\.1:\d+, username: ada$/,
    )
    assert.deepEqual(said.slice(2), [
      "[INFO] [start]: Received message from ada: hi",
      "[INFO] [start]: Closed connection from: ada",
    ])
  })

  test("what a peer sends cannot move the log's cursor or break its lines", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "a\x1b[2J\nda")
    await ada.write(frame("x\n[INFO] [start]: forged"))
    const { message } = await service.lines.next(/^Received/)
    assert.equal(message, "Received message from a\\x1b[2J\\nda: x\\n[INFO] [start]: forged")
  })

  test("header forms that Python's int() takes are served", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await rawSocket(service.port)
    await bob.write("       +03bob   5      hello 0        ")
    const heard = message("bob", "hello") + message("bob", "")
    assert.equal(await ada.read(sizeOf(heard)), heard)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("a client that sends one byte at a time is served", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await rawSocket(service.port)
    for (const byte of Buffer.from(frame("bob") + frame("né"))) await bob.write(Uint8Array.of(byte))
    assert.equal(await ada.read(sizeOf(message("bob", "né"))), message("bob", "né"))
  })

  test("two users may bear one name", async () => {
    await using service = await startLabChat()
    using one = await member(service, "ada")
    using two = await member(service, "ada")
    await one.write(frame("me"))
    assert.equal(await two.read(sizeOf(message("ada", "me"))), message("ada", "me"))
  })

  test("an empty username is one, after a pause", async () => {
    await using service = await startLabChat()
    using nobody = await member(service, "")
    using ada = await member(service, "ada")
    await nobody.write(frame("boo"))
    assert.equal(await ada.read(sizeOf(message("", "boo"))), message("", "boo"))
  })

  test("a reset by the peer is a log line, and the others go on", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await member(service, "bob")
    const eve = await member(service, "eve")
    eve.reset()
    await service.lines.next(/connection from eve was reset by the peer/)
    await service.lines.next(/^Closed connection from: eve/)
    await ada.write(frame("still here"))
    assert.equal(await bob.read(sizeOf(message("ada", "still here"))), message("ada", "still here"))
  })

  test("a message that is not UTF-8 is refused and named; its sender stays", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await member(service, "bob")
    await bob.write(concat([encodeFrame(Uint8Array.of(0x63, 0xe9)), encodeFrame("sorry")]))
    assert.equal(await ada.read(sizeOf(message("bob", "sorry"))), message("bob", "sorry"))
    assert.match(service.lines.diagnoses.join("\n"), /^byte 24: expected UTF-8, got "\\xe9" \(bob\)\./)
  })

  test("a member may be silent as long as it likes", async () => {
    await using service = await startLabChat({ settings: { timeoutMs: 100 } })
    using ada = await member(service, "ada")
    using silent = await rawSocket(service.port)
    // The silent one, that came later, is let go; the member is still served then.
    await silent.closed()
    using bob = await member(service, "bob")
    await bob.write(frame("hi"))
    assert.equal(await ada.read(sizeOf(message("bob", "hi"))), message("bob", "hi"))
  })

  test("one that never reads is let go, and costs the others nothing", async () => {
    await using service = await startLabChat()
    using frozen = await member(service, "frozen")
    frozen.pause()
    using ada = await member(service, "ada")
    using bob = await member(service, "bob")
    const text = "x".repeat(limits.entryBytesMax)
    const heard = message("ada", text)
    // Socket buffers of loopback take a few MiB before the service's own queue begins to fill.
    for (
      let n = 0;
      n < 400 && !service.lines.all.some((line) => /^Let go of frozen/.test(line.message));
      n++
    ) {
      await ada.write(frame(text))
      assert.equal(await bob.read(sizeOf(heard)), heard)
    }
    await service.lines.next(/^Let go of frozen: This connection did not read/)
    await service.lines.next(/^Closed connection from: frozen/)
  })

  test("close: clients see the end of the connection, and nothing is left open", async () => {
    const service = await startLabChat()
    using ada = await member(service, "ada")
    await service.close()
    assert.equal(await ada.closed(), "")
    await assert.rejects(rawSocket(service.port))
  })

  test("localhost is both families where the machine has both", async () => {
    await using service = await startLabChat({ host: "localhost" })
    using ada = await member(service, "ada")
    const six = await rawSocket(service.port, "::1").catch(() => undefined)
    if (!six) return
    await six.write(frame("bob") + frame("hi"))
    assert.equal(await ada.read(sizeOf(message("bob", "hi"))), message("bob", "hi"))
    six.reset()
  })

  test("connections above the limit are cut off, and those inside are served", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using bob = await member(service, "bob")
    using crowd = new DisposableStack()
    for (let n = 2; n < labLimits.connectionsMax; n++) crowd.use(await rawSocket(service.port))
    using late = await rawSocket(service.port)
    await service.lines.next(/^Refused 127\.0\.0\.1:\d+: 1000 connections are open already/)
    assert.equal(await late.closed(), "")
    await ada.write(frame("crowded"))
    assert.equal(await bob.read(sizeOf(message("ada", "crowded"))), message("ada", "crowded"))
  })

  test("a port in use is said in one sentence", async () => {
    await using service = await startLabChat()
    await assert.rejects(startLabChat({ port: service.port }), { code: "port_in_use" })
  })

  test("a host that is none of this machine's is said in one sentence", async () => {
    await assert.rejects(startLabChat({ host: "192.0.2.1" }), { code: "usage" })
  })
})

describe("lab chat, headers of 64 bytes", () => {
  for (const [how, settings] of Object.entries({ told: {}, given: { headerBytes: 64 as const } }))
    test(`every frame is answered, the token too, and then the connection ends (width ${how})`, async () => {
      await using service = await startLabChat({ settings })
      using socket = await rawSocket(service.port)
      await socket.write(frame("hi", 64))
      assert.equal(await socket.read(12), "Msg received")
      await socket.write(frame("", 64) + frame("!DISCONNECT", 64))
      assert.equal(await socket.closed(), "Msg receivedMsg received")
      assert.deepEqual(service.lines.diagnoses, [])
    })

  test("others hear such a client under its address, and it hears nobody", async () => {
    await using service = await startLabChat()
    using ada = await member(service, "ada")
    using wide = await rawSocket(service.port)
    await wide.write(frame("hi", 64))
    const { message: accepted } = await service.lines.next(/^Accepted/)
    const address = /from (127\.0\.0\.1:\d+), username: \1$/.exec(accepted)?.[1]
    assert.ok(address, accepted)
    assert.equal(await ada.read(sizeOf(message(address, "hi"))), message(address, "hi"))
    await ada.write(frame("hello"))
    await service.lines.next(/^Received message from ada/)
    assert.equal(await wide.end(), "Msg received")
  })

  test("with a given width it may be silent before its first message", async () => {
    await using service = await startLabChat({ settings: { headerBytes: 64, timeoutMs: 100 } })
    using wide = await rawSocket(service.port)
    using begun = await rawSocket(service.port)
    await begun.write("5")
    assert.equal(await begun.closed(), "")
    await wide.write(frame("hi", 64))
    assert.equal(await wide.read(12), "Msg received")
  })

  test("the answer's text, its frame and the token can be chosen", async () => {
    const settings = { ack: "got it", ackFramed: true, tokens: ["!BYE"] }
    await using service = await startLabChat({ settings })
    using socket = await rawSocket(service.port)
    await socket.write(frame("!DISCONNECTED", 64) + frame("!BYE", 64))
    assert.equal(await socket.closed(), frame("got it", 64).repeat(2))
    assert.match(service.lines.diagnoses.join(), /^byte 64: expected the token "!BYE", got "!DISCONNECTED"/)
  })

  test("both tokens that are met end a connection", async () => {
    for (const token of chatDefaults.tokens) {
      await using service = await startLabChat()
      using socket = await rawSocket(service.port)
      await socket.write(frame(token, 64))
      assert.equal(await socket.closed(), "Msg received")
    }
  })

  test("a client that ends its half still gets its answers", async () => {
    await using service = await startLabChat()
    using socket = await rawSocket(service.port)
    await socket.write(frame("one", 64) + frame("two", 64))
    assert.equal(await socket.end(), "Msg receivedMsg received")
  })
})
