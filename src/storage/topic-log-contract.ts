import assert from "node:assert/strict"
import { test } from "node:test"
import type { Clock } from "../core/clock.ts"
import type { Draft, Entry, TopicLog } from "../core/topic-log.ts"
import { ERRORS, type ErrorCode, LandlineError } from "../protocol/errors.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  author: "ada",
  kind: "text",
  body: encoder.encode(text),
  ...more,
})
export const texts = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => decoder.decode(entry.body))

export function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  assert.ok(code in ERRORS)
  return assert.rejects(promise, (error) => error instanceof LandlineError && error.code === code)
}

/** What every TopicLog promises. @param open an empty log, which the caller closes after the test */
export function topicLogContract(
  open: (clock?: Clock) => Promise<{ log: TopicLog } & AsyncDisposable>,
): void {
  const all = (log: TopicLog, topic: `room/${string}`, after = 0) => log.read(topic, after, 10_000, 1 << 30)

  test("offsets count from 1 without a hole, and reading gives back what was appended", async () => {
    await using opened = await open()
    const { log } = opened
    const { epoch } = await log.create("room/a")
    const first = await log.append("room/a", [draft("one"), draft("twö ☎", { author: "bob", ref: 1 })])
    assert.deepEqual(first, { offset: 2, epoch, duplicate: false, seq: 0 })
    await log.append("room/a", [draft("line", { kind: "topic_line" })])
    await log.append("room/a", [draft("")])
    const entries = await all(log, "room/a")
    assert.deepEqual(texts(entries), ["one", "twö ☎", "line", ""])
    assert.deepEqual(
      entries.map(({ offset, author, kind, ref, count }) => [offset, author, kind, ref, count]),
      [
        [1, "ada", "text", 0, 1],
        [2, "bob", "text", 1, 2],
        [3, "ada", "topic_line", 0, 2],
        [4, "ada", "text", 0, 3],
      ],
    )
    const stat = await log.stat("room/a")
    assert.deepEqual([stat!.head, stat!.tail, stat!.count, stat!.bytes], [1, 4, 3, 3 + 8 + 4])
  })

  test("create returns the topic that is there, and list has all by name", async () => {
    await using opened = await open()
    const { log } = opened
    const made = await log.create("room/b")
    await log.append("room/b", [draft("x")])
    assert.equal((await log.create("room/b")).tail, 1)
    assert.equal((await log.create("room/b")).epoch, made.epoch)
    await log.create("room/a")
    assert.deepEqual(
      (await log.list()).map(({ topic }) => topic),
      ["room/a", "room/b"],
    )
    assert.equal(await log.stat("room/none"), undefined)
  })

  test("topics do not see each other", async () => {
    await using opened = await open()
    const { log } = opened
    for (const name of ["a", "b"] as const) await log.create(`room/${name}`)
    await Promise.all(
      ["1", "2", "3"].flatMap((n) => [
        log.append("room/a", [draft(`a${n}`)]),
        log.append("room/b", [draft(`b${n}`)]),
      ]),
    )
    assert.deepEqual(texts(await all(log, "room/a")), ["a1", "a2", "a3"])
    assert.deepEqual(texts(await all(log, "room/b", 1)), ["b2", "b3"])
  })

  test("a page is bounded by entries and bytes, but has at least one entry", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    await log.append(
      "room/a",
      ["aaaa", "bbbb", "cccc"].map((text) => draft(text)),
    )
    assert.deepEqual(texts(await log.read("room/a", 0, 2, 1000)), ["aaaa", "bbbb"])
    assert.deepEqual(texts(await log.read("room/a", 0, 10, 8)), ["aaaa", "bbbb"])
    assert.deepEqual(texts(await log.read("room/a", 1, 10, 1)), ["bbbb"])
    assert.deepEqual(await log.read("room/a", 3, 10, 1000), [])
  })

  test("bodies come as one, whatever bytes they hold, within their bounds", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/other")
    await log.create("room/a")
    const bodies = [[0, 10, 255], [], [0xc3], [44, 0], [1, 2, 3, 4]].map((bytes) => Uint8Array.from(bytes))
    await log.append("room/other", [draft("not this")])
    await log.append(
      "room/a",
      bodies.map((body) => draft("", { kind: "bytes", body })),
    )
    const joined = async (after: number, to: number, bytesMax = 1_000, between = "") => {
      const found = await log.readBodies("room/a", after, to, bytesMax, between)
      return found && [found.to, ...found.bytes]
    }
    assert.deepEqual(await joined(0, 5), [5, 0, 10, 255, 0xc3, 44, 0, 1, 2, 3, 4])
    assert.deepEqual(await joined(0, 5, 1_000, ","), [5, 0, 10, 255, 44, 44, 0xc3, 44, 44, 0, 44, 1, 2, 3, 4])
    assert.deepEqual(await joined(1, 3), [3, 0xc3])
    assert.deepEqual(await joined(1, 2), [2])
    assert.deepEqual(await joined(4, 5, 1), [5, 1, 2, 3, 4])
    const [to, ...bytes] = (await joined(0, 5, 4))!
    assert.ok(to! >= 1 && to! < 5 && bytes.length <= 4)
    assert.deepEqual(await joined(to!, to! + 1), [to! + 1, ...bodies[to!]!])
    assert.equal(await joined(5, 6), undefined)
    assert.equal(await joined(5, 5), undefined)
    await log.trim("room/a", { entriesMax: 3 })
    assert.equal(await joined(1, 5), undefined)
    assert.deepEqual(await joined(2, 4), [4, 0xc3, 44, 0])
    await rejects(log.readBodies("room/b", 0, 1, 1, ""), "unknown_topic")
  })

  test("the watcher sees every entry once, in order, before the append resolves", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const seen: Entry[] = []
    const unwatch = log.watch("room/a", ({ entries }) => void seen.push(...entries))
    const seenAtResolve: boolean[] = []
    await Promise.all(
      Array.from({ length: 2_500 }, async (_, n) => {
        const { offset } = await log.append("room/a", [draft(`${n}`)])
        seenAtResolve.push(seen.length >= offset)
      }),
    )
    assert.deepEqual(
      seen.map(({ offset }) => offset),
      Array.from({ length: 2_500 }, (_, n) => n + 1),
    )
    assert.ok(seenAtResolve.every(Boolean))
    const plain = (entries: Entry[]) =>
      entries.map((entry) => ({ ...entry, body: decoder.decode(entry.body) }))
    assert.deepEqual(plain(seen), plain(await all(log, "room/a")))
    unwatch()
    await log.append("room/a", [draft("after")])
    assert.equal(seen.length, 2_500)
  })

  test("a publish sent again is stored once; a hole in the sequence is refused and can be filled", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const say = (seq: number, epoch = 0) =>
      log.append("room/a", [draft(`${epoch}/${seq}`)], { producer: { id: "p", epoch, seq } })
    assert.equal((await say(1)).duplicate, false)
    assert.equal((await say(1)).duplicate, true)
    await rejects(say(3), "sequence_gap")
    await Promise.all([say(2), say(3)])
    assert.equal((await say(2)).duplicate, true)
    await say(1, 1)
    await rejects(say(4, 0), "forbidden")
    await rejects(
      log.append("room/a", [draft("")], { producer: { id: "new", epoch: 0, seq: 2 } }),
      "sequence_gap",
    )
    assert.deepEqual(texts(await all(log, "room/a")), ["0/1", "0/2", "0/3", "1/1"])
  })

  test("a duplicate's offset is that of its producer's newest entry, whoever wrote since", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const say = (id: string, seq: number, drafts = 1) =>
      log.append("room/a", Array(drafts).fill(draft("x")), { producer: { id, epoch: 0, seq } })
    await say("p", 1, 2)
    const [, again] = await Promise.all([say("q", 1), say("p", 1, 2)]) // in one commit
    assert.deepEqual([again.offset, again.duplicate], [2, true])
    await say("p", 3)
    await say("q", 2)
    assert.equal((await say("p", 3)).offset, 4)
    assert.equal((await say("p", 1, 2)).offset, 4)
    assert.equal((await say("q", 2)).offset, 5)
  })

  test("a watcher that throws fails no append, no other watcher, and is heard of", async (context) => {
    await using opened = await open()
    const { log } = opened
    const uncaught: unknown[] = []
    const { queueMicrotask } = globalThis
    context.mock.method(globalThis, "queueMicrotask", (run: () => void) =>
      queueMicrotask(() => {
        try {
          run()
        } catch (error) {
          uncaught.push(error)
        }
      }),
    )
    await log.create("room/a")
    await log.create("room/b")
    const fault = new Error("the watcher's own")
    log.watch("room/a", () => {
      throw fault
    })
    const seen: Entry[] = []
    log.watch("room/b", ({ entries }) => void seen.push(...entries))
    const say = () => Promise.all([log.append("room/a", [draft("a")]), log.append("room/b", [draft("b")])])
    for (let n = 1; n <= 3; n++)
      assert.deepEqual(
        (await say()).map(({ offset }) => offset),
        [n, n],
      )
    assert.equal(seen.length, 3)
    assert.deepEqual(uncaught, [fault, fault, fault])
  })

  test("a sequence counts the drafts of an append, and each topic has its own", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    await log.create("room/b")
    const producer = { id: "p", epoch: 0, seq: 1 }
    await log.append("room/a", [draft("1"), draft("2"), draft("3")], { producer })
    await log.append("room/a", [draft("4")], { producer: { ...producer, seq: 4 } })
    await log.append("room/b", [draft("1")], { producer })
    // What overlaps with what is stored is neither new nor known: acked, its rest would be lost.
    await rejects(
      log.append("room/a", [draft("4"), draft("5")], { producer: { ...producer, seq: 4 } }),
      "sequence_gap",
    )
    assert.equal((await log.stat("room/a"))!.tail, 4)
    assert.equal((await log.stat("room/b"))!.tail, 1)
  })

  test("a sequence that counts appends stays with any number of drafts, and none", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const append = (seq: number, drafts: number, close = false, epoch = 0) =>
      log.append("room/a", Array(drafts).fill(draft("x")), {
        producer: { id: "p", epoch, seq, perAppend: true },
        close,
      })
    assert.deepEqual(
      await Promise.all(
        [append(1, 3), append(2, 2), append(1, 3)].map(async (done) => ({ ...(await done), epoch: 0 })),
      ),
      [
        { offset: 3, epoch: 0, duplicate: false, seq: 1 },
        { offset: 5, epoch: 0, duplicate: false, seq: 2 },
        { offset: 5, epoch: 0, duplicate: true, seq: 2 },
      ],
    )
    await assert.rejects(append(4, 1), (error: LandlineError) => error.details["expected"] === 3)
    assert.equal((await append(3, 0, true)).seq, 3)
    assert.equal((await append(3, 0, true)).duplicate, true)
    await rejects(append(4, 1), "topic_closed")
    await rejects(append(1, 1, false, -1), "forbidden")
    assert.equal((await log.stat("room/a"))!.tail, 5)
  })

  test("a mark must sort after the last one, and comes with its append alone", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const append = (mark?: string) => log.append("room/a", [draft("x")], mark === undefined ? {} : { mark })
    await append("09")
    await append()
    await rejects(append("09"), "mark_passed")
    await Promise.allSettled([append("10"), append("1"), append("a")])
    await rejects(append("B"), "mark_passed")
    const stat = await log.stat("room/a")
    assert.deepEqual([stat!.tail, stat!.mark], [4, "a"])
  })

  test("watchers hear that a topic closes, with its last entries or without any", async () => {
    await using opened = await open()
    const { log } = opened
    const heard: [string, number[], boolean][] = []
    for (const topic of ["room/a", "room/b"] as const) {
      await log.create(topic)
      log.watch(topic, ({ entries, closed }) =>
        heard.push([topic, entries.map(({ offset }) => offset), closed]),
      )
    }
    await log.append("room/a", [draft("1")])
    await log.append("room/a", [draft("2")], { close: true })
    await log.append("room/b", [], { close: true })
    assert.deepEqual(heard, [
      ["room/a", [1], false],
      ["room/a", [2], true],
      ["room/b", [], true],
    ])
    assert.equal((await log.stat("room/b"))!.closed, true)
  })

  test("of many appends in one commit each fails alone", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    const outcomes = await Promise.allSettled([
      log.append("room/a", [draft("1")], { ifTail: 0 }),
      log.append("room/a", [draft("no"), draft("no")], { ifTail: 0 }),
      log.append("room/none", [draft("no")]),
      log.append("room/a", [draft("2")], { ifTail: 1, close: true }),
      log.append("room/a", [draft("no")]),
    ])
    assert.deepEqual(
      outcomes.map((o) => (o.status === "fulfilled" ? o.value.offset : (o.reason as LandlineError).code)),
      [1, "tail_moved", "unknown_topic", 2, "topic_closed"],
    )
    assert.deepEqual(texts(await all(log, "room/a")), ["1", "2"])
    assert.equal((await log.stat("room/a"))!.closed, true)
  })

  test("trim removes the oldest until the rest is within count, bytes and age", async () => {
    let now = 1_000
    await using opened = await open({ now: () => now })
    const { log } = opened
    await log.create("room/a")
    for (let n = 0; n < 10; n++) {
      now = 1_000 + n
      await log.append("room/a", [draft("1234")])
    }
    assert.equal((await log.trim("room/a", { entriesMax: 8 })).head, 3)
    assert.equal((await log.trim("room/a", { bytesMax: 20 })).head, 6)
    const stat = await log.trim("room/a", { ageMax: 2 })
    assert.deepEqual([stat.head, stat.tail, stat.bytes, stat.count], [8, 10, 12, 10])
    assert.deepEqual(
      (await all(log, "room/a")).map(({ offset }) => offset),
      [8, 9, 10],
    )
    assert.equal((await log.trim("room/a", { entriesMax: 0 })).head, 11)
    assert.equal((await log.append("room/a", [draft("next")])).offset, 11)
  })

  test("a topic made again has a higher epoch, whatever the clock says", async () => {
    let now = 5_000
    await using opened = await open({ now: () => now })
    const { log } = opened
    const first = await log.create("room/a")
    await log.append("room/a", [draft("gone")])
    await log.remove("room/a")
    await rejects(log.read("room/a", 0, 1, 1), "unknown_topic")
    now = 4_000
    const second = await log.create("room/a")
    assert.ok(second.epoch > first.epoch)
    assert.equal(second.tail, 0)
    assert.deepEqual(await all(log, "room/a"), [])
  })

  test("after close every call fails with stopping", async () => {
    await using opened = await open()
    const { log } = opened
    await log.create("room/a")
    await log.close()
    await rejects(log.append("room/a", [draft("late")]), "stopping")
    await rejects(log.read("room/a", 0, 1, 1), "stopping")
  })
}
