import assert from "node:assert/strict"
import { test } from "node:test"
import { startHub } from "../../src/hub/main.ts"
import { expandBatch } from "../../src/protocol/entry.ts"
import { random, SEED } from "../support/random.ts"
import { RawSession } from "../support/raw-session.ts"
import { tempDir } from "../support/temp.ts"

const MESSAGES = 20_000
const FOLLOWERS = 8
const topic = "room/lobby"
const START = `${"0".repeat(16)}_${"0".repeat(16)}`

/** Follows to the last message, through cuts at random moments, and keeps what it saw. */
async function followThroughCuts(
  address: string,
  chance: () => number,
): Promise<{ seen: string[]; cuts: number }> {
  const seen: string[] = []
  let cuts = 0
  let cursor = START
  while (seen.length < MESSAGES) {
    using session = await RawSession.hello(address)
    session.send({ op: "follow", id: 1, topic, after: cursor })
    const cutAfter = seen.length + Math.ceil(chance() * (MESSAGES / 4))
    while (seen.length < Math.min(cutAfter, MESSAGES)) {
      const batch = await session.next("entries")
      assert.equal(batch.from, seen.length + 1, "a gap or a double")
      seen.push(...expandBatch(batch.entries).map(({ text }) => text))
      cursor = batch.cursor
    }
    cuts++
  }
  return { seen, cuts }
}

test(`followers that are cut at random during a burst end with the identical sequence (SEED=${SEED})`, async () => {
  await using folder = await tempDir()
  await using hub = await startHub({ port: 0, data: folder.path })
  using author = await RawSession.hello(hub.address)
  const followers = Array.from({ length: FOLLOWERS }, (_, n) =>
    followThroughCuts(hub.address, random(SEED * 100 + n)),
  )
  for (let seq = 1; seq <= MESSAGES; seq++) {
    author.send({ op: "publish", topic, producer: "p", seq, text: `message ${seq}` })
    if (seq % 1_000 === 0) await author.next("ack", (ack) => ack.seq === seq)
  }
  const expected = Array.from({ length: MESSAGES }, (_, n) => `message ${n + 1}`)
  for (const { seen, cuts } of await Promise.all(followers)) {
    assert.ok(cuts > 1)
    assert.deepEqual(seen, expected)
  }
})
