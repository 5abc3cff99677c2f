import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { encodeFrame } from "./chat-frames.ts"
import { encodeText } from "./feed-frames.ts"
import { labLimits } from "./lab-limits.ts"
import { drawParts, programName, type Sent } from "./parts.ts"
import { LAB_SERVICES, type LabServiceName } from "./records.ts"

const seed = Number(process.env["SEED"] ?? 1)
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What a client sent in one piece, drawn: `at+bytes say`. */
function drawn(service: LabServiceName, client: string | Uint8Array, ended = true): string[] {
  const bytes = typeof client === "string" ? bytesOf(client) : client
  return lines(drawParts(service, [{ from: "client", at: 0, bytes }], ended).client)
}

const lines = (parts: readonly { at: number; bytes: number; say: string }[]) =>
  parts.map(({ at, bytes, say }) => `${at}+${bytes} ${say}`)

test("parts: each service's own frames and fields", () => {
  assert.deepEqual(drawn("chat", "3         ada7         grüße"), [
    "0+10 header: 3 bytes of body",
    '10+3 username "ada"',
    "13+10 header: 7 bytes of body",
    '23+7 message "grüße"',
  ])
  assert.deepEqual(drawn("chat", encodeFrame("hi", 64)), [
    "0+64 header: 2 bytes of body",
    '64+2 message "hi"',
  ])
  assert.deepEqual(drawn("chat", "3         adaboo"), [
    "0+10 header: 3 bytes of body",
    '10+3 username "ada"',
    "13+3 the beginning of a header",
  ])
  assert.deepEqual(drawn("chat", "hello there"), ['0+11 no header: "hello ther"'])
  assert.deepEqual(drawn("file", "notes.txt<SEP>5hello"), [
    '0+9 name "notes.txt"',
    "9+5 separator",
    "14+1 size 5",
    "15+5 data",
  ])
  assert.deepEqual(
    drawn("file", "a<SEPARATOR>15123456789012345").slice(2),
    ["12+2 size 15", "14+15 data"], // the only split that fits, though all are digits
  )
  assert.deepEqual(drawn("file", "a<SEPARATOR>51 345").slice(2), ["12+1 size 5", "13+5 data"])
  assert.deepEqual(drawn("file", "nothing"), ['0+7 no separator in "nothing"'])
  assert.deepEqual(drawn("ping", "PINGping quit\n"), [
    '0+4 PING "PING"',
    '4+4 PING "ping"',
    '9+4 token "quit"',
  ])
  assert.deepEqual(drawn("hello", "Hello Server!"), ['0+13 greeting "Hello Server!"'])
  assert.deepEqual(drawn("sum", '{"client_name": "Ada", "client_number": 25}'), [
    '0+43 name "Ada", number 25',
  ])
  assert.deepEqual(drawn("sum", "Doe, Jane,25"), ['0+12 name "Doe, Jane", number 25'])
  assert.deepEqual(drawn("sum", "{oops}"), ['0+6 no message "{oops}"'])
})

test("parts: a feed's handshake, frames of both sides, masked text in the clear", () => {
  const head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
  const masked = Uint8Array.of(0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2)
  assert.deepEqual(
    drawn("feed", Buffer.concat([bytesOf(head), masked, Uint8Array.of(0x88, 0x80, 0, 0, 0, 0, 0x81)])),
    [
      '0+27 handshake: "GET / HTTP/1.1"',
      "27+6 frame: text, masked, 2 bytes",
      '33+2 "hi"',
      "35+6 frame: close, masked, 0 bytes",
      "41+1 the beginning of a frame",
    ],
  )
  const bytes = Buffer.concat([bytesOf("HTTP/1.1 101 Ok\r\n\r\n"), encodeText("x".repeat(300))])
  assert.deepEqual(lines(drawParts("feed", [{ from: "server", at: 0, bytes }], true).server), [
    '0+19 handshake: "HTTP/1.1 101 Ok"',
    "19+4 frame: text, not masked, 300 bytes",
    `23+300 "${"x".repeat(24)}..."`,
  ])
})

test("parts: what the server said is told by its writes", () => {
  const server = (at: number, text: string): Sent => ({ from: "server", at, bytes: bytesOf(text) })
  const pieces = [server(0, "PONG"), server(4, "Hello there!")]
  assert.deepEqual(lines(drawParts("ping", pieces, true).server), [
    '0+4 answer "PONG"',
    '4+12 answer "Hello there!"',
  ])
})

test("parts: the name of a program, where its protocol has one", () => {
  assert.equal(programName("chat", bytesOf("3         ada")), "ada")
  assert.equal(programName("chat", bytesOf("5         ada")), undefined)
  assert.equal(programName("chat", encodeFrame("hi", 64)), undefined)
  assert.equal(programName("sum", bytesOf('{"client_name": "Ada", "client_number": 25}')), "Ada")
  assert.equal(programName("ping", bytesOf("PING")), undefined)
})

test(`parts: any bytes are drawn in order, in bounds, without overlap (SEED=${seed})`, () => {
  const word = fc.constantFrom(
    "3         ",
    "<SEPARATOR>",
    "PING",
    "GET / HTTP/1.1\r\n\r\n",
    '{"client_name": "a"',
  )
  const bytes = fc
    .array(fc.oneof(word.map(bytesOf), fc.uint8Array({ maxLength: 40 })), { maxLength: 8 })
    .map((all) => Uint8Array.from(Buffer.concat(all)))
  fc.assert(
    fc.property(
      fc.constantFrom(...LAB_SERVICES),
      bytes,
      bytes,
      fc.boolean(),
      (service, client, server, ended) => {
        const pieces: Sent[] = [
          { from: "client", at: 0, bytes: client },
          { from: "server", at: 0, bytes: server },
        ]
        const parts = drawParts(service, pieces, ended)
        for (const [side, all] of [
          [parts.client, client],
          [parts.server, server],
        ] as const) {
          let end = 0
          for (const part of side) {
            assert.ok(part.at >= end && part.bytes >= 0, JSON.stringify(side))
            end = part.at + part.bytes
          }
          assert.ok(end <= all.length, JSON.stringify(side))
        }
        programName(service, client)
      },
    ),
    { seed, numRuns: 500 },
  )
})

test("parts: there is an end to drawing", () => {
  for (const service of LAB_SERVICES) {
    const bytes = bytesOf("0         ".repeat(3_000) + "PING".repeat(10_000))
    assert.ok(drawn(service, bytes).length <= labLimits.partsDrawnMax)
  }
})
