import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { ERRORS, type ErrorCode, type LandlineError } from "../protocol/errors.ts"
import type { Ack, ErrorMessage, Publish } from "../protocol/messages.ts"
import { Outbox } from "./outbox.ts"

const seed = Number(process.env.SEED ?? 1)
const TOPIC = "room/lobby"

/** As a hub: stores a producer's messages strictly in sequence; its refusals may overtake the acks of a commit. */
class Log {
  stored: string[] = []
  slow = false
  readonly #last = new Map<string, number>()

  take(message: Publish): Ack | ErrorMessage {
    const { topic, producer = "", seq = 0, text } = message
    if (this.slow) return this.#refuse(message, "slow_down")
    if (text.startsWith("bad")) return this.#refuse(message, "forbidden")
    const last = this.#last.get(producer) ?? 0
    if (seq > last + 1) return this.#refuse(message, "sequence_gap")
    if (seq === last + 1) {
      this.stored.push(text)
      this.#last.set(producer, seq)
    }
    return { op: "ack", topic, producer, seq: Math.max(seq, last), cursor: String(this.stored.length) }
  }

  /** The log is lost and another one takes its place. */
  replace(): void {
    this.stored = []
    this.#last.clear()
  }

  #refuse({ topic, producer, seq }: Publish, code: ErrorCode): ErrorMessage {
    return { op: "error", code, retry: ERRORS[code].retry, message: ERRORS[code].say, topic, producer, seq }
  }
}

/** An outbox and a log with a line between them that can be cut anywhere. */
class Line {
  readonly log = new Log()
  readonly outbox: Outbox
  readonly acked: string[] = []
  readonly refused: string[] = []
  toHub: Publish[] = []
  committing: Ack[] = []
  toClient: (Ack | ErrorMessage)[] = []
  /** What an earlier connection still holds: the hub may read it at any later time. */
  late: Publish[] = []
  #producers = 0
  #waiting = false

  constructor() {
    this.outbox = new Outbox(() => `p${++this.#producers}`)
  }

  say(text: string): void {
    this.outbox.add(TOPIC, text).then(
      () => this.acked.push(text),
      () => this.refused.push(text),
    )
    this.#send()
  }

  hubReads(count: number): void {
    for (const message of this.toHub.splice(0, count)) {
      const answer = this.log.take(message)
      if (answer.op === "ack") this.committing.push(answer)
      else this.toClient.push(answer)
    }
  }

  /** Acks are cumulative: the last one of a producer stands for all of them. */
  hubCommits(): void {
    this.toClient.push(...new Map(this.committing.map((ack) => [ack.producer, ack])).values())
    this.committing = []
  }

  hubReadsLate(count: number): void {
    for (const message of this.late.splice(0, count)) this.log.take(message)
  }

  clientReads(count: number): void {
    for (const answer of this.toClient.splice(0, count)) {
      const waits = answer.op === "ack" ? this.outbox.acked(answer) : this.outbox.refused(answer)
      if (waits !== undefined) this.#waiting = true
      this.#send()
    }
  }

  waitOver(): void {
    if (!this.#waiting) return
    this.#waiting = false
    this.outbox.retry(TOPIC)
    this.#send()
  }

  cut(): void {
    this.late.push(...this.toHub)
    this.toHub = []
    this.committing = []
    this.toClient = []
    this.outbox.rewind()
    this.#send()
  }

  /** Everything goes well from now on, until all is answered. */
  settle(): void {
    this.log.slow = false
    for (let rounds = 0; this.outbox.size > 0; rounds++) {
      assert.ok(rounds < 1_000, "the outbox never comes to rest")
      this.hubReads(1_000)
      this.hubCommits()
      this.clientReads(1_000)
      this.waitOver()
    }
    this.hubReadsLate(1_000)
  }

  #send(): void {
    this.toHub.push(...this.outbox.take())
  }
}

const some = fc.integer({ min: 1, max: 5 })
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(["say", 0] as const, ["say", 0] as const, ["sayBad", 0] as const),
    },
    { weight: 2, arbitrary: fc.constant(["hubCommits", 0] as const) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom("hubReads" as const, "clientReads" as const), some) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("hubReadsLate" as const), some) },
    { weight: 1, arbitrary: fc.constantFrom(["cut", 0] as const, ["waitOver", 0] as const) },
    { weight: 1, arbitrary: fc.constantFrom(["slow", 0] as const, ["quick", 0] as const) },
  ),
  { maxLength: 60, size: "max" },
)

type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never

function play(line: Line, script: Steps): string[] {
  const said: string[] = []
  const say = (text: string) => {
    said.push(text)
    line.say(text)
  }
  for (const [step, count] of script)
    if (step === "say") say(`good ${said.length}`)
    else if (step === "sayBad") say(`bad ${said.length}`)
    else if (step === "slow" || step === "quick") line.log.slow = step === "slow"
    else if (step === "cut" || step === "waitOver" || step === "hubCommits") line[step]()
    else line[step](count)
  return said
}

