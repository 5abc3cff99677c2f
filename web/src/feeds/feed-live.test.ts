import assert from "node:assert/strict"
import { EventEmitter, once } from "node:events"
import { test } from "node:test"
import type { BlockReport, Session } from "../../../src/client/main.ts"
import { FeedLive } from "./feed-live.ts"

/** A session whose one follow says what the test wants. */
function sessionOf(tail: number) {
  const follow = new EventEmitter()
  const reports: BlockReport[] = []
  const session = {
    follow: () => ({
      ready: async () => ({ tail }),
      on: (name: string, listener: (event: unknown) => void) => void follow.on(name, listener),
      close: () => {},
    }),
    reportBlock: async (_feed: string, report: BlockReport) => void reports.push(report),
  } as unknown as Session
  const say = (offset: number) =>
    follow.emit("entry", {
      entry: { offset, time: offset * 1_000, author: "a", kind: "text", text: `${offset}` },
    })
  return { session, follow, say, reports }
}

/** The view after it has been told anew. */
async function told(live: FeedLive) {
  const changed = new EventEmitter()
  const stop = live.subscribe(() => changed.emit("changed"))
  await once(changed, "changed")
  stop()
  return live.view()
}

test("feed, live: messages that are gone cut the line where they are missing, and are told", async () => {
  const { session, follow, say } = sessionOf(2)
  const live = new FeedLive(session, "temp", 5)
  say(1)
  say(2)
  follow.emit("gap", { from: 3, to: 9 })
  say(10)
  const { notice, recent } = await told(live)
  assert.equal(notice, "Messages 3 to 9 are no longer kept by the hub.")
  assert.deepEqual(
    recent.map(({ offset }) => offset),
    [10, 2, 1],
  )
  const [cut] = live.charted.breaks
  assert.ok(cut! > 2_000 && cut! <= 10_000, String(cut))
  live.close()
})

test("feed, live: a log that was replaced takes the place of what was shown", async () => {
  const { session, follow, say } = sessionOf(2)
  const live = new FeedLive(session, "temp", 5)
  say(1)
  await told(live)
  follow.emit("reset", {})
  say(1)
  const { notice, recent } = await told(live)
  assert.match(notice!, /replaced/)
  assert.equal(recent.length, 1)
  assert.equal(live.charted.bucketsOf("value").length, 1)
  live.close()
})

test("feed, live: what was there before is no measurement; of a million messages a hundred are held", async () => {
  const { session, say, reports } = sessionOf(3)
  const live = new FeedLive(session, "temp", 2)
  await told(live)
  for (let offset = 1; offset <= 5; offset++) say(offset)
  assert.deepEqual(
    reports.map(({ block, messages }) => [block, messages]),
    [[1, 2]],
  )
  for (let offset = 6; offset <= 1_000_000; offset++) say(offset)
  const { recent, received } = await told(live)
  assert.deepEqual([recent.length, received, recent[0]!.offset], [100, 1_000_000, 1_000_000])
  live.close()
})
