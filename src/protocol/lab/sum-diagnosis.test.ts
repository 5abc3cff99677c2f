import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { formatDiagnosis } from "./diagnosis.ts"
import { diagnoseOrder, diagnoseSum, type SumSilence } from "./sum-diagnosis.ts"
import { encodeReply, encodeRequest, SUM_FORMATS, SumDecoder, type SumFormatName } from "./sum-formats.ts"
import type { SumFormat, SumRole } from "./sum-message.ts"

const seed = Number(process.env.SEED ?? 1)

/** What these bytes lead to, when nothing follows for a pause, or what the connection made of it. */
function said(bytes: string | Uint8Array, silence?: SumSilence, role: SumRole = "request"): string {
  const decoder = new SumDecoder(role)
  decoder.push(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes)
  while (decoder.next("pause"));
  const fault = decoder.fault ?? silence
  assert.ok(fault, `nothing wrong with ${bytes}`)
  const bounds = { role, timeoutMs: 30_000, ports: { hub: 7300, feed: 8000, chat: 12345 } }
  return formatDiagnosis(diagnoseSum(fault, decoder.evidence(), bounds), "peer")
}

const binary = (...parts: (number | string)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : [part])))

describe("lab sum tells a peer what to mend", () => {
  const cases: Record<string, [bytes: string | Uint8Array, said: RegExp, silence?: SumSilence]> = {
    "a fraction in JSON": [
      '{"client_name":"é","client_number":50.5}',
      /^byte 36: expected an integer from 1 to 100, got "50\.5" \(peer\)\. In JSON it stands without quotes/,
    ],
    "a number in quotes": [
      '{"client_name":"a","client_number": "25"}',
      /^byte 36: .* got ""25"" .*int\(text\)/,
    ],
    "a fraction in text": ["Ada,50.5", /^byte 4: expected an integer from 1 to 100, got "50\.5"/],
    "a fraction on a line of its own": ["Ada\n50.5\n", /^byte 4: expected an integer .* got "50\.5"/],
    "in a later request": [
      '{"name":"a","number":1}\na: 1\nAda: x\n',
      /^byte 34: expected an integer .* got "x"/,
    ],
    "no number in JSON": [
      '{"client_name":"a"}',
      /^byte 0: expected an integer under the key "client_number", got/,
    ],
    "no number in text": ["Ada, ", /^byte 4: expected an integer behind the name, got nothing/],
    "no name in JSON": [
      '{"client_number":5}',
      /^byte 0: expected a name as text, under the key "client_name"/,
    ],
    "a name that is no text": ['{"client_name":5,"client_number":5}', /expected a name as text/],
    "no name in text": ["25", /^byte 0: expected a name, and the number behind it, got "25"/],
    "other keys": ['{"user":"a","value":5}', /^byte 0: expected the keys "client_name" and "client_number"/],
    "Python's str()": [
      "{'client_name': 'a', 'client_number': 5}",
      /^byte 0: expected an object in JSON.*json\.dumps/,
    ],
    "Python's str(), cut": ["{'client_name': 'a'", /^byte 1: expected an object in JSON, got "'client/],
    "a name that is not UTF-8 in text": [
      binary("J", 0xf6, "rg,25"),
      /^byte 1: expected a name in UTF-8, got "\\xf6rg,"/,
    ],
    "a name that is not UTF-8 in JSON": [
      binary('{"client_name":"', 0xf6, '","client_number":5}'),
      /^byte 16: expected a name in UTF-8, got "\\xf6/,
    ],
    "a name that is not UTF-8 in Java's form": [
      binary(0, 1, 0xff, 0, 0, 0, 25),
      /^byte 2: expected a name in UTF-8/,
    ],
    "neither text nor binary": [
      binary(0x0e, 0x0f),
      /^byte 0: expected a name and a number, as text, JSON or one/,
    ],
    "text with its NUL": [
      binary("Ada,25", 0),
      /^byte 6: expected the end of the text, .* got a NUL byte.*strlen/,
    ],
    "a length that counts characters": [
      binary(0, 4, "José", 0, 0, 0, 25),
      /^byte 0: expected length 5, the bytes of the name, got length 4, its characters .*Count after encoding/,
    ],
    "a length that counts characters of a name that is whole all the same": [
      binary(0, 5, "joséa", 0, 0, 0, 25),
      /^byte 0: expected length 6, the bytes of the name, got length 5/,
    ],
    "a length with its low byte first": [
      binary(3, 0, "Ada", 25, 0, 0, 0),
      /^byte 0: expected length 3, its high byte first, got length 768/,
    ],
    "over the limit": [
      `a,${"9".repeat(9_000)}`,
      /^byte 8192: expected a message of at most 8192 bytes, got more/,
    ],
    HTTP: [
      "GET / HTTP/1.1\r\n",
      /^byte 0: .* got HTTP: .*HTTP belongs to the hub's port 7300, a feed client to port 8000/,
    ],
    TLS: [binary(22, 3, 1, 0, 100), /^byte 0: .* got TLS: .*without TLS/],
    "a file client": ["a.txt<SEPARATOR>1024", /^byte 0: .* got file transfer: .*port of a file server/],
    "a chat client": [
      "3         ada",
      /^byte 0: .* got chat: "3 {9}ada".*A chat client belongs to port 12345/,
    ],
    silence: [
      "",
      /^byte 0: expected a name and a number, got nothing for 30 s .*The client speaks first/,
      "silent",
    ],
    "JSON that stops": [
      '{"name":"a"',
      /^byte 11: expected the } that closes the object, got nothing for 30 s/,
      "stalled",
    ],
    "JSON cut short": ['{"name":"a"', /got the end of the connection after/, "cut_short"],
    "a name alone": [
      "Ada\n",
      /^byte 4: expected a separator and an integer behind the name, got the end/,
      "cut_short",
    ],
    "a struct cut short": [
      binary("Ada", 0, 0),
      /^byte 5: expected 255 more bytes of a struct of 260/,
      "cut_short",
    ],
    "Java's form cut short": [
      binary(0, 3, "Ada", 0),
      /^byte 6: expected 3 more bytes of the name and the n/,
      "stalled",
    ],
  }
  for (const [name, [bytes, expected, silence]] of Object.entries(cases))
    test(name, () => assert.match(said(bytes, silence), expected))

  const replies: Record<string, [bytes: string, said: RegExp, silence?: SumSilence]> = {
    "an HTTP server": [
      "HTTP/1.1 400 Bad Request\r\n",
      /^byte 0: expected the server's name and number, got HTTP: /,
    ],
    "a server that says nothing": [
      "",
      /^byte 0: expected a reply, got nothing for 30 s.*server's log/,
      "silent",
    ],
    "a server that closes": ["", /^byte 0: expected a reply, got the end of the connection/, "cut_short"],
    "a reply cut short": [
      '{"server',
      /^byte 8: expected the rest of the reply, got the end .*after/,
      "cut_short",
    ],
    "a request sent back": [
      '{"client_name":"a","client_number":5}',
      /expected the keys "server_name" and "server_n/,
    ],
  }
  for (const [name, [bytes, expected, silence]] of Object.entries(replies))
    test(`in our client: ${name}`, () => assert.match(said(bytes, silence, "reply"), expected))

  test("a number with its low byte first is told, where it would be in range", () => {
    const order = (number: bigint, format: SumFormat) => diagnoseOrder({ name: "a", number, format }, 260)
    const low = order(25n << 24n, SUM_FORMATS.c260)!
    assert.match(
      formatDiagnosis(low, "peer"),
      /^byte 256: expected 25, its high byte first, got 419430400, .*htonl\(25\)/,
    )
    assert.equal(order(25n << 24n, SUM_FORMATS.json), undefined)
    for (const number of [0n, 25n, -5n, 101n, 123_456_789n])
      assert.equal(order(number, SUM_FORMATS.java), undefined, `${number}`)
  })

  test(`valid traffic of every family has no fault, either way (SEED=${seed})`, () => {
    const formats = fc.constantFrom(...(Object.keys(SUM_FORMATS) as SumFormatName[]))
    const names = fc.string({ unit: "grapheme", maxLength: 60 }).map((name) => `n${name}`)
    const numbers = fc.bigInt({ min: 1n, max: 100n })
    fc.assert(
      fc.property(formats, names, numbers, (name, who, number) => {
        const format: SumFormat = SUM_FORMATS[name]
        for (const role of ["request", "reply"] as const) {
          const decoder = new SumDecoder(role)
          decoder.push(
            role === "request" ? encodeRequest(who, number, format) : encodeReply(who, number, 7n, format),
          )
          const message = decoder.next("pause")
          assert.deepEqual([message?.number, decoder.fault, decoder.idle], [number, undefined, true])
          assert.equal(diagnoseOrder(message!, 260), undefined)
        }
      }),
      { seed, numRuns: 1_000 },
    )
  })
})
