import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { rawSocket, startLabChat } from "../../../../test/support/lab.ts"
import { encodeFrame } from "../../../protocol/lab/chat-frames.ts"

const seed = Number(process.env.SEED ?? 1)
const frame = (text: string, width: 10 | 64 = 10) => Buffer.from(encodeFrame(text, width)).toString()

/** What these bytes lead to, when the peer then waits or ends. */
async function diagnosisOf(bytes: string | Uint8Array, settings: object = {}, end = false): Promise<string> {
  await using service = await startLabChat({ settings: { timeoutMs: 300, ...settings } })
  using socket = await rawSocket(service.port)
  await socket.write(bytes)
  if (end) void socket.end()
  const { level, function: from, message: said } = await service.lines.next(/^byte \d+: expected/)
  assert.equal(level, "WARNING")
  assert.equal(from, "diagnosis")
  await socket.closed()
  await service.lines.next(/^Closed connection from/)
  assert.equal(service.lines.diagnoses.length, 1, "one line for one fault")
  return said
}

describe("lab chat tells a peer what to mend", () => {
  const cases: Record<string, [bytes: string | Uint8Array, said: RegExp, settings?: object, end?: boolean]> =
    {
      "length counts characters": [
        `${frame("ada")}5         cafés`,
        /^byte 13: expected length 6, the bytes of "cafés", got length 5, its characters \(ada\)\. Count after/,
      ],
      "length counts characters, told at the end": [
        `${frame("ada")}3         só1`,
        /^byte 13: expected length 4.* got length 3, its characters/,
        {},
        true,
      ],
      "length counts the header": ["13        ada", /header included/],
      "wide for narrow": [frame("hi", 64), /got a header of 64 bytes/, { headerBytes: 10 }],
      "narrow for wide": [frame("ada"), /got a header of 10 bytes/, { headerBytes: 64 }],
      "no padding": ["3ada5hello", /not padded/],
      "NUL padding": ["3\0\0\0\0\0\0\0\0\0ada", /NUL bytes/],
      "binary length": ["\0\0\0\x03ada", /binary number/],
      "lines without header": [
        "ada\nhello\n",
        /^byte 0: expected a header of 10 bytes, got "ada\\nhello\\n"/,
      ],
      "negative length": ["-5        hello", /expected a length of 0 or more, got "-5/],
      "not a number": ["five      hello", /^byte 0: expected a header of 10 bytes, got "five/],
      "over the limit": ["70000     x", /expected a length of at most 65536, got "70000/],
      "cut short": [
        `${frame("ada")}20        hello`,
        /15 more bytes of the body, 20 in all, got the end/,
        {},
        true,
      ],
      "header cut short": [
        "5   ",
        /6 more bytes of the header at byte 0, got the end of the connection/,
        {},
        true,
      ],
      "body that stops": ["5         ad", /3 more bytes of the body, 5 in all, got nothing for 0\.3 s/],
      "a username that is not UTF-8": [
        encodeFrame(Uint8Array.of(0xff)),
        /^byte 10: expected UTF-8, got "\\xff"/,
      ],
      "no username": ["", /^byte 0: expected the username as the first frame, got nothing for 0\.3 s/],
      HTTP: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", /got HTTP: .*HTTP belongs to a hub's port/],
      TLS: [Uint8Array.of(22, 3, 1, 0, 100, 1, 0), /got TLS: .*without TLS/],
      "a file client": ["notes.txt<SEPARATOR>1024", /got file transfer: .*port of a file server/],
    }
  for (const [name, [bytes, said, settings, end]] of Object.entries(cases))
    test(name, async () => {
      assert.match(await diagnosisOf(bytes, settings, end), said)
    })

  test("HTTP that comes in pieces is recognised, and the hub's port is named", async () => {
    await using service = await startLabChat({ settings: { ports: { hub: 7300 } } })
    using socket = await rawSocket(service.port)
    for (const piece of ["G", "ET", " / HTTP/1.1\r\n"]) await socket.write(piece)
    assert.match((await service.lines.next(/^byte 0/)).message, /HTTP belongs to the hub's port 7300/)
  })

  test(`valid traffic of either family yields no diagnosis, whatever the cuts (SEED=${seed})`, async () => {
    await using service = await startLabChat()
    const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 8 })
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<10 | 64>(10, 64), texts, cuts, async (width, said, sizes) => {
        using socket = await rawSocket(service.port)
        const stream = Buffer.from(["ada", ...said].map((text) => frame(text, width)).join(""))
        for (let at = 0, n = 0; at < stream.length; n++) {
          const size = sizes[n % sizes.length]!
          await socket.write(stream.subarray(at, at + size))
          at += size
        }
        await socket.end()
        await service.lines.next(/^Closed connection/)
        assert.deepEqual(service.lines.diagnoses, [])
      }),
      { seed, numRuns: 40 },
    )
    const taken = service.lines.all.filter((line) => line.message.startsWith("Received message"))
    assert.ok(taken.length > 40)
  })
})
