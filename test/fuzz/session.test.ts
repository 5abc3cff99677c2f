import assert from "node:assert/strict"
import { connect } from "node:net"
import { test } from "node:test"
import fc from "fast-check"
import { startHub } from "../../src/hub/main.ts"
import { SEED } from "../support/random.ts"
import { RawSession } from "../support/raw-session.ts"

const ops = [
  "hello",
  "follow",
  "unfollow",
  "publish",
  "rooms",
  "create_room",
  "set_topic_line",
  "people",
  "search",
  "history",
]
const name = fc.oneof(
  fc.constantFrom("lobby", "room/lobby", "room/", "feed/x", "__proto__"),
  fc.string({ unit: "binary" }),
)
const cursor = fc.oneof(
  fc.constant(`${"0".repeat(16)}_${"0".repeat(16)}`),
  fc.stringMatching(/^\d{16}_\d{16}$/),
  fc.string(),
)
const value = fc.oneof(
  name,
  cursor,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.object(),
)

/** Messages that are nearly right: known operations with fields of any kind. */
const message = fc.record(
  {
    op: fc.oneof(fc.constantFrom(...ops), fc.string()),
    id: fc.oneof(fc.nat(), value),
    topic: value,
    room: value,
    text: value,
    after: value,
    last: value,
    before: value,
    limit: value,
    words: value,
    producer: value,
    seq: value,
    presence: value,
    line: value,
  },
  { requiredKeys: ["op"] },
)

test(`whatever a session sends, it is answered in words or closed, and the hub goes on (SEED=${SEED})`, {
  timeout: 120_000,
}, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 30 }), async (messages) => {
      using session = await RawSession.hello(hub.address, { name: "Fuzz", device: "the fuzzer's device" })
      for (const each of messages) session.send(each)
      await session.ask({ op: "rooms", id: 1_000_000_007 })
      for (const answer of session.messages)
        if (answer.op === "error") assert.notEqual(answer.code, "internal")
    }),
    { seed: SEED, numRuns: 60 },
  )
})

test(`whatever bytes come to the port, the hub goes on (SEED=${SEED})`, { timeout: 120_000 }, async () => {
  await using hub = await startHub({ port: 0, data: ":memory:" })
  const upgrade = `GET /session HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), bytes, async (upgraded, garbage) => {
      const socket = connect(hub.port, "127.0.0.1")
      socket.on("error", () => {})
      socket.resume()
      if (upgraded) socket.write(upgrade)
      socket.end(garbage)
      await new Promise((resolve) => socket.once("close", resolve))
    }),
    { seed: SEED, numRuns: 100 },
  )
  assert.equal((await fetch(`${hub.address}/healthz`)).status, 200)
})
