import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { concat } from "./bytes.ts"
import { diagnoseGlued } from "./file-diagnosis.ts"
import { FileDecoder, SEPARATOR, SEPARATORS, type WholeFile } from "./file-transfer.ts"
import { labLimits } from "./lab-limits.ts"

const seed = Number(process.env.SEED ?? 1)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const headerOf = (name: string, size: number | string, separator = SEPARATOR) =>
  bytesOf(`${name}${separator}${size}`)

interface Received {
  readonly decoder: FileDecoder
  /** Undefined where nothing is kept. */
  readonly content: Uint8Array | undefined
  readonly whole: WholeFile | undefined
}

/** What comes of these reads; `pause` stands for a time in which nothing came. */
function receive(reads: readonly (Uint8Array | string | "pause")[], separator?: string): Received {
  const decoder = new FileDecoder(separator)
  const kept: Uint8Array[] = []
  for (const read of reads) {
    if (read === "pause") decoder.pause()
    else kept.push(decoder.push(typeof read === "string" ? bytesOf(read) : read))
  }
  const whole = decoder.end()
  return { decoder, whole, content: whole && concat([whole.front, ...kept]) }
}

const textOf = ({ content }: Received) => content && new TextDecoder().decode(content)

/** The bytes in reads of the given sizes, repeated as often as needed. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const reads: Uint8Array[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!
    reads.push(bytes.slice(at, at + size))
    at += size
  }
  return reads
}

const names = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .filter((name) => !SEPARATORS.some((separator) => name.includes(separator)))
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 60 }).map(bytesOf)
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  digits,
  fc.tuple(digits, fc.uint8Array({ maxLength: 300 })).map(concat),
)
const separators = fc.constantFrom(...SEPARATORS)
const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 })

describe("FileDecoder", () => {
  test(`an honest sender's file is had back, whatever its name, bytes and cuts (SEED=${seed})`, () => {
    fc.assert(
      fc.property(names, contents, separators, cuts, (name, content, separator, sizes) => {
        const stream = concat([headerOf(name, content.length, separator), content])
        const received = receive(cut(stream, sizes))
        assert.deepEqual(received.content, content)
        assert.equal(received.decoder.name, name)
        assert.equal(received.whole?.bytes, content.length)
      }),
      { seed, numRuns: 2_000 },
    )
  })

  test(`one that pauses after the size yields no remark, also where the file begins with digits (SEED=${seed})`, () => {
    fc.assert(
      fc.property(names, contents, cuts, cuts, (name, content, headerSizes, sizes) => {
        const header = cut(headerOf(name, content.length), headerSizes)
        const received = receive([...header, "pause", ...cut(content, sizes)])
        assert.deepEqual(received.content, content)
        assert.equal(diagnoseGlued(received.whole!, received.decoder.evidence()), undefined)
      }),
      { seed, numRuns: 2_000 },
    )
  })

  test(`a pause anywhere, as on a slow line, does no harm to a file that does not begin with digits (SEED=${seed})`, () => {
    const plain = contents.filter(([first = 0x78]) => first < 0x30 || first > 0x39)
    fc.assert(
      fc.property(names, plain, cuts, (name, content, sizes) => {
        const reads = cut(concat([headerOf(name, content.length), content]), sizes)
        const received = receive(reads.flatMap((read) => [read, "pause" as const]))
        assert.deepEqual(received.content, content)
      }),
      { seed, numRuns: 1_000 },
    )
  })

  test(`a slow line that pauses after every byte gives the file all the same (SEED=${seed})`, () => {
    fc.assert(
      fc.property(contents, (content) => {
        const reads = cut(concat([headerOf("a", content.length), content]), [1])
        assert.deepEqual(receive(reads.flatMap((read) => [read, "pause" as const])).content, content)
      }),
      { seed, numRuns: 1_000 },
    )
  })

  test(`cut anywhere it is never whole, if a pause followed the size (SEED=${seed})`, () => {
    fc.assert(
      fc.property(names, contents, cuts, fc.nat(), (name, content, sizes, place) => {
        const header = headerOf(name, content.length)
        const sent = place % (header.length + content.length)
        const came = [...cut(header.subarray(0, sent), sizes), "pause" as const]
        if (sent > header.length) came.push(...cut(content.subarray(0, sent - header.length), sizes))
        assert.equal(receive(came).content, undefined)
      }),
      { seed, numRuns: 3_000 },
    )
  })

  test(`cut anywhere without a pause, what fits by chance is marked ambiguous (SEED=${seed})`, () => {
    fc.assert(
      fc.property(contents, cuts, fc.nat(), (content, sizes, place) => {
        const stream = concat([headerOf("a", content.length), content])
        const { whole } = receive(cut(stream.subarray(0, place % stream.length), sizes))
        assert.ok(!whole || whole.ambiguous)
      }),
      { seed, numRuns: 3_000 },
    )
  })

  test(`whatever comes, it ends in a file or a fault, and no bytes are made up (SEED=${seed})`, () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.string({ unit: fc.constantFrom(..."0123<SEP>+ a"), maxLength: 60 }).map(bytesOf),
    )
    fc.assert(
      fc.property(bytes, bytes, (one, two) => {
        const stream = concat([one, bytesOf("<SEP>"), two])
        const { whole, decoder, content } = receive([stream])
        assert.equal(whole === undefined, decoder.fault !== undefined)
        if (whole) assert.deepEqual(content, stream.slice(whole.from))
      }),
      { seed, numRuns: 2_000 },
    )
  })
})

describe("the split of size and data", () => {
  const cases: [reads: (string | "pause")[], content: string | undefined, why: string][] = [
    [["a<SEPARATOR>5hello"], "hello", "glued"],
    [["a<SEPARATOR>512345"], "12345", "glued digits"],
    [["a<SEPARATOR>5", "pause", "12345"], "12345", "digits after a pause"],
    [["a<SEPARATOR>0"], "", "an empty file"],
    [["a<SEPARATOR>0", "pause"], "", "an empty file, and the end after a pause"],
    [["a<SEPARATOR>10"], "0", "a file of one digit"],
    [["a<SEPARATOR>10", "pause"], undefined, "ten bytes that never came"],
    [["a<SEPARATOR>1", "pause", "0"], "0", "a file of one digit, after a pause"],
    [["a<SEPARATOR>1", "pause", "0", "pause"], "0", "the same on a slow line"],
    [["a<SEPARATOR>005hello"], "hello", "leading zeros, as int() takes them"],
    [["a<SEPARATOR>00000000000000000005hello"], "hello", "a size of twenty digits"],
    [["a<SEPARATOR>1", "pause", "2", "pause", "123456789012"], "123456789012", "a size in two reads"],
    [["a<SEPARATOR>30", "0".repeat(30)], "0".repeat(30), "more digits than a size has"],
    [["a<SEPARATOR>5hell"], undefined, "cut short"],
    [["a<SEPARATOR>5hello!"], undefined, "too much"],
    [["a<SEPARATOR>5", "pause", "hello!"], undefined, "too much after a pause"],
    [["a<SEPARATOR>"], undefined, "no size"],
    [["a<SEPARATOR>", "pause", "5hello"], "hello", "a pause before the size"],
    [["a<SEPARATOR>+5hello"], undefined, "a sign"],
    [["a<SEPARATOR> 5hello"], undefined, "a blank"],
    [["a<SEPARATOR>-5hello"], undefined, "negative"],
    [["a<SEPARATOR>five"], undefined, "a word"],
    [["a<SEPARATOR>5<SEPARATOR>5hello"], undefined, "a name that holds the separator"],
  ]
  for (const [reads, content, why] of cases)
    test(`${why}: ${JSON.stringify(reads.join("|"))}`, () => assert.equal(textOf(receive(reads)), content))

  test("a chance fit is kept and marked; a pause that shows it wrong wins", () => {
    // A header that declares 512 bytes, and five bytes less one digit of them: fits a size of 5 as well.
    assert.equal(receive(["a<SEPARATOR>512345"]).whole?.ambiguous, true)
    const cut = receive(["a<SEPARATOR>512", "pause", "345"])
    assert.equal(cut.whole, undefined)
    assert.equal(cut.decoder.fault, "cut_short")
  })

  test("a chosen separator is the only one", () => {
    assert.equal(textOf(receive(["a<SEP>b|5hello"], "|")), "hello")
    assert.equal(receive(["a<SEP>5hello"], "|").decoder.fault, "no_separator")
    assert.equal(textOf(receive(["ä→5hello"], "→")), "hello")
  })

  test("a header is bounded, in one read or byte by byte", () => {
    const { fileHeaderBytesMax } = labLimits
    const longest = "a".repeat(fileHeaderBytesMax - SEPARATOR.length)
    assert.equal(textOf(receive([`${longest}${SEPARATOR}5hello`])), "hello")
    for (const reads of [[`a${longest}${SEPARATOR}5hello`], [...`a${longest}${SEPARATOR}5hello`]])
      assert.equal(receive(reads).decoder.fault, "no_separator")
  })

  test("a name that is not UTF-8 is refused", () => {
    const { decoder } = receive([concat([new Uint8Array([0x61, 0xe9]), bytesOf("<SEP>5hello")])])
    assert.equal(decoder.fault, "bad_name")
  })
})
