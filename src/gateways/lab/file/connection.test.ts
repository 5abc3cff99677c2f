import assert from "node:assert/strict"
import type { Socket } from "node:net"
import { Duplex } from "node:stream"
import { describe, test } from "node:test"
import fc from "fast-check"
import { rawSocket, startLabFile } from "../../../../test/support/lab.ts"
import { tempDir } from "../../../../test/support/temp.ts"
import { type LabLine, LabLog } from "../log.ts"
import { FileConnection } from "./connection.ts"
import { fileDefaults } from "./server.ts"
import type { FileSink, IncomingFile } from "./sink.ts"

const seed = Number(process.env.SEED ?? 1)
const settings = { pauseMs: 60, timeoutMs: 300 }
type Step = string | Uint8Array | "PAUSE"

/** Does the steps, and then ends or, with `stay`, waits. @returns what was diagnosed */
async function diagnosesOf(steps: readonly Step[], more: object = {}, stay = false): Promise<string[]> {
  await using folder = await tempDir()
  await using service = await startLabFile(folder.path, { settings: { ...settings, ...more } })
  using socket = await rawSocket(service.port)
  for (const step of steps)
    if (step === "PAUSE") await new Promise((resolve) => setTimeout(resolve, settings.pauseMs * 3))
    else await socket.write(step)
  await (stay ? socket.closed() : socket.end())
  return service.lines.diagnoses
}

