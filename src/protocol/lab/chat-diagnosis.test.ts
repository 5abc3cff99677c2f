import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { concat } from "./bytes.ts"
import {
  type ChatFault,
  diagnoseChat,
  diagnoseEncoding,
  diagnoseName,
  diagnoseToken,
} from "./chat-diagnosis.ts"
import { ChatDecoder, encodeFrame, type HeaderBytes } from "./chat-frames.ts"
import { type Diagnosis, formatDiagnosis, shownBytes } from "./diagnosis.ts"

const seed = Number(process.env.SEED ?? 1)
const bounds = { bodyBytesMax: 1_000, timeoutMs: 5_000 }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const padded = (length: number | string, body: string | Uint8Array, width = 10) =>
  concat([bytesOf(String(length).padEnd(width)), typeof body === "string" ? bytesOf(body) : body])
/** A frame whose header counts characters. */
const counted = (text: string) => padded([...text].length, text)

/** What is said about a peer that has sent these bytes, and then did nothing more or ended. */
function diagnosed(bytes: Uint8Array, headerBytes?: HeaderBytes, after: ChatFault = "stalled"): Diagnosis {
  const decoder = new ChatDecoder({ headerBytes, bodyBytesMax: bounds.bodyBytesMax })
  decoder.push(bytes)
  while (decoder.next());
  assert.ok(decoder.fault || !decoder.idle || bytes.length === 0, "there is a fault to diagnose")
  return diagnoseChat(decoder.fault ?? after, decoder.evidence(), bounds)
}

describe("diagnosis of a length that counts characters", () => {
  test("names the header that is wrong, both lengths and the mend", () => {
    const { byte, expected, got, mend } = diagnosed(
      concat([encodeFrame("ada"), counted("cafés"), counted("hi")]),
    )
    assert.equal(byte, 13)
    assert.equal(expected, 'length 6, the bytes of "cafés"')
    assert.equal(got, "length 5, its characters")
    assert.match(mend, /len\(data\)/)
  })

  test("where the text is cut inside a letter", () => {
    assert.equal(diagnosed(concat([encodeFrame("ada"), counted("caffè")])).byte, 13)
  })

  test("where what is left over reads as the beginning of a header", () => {
    const stream = concat([encodeFrame("ada"), counted("só1"), counted("sim"), counted("hm")])
    assert.equal(diagnosed(stream).got, "length 3, its characters")
  })

  test("in the username", () => {
    assert.equal(diagnosed(concat([counted("zoë"), counted("hello")])).byte, 0)
  })

  test("in UTF-16 units, as Java and JavaScript count", () => {
    const { expected, got } = diagnosed(concat([encodeFrame("ada"), padded(3, "😀!"), padded(2, "hi")]))
    assert.equal(expected, 'length 5, the bytes of "😀!"')
    assert.equal(got, "length 3, its characters")
  })

  test("when the connection ended after it", () => {
    assert.equal(diagnosed(concat([encodeFrame("ada"), counted("é1")]), 10, "cut_short").byte, 13)
  })

  test("with wide headers", () => {
    assert.equal(diagnosed(concat([encodeFrame("hi", 64), padded(5, "cafés", 64)]), 64).byte, 66)
  })
})

