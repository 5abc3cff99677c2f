import assert from "node:assert/strict"
import { test } from "node:test"
import { formatCursor } from "../../../src/protocol/cursor.ts"
import { allSeen, unreadOf } from "./seen.ts"

const room = (offset: number, count: number, epoch = 7) => ({
  ...{ room: "lobby", line: "", present: 0, time: 0, count },
  cursor: formatCursor({ epoch, offset }),
})

test("unread: what was said since, by the counts; entries that are no messages do not count", () => {
  assert.equal(unreadOf(room(12, 10), { epoch: 7, offset: 8, count: 6 }), 4)
  assert.equal(unreadOf(room(12, 10), { epoch: 7, offset: 11, count: 10 }), 0)
})

test("unread: nothing, where more was seen than the list knows yet", () => {
  assert.equal(unreadOf(room(12, 10), { epoch: 7, offset: 14, count: 12 }), 0)
})

test("unread: everything, in a room never seen and in a log that was replaced", () => {
  assert.equal(unreadOf(room(12, 10), undefined), 10)
  assert.equal(unreadOf(room(3, 3, 8), { epoch: 7, offset: 12, count: 10 }), 3)
})

test("unread: nothing on the first visit", () => {
  const rooms = [room(12, 10)]
  assert.equal(unreadOf(rooms[0]!, allSeen(rooms)["lobby"]), 0)
})