test(`outbox: whatever is cut or refused, each message is stored once and in order, or rejected (SEED=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const line = new Line()
      const said = play(line, script)
      line.settle()
      await Promise.resolve()
      assert.deepEqual(
        line.log.stored,
        said.filter((text) => text.startsWith("good")),
      )
      assert.deepEqual(line.acked, line.log.stored)
      assert.deepEqual(
        line.refused,
        said.filter((text) => text.startsWith("bad")),
      )
    }),
    { seed, numRuns: 1_000 },
  )
})

test(`outbox: where the log was replaced, what is not acked goes into the new one, once (SEED=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const line = new Line()
      const said = play(line, before)
      await Promise.resolve()
      const unacked = said.filter((text) => text.startsWith("good") && !line.acked.includes(text))
      line.log.replace()
      line.cut()
      // The hub was down for it, so nothing is left of earlier connections.
      line.late = []
      line.settle()
      assert.equal(new Set(line.log.stored).size, line.log.stored.length)
      assert.deepEqual(line.log.stored, unacked)
      play(line, after)
      line.settle()
      assert.equal(line.outbox.size, 0)
    }),
    { seed, numRuns: 500 },
  )
})

test("outbox: message 10,001 that waits is refused, and one that comes after an ack is taken", async () => {
  const outbox = new Outbox(() => "p")
  const waiting = Array.from({ length: 10_000 }, (_, n) => outbox.add(TOPIC, String(n)))
  await assert.rejects(outbox.add(TOPIC, "one more"), { code: "too_many" })
  outbox.acked({ op: "ack", topic: TOPIC, producer: "p", seq: 1, cursor: "c" })
  assert.deepEqual(await waiting[0], { cursor: "c" })
  waiting.push(outbox.add(TOPIC, "one more"))
  assert.equal(outbox.size, 10_000)
  const over = Promise.allSettled(waiting.slice(1))
  outbox.fail({ code: "no_hub" } as LandlineError)
  assert.ok((await over).every(({ status }) => status === "rejected"))
})

test("outbox: no more is on its way in one room than a hub would refuse without closing the session", () => {
  const outbox = new Outbox(() => "p")
  for (let n = 0; n < 2_000; n++) void outbox.add(TOPIC, String(n))
  assert.equal([...outbox.take()].length, 500)
  assert.equal([...outbox.take()].length, 0)
  outbox.acked({ op: "ack", topic: TOPIC, producer: "p", seq: 10, cursor: "c" })
  assert.deepEqual(
    [...outbox.take()].map(({ seq }) => seq),
    [501, 502, 503, 504, 505, 506, 507, 508, 509, 510],
  )
})

test("outbox: rooms do not wait for each other, and each counts from 1", () => {
  const outbox = new Outbox(() => "p")
  void outbox.add("room/a", "1")
  void outbox.add("room/b", "2")
  void outbox.add("room/a", "3")
  assert.deepEqual(
    [...outbox.take()].map(({ topic, seq, text }) => [topic, seq, text]),
    [
      ["room/a", 1, "1"],
      ["room/a", 2, "3"],
      ["room/b", 1, "2"],
    ],
  )
})

test("outbox: what an earlier run said is sent again under its numbers, and stored once, before what is new", async () => {
  const line = new Line()
  line.say("one")
  line.say("two")
  for (const message of line.outbox.take()) line.log.take(message) // both acks are lost
  const kept = line.outbox.unsent()
  assert.deepEqual(
    kept.map(({ first, texts }) => [first, texts]),
    [[1, ["one", "two"]]],
  )
  const copies = ["a", "b"].map((name) => {
    const outbox = new Outbox(() => `${name}-new`)
    outbox.restore(kept, () => assert.fail("nothing is refused"))
    void outbox.add(TOPIC, `new of ${name}`)
    return outbox
  })
  for (const copy of copies)
    for (let rounds = 0; copy.size > 0; rounds++) {
      assert.ok(rounds < 4)
      for (const message of [...copy.take()]) copy.acked(line.log.take(message) as Ack)
    }
  assert.deepEqual(line.log.stored, ["one", "two", "new of a", "new of b"])
})

test("outbox: copies of a program, started again before anything is stored, lose nothing of each other", () => {
  const log = new Log()
  const first = new Outbox(() => "first")
  void first.add(TOPIC, "before")
  const copies = ["a", "b"].map((name) => {
    const copy = new Outbox(() => `${name}1`)
    copy.restore(first.unsent(), () => assert.fail("nothing is refused"))
    void copy.add(TOPIC, `said in ${name}`)
    const again = new Outbox(() => `${name}2`)
    again.restore(copy.unsent(), () => assert.fail("nothing is refused"))
    void again.add(TOPIC, `more in ${name}`)
    return again
  })
  for (const copy of copies)
    for (let rounds = 0; copy.size > 0; rounds++) {
      assert.ok(rounds < 9)
      for (const message of [...copy.take()]) copy.acked(log.take(message) as Ack)
    }
  assert.deepEqual(log.stored, ["before", "said in a", "more in a", "said in b", "more in b"])
})

test("outbox: what an earlier run said and the hub refuses for good is told", () => {
  const told: [string, string][] = []
  const log = new Log()
  const outbox = new Outbox(() => "new")
  outbox.restore([{ topic: TOPIC, producer: "old", first: 1, texts: ["bad"] }], (_, text, { code }) =>
    told.push([text, code]),
  )
  for (const message of [...outbox.take()]) outbox.refused(log.take(message) as ErrorMessage)
  assert.deepEqual(told, [["bad", "forbidden"]])
  assert.equal(outbox.size, 0)
})