describe("diagnosis of other framing", () => {
  const cases: Record<
    string,
    { bytes: Uint8Array; headerBytes?: HeaderBytes; byte: number; got: RegExp; mend: RegExp }
  > = {
    "a length that counts the header": {
      bytes: concat([padded(13, "ada"), padded(15, "hello")]),
      byte: 0,
      got: /header included/,
      mend: /body alone/,
    },
    "wide headers where narrow ones are expected": {
      bytes: concat([padded(2, "hi", 64), padded(5, "hello", 64)]),
      headerBytes: 10,
      byte: 0,
      got: /header of 64 bytes/,
      mend: /Pad to 10 bytes/,
    },
    "narrow headers where wide ones are expected": {
      bytes: concat([padded(3, "ada"), padded(5, "hello")]),
      headerBytes: 64,
      byte: 0,
      got: /header of 10 bytes/,
      mend: /Pad to 64 bytes/,
    },
    "a length that is not padded": {
      bytes: bytesOf("3ada5hello"),
      byte: 0,
      got: /"3ada5hello"/,
      mend: /not padded/,
    },
    "a length padded with NUL": {
      bytes: bytesOf("3\0\0\0\0\0\0\0\0\0ada"),
      byte: 0,
      got: /"3\\x00/,
      mend: /NUL/,
    },
    "a length of four bytes, big-endian": {
      bytes: bytesOf("\0\0\0\x03ada"),
      byte: 0,
      got: /\\x00\\x00\\x00\\x03ada/,
      mend: /binary number/,
    },
    "a length of four bytes, little-endian": {
      bytes: bytesOf("\x03\0\0\0ada\x05\0\0\0hello"),
      byte: 0,
      got: /\\x03/,
      mend: /binary number/,
    },
    "a length of two bytes, as writeUTF sends it": {
      bytes: bytesOf("\0\x03ada\0\x05hello"),
      byte: 0,
      got: /\\x00\\x03ada/,
      mend: /binary number/,
    },
    "lines without a header": {
      bytes: bytesOf("ada\nhello\n"),
      byte: 0,
      got: /"ada\\nhello\\n"/,
      mend: /Lines are not enough/,
    },
    "text without anything": {
      bytes: bytesOf("hello"),
      byte: 0,
      got: /"hello"/,
      mend: /begins with its length/,
    },
    "a bad byte inside a header": {
      bytes: concat([encodeFrame("ada"), bytesOf("12x")]),
      byte: 15,
      got: /"x"/,
      mend: /longer than it said/,
    },
    "a negative length": { bytes: bytesOf("-5        hello"), byte: 0, got: /"-5 /, mend: /how many bytes/ },
    "a length over the limit": {
      bytes: bytesOf("1001      "),
      byte: 0,
      got: /"1001 /,
      mend: /several messages/,
    },
    HTTP: { bytes: bytesOf("GET / HTTP/1.1\r\nHost: x\r\n"), byte: 0, got: /^HTTP: /, mend: /hub's port/ },
    TLS: { bytes: new Uint8Array([0x16, 3, 1, 2, 0]), byte: 0, got: /^TLS: /, mend: /without TLS/ },
    "a file client": {
      bytes: bytesOf("a.txt<SEPARATOR>5"),
      byte: 0,
      got: /^file transfer: /,
      mend: /file server/,
    },
  }
  for (const [name, { bytes, headerBytes, ...said }] of Object.entries(cases))
    test(name, () => {
      const diagnosis = diagnosed(bytes, headerBytes)
      assert.equal(diagnosis.byte, said.byte)
      assert.match(diagnosis.got, said.got)
      assert.match(diagnosis.mend, said.mend)
    })

  test("a body cut short by the end of the connection", () => {
    const { byte, expected, got } = diagnosed(
      concat([encodeFrame("ada"), padded(20, "hello")]),
      10,
      "cut_short",
    )
    assert.equal(byte, 28)
    assert.equal(expected, "15 more bytes of the body, 20 in all")
    assert.equal(got, "the end of the connection")
  })

  test("a header that does not go on", () => {
    const { byte, expected, got } = diagnosed(concat([encodeFrame("ada"), bytesOf("5 ")]))
    assert.equal(byte, 15)
    assert.equal(expected, "8 more bytes of the header at byte 13")
    assert.equal(got, "nothing for 5 s")
  })

  test("no username frame", () => {
    const { byte, expected, mend } = diagnosed(new Uint8Array(), undefined, "silent")
    assert.equal(byte, 0)
    assert.match(expected, /username/)
    assert.match(mend, /right after connecting/)
  })

  test("the hub's port is named where there is one", () => {
    const decoder = new ChatDecoder({ bodyBytesMax: 100 })
    decoder.push(bytesOf("GET / HTTP/1.1"))
    decoder.next()
    const { mend } = diagnoseChat("not_a_length", decoder.evidence(), { ...bounds, ports: { hub: 7301 } })
    assert.match(mend, /the hub's port 7301/)
  })

  test("the port of file transfer is named where there is one", () => {
    const decoder = new ChatDecoder({ bodyBytesMax: 100 })
    decoder.push(bytesOf("a.txt<SEPARATOR>5"))
    decoder.next()
    const { mend } = diagnoseChat("not_a_length", decoder.evidence(), { ...bounds, ports: { file: 2001 } })
    assert.match(mend, /belongs to port 2001\.$/)
  })

  test("text that is not UTF-8: the first wrong byte", () => {
    const { byte, got } = diagnoseEncoding(new Uint8Array([0x63, 0xc3, 0xa9, 0xe9, 0x20]), 100)
    assert.equal(byte, 103)
    assert.equal(got, '"\\xe9 "')
  })

  test("a token that is not the one", () => {
    const tokens = ["!DISCONNECT", "!DISCONNECTED"]
    assert.equal(diagnoseToken("!disconnect", 64, tokens)?.expected, 'the token "!DISCONNECT"')
    assert.equal(diagnoseToken("!DISCONNECTED", 64, ["!BYE"])?.got, '"!DISCONNECTED"')
    assert.equal(diagnoseToken("!DISCONNECT\n", 64, tokens)?.byte, 64)
    for (const text of [...tokens, "they disconnect me", ""])
      assert.equal(diagnoseToken(text, 64, tokens), undefined)
  })

  test("a first frame that is no name", () => {
    const { byte, mend } = diagnoseName(bytesOf("a\nb"), 10, "A name cannot hold control characters.")
    assert.equal(byte, 10)
    assert.match(mend, /^A name cannot hold control characters\. The first frame is the username/)
  })
})

test(`arbitrary bytes always get a diagnosis, within the bytes that were sent (SEED=${seed})`, () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(..." 0123459-+é\nab"), maxLength: 100 }).map(bytesOf),
  )
  fc.assert(
    fc.property(bytes, fc.constantFrom<HeaderBytes | undefined>(10, 64, undefined), (stream, headerBytes) => {
      const decoder = new ChatDecoder({ headerBytes, bodyBytesMax: 50 })
      decoder.push(stream)
      while (decoder.next());
      const { byte } = diagnoseChat(decoder.fault ?? "cut_short", decoder.evidence(), bounds)
      assert.ok(byte >= 0 && byte <= stream.length)
    }),
    { seed, numRuns: 2_000 },
  )
})

test("a diagnosis is one line, and what came is shown without its control characters", () => {
  const line = formatDiagnosis(
    { byte: 3, expected: "a header of 10 bytes", got: shownBytes(bytesOf("\x1b[2J\nboo")), mend: "Mend it." },
    "127.0.0.1:5000",
  )
  assert.equal(line, 'byte 3: expected a header of 10 bytes, got "\\x1b[2J\\nboo" (127.0.0.1:5000). Mend it.')
})
