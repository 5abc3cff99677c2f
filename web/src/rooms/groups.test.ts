import assert from "node:assert/strict"
import { test } from "node:test"
import { beginsDay, beginsGroup } from "./groups.ts"
import type { Item } from "./room-log.ts"

const noon = new Date(2026, 2, 3, 12).getTime()
const said = (author: string, minutes: number, kind: "text" | "topic_line" = "text"): Item => ({
  ...{ offset: 1, kind, author, text: "x", time: noon + minutes * 60_000 },
})

test("groups: the same author within five minutes goes on; another, a pause, a day or another kind begins anew", () => {
  assert.equal(beginsGroup(said("Ada", 4), said("Ada", 0)), false)
  assert.equal(beginsGroup(said("Ada", 6), said("Ada", 0)), true)
  assert.equal(beginsGroup(said("Bob", 1), said("Ada", 0)), true)
  assert.equal(beginsGroup(said("Ada", 1), said("Ada", 0, "topic_line")), true)
  assert.equal(beginsGroup(said("Ada", 1), undefined), true)
  assert.equal(beginsGroup(said("Ada", 721), said("Ada", 719)), true)
})

test("groups: a day begins at midnight, at the first entry and after what is no longer kept", () => {
  assert.equal(beginsDay(said("Ada", 721), said("Ada", 719)), true)
  assert.equal(beginsDay(said("Ada", 1), said("Ada", 0)), false)
  assert.equal(beginsDay(said("Ada", 1), undefined), true)
  assert.equal(beginsDay(said("Ada", 1), { kind: "gap", from: 1, to: 2 }), true)
})
