import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import fc from "fast-check"
import { type FeedFlaw, flawedFeed } from "../../../../test/support/flawed-feed.ts"
import { startLabFeed, startWith } from "../../../../test/support/lab.ts"
import { spawnProgram } from "../../../../test/support/process.ts"
import { needs } from "../../../../test/support/programs.ts"
import { failuresOf, namesOf, outcomesOf } from "../../../../test/support/try-cases.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeText, FeedDecoder } from "../../../protocol/lab/feed-frames.ts"
import { feedCases } from "./feed-cases.ts"
import { clientFrame, readFrames } from "./feed-line.ts"

const seed = Number(process.env["SEED"] ?? 1)
const FLAW_MS = 1_200 // that an answer of a flawed server may take: a message comes each second

describe("try feed: a right server passes every case", () => {
  test("ours", async () => {
    await using service = await startLabFeed({ intervalMs: 1_000 })
    const outcomes = await outcomesOf("feed", service.port, feedCases)
    assert.deepEqual(failuresOf(outcomes), {})
    const untold = namesOf(outcomes, "not applicable").filter((name) => name !== "apostrophe") // a name by chance
    assert.deepEqual(untold, ["restart"])
  })

  test("one of the document's own kind, but for its pace and an apostrophe", {
    skip: needs("python3"),
  }, async () => {
    const script = join(import.meta.dirname, "../../../../test/interop/python/feed_server.py")
    await using server = spawnProgram("python3", ["-u", script, "0"])
    const [, port] = await server.waitFor(/port (\d+)/)
    // It sends twenty a second, and Tim O'Reilly as Python prints him.
    const outcomes = await outcomesOf("feed", Number(port), feedCases)
    const basic = feedCases.filter(({ demand }) => demand === "basic").map(({ name }) => name)
    const failed = namesOf(outcomes, "fail")
    assert.deepEqual(
      failed.filter((name) => basic.includes(name)),
      ["one-a-second"],
      JSON.stringify(failuresOf(outcomes)),
    )
    const bySight = [...failed, ...namesOf(outcomes, "not applicable")] // he comes by chance
    assert.ok(bySight.includes("apostrophe"))
  })
})

/** Each flaw, and the cases that find it. */
const flaws: Record<Exclude<FeedFlaw, "answers the handshake with a page">, string[]> = {
  "answers the handshake with a wrong key": ["as-documented"],
  "masks its frames": ["as-documented"],
  "sends binary frames": ["as-documented"],
  "says something else": ["as-documented"],
  "sends users as JSON": ["users"],
  "sends arrays with commas": ["numbers"],
  "puts apostrophes in double quotes": ["apostrophe"],
  "wraps nothing": ["wrapping"],
  "sends ten a second": ["one-a-second"],
  "sends one message alone": ["one-a-second", "report"],
  "serves one client at a time": ["second-client", "silent"],
  "stops after a report": ["report"],
  "answers no close": ["close"],
  "answers no ping": ["ping"],
  "answers a ping with nothing in it": ["ping"],
  "loses what came with the handshake": ["glued"],
  "takes one recv for one frame": ["byte-by-byte", "fragments", "largest"],
  "knows no fragments": ["fragments"],
  "takes no more than 125 bytes": ["largest"],
  "takes a text of no bytes for the end": ["empty"],
  "decodes as ASCII": ["non-ascii"],
  "takes frames without a mask": ["unmasked"],
  "accepts any request": ["http", "wrong-input"],
  "dies of a line that is no HTTP": ["wrong-input"],
  "waits for a handshake right after accept": ["silent"],
  "dies of half a frame": ["hang-up"],
  "dies of a reset": ["reset"],
  "dies of bytes that are no text": ["not-utf-8"],
  "leaves out Connection: Upgrade": ["as-documented"],
}

describe("try feed: each flaw is found by its own cases, and nothing else is", { concurrency: 6 }, () => {
  test("none where there is none", async () => {
    await using server = await startWith(flawedFeed(undefined))
    const outcomes = await outcomesOf("feed", server.port, feedCases)
    assert.deepEqual(failuresOf(outcomes), {})
    assert.deepEqual(namesOf(outcomes, "not applicable"), ["restart"])
  })

  for (const [flaw, found] of Object.entries(flaws))
    test(`a server that ${flaw}`, async () => {
      await using server = await startWith(flawedFeed(flaw as FeedFlaw))
      const outcomes = await outcomesOf("feed", server.port, feedCases, FLAW_MS)
      assert.deepEqual(namesOf(outcomes, "fail"), found, JSON.stringify(failuresOf(outcomes)))
    })
})

test("try feed: a server of pages is no feed server, and told so in a sentence", async () => {
  await using server = await startWith(flawedFeed("answers the handshake with a page"))
  await assert.rejects(outcomesOf("feed", server.port, feedCases), /speaks HTTP: it is no feed server/)
})

test(`feed frames of a server are read whole, whatever the cut (SEED=${seed})`, () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 200 }), { maxLength: 6 })
  fc.assert(
    fc.property(texts, fc.nat(), (said, cut) => {
      const bytes = concat(said.map(encodeText))
      const end = cut % (bytes.length + 1)
      const { frames, fault } = readFrames(bytes.subarray(0, end))
      assert.equal(fault, undefined)
      const read = frames.map(({ body }) => new TextDecoder().decode(body))
      assert.deepEqual(read, said.slice(0, read.length))
      const size = said.slice(0, read.length).reduce((sum, text) => sum + encodeText(text).length, 0)
      const left = end - size
      assert.ok(left >= 0 && (read.length === said.length || left < encodeText(said[read.length]!).length))
    }),
    { seed },
  )
})

test(`feed frames of a client are what a server reads (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 70_000 }), (text) => {
      const decoder = new FeedDecoder({ at: 0, messageBytesMax: 1_000_000 })
      decoder.push(clientFrame("text", text))
      assert.deepEqual(decoder.next(), { type: "text", text })
      decoder.push(clientFrame("text", text, { final: false }))
      decoder.push(clientFrame("continuation", "!"))
      assert.deepEqual(decoder.next(), { type: "text", text: `${text}!` })
    }),
    { seed, numRuns: 30 },
  )
})
