import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { concat } from "./bytes.ts"
import { labLimits } from "./lab-limits.ts"
import {
  encodeReply,
  encodeRequest,
  isBinary,
  SUM_FORMATS,
  SumDecoder,
  type SumFormatName,
} from "./sum-formats.ts"
import type { Silence, SumFormat, SumMessage } from "./sum-message.ts"

const seed = Number(process.env.SEED ?? 1)
const NAMES = Object.keys(SUM_FORMATS) as SumFormatName[]
const bytesOf = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** All messages of these bytes, which come in these pieces and are followed by silence. */
function decode(pieces: Uint8Array[], silence: Silence = "pause", role: "request" | "reply" = "request") {
  const decoder = new SumDecoder(role)
  const messages: SumMessage[] = []
  const take = (follows: Silence) => {
    for (let one = decoder.next(follows); one; one = decoder.next(follows)) messages.push(one)
  }
  for (const piece of pieces) {
    decoder.push(piece)
    take("none")
  }
  const decided = messages.length
  take(silence)
  return { messages, decided, fault: decoder.fault?.kind, idle: decoder.idle }
}

/** One message, told after a pause where `waits`, else at once. */
function one(bytes: string | Uint8Array, waits: boolean): Omit<SumMessage, "format"> & { format: SumFormat } {
  const { messages, decided, fault } = decode([typeof bytes === "string" ? bytesOf(bytes) : bytes])
  assert.deepEqual([messages.length, decided, fault], [1, waits ? 0 : 1, undefined], String(bytes))
  return messages[0]!
}

