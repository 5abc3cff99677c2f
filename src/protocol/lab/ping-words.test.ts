import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { type Encoding, encode } from "./encodings.ts"
import { answerTo, PingReader, type PingReaderOptions, QUIT_TOKENS } from "./ping-words.ts"

const seed = Number(process.env["SEED"] ?? 1)

function reader(options: Partial<PingReaderOptions> = {}): PingReader {
  return new PingReader({ encoding: "utf-8", tokens: QUIT_TOKENS, chunkBytes: 1024, ...options })
}

const inBytes = (text: string | Uint8Array, encoding: Encoding = "utf-8") =>
  typeof text === "string" ? encode(text, encoding)! : text

/** All messages of pieces that come without a pause, and then of the silence after them, as `kind text`. */
function messages(
  pieces: readonly (string | Uint8Array)[],
  options: Partial<PingReaderOptions> = {},
): string[] {
  const words = reader(options)
  const read: string[] = []
  const take = (silent: boolean) => {
    for (let message = words.next(silent); message; message = words.next(silent))
      read.push(`${message.kind} ${message.text}`.trimEnd())
  }
  for (const piece of pieces) {
    words.push(inBytes(piece, options.encoding))
    take(false)
  }
  take(true)
  return read
}

/** What is told before any silence. */
function atOnce(...pieces: string[]): string[] {
  const words = reader()
  const read: string[] = []
  for (const piece of pieces) {
    words.push(inBytes(piece))
    for (let message = words.next(false); message; message = words.next(false))
      read.push(`${message.kind} ${message.text}`)
  }
  return read
}

