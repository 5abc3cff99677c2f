import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { changedTo } from "./changed-protocol.ts"
import { diagnoseChat } from "./chat-diagnosis.ts"
import { ChatDecoder, encodeFrame } from "./chat-frames.ts"
import type { Diagnosis } from "./diagnosis.ts"
import { diagnoseFrame } from "./feed-diagnosis.ts"
import { diagnoseFile } from "./file-diagnosis.ts"
import { FileDecoder } from "./file-transfer.ts"
import { readGreeting } from "./hello.ts"
import { diagnoseSum } from "./sum-diagnosis.ts"
import { SumDecoder } from "./sum-formats.ts"

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"))
const HTTP = "GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"
const TLS = "\x16\x03\x01\x02\0\x01\0"
const ports = { hub: 7300, chat: 12345 }

const OTHERS: readonly (readonly [string, string])[] = [
  ["HTTP", HTTP],
  ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ["TLS", TLS],
  ["TLS", "\x15\x03\x03\0\x02\x02\x0a"],
  ["SSH", "SSH-2.0-OpenSSH_9\r\n"],
]

test("another protocol is told by whole lines and records, not by words that people write", () => {
  for (const [protocol, text] of OTHERS) assert.equal(changedTo(bytesOf(text)), protocol)
  const others = {
    chat: "5         hello",
    ping: "PINGPING",
    sum: '{"client_name": "Ada", "client_number": 1}',
    "file transfer": "notes.txt<SEPARATOR>5hello",
  }
  for (const [protocol, text] of Object.entries(others)) assert.equal(changedTo(bytesOf(text)), protocol)
  for (const text of ["", "GET well soon", "GET / HTTP/1.1", "I ping you", "a <SEPARATOR> b", "5 apples"])
    assert.equal(changedTo(bytesOf(text)), undefined, text)
})

/** What each service makes of a client that says this after it has begun right. */
const SERVICES: Record<string, (later: string) => Diagnosis | undefined> = {
  chat(later) {
    const decoder = new ChatDecoder({ bodyBytesMax: 65_536 })
    decoder.push(bytesOf(`3         ada${later}`))
    while (decoder.next());
    const bounds = { bodyBytesMax: 65_536, timeoutMs: 1_000, ports }
    return decoder.fault && diagnoseChat(decoder.fault, decoder.evidence(), bounds)
  },
  sum(later) {
    const decoder = new SumDecoder("request")
    decoder.push(bytesOf(`{"name": "Ada", "number": 25}\n${later}`))
    while (decoder.next("pause"));
    const bounds = { role: "request", timeoutMs: 1_000, ports } as const
    return decoder.fault && diagnoseSum(decoder.fault, decoder.evidence(), bounds)
  },
  file(later) {
    const decoder = new FileDecoder()
    for (const part of ["a.txt<SEPARATOR>5", `hello${later}`]) decoder.push(bytesOf(part))
    const bounds = { separator: "<SEPARATOR>", fileBytesMax: 1e9, timeoutMs: 1_000, ports }
    return decoder.end() ? undefined : diagnoseFile(decoder.fault!, decoder.evidence(), bounds)
  },
  hello(later) {
    const greeting = readGreeting(bytesOf(`Hello Server!${later}`), "client", { ports })
    return "fault" in greeting ? greeting.fault : undefined
  },
  feed: (later) => diagnoseFrame({ kind: "reserved_bits", byte: 200, bytes: bytesOf(later) }, ports),
}

const BEGINNINGS: Record<string, number> = { chat: 13, sum: 30, file: 22, hello: 13, feed: 200 }

describe("a client that begins right and goes on in another protocol is told so, with the byte", () => {
  for (const [service, diagnose] of Object.entries(SERVICES))
    test(service, () => {
      for (const [protocol, text] of OTHERS) {
        const { case: name, byte, got, mend } = diagnose(text)!
        assert.deepEqual([name, byte], ["changed-protocol", BEGINNINGS[service]], text)
        assert.match(got, new RegExp(`^${protocol}: `))
        assert.match(mend, new RegExp(` changes to ${protocol} here; a connection speaks one protocol`))
        if (protocol === "HTTP") assert.match(mend, /HTTP belongs to the hub's port 7300\./)
      }
      if (service !== "chat") assert.match(diagnose("3         ada")!.mend, /changes to chat here/)
    })
})

describe("valid traffic that holds such words yields no diagnosis", () => {
  test("chat: a message is whatever its frame says", () => {
    for (const [, text] of OTHERS) {
      const frame = Buffer.from(encodeFrame(bytesOf(text))).toString("latin1")
      assert.equal(SERVICES["chat"]!(frame), undefined)
    }
  })

  test("chat: a length that counts characters is told as that, whatever the text says", () => {
    const text = Buffer.from(`${"ü".repeat(HTTP.length)}${HTTP}`).toString("latin1")
    const frame = `${`${2 * HTTP.length}`.padEnd(10)}${text}2         hi`
    assert.equal(SERVICES["chat"]!(frame)!.case, "non-ascii")
  })

  test("chat: what a message said is not what a later fault is about", () => {
    const said = Buffer.from(encodeFrame("use <SEPARATOR>5 for files")).toString("latin1")
    assert.equal(SERVICES["chat"]!(`${said}five      hello`)!.case, "not-a-length")
  })

  test("file: its bytes are anything", () => {
    const decoder = new FileDecoder()
    for (const part of [`a.txt<SEPARATOR>${HTTP.length}`, HTTP]) decoder.push(bytesOf(part))
    assert.equal(decoder.end()?.bytes, HTTP.length)
  })

  test("sum: a name is any text", () => {
    assert.equal(SERVICES["sum"]!(`{"name": "GET / HTTP/1.1", "number": 5}\n`), undefined)
  })

  test("hello: a greeting may speak of protocols", () => {
    const greeting = readGreeting(bytesOf("Hello Server! I know GET / HTTP/1.1\r\n"), "client", {})
    assert.ok("text" in greeting)
  })
})