const cut = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const pieces: Uint8Array[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

/** A name that a format carries as it is. */
const plainName = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  .map((name) => `n${name.replace(/[\p{Cc}\s,:;|<]/gu, "_")}x`)

describe("sum formats", () => {
  const text25 = (separator: string, end = ""): SumFormat => ({ kind: "text", separator, end })
  const keys = (nameKey: string, numberKey: string, line = false): SumFormat => ({
    kind: "json",
    nameKey,
    numberKey,
    line,
  })
  const forms: [string, SumFormat, waits: boolean][] = [
    ['{"client_name": "Ada", "client_number": 25}', keys("client_name", "client_number"), false],
    ['{"client_number":25,"client_name":"Ada"}\n', keys("client_name", "client_number", true), false],
    ['\n {"name": "Ada",\n "number": 25}', keys("name", "number"), true],
    ['{"name": "Ada", "number": 25} \r\n', keys("name", "number", true), false],
    ['{"message": "Ada", "integer": 25, "more": {"number": [1.5, "}"]}}', keys("message", "integer"), true],
    ["Ada,25", text25(","), true],
    ["Ada:25", text25(":"), true],
    ["Ada: 25\n", text25(": ", "\n"), false],
    ["Ada;25\r\n", text25(";", "\r\n"), false],
    ["Ada | 25", text25(" | "), true],
    ["Ada\n25\n", { kind: "lines", newline: "\n" }, false],
    ["Ada\r\n25", { kind: "lines", newline: "\r\n" }, true],
    ["Ada 25", text25(" "), true],
    ["Ada 25\n", text25(" ", "\n"), true],
  ]
  for (const [bytes, format, waits] of forms)
    test(`${JSON.stringify(bytes)} is Ada and 25`, () => {
      assert.deepEqual(one(bytes, waits), { name: "Ada", number: 25n, format })
    })

  test("binary forms are those of Java and C", () => {
    const java = Uint8Array.of(0, 3, 65, 100, 97, 0, 0, 0, 25)
    assert.deepEqual(one(java, false), { name: "Ada", number: 25n, format: { kind: "java" } })
    const struct = new Uint8Array(260).fill(0x78)
    struct.set(bytesOf("Ada\n\0"))
    struct.set([0, 0, 0, 25], 256)
    assert.deepEqual(one(struct, false), { name: "Ada", number: 25n, format: { kind: "c260" } })
    assert.equal(one(struct.fill(0x78, 0, 256), false).name, "x".repeat(256))
    const smile = concat([
      Uint8Array.of(0, 6),
      Uint8Array.of(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
      java.subarray(5),
    ])
    assert.equal(one(smile, false).name, "😀", "as Java writes it")
    assert.equal(one(concat([Uint8Array.of(0, 4), bytesOf("😀"), java.subarray(5)]), false).name, "😀")
  })

  test("a name that is empty may be Java's or C's: more than six bytes can only be C's", () => {
    assert.deepEqual(one(new Uint8Array(6), true), { name: "", number: 0n, format: { kind: "java" } })
    assert.deepEqual(one(new Uint8Array(260), false), { name: "", number: 0n, format: { kind: "c260" } })
    assert.equal(one(Uint8Array.of(0, 0, 0, 0, 0, 7), false).number, 7n)
  })

  test("a name may hold the separator, and the last number counts", () => {
    const names: Record<string, string> = {
      "Doe, Jane,25": "Doe, Jane",
      "Doe, Jane: 25\n": "Doe, Jane",
      "a:1:2:25": "a:1:2",
      "Agent 7|25": "Agent 7",
      "Client 1\n25\n": "Client 1",
      "Doe, Jane\n25\n": "Doe, Jane",
      "Ada B. Lovelace 25": "Ada B. Lovelace",
      ",25": "",
      "a,,25": "a,",
    }
    for (const [bytes, name] of Object.entries(names)) {
      const { messages } = decode([bytesOf(bytes)])
      assert.deepEqual(
        messages.map((message) => [message.name, message.number]),
        [[name, 25n]],
        bytes,
      )
    }
  })

  test("integers of any size are read as they are, and nothing else is one", () => {
    const integers = ["0", "101", "-5", "1000000000", "1000000000000", "9".repeat(300)]
    for (const digits of integers) {
      assert.equal(one(`{"client_name":"a","client_number":${digits}}`, false).number, BigInt(digits))
      assert.equal(one(`a,${digits}\n`, false).number, BigInt(digits))
    }
    assert.equal(one("a,+7\n", false).number, 7n)
    for (const other of ["50.5", "50.0", "1e2", '"25"', "null", "true", "[25]", '"abc"', '""'])
      for (const bytes of [`{"client_name":"a","client_number":${other}}`, `a,${other}`, `a\n${other}\n`])
        assert.deepEqual([decode([bytesOf(bytes)]).fault], ["not_an_integer"], bytes)
  })

  test("every format is read as it was written, in both roles", () => {
    for (const name of NAMES) {
      const format: SumFormat = SUM_FORMATS[name]
      const request = decode([encodeRequest("José Doe", 25n, format)]).messages
      assert.deepEqual(request, [{ name: "José Doe", number: 25n, format }], name)
      const { messages } = decode([encodeReply("Großer Server", 10n, 35n, format)], "pause", "reply")
      assert.deepEqual([messages[0]?.name, messages[0]?.number], ["Großer Server", 10n], name)
      assert.equal(messages[0]?.sum, format.kind === "json" ? 35n : undefined)
    }
  })

  test("replies are as real clients take them apart", () => {
    const reply = (format: SumFormat) => text(encodeReply("a,b:c;d|e f\n\0", 10n, 35n, format))
    assert.equal(
      reply(SUM_FORMATS.json),
      '{"server_name": "a,b:c;d|e f\\n\\u0000", "server_number": 10, "sum": 35}',
    )
    assert.equal(
      text(encodeReply("S", 10n, 35n, keys("message", "integer", true))),
      '{"message": "S", "integer": 10, "sum": 35}\n',
    )
    assert.equal(reply(SUM_FORMATS.comma), "a b:c;d|e f  ,10")
    assert.equal(reply(text25(": ", "\n")), "a,b c;d|e f  : 10\n")
    assert.equal(reply(SUM_FORMATS.lines), "a,b:c;d|e f  \n10\n")
    assert.equal(text(encodeReply("Ada", 10n, 35n, SUM_FORMATS.java)), "\0\x03Ada\0\0\0\x0a")
    assert.equal(encodeReply("ö".repeat(200), 10n, 35n, SUM_FORMATS.c260).length, 260)
    assert.equal(one(encodeReply("ö".repeat(200), 10n, 35n, SUM_FORMATS.c260), false).name, "ö".repeat(127))
  })

  test(`any cut of the bytes gives the same message, whatever its format (SEED=${seed})`, () => {
    const wide = fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n })
    const number = fc.oneof(fc.bigInt({ min: 1n, max: 100n }), wide)
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), plainName, number, cuts, (name, client, sent, sizes) => {
        const format: SumFormat = SUM_FORMATS[name]
        const bytes = encodeRequest(client, sent, format)
        const { messages, fault, idle } = decode(cut(bytes, sizes))
        assert.deepEqual(messages, [{ name: client, number: sent, format }])
        assert.deepEqual([fault, idle], [undefined, true])
        assert.deepEqual(decode(cut(bytes, sizes), "end").messages, messages)
      }),
      { seed, numRuns: 500 },
    )
  })

  test(`requests that end by themselves may be glued, and cut anywhere (SEED=${seed})`, () => {
    const ends: SumFormat[] = [
      keys("name", "number", true),
      keys("message", "integer"),
      text25(": ", "\n"),
      { kind: "lines", newline: "\n" },
      { kind: "java" },
      { kind: "c260" },
    ]
    const sent = fc.record({ name: plainName, number: fc.bigInt({ min: 1n, max: 100n }) })
    fc.assert(
      fc.property(fc.constantFrom(...ends), fc.array(sent, { maxLength: 5 }), cuts, (format, all, sizes) => {
        const bytes = concat(all.map(({ name, number }) => encodeRequest(name, number, format)))
        const { messages, fault } = decode(cut(bytes, sizes))
        assert.equal(fault, undefined)
        assert.deepEqual(
          messages,
          all.map((message) => ({ ...message, format })),
        )
      }),
      { seed, numRuns: 300 },
    )
  })

  test(`any bytes in any cut are bounded, and never throw (SEED=${seed})`, () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .constantFrom('{"client_name":"a', '","client_number":', "25}", "a,2", "5\n", "\0\0\0", '{"', "\\")
        .map(bytesOf),
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 20 }),
        fc.constantFrom("pause", "end" as Silence),
        (all, silence) => {
          const { messages } = decode(all, silence)
          assert.ok(messages.length <= concat(all).length)
        },
      ),
      { seed, numRuns: 500 },
    )
  })

  test("a message over the limit is refused before it is whole, in whatever pieces", () => {
    const long = bytesOf(`{"name":"${"x".repeat(labLimits.sumMessageBytesMax)}","number":25}\n`)
    const decoder = new SumDecoder("request")
    decoder.push(long.subarray(0, labLimits.sumMessageBytesMax))
    assert.deepEqual([decoder.next(), decoder.fault], [undefined, undefined])
    for (const pieces of [[long], cut(long, [1000])]) assert.equal(decode(pieces).fault, "too_long")
    for (const flood of ["9", " ", "a", "{", '{"a":[', "a,1", "\n"]) {
      const bytes = bytesOf(flood.repeat(20_000)).subarray(0, 20_000)
      assert.equal(decode(cut(bytes, [500])).fault, "too_long", flood)
    }
    const many = bytesOf('{"name":"a","number":1}\n'.repeat(2_000))
    assert.equal(decode([many]).messages.length, 2_000, "but many may come at once")
  })

  test("what 32 bits hold is what the binary forms carry", () => {
    for (const name of NAMES)
      for (const number of [2n ** 31n - 1n, -(2n ** 31n)])
        assert.equal(decode([encodeRequest("a", number, SUM_FORMATS[name])]).messages[0]?.number, number)
    assert.deepEqual(
      NAMES.filter((name) => isBinary(SUM_FORMATS[name])),
      ["java", "c260"],
    )
  })
})