describe("ping words", () => {
  test("a word in pieces is one, and words in a row are several", () => {
    assert.deepEqual(messages(["PI", "NG"]), ["ping PING"])
    assert.deepEqual(messages(["PINGPING"]), ["ping PING", "ping PING"])
    assert.deepEqual(messages(["PINGPI", "NGping"]), ["ping PING", "ping PING", "ping ping"])
  })

  test("PING is told at once, and so is a token that another word follows or a line ends", () => {
    assert.deepEqual(atOnce("PING"), ["ping PING"])
    assert.deepEqual(atOnce("Q"), [])
    assert.deepEqual(atOnce("QUIT"), [])
    assert.deepEqual(atOnce("QUIT\n"), ["quit QUIT"])
    assert.deepEqual(atOnce("PING", "Q", "PING"), ["ping PING", "quit Q", "ping PING"])
    assert.deepEqual(atOnce("hello"), [])
    assert.deepEqual(atOnce("hello\n"), ["other hello"])
  })

  test("each token that is met quits, also in pieces, glued to a word, and with the end of a line", () => {
    for (const token of QUIT_TOKENS) {
      for (const pieces of [[token], [...token], [`${token}\r\n`], [`${token} `], [`${token}\0`]])
        assert.equal(messages(pieces)[0], `quit ${token}`)
      assert.deepEqual(messages([`PING${token}`]), ["ping PING", `quit ${token}`])
    }
  })

  test("with a token of one's own only that one quits", () => {
    const tokens = ["BYE"]
    assert.deepEqual(messages(["PINGBYE"], { tokens }), ["ping PING", "quit BYE"])
    for (const token of QUIT_TOKENS) assert.deepEqual(messages([token], { tokens }), [`other ${token}`])
    assert.deepEqual(messages(["PING!"], { tokens: ["PING!"] }), ["quit PING!"])
    assert.deepEqual(messages(["PING"], { tokens: ["PING"] }), ["quit PING"])
  })

  test("text that begins like a token is text", () => {
    for (const text of [
      "Question",
      "QUITE",
      "quitter",
      "Q?",
      "QUI",
      "!quits",
      "Quit",
      "q",
      "QUIT it",
      "QUITPI",
    ])
      assert.deepEqual(messages([text]), [`other ${text}`])
  })

  test("lines and blanks end words and are no messages", () => {
    assert.deepEqual(messages(["PING\r\n", "ping \n\n", "hello\r\n", "two words\n"]), [
      "ping PING",
      "ping ping",
      "other hello",
      "other two words",
    ])
    assert.deepEqual(messages(["\n \r\n"]), [])
  })

  test("NUL bytes behind a word are told, and are no text", () => {
    assert.deepEqual(messages(["PING\0\0\0", "PING\0"]), ["ping PING", "nul", "ping PING", "nul"])
    assert.deepEqual(messages(["hello\0\0"]), ["other hello"])
  })

  test("what is no text of the encoding is told, and what stands before and after it is read", () => {
    const pieces = ["PING", Uint8Array.of(0xff, 0xfe), "\nPING"]
    assert.deepEqual(messages(pieces), ["ping PING", "garbled", "ping PING"])
    assert.deepEqual(messages([Uint8Array.of(0xe9)], { encoding: "latin1" }), ["other é"])
    assert.deepEqual(messages(["PING", Uint8Array.of(0x50)], { encoding: "utf-16le" }), [
      "ping PING",
      "garbled",
    ])
  })

  test("text that is longer than the chunk is several messages, none cut inside a character", () => {
    assert.deepEqual(messages(["é".repeat(5)], { chunkBytes: 5 }), ["other éé", "other éé", "other é"])
    assert.deepEqual(messages(["hello"], { chunkBytes: 5 }), ["other hello"])
    assert.deepEqual(messages(["hello\nyou"], { chunkBytes: 5 }), ["other hello", "other you"])
  })

  test("places are counted over all that came", () => {
    const words = reader()
    words.push(inBytes("PING\nhello\nPING"))
    const places = [words.next(false), words.next(false), words.next(false)].map((message) => message?.at)
    assert.deepEqual(places, [0, 5, 11])
    assert.equal(words.at, 15)
    assert.equal(words.next(true), undefined)
  })

  test("one can tell what may still become a word from what is one already", () => {
    const cases = { PI: true, QU: true, "!": true, Q: false, QUIT: false, hello: false, "": true }
    for (const [text, inside] of Object.entries(cases)) {
      const words = reader()
      words.push(inBytes(text))
      assert.equal(words.insideWord, inside, text)
    }
  })

  const parts = fc.constantFrom(
    ...["PING", "ping", "Ping", "P", "PI", "NG", "QUIT", "Q", "quit", "!quit", "QU", "IT", "E"],
    ...["hello", "é", "漢", "\n", "\r\n", " ", "\0", "x".repeat(9), "\ud83d\ude00"],
  )
  const streams = fc.array(parts, { maxLength: 12 }).map((list) => list.join(""))

  test(`any cut of the bytes that has no pause gives the same messages (SEED=${seed})`, () => {
    const encodings = fc.constantFrom<Encoding>("utf-8", "utf-16le")
    const cuts = fc.array(fc.nat(200), { maxLength: 20 })
    const tokens = fc.constantFrom(QUIT_TOKENS, ["PINGQ"], ["hello"])
    fc.assert(
      fc.property(
        streams,
        cuts,
        encodings,
        tokens,
        fc.integer({ min: 4, max: 12 }),
        (text, at, encoding, tokens, chunkBytes) => {
          const bytes = inBytes(text, encoding)
          const places = [
            0,
            ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ]
          const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
          const options = { encoding, tokens, chunkBytes }
          assert.deepEqual(joined(messages(pieces, options)), joined(messages([bytes], options)))
        },
      ),
      { seed, numRuns: 2_000 },
    )
  })

  test(`bytes of any kind are read to their end (SEED=${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (pieces) => {
        const words = reader({ chunkBytes: 8 })
        let bytes = 0
        for (const piece of pieces) {
          words.push(piece)
          bytes += piece.length
          while (words.next(false));
          assert.ok(words.rest.length <= 16)
        }
        while (words.next(true));
        assert.equal(words.at, bytes)
      }),
      { seed, numRuns: 1_000 },
    )
  })
})

/** NULs may come in any pieces: they are told and never answered. */
const joined = (read: string[]) => read.filter((message, at) => message !== "nul" || read[at - 1] !== "nul")

test("the answer is small where the word is", () => {
  assert.equal(answerTo("PING", "PONG"), "PONG")
  assert.equal(answerTo("ping", "PONG"), "pong")
  assert.equal(answerTo("Ping", "PONG"), "Pong")
  assert.equal(answerTo("PING", "Pong here"), "Pong here")
  assert.equal(answerTo("ping", "Pong here"), "pong here")
})
