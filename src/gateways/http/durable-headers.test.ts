import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { LandlineError } from "../../protocol/errors.ts"
import { closes, lifetime, markOf, placeOf, producerOf, streamCursor } from "./durable-headers.ts"

const SEED = Number(process.env["SEED"] ?? 1)
const NOW = Date.UTC(2030, 0, 1)

const refused = (code: string) => (error: unknown) => error instanceof LandlineError && error.code === code

test("Stream-TTL is whole seconds as plain digits, and Stream-Expires-At a time to come", () => {
  assert.deepEqual(lifetime({}, NOW), {})
  assert.deepEqual(lifetime({ "stream-ttl": "3600" }, NOW), { ttlMs: 3_600_000 })
  for (const ttl of ["", "0", "-1", "+1", "01", "1.0", "1e3", "0x10", " 1", "abc", "1234567890123"])
    assert.throws(() => lifetime({ "stream-ttl": ttl }, NOW), refused("bad_request"), ttl)
  const expires = Date.UTC(2031, 1, 3, 4, 5, 6)
  for (const at of ["2031-02-03T04:05:06Z", "2031-02-03t06:05:06.000+02:00"])
    assert.deepEqual(lifetime({ "stream-expires-at": at }, NOW), { expires })
  for (const at of [
    "",
    "soon",
    "2031",
    "2031-02-03",
    "2031-02-03T04:05:06",
    "2031-13-03T04:05:06Z",
    "2029-01-01T00:00:00Z",
  ])
    assert.throws(() => lifetime({ "stream-expires-at": at }, NOW), refused("bad_request"), at)
  const both = { "stream-ttl": "1", "stream-expires-at": "2031-02-03T04:05:06Z" }
  assert.throws(() => lifetime(both, NOW), refused("bad_request"))
})

test("Stream-Closed closes only where it says true", () => {
  assert.ok(closes({ "stream-closed": "true" }) && closes({ "stream-closed": "TRUE" }))
  for (const not of [undefined, "", "false", "1", "yes"]) assert.ok(!closes({ "stream-closed": not }))
})

test("a producer says who it is, its run and its request; all or nothing, and from 0 on", () => {
  const said = (id?: string, epoch?: string, seq?: string) =>
    producerOf({ "producer-id": id, "producer-epoch": epoch, "producer-seq": seq })
  assert.equal(said(), undefined)
  assert.deepEqual(said("p", "0", "0"), { id: "ds:p", epoch: 0, seq: 1, perAppend: true })
  assert.deepEqual(said("p", "7", "9007199254740990"), {
    ...{ id: "ds:p", epoch: 7, perAppend: true },
    seq: Number.MAX_SAFE_INTEGER,
  })
  for (const [id, epoch, seq] of [
    ["p"],
    ["p", "0"],
    [undefined, "0", "0"],
    ["", "0", "0"],
    ["p".repeat(201), "0", "0"],
    ["p", "-1", "0"],
    ["p", "1e3", "0"],
    ["p", "0", "1abc"],
    ["p", "0", ""],
    ["p", "00", "0"],
    ["p", "0", "9007199254740992"],
  ] as (string | undefined)[][])
    assert.throws(() => said(id, epoch, seq), refused("bad_request"), `${id} ${epoch} ${seq}`)
})

test("Stream-Seq is any text that is there and not too long", () => {
  assert.equal(markOf({}), undefined)
  assert.equal(markOf({ "stream-seq": "0a" }), "0a")
  for (const mark of ["", "x".repeat(201)])
    assert.throws(() => markOf({ "stream-seq": mark }), refused("bad_request"))
})

test(`an offset is a cursor, -1 or now, and nothing else (SEED=${SEED})`, () => {
  assert.equal(placeOf("now"), "now")
  assert.deepEqual(placeOf("-1"), { last: Infinity })
  assert.deepEqual(placeOf("0000000000000007_0000000000000003"), { epoch: 7, offset: 3 })
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(text !== "now" && text !== "-1")
      assert.throws(() => placeOf(text), refused("bad_cursor"))
    }),
    { seed: SEED },
  )
})

test(`a stream cursor only moves on, whatever the client sends (SEED=${SEED})`, () => {
  const now = streamCursor(undefined, NOW, 0)
  assert.match(now, /^\d+$/)
  assert.equal(streamCursor(undefined, NOW + 20_000, 0), String(Number(now) + 1))
  assert.equal(streamCursor("1", NOW, 0.5), now)
  assert.equal(streamCursor("no number", NOW, 0.5), now)
  fc.assert(
    fc.property(fc.nat(1e12 - 1), fc.double({ min: 0, max: 0.999, noNaN: true }), (given, random) => {
      const next = Number(streamCursor(String(given), NOW, random))
      assert.ok(next > given || given < Number(now))
      assert.ok(next >= Number(now) && Number.isSafeInteger(next))
    }),
    { seed: SEED },
  )
})
