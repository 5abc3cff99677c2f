import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../test/support/random.ts"
import { LandlineError } from "./errors.ts"
import {
  type ClientExchange,
  conditionOf,
  DIGEST_HEAD_BYTES,
  ExchangeReader,
  ExchangeWriter,
  type Fields,
} from "./exchange.ts"
import { limits } from "./limits.ts"

const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex")

interface Message {
  readonly name: string
  readonly payload: Uint8Array
}

const request = ({ name, payload }: Message, seq = 1): ClientExchange => ({
  op: "request",
  seq,
  nonce: "n",
  name,
  number: 25,
  bytes: payload.length,
})

function written(...messages: Message[]): Uint8Array {
  const writer = new ExchangeWriter(sha256)
  for (const [index, message] of messages.entries()) writer.add(request(message, index + 1), message.payload)
  return writer.take()!
}

const lengthOf = ({ bytes }: Fields) => (typeof bytes === "number" ? bytes : 0)

function read(bytes: Uint8Array, cuts: readonly number[] = []) {
  const got: { fields: Fields; payload: Uint8Array; digest: string }[] = []
  const reader = new ExchangeReader(lengthOf)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (const [index, place] of places.slice(1).entries())
    reader.push(bytes.subarray(places[index], place), ({ fields, payload, covered }) =>
      got.push({ fields, payload: payload.slice(), digest: sha256(covered) }),
    )
  return got
}

const messages = fc.array(
  fc.record({
    name: fc.string({ unit: "binary", maxLength: 64 }),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  { minLength: 1, maxLength: 8 },
)

test(`exchange: any cut of the bytes gives the same messages, whole (SEED=${SEED})`, () => {
  const property = fc.property(messages, fc.array(fc.nat()), (sent, cuts) => {
    const got = read(written(...sent), cuts)
    assert.deepEqual(
      got.map(({ fields, payload }) => ({ name: fields.name, payload })),
      sent.map(({ name, payload }) => ({ name, payload })),
    )
    for (const { fields, digest } of got) assert.equal(fields.digest, digest)
  })
  fc.assert(property, { seed: SEED })
})

test("exchange: the digest is the SHA-256 of the message from byte 77 on", () => {
  const payload = Buffer.from("payload")
  const message = Buffer.from(written({ name: "Zoë 😀", payload }))
  const digest = createHash("sha256").update(message.subarray(77)).digest("hex")
  assert.equal(
    message.toString(),
    `{"digest":"${digest}","op":"request","seq":1,"nonce":"n","name":"Zoë 😀","number":25,"bytes":7}\npayload`,
  )
})

test("exchange: what is taken is not written to again, however much follows", () => {
  const writer = new ExchangeWriter(sha256)
  const payload = new Uint8Array(9_000).fill(7)
  const taken: Uint8Array[] = []
  for (let seq = 1; seq <= 40; seq++) {
    writer.add(request({ name: "ada", payload }, seq), payload)
    if (seq % 3 === 0) taken.push(writer.take()!)
  }
  taken.push(writer.take()!)
  assert.equal(writer.take(), undefined)
  const got = read(Buffer.concat(taken))
  assert.deepEqual(
    got.map(({ fields }) => fields.seq),
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
  for (const { fields, digest } of got) assert.equal(fields.digest, digest)
})

test(`exchange: one flipped bit is known for one of the payload, or of the line (SEED=${SEED})`, () => {
  const message = fc.record({ name: fc.string({ maxLength: 20 }), payload: fc.uint8Array({ maxLength: 40 }) })
  const property = fc.property(message, fc.nat(), fc.nat({ max: 7 }), (sent, place, bit) => {
    const bytes = written(sent)
    const at = place % bytes.length
    bytes[at]! ^= 1 << bit
    const lineBytes = bytes.length - sent.payload.length
    const reader = new ExchangeReader(() => sent.payload.length)
    try {
      reader.push(bytes, (came) => {
        const condition = conditionOf(came, sent.payload, sha256)
        assert.deepEqual([condition.line, condition.payload], [at >= lineBytes, at < lineBytes])
      })
    } catch (error) {
      assert.ok(error instanceof LandlineError)
      assert.ok(at < lineBytes, "only a damaged line stops the reading")
    }
  })
  fc.assert(property, { seed: SEED, numRuns: 500 })
})

test("exchange: a line and a payload that are both damaged are both known", () => {
  const payload = Buffer.from("payload")
  const bytes = Buffer.from(written({ name: "ada", payload }))
  bytes[bytes.indexOf("ada")]! ^= 1
  bytes[bytes.length - 1]! ^= 1
  new ExchangeReader(lengthOf).push(bytes, (came) => {
    const { line, payload: same } = conditionOf(came, payload, sha256)
    assert.deepEqual([line, same], [false, false])
  })
})

test(`exchange: bytes of anything are messages, or refused in words (SEED=${SEED})`, () => {
  const property = fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
    const reader = new ExchangeReader(lengthOf)
    try {
      for (const chunk of chunks) reader.push(chunk, () => {})
    } catch (error) {
      assert.ok(error instanceof LandlineError && error.code === "bad_request")
    }
  })
  fc.assert(property, { seed: SEED })
})

test("exchange: lines that are none, too long, or announce another payload than is due are refused", () => {
  const refused = (text: string, due = 0) =>
    assert.throws(
      () => new ExchangeReader(() => due).push(Buffer.from(text), () => assert.fail()),
      LandlineError,
    )
  const line = (rest: string) => `{"digest":"${"0".repeat(64)}",${rest}}\n`
  assert.equal(line("").indexOf("}"), DIGEST_HEAD_BYTES)
  refused("\n")
  refused("{}\n")
  refused("[1]\n")
  refused(`${"x".repeat(200)}\n`)
  refused("x".repeat(limits.sumLineBytesMax + 1))
  refused(line('"bytes":5'), 6)
  refused(line('"op":"request"'), 6)
  refused(line('"bytes":-1'))
  refused(line('"bytes":1e99'), 6)
})

test("exchange writer: however many messages wait together, each is copied but a few times", (context) => {
  const writer = new ExchangeWriter(sha256)
  const set = Uint8Array.prototype.set
  let copied = 0
  context.mock.method(
    Object.getPrototypeOf(Uint8Array.prototype),
    "set",
    function (this: Uint8Array, ...[source, at]: Parameters<typeof set>) {
      copied += source.length
      set.call(this, source, at)
    },
  )
  for (let seq = 1; seq <= 5_000; seq++) writer.add(request({ name: "ada", payload: new Uint8Array() }, seq))
  const { length } = writer.take()!
  assert.ok(copied > 0 && copied < 3 * length, `${copied} bytes copied of ${length}`)
})
