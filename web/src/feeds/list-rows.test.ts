import assert from "node:assert/strict"
import { test } from "node:test"
import type { FeedInfo } from "../../../src/client/main.ts"
import { filtered, rateText, rowsOf } from "./list-rows.ts"

const feed = (name: string, title = "", unit = "") => ({ feed: name, title, unit }) as FeedInfo
const shown = (names: string[]) =>
  rowsOf(names.map((name) => feed(name))).map((row) =>
    row.kind === "group" ? `[${row.name} ${row.feeds}]` : row.info.feed,
  )

test("feeds listed: those that share their first segment stand under it, the others come first", () => {
  assert.deepEqual(shown(["hub", "lab/a", "lab/b", "other/x", "zoo"]), [
    "hub",
    "other/x",
    "zoo",
    "[lab 2]",
    "lab/a",
    "lab/b",
  ])
  assert.deepEqual(shown([]), [])
})

test("feeds listed: ten thousand in one group are put in rows at once", () => {
  assert.equal(shown(Array.from({ length: 10_000 }, (_, at) => `lab/${at}`)).length, 10_001)
})

test("feeds listed: the filter wants all words, in name, title or unit", () => {
  const all = [feed("lab/temp", "Cellar", "°C"), feed("lab/wind", "Roof", "m/s")]
  const found = (words: string) => filtered(all, words).map(({ feed }) => feed)
  assert.deepEqual(found(" CELLAR lab "), ["lab/temp"])
  assert.deepEqual(found("m/s"), ["lab/wind"])
  assert.deepEqual(found("cellar wind"), [])
  assert.deepEqual(found(""), ["lab/temp", "lab/wind"])
})

test("feeds listed: the pace in the unit that it needs", () => {
  const pace = (messages: number, ms: number) =>
    rateText({ count: 10, at: 0 }, { count: 10 + messages, at: ms })
  assert.equal(pace(10, 1_000), "10/s")
  assert.equal(pace(3, 2_000), "1.5/s")
  assert.equal(pace(1, 15_000), "4/min")
  assert.equal(pace(1, 3_600_000), "1/h")
  assert.equal(pace(0, 1_000), undefined)
  assert.equal(rateText(undefined, { count: 1, at: 1 }), undefined)
})
