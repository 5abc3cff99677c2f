import assert from "node:assert/strict"
import { test } from "node:test"
import { formatDiagnosis } from "./diagnosis.ts"
import { type Encoding, encode } from "./encodings.ts"
import {
  diagnoseAnswer,
  diagnoseElsewhere,
  diagnoseHalf,
  diagnoseNoAnswer,
  diagnosePing,
  diagnoseServer,
  diagnoseSilent,
} from "./ping-diagnosis.ts"
import { PingReader, QUIT_TOKENS } from "./ping-words.ts"

const utf8 = new TextEncoder()

/** What is said of the messages of a stream that nothing follows. */
function diagnoses(sent: string | Uint8Array, tokens = QUIT_TOKENS, encoding: Encoding = "utf-8"): string[] {
  const bounds = { encoding, tokens }
  const reader = new PingReader({ ...bounds, chunkBytes: 1024 })
  reader.push(typeof sent === "string" ? encode(sent, encoding)! : sent)
  const said: string[] = []
  for (let message = reader.next(true); message; message = reader.next(true)) {
    const diagnosis = diagnosePing(message, bounds)
    if (diagnosis) said.push(formatDiagnosis(diagnosis, "x"))
  }
  return said
}

test("what clients of every family send yields nothing", () => {
  const valid = [
    "PING",
    "ping",
    "PINGPING",
    "hello",
    "Question 5",
    "héllo",
    "PING\r\n",
    "exit",
    "quite",
    "ping pong",
    "4",
  ]
  for (const text of [...valid, ...QUIT_TOKENS]) assert.deepEqual(diagnoses(text), [], text)
  assert.deepEqual(diagnoses("PINGhéQ", QUIT_TOKENS, "utf-16le"), [])
  assert.deepEqual(diagnoses(Uint8Array.of(0xe9), QUIT_TOKENS, "latin1"), [])
  for (const text of valid) assert.equal(diagnoseElsewhere(utf8.encode(text)), undefined, text)
  assert.equal(diagnoseElsewhere(utf8.encode("GET well soon")), undefined)
  for (const text of ["PONG", "Hello there!", "Hello you", "PING"])
    assert.equal(diagnoseServer(0, utf8.encode(text)), undefined, text)
})

const MISTAKES: Record<string, [sent: string | Uint8Array, said: RegExp]> = {
  "the text of bytes": ["b'PING'", /^byte 0: expected PING, got "b'PING'" .*Send "PING"\.encode\(\)/],
  "text in marks": ['PING\n"ping"', /^byte 5: expected ping, got "\\?"ping\\?"" /],
  "a byte order mark": ["\ufeffPING", /^byte 0: expected PING, /],
  "a NUL of C": ["PING\0", /^byte 4: expected the end of the message, got a NUL byte .*strlen/],
  "a NUL behind other text": ["hello\0", /^byte 5: expected the end of the message, got a NUL byte/],
  "UTF-16": [
    encode("PING", "utf-16le")!,
    /^byte 0: expected one byte for each of these letters.*--encoding utf-16le/,
  ],
  "UTF-16 with its mark": [
    Uint8Array.of(0xff, 0xfe, 0x50, 0),
    /^byte 0: expected UTF-8, .*It begins as UTF-16 does/,
  ],
  "bytes that are no text": [Uint8Array.of(0x61, 0xc3, 0x28), /^byte 1: expected UTF-8, got "\\xc3\("/],
  "a binary length": [Uint8Array.of(0, 4, 0x50), /^byte 0: expected PING, got "\\x00" .*without a length/],
  "a token in other letters": [
    "Quit",
    /^byte 0: expected the token "QUIT", got "Quit" .*"QUIT", "Q", "quit", "!quit" end it/,
  ],
  "a token with a mark": ["!QUIT", /^byte 0: expected the token "!quit", got "!QUIT"/],
}

for (const [mistake, [sent, said]] of Object.entries(MISTAKES))
  test(`a client's mistake is named: ${mistake}`, () => {
    assert.match(diagnoses(sent).join("\n"), said)
    assert.equal(diagnoses(sent).length, 1)
  })

test("a token of another server is named where it ends nothing", () => {
  assert.match(diagnoses("QUIT", ["BYE"]).join(), /expected the token "BYE", got "QUIT" .*only "BYE" ends it/)
  assert.match(diagnoses("bye", ["BYE"]).join(), /expected the token "BYE", got "bye"/)
})

test("text that is not that of the encoding is named", () => {
  assert.match(
    diagnoses(Uint8Array.of(0x61, 0xe9), QUIT_TOKENS, "ascii").join(),
    /^byte 1: expected text in ascii/,
  )
})

test("half a word is named, and other text is not", () => {
  const half = (text: string) => {
    const message = { kind: "other", at: 7, bytes: utf8.encode(text), text } as const
    return diagnoseHalf(message, { byte: 7, timeoutMs: 1_000 })
  }
  assert.match(
    formatDiagnosis(half("PIN")!, "x"),
    /^byte 10: expected the rest of PING, got nothing for 1 s after "PIN"/,
  )
  for (const text of ["P", "PINK", "hello"]) assert.equal(half(text), undefined)
})

test("a client that waits for the server is told who speaks first", () => {
  const said = formatDiagnosis(diagnoseSilent({ byte: 0, timeoutMs: 30_000 }, { hello: 50_000 }), "x")
  assert.match(said, /^byte 0: expected PING, got nothing for 30 s .*client speaks first.* on port 50000\.$/)
  assert.doesNotMatch(formatDiagnosis(diagnoseSilent({ byte: 0 }), "x"), /hello/)
})

test("what a server gets wrong is named", () => {
  const cases: [ReturnType<typeof diagnoseServer>, RegExp][] = [
    [
      diagnoseAnswer("twice", 4, utf8.encode("PONG")),
      /^byte 4: expected one answer to each message, got one more: "PONG"/,
    ],
    [
      diagnoseAnswer("late", 4, utf8.encode("PONG")),
      /^byte 4: expected an answer in time, got "PONG", late .*--timeout/,
    ],
    [
      diagnoseNoAnswer({ byte: 0, timeoutMs: 5_000 }, false),
      /^byte 0: expected an answer, got nothing for 5 s .*log/,
    ],
    [
      diagnoseNoAnswer({ byte: 8 }, true),
      /^byte 8: expected an answer, got the end of the connection .*datagram/,
    ],
    [diagnoseServer(0, utf8.encode("HTTP/1.1 400 Bad Request")), /got HTTP: .*right port/],
    [diagnoseServer(0, Uint8Array.of(0x15, 3, 3)), /got TLS: /],
    [diagnoseServer(0, utf8.encode("Hello client!")), /got hello: .*landline lab hello connect/],
  ]
  for (const [diagnosis, said] of cases) assert.match(formatDiagnosis(diagnosis!, "x"), said)
})
