import assert from "node:assert/strict"
import { test } from "node:test"
import { ERRORS } from "../protocol/errors.ts"
import type { Unsent } from "./outbox-store.ts"
import { Session, type SessionEvents } from "./session.ts"

/** A line that the test holds the other end of. */
class Line {
  static last: Line
  readonly CLOSED = 3
  readonly readyState = 3
  onmessage: ((event: { data: string }) => void) | undefined
  onclose: ((event: { code: number; reason: string }) => void) | undefined

  constructor() {
    Line.last = this
  }

  send(): void {}
  close(): void {}
}

const earlier: Unsent = { topic: "room/lobby", producer: "earlier", first: 1, texts: ["said earlier"] }

/** A session that has something to say, of now and of an earlier run. */
function speaking() {
  const saved: (readonly Unsent[])[] = []
  const undelivered: SessionEvents["undelivered"][] = []
  const outbox = { load: () => [earlier], save: (unsent: readonly Unsent[]) => void saved.push(unsent) }
  const session = new Session("http://hub.test", { outbox, WebSocket: Line as unknown as typeof WebSocket })
  session.on("undelivered", (message) => undelivered.push(message))
  const said = session.publish("lobby", "said now").catch(({ code }) => code)
  return { session, saved, undelivered, said }
}

test("session: what waits when the hub refuses it is told to whoever said it, and kept no longer", async () => {
  const { saved, undelivered, said } = speaking()
  await Promise.resolve()
  const refusal = { op: "error", code: "name_taken", message: "Taken.", retry: "never", details: {} }
  Line.last.onmessage!({ data: JSON.stringify(refusal) })
  Line.last.onclose!({ code: ERRORS.name_taken.close, reason: "" })
  assert.equal(await said, "name_taken")
  assert.deepEqual(
    undelivered.map(({ text, error }) => [text, error.code]),
    [["said earlier", "name_taken"]],
  )
  assert.deepEqual(saved.at(-1), [])
})

test("session: what waits when it is closed stays kept, for the next run", async () => {
  const { session, saved, undelivered, said } = speaking()
  await Promise.resolve()
  await session.close()
  assert.equal(await said, "no_hub")
  assert.deepEqual(undelivered, [])
  assert.deepEqual(
    saved.at(-1)?.flatMap(({ texts }) => texts),
    ["said earlier", "said now"],
  )
})
