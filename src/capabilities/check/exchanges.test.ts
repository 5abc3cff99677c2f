import assert from "node:assert/strict"
import { hash, randomUUID } from "node:crypto"
import { test } from "node:test"
import { ExchangePair, sumRun } from "../../../test/support/exchange-pair.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { type Begin, ExchangeReader, ExchangeWriter, type Fields } from "../../protocol/exchange.ts"
import { limits } from "../../protocol/limits.ts"
import { Exchanges } from "./exchanges.ts"

const sha256 = (data: Uint8Array | string) => hash("sha256", data)

/** A client that says what the test wants. */
class Client {
  readonly exchanges: Exchanges
  readonly run = randomUUID()
  readonly #peer
  readonly #writer = new ExchangeWriter(sha256)

  constructor(exchanges = new Exchanges()) {
    this.exchanges = exchanges
    this.#peer = exchanges.open("Hub")
  }

  /** Sends a message that is none of the types, too. @returns the fields of what the hub answers */
  say(...messages: object[]): Fields[] {
    for (const message of messages) this.#writer.add(message as Begin)
    this.#peer.receive(this.#writer.take()!)
    return this.answers()
  }

  answers(): Fields[] {
    const answers: Fields[] = []
    const reader = new ExchangeReader(({ bytes }) => (bytes as number | undefined) ?? 0)
    const came = this.#peer.take()
    if (came) reader.push(came, ({ fields }) => answers.push(fields))
    return answers
  }

  begin(more: object = {}): Fields[] {
    return this.say({ op: "begin", version: 1, run: this.run, name: "ada", seed: 1, patterns: [], ...more })
  }

  /** @returns what is acknowledged with */
  request(seq: number, number: unknown = 25) {
    const [answer] = this.say({ op: "request", seq, nonce: "n", name: "ada", number, bytes: 0 })
    return { op: "ack", seq, sum: answer?.sum, reply: answer?.digest, answer }
  }
}

const refusal = (code: string) => (error: unknown) => error instanceof LandlineError && error.code === code

test("exchanges: a number that is none of 1 to 100 is refused in words, and the run goes on", () => {
  const client = new Client()
  client.begin()
  for (const number of [0, 101, -5, 1e9, 25.5, "25", "abc", "", null, true, [25]]) {
    const { answer } = client.request(1, number)
    assert.deepEqual([answer?.op, answer?.code, answer?.seq], ["error", "bad_request", 1], String(number))
  }
  for (const [seq, number] of [1, 100].entries()) {
    const { answer, ...ack } = client.request(seq + 1, number)
    assert.deepEqual([answer?.op, answer?.sum], ["reply", number + (answer?.number as number)])
    client.say(ack)
  }
  const [ended] = client.say({ op: "end" })
  assert.deepEqual([ended?.op, ended?.exchanges, ended?.acks], ["ended", 2, []])
  assert.equal(client.exchanges.transcript(client.run)?.length, 3)
})

test("exchanges: the hub's numbers are 1 to 100, each of them at some time", () => {
  const client = new Client()
  client.begin()
  const numbers = new Set<unknown>()
  for (let seq = 1; seq <= 3_000; seq++) {
    const { answer, ...ack } = client.request(seq)
    numbers.add(answer?.number)
    client.say(ack)
  }
  assert.deepEqual(
    [...numbers].toSorted((a, b) => Number(a) - Number(b)),
    Array.from({ length: 100 }, (_, index) => index + 1),
  )
})

test("exchanges: a run begins with begin, in its form, once for each name", () => {
  const refused = (code: string, begin: object) =>
    assert.throws(() => new Client().begin(begin), refusal(code), JSON.stringify(begin))
  refused("bad_request", { op: "request" })
  refused("version_mismatch", { version: 2 })
  refused("bad_name", { name: "\u202e" })
  for (const begin of [
    { run: "../../etc/passwd" },
    { run: "short" },
    { run: 12345678 },
    { name: 5 },
    { seed: -1 },
    { seed: 2 ** 32 },
    { seed: 1.5 },
    { patterns: ["ones"] },
    { patterns: "zeros" },
    { patterns: Array(17).fill("zeros") },
  ])
    refused("bad_request", begin)
  const first = new Client()
  assert.deepEqual(first.begin()[0]?.op, "begun")
  assert.throws(() => new Client(first.exchanges).begin({ run: first.run }), refusal("bad_request"))
})