describe("lab file tells a peer what to mend", () => {
  const cases: Record<string, [steps: Step[], said: RegExp, stay?: boolean]> = {
    "header and data glued": [
      ["a<SEPARATOR>5hello"],
      /^byte 13: expected a pause after the size, got data in the same read \(127\.0\.0\.1:\d+\)\. The file was told apart and is kept\. Pause a moment/,
    ],
    "glued, and it begins with digits": [
      ["a<SEPARATOR>512345"],
      /^byte 13: .* kept, as 5 bytes, but this is ambiguous: 512345 may also be the size of a longer file/,
    ],
    "cut short": [
      ["a<SEPARATOR>9", "PAUSE", "hello"],
      /^byte 18: expected 4 more bytes, 9 in all, got the end of the connection .*cut short/,
    ],
    "a size that counts characters": [
      ["a<SEPARATOR>5cafés"],
      /^byte 12: expected the size 6, the file's bytes, got the size 5, its characters .*len\(data\)/,
    ],
    "a size that counts UTF-16 units": [
      ["a<SEPARATOR>3😀!"],
      /expected the size 5.* got the size 3, its characters/,
    ],
    "more than declared": [
      ["a<SEPARATOR>3hello"],
      /^byte 16: expected the end of the connection after 3 bytes, got 2 more .*os\.path\.getsize/,
    ],
    "a newline behind the size": [
      ["a<SEPARATOR>5\nhello"],
      /^byte 13: expected the data right behind the size, got a newline, "\\n" .*Nothing follows the size, no newline/,
    ],
    "a newline of two bytes, in pieces": [
      ["a<SEPARATOR>6\r", "PAUSE", "\n", "PAUSE", "cafés"],
      /^byte 13: .*got a newline, "\\r\\n"/,
    ],
    "a newline behind the size, and more too much": [
      ["a<SEPARATOR>3\nhello"],
      /^byte 16: expected the end of the connection after 3 bytes, got 3 more/,
    ],
    "a size out of all bounds": [
      ["a<SEPARATOR>99999999999999999999", "PAUSE", "hello"],
      /^byte 12: expected a file of at most \d+ bytes, got a size of 99999999999999999999 .*out of all bounds/,
    ],
    "a size over the limit, glued": [
      ["a<SEPARATOR>9007199254740991hello"],
      /^byte 12: expected a file of at most \d+ bytes, got a size of 9007199254740991 .*--max-bytes/,
    ],
    "no separator": [
      ["notes.txt"],
      /^byte 9: expected <SEPARATOR> after the name, got the end of the connection after "notes\.txt"/,
    ],
    "no separator, and no end": [
      ["notes.txt"],
      /^byte 9: expected <SEPARATOR> after the name, got nothing for 0\.3 s after "notes\.txt"/,
      true,
    ],
    "nothing at all": [[], /^byte 0: expected <SEPARATOR> after the name, got nothing for 0\.3 s/, true],
    "no separator in a long one": [
      [`x${"y".repeat(5_000)}`],
      /^byte 4096: expected <SEPARATOR> within the first 4096 bytes, got "xyyy/,
    ],
    "no size": [["a<SEPARATOR>"], /^byte 12: expected the size, decimal digits right behind.* got nothing/],
    "no size, and no end": [["a<SEPARATOR>"], /^byte 12: expected the size.* got nothing for 0\.3 s/, true],
    "a size that is no number": [["a<SEPARATOR>five"], /^byte 12: expected the size.* got "five"/],
    "a size with a sign": [["a<SEPARATOR>+5hello"], /^byte 12: .* got "\+5hello" .*without sign/],
    "a name that is not UTF-8": [
      [new Uint8Array([0x61, 0xe9]), "<SEPARATOR>5hello"],
      /^byte 1: expected a name in UTF-8, got "\\xe9<SE"/,
    ],
    "no end of the connection": [
      ["a<SEPARATOR>5", "PAUSE", "hello"],
      /^byte 18: expected the end of the connection, got nothing for 0\.3 s .*Close the socket/,
      true,
    ],
    "a chat client": [
      ["3         ada"],
      /^byte 0: expected name<SEPARATOR>size, got chat: "3 +ada" .*A chat client belongs to the port of a chat server/,
      true,
    ],
    HTTP: [["GET / HTTP/1.1\r\n\r\n"], /^byte 0: .* got HTTP: "GET .*HTTP belongs to a hub's port\./, true],
    TLS: [[new Uint8Array([0x16, 3, 1, 2, 0])], /^byte 0: .* got TLS: .*without TLS/, true],
  }
  for (const [what, [steps, said, stay]] of Object.entries(cases))
    test(what, async () => {
      const diagnoses = await diagnosesOf(steps, {}, stay)
      assert.equal(diagnoses.length, 1, "one line for one fault")
      assert.match(diagnoses[0]!, said)
    })

  test("the ports of the other services are named where they are known", async () => {
    const ports = { hub: 7301, chat: 2000 }
    assert.match((await diagnosesOf(["GET / HTTP/1.1"], { ports })).join(), /the hub's port 7301\.$/)
    assert.match((await diagnosesOf(["3         ada"], { ports })).join(), /belongs to port 2000\.$/)
  })

  test("valid traffic yields none: each separator, paused, empty, with digits, slowly, a hostile name", async () => {
    const valid: Step[][] = [
      ["a<SEPARATOR>5", "PAUSE", "hello"],
      ["a<SEPERATOR>5", "PAUSE", "hello"],
      ["C:\\notes\\a<SEP>5", "PAUSE", "hello"],
      ["a<SEPARATOR>0"],
      ["a<SEPARATOR>5", "PAUSE", "12345"],
      ["2024      x<SEPARATOR>5", "PAUSE", "hello"],
      ["a<SEPA", "PAUSE", "RATOR>1", "PAUSE", "0", "PAUSE", "h", "PAUSE", "ello-hell"],
      ["../../\x1b[2Ja<SEPARATOR>6", "PAUSE", "cafés"],
    ]
    for (const steps of valid) assert.deepEqual(await diagnosesOf(steps), [], steps.join("|"))
  })
})

test("lab file: a reset that comes while a file begins is the last word on it", async () => {
  const lines: LabLine[] = []
  const beginning = Promise.withResolvers<IncomingFile>()
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const sink: FileSink = { begin: () => beginning.promise }
  const log = new LabLog((line) => lines.push(line))
  const bytes = Buffer.from("a<SEPARATOR>5")
  const connection = new FileConnection(socket as Socket, bytes, sink, log, fileDefaults)
  socket.destroy(Object.assign(new Error("reset"), { code: "ECONNRESET" }))
  await new Promise((resolve) => socket.once("close", resolve))
  let discarded = 0
  beginning.resolve({
    name: "recv-a",
    write: async () => {},
    keep: async () => "recv-a",
    discard: async () => void discarded++,
  })
  await connection.done()
  const said = lines.map(({ message }) => message)
  assert.equal(said.length, 2)
  assert.match(said[0]!, /^Incoming file, saving as recv-a$/)
  assert.match(said[1]!, /was reset by the peer; nothing of recv-a is kept$/)
  assert.equal(discarded, 1)
})

test("lab file: no file is announced for a size that none can have, and long digits alone may be one", async () => {
  await using folder = await tempDir()
  await using service = await startLabFile(folder.path, { settings })
  for (const header of ["a<SEPARATOR>99999999999999999999", "b<SEPARATOR>1712345678901234567"]) {
    using socket = await rawSocket(service.port)
    await socket.write(header)
    await socket.end()
  }
  await service.lines.next(/^Done receiving recv-b/)
  const announced = service.lines.all.filter(({ message }) => message.startsWith("Incoming"))
  assert.deepEqual(
    announced.map(({ message }) => message),
    ["Incoming file, saving as recv-b"],
  )
})

test(`lab file: whatever comes, the service goes on and the peer is let go (SEED=${seed})`, async () => {
  await using folder = await tempDir()
  await using service = await startLabFile(folder.path, { settings })
  const pieces = fc.oneof(
    fc.constantFrom("<SEPARATOR>", "<SEP>", "5", "0", "../", "\0", "\n", "12345678901234567890123"),
    fc.string({ maxLength: 40 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (parts) => {
      using socket = await rawSocket(service.port)
      for (const part of parts) await socket.write(part)
      assert.equal(await socket.end(), "")
    }),
    { seed, numRuns: 200 },
  )
  using socket = await rawSocket(service.port)
  await socket.write("after.txt<SEPARATOR>5hello")
  await socket.end()
  await service.lines.next(/^Done receiving recv-after\.txt/)
})
