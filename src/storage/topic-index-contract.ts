import assert from "node:assert/strict"
import { test } from "node:test"
import type { Index } from "../core/topic-index.ts"
import type { TopicLog } from "../core/topic-log.ts"
import { draft } from "./topic-log-contract.ts"

/** What every Index promises. */
export function topicIndexContract(
  open: () => Promise<{ log: TopicLog; index: Index } & AsyncDisposable>,
): void {
  test("search finds whole words, and beginnings where asked, newest first, in its topic only", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    await log.create("room/b")
    for (const text of ["Hello there", "hell is other people", "the café is open", "there, HELLO again"])
      await log.append("room/a", [draft(text)])
    await log.append("room/b", [draft("hello from b")])
    const search = (words: string, more = {}) => index.search("room/a", { words, limit: 10, ...more })
    assert.deepEqual(await search("hello"), [4, 1])
    assert.deepEqual(await search("hell"), [2])
    assert.deepEqual(await search("hell*"), [4, 2, 1])
    assert.deepEqual(await search("hel* there"), [4, 1])
    assert.deepEqual(await search("hell there"), [])
    assert.deepEqual(await search("CAFE"), [3])
    assert.deepEqual(await search("hello", { before: 4 }), [1])
    assert.deepEqual(await search("hello", { limit: 1 }), [4])
    assert.deepEqual(await index.search("room/none", { words: "hello", limit: 10 }), [])
  })

  test("search takes its words as words, whatever signs are in them", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    await log.append("room/a", [draft('a "quoted" AND NOT (bracketed) col:umn*')])
    const search = (words: string) => index.search("room/a", { words, limit: 10 })
    assert.deepEqual(await search('"quoted" and not'), [1])
    assert.deepEqual(await search("NOT (bracketed"), [1])
    assert.deepEqual(await search("col:um*"), [1])
    assert.deepEqual(await search("' \" * ^ -"), [])
    assert.deepEqual(await search("NEAR(quoted)"), [])
    assert.deepEqual(await search(""), [])
  })

  test("search finds a word of any script, composed or not, in capitals or not, and by its beginning", async () => {
    await using opened = await open()
    const { log, index } = opened
    // Accents, points, vowel signs, voicing marks, joined letters, letters with more than one lower case.
    const words = `мой ёлка їжак ελληνικά τέλος が行 ガス 한국어 हिन्दी ไทยภาษา שָׁלוֹם مُحَمَّد tiếng Ångström
      čeština ő łódź İzmir straße ﬁle x² Ⅷ`.split(/\s+/)
    for (const [n, word] of words.entries()) {
      const topic = `room/${n}` as const
      await log.create(topic)
      const forms = [
        word,
        word.normalize("NFD"),
        word.normalize("NFC"),
        word.toUpperCase(),
        word.toLowerCase(),
      ]
      for (const form of forms) await log.append(topic, [draft(`vor, ${form}. nach`)])
      await log.append(topic, [draft(`vor ${word}nach`)])
      for (const form of forms) {
        assert.deepEqual(await index.search(topic, { words: form, limit: 10 }), [5, 4, 3, 2, 1], form)
        const beginning = await index.search(topic, { words: `${form}*`, limit: 10 })
        assert.deepEqual(beginning, [6, 5, 4, 3, 2, 1], `${form}*`)
      }
    }
  })

  test("search leaves out accents and points, and nothing that makes another word", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    for (const text of ["ёлка", "שָׁלוֹם", "مُحَمَّد", "ガス", "हिन्दी"]) await log.append("room/a", [draft(text)])
    const search = (words: string) => index.search("room/a", { words, limit: 10 })
    assert.deepEqual(await search("елка"), [1])
    assert.deepEqual(await search("שלום"), [2])
    assert.deepEqual(await search("محمد"), [3])
    assert.deepEqual(await search("カス"), [])
    assert.deepEqual(await search("हनद"), [])
  })

  test("an answer covers what was committed when the question was asked", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    for (let round = 1; round <= 5; round++) {
      await log.append(
        "room/a",
        Array.from({ length: 500 }, (_, n) => draft(`word${round} ${n}`)),
      )
      assert.equal((await index.search("room/a", { words: `word${round}`, limit: 1_000 })).length, 500)
    }
  })

  test("what retention removed is not found", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    for (let n = 0; n < 5; n++) await log.append("room/a", [draft("same words")])
    await index.search("room/a", { words: "same", limit: 10 })
    await log.trim("room/a", { entriesMax: 2 })
    assert.deepEqual(await index.search("room/a", { words: "same", limit: 10 }), [5, 4])
  })

  test("a topic made again starts with an empty index", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    await log.append("room/a", [draft("old"), draft("old")])
    assert.deepEqual(await index.search("room/a", { words: "old", limit: 10 }), [2, 1])
    await log.remove("room/a")
    await log.create("room/a")
    await log.append("room/a", [draft("new")])
    assert.deepEqual(await index.search("room/a", { words: "old", limit: 10 }), [])
    assert.deepEqual(await index.search("room/a", { words: "new", limit: 10 }), [1])
  })

  test("the last state of an entry is the newest one about it, and counts are of messages", async () => {
    await using opened = await open()
    const { log, index } = opened
    await log.create("room/a")
    await log.append("room/a", [draft("one"), draft("two", { author: "bob" }), draft("three")])
    await log.append("room/a", [draft("about one", { ref: 1 })])
    await log.append("room/a", [draft("about one again", { ref: 1 }), draft("line", { kind: "topic_line" })])
    assert.deepEqual(await index.lastStates("room/a", [1, 2]), new Map([[1, 5]]))
    assert.deepEqual(
      await index.counts("room/a"),
      new Map([
        ["ada", 4],
        ["bob", 1],
      ]),
    )
  })
}