test("exchanges: what is out of turn, unknown or after the end is refused", () => {
  const begun = () => {
    const client = new Client()
    client.begin()
    return client
  }
  assert.throws(() => begun().request(2), refusal("bad_request"))
  assert.throws(() => begun().say({ op: "ack", seq: 1, sum: 1, reply: "" }), refusal("bad_request"))
  assert.throws(() => begun().say({ op: "dance" }), refusal("unknown_operation"))
  assert.throws(() => begun().begin(), refusal("unknown_operation"))
  const wrongAck = begun()
  assert.throws(() => wrongAck.say({ ...wrongAck.request(1), seq: 2 }), refusal("bad_request"))
  const over = begun()
  over.say({ op: "end" })
  assert.throws(() => over.say({ op: "end" }), refusal("bad_request"))
})

test("exchanges: a client cannot leave more replies unacknowledged than the limit", () => {
  const client = new Client()
  client.begin()
  for (let seq = 1; seq <= limits.sumUnackedMax; seq++) client.request(seq)
  assert.throws(() => client.request(limits.sumUnackedMax + 1), refusal("too_many"))
})

test("exchanges: an acknowledgement of another reply or sum makes the exchange count as damaged", () => {
  const ended: number[] = []
  const client = new Client(new Exchanges(({ damaged }) => ended.push(damaged)))
  client.begin()
  client.say({ ...client.request(1), reply: "0".repeat(64) })
  client.say({ ...client.request(2), sum: 1 })
  client.say(client.request(3))
  client.say({ op: "end" })
  assert.deepEqual(ended, [2])
})

test("exchanges: a run whose connection is lost is told as incomplete, once", () => {
  const pair = new ExchangePair(sumRun({ count: 100 }), (way, bytes, at) => {
    if (way === "up" && at > 20_000) throw new LandlineError("internal")
    return bytes
  })
  assert.throws(() => pair.exchange())
  assert.equal(pair.ended.length, 1)
  assert.equal(pair.ended[0]?.complete, false)
  assert.ok(pair.ended[0]!.exchanges > 5)
})

test("exchanges: transcripts are kept of the last runs, within bounds; the hashes are told of all", () => {
  const hashes: string[] = []
  const exchanges = new Exchanges(({ transcript }) => hashes.push(transcript))
  const run = (count: number) => {
    const run = sumRun({ count, patterns: [], window: 256 })
    new ExchangePair(run, undefined, exchanges).exchange()
    assert.equal(hashes.at(-1), run.transcript)
    return run.run
  }
  const most = limits.sumTranscriptExchangesMax
  const first = run(most)
  assert.equal(exchanges.transcript(first)?.length, most + 1)
  assert.equal(exchanges.transcript(run(most + 1)), undefined, "longer than what is kept")
  const large = Array.from({ length: 4 }, () => run(most))
  assert.equal(exchanges.transcript(first), undefined, "there was no room for all")
  const bytes = [first, ...large].flatMap((run) => exchanges.transcript(run) ?? []).join("").length
  assert.ok(bytes > limits.sumTranscriptsBytesMax / 2 && bytes <= 1.01 * limits.sumTranscriptsBytesMax)
  assert.equal(exchanges.transcript(large.at(-1)!)?.length, most + 1)
  for (let more = 0; more < limits.sumRunsMax; more++) run(1)
  assert.equal(exchanges.transcript(large.at(-1)!), undefined, "only the last runs are kept")
  assert.equal(exchanges.transcript("never"), undefined)
})
