import assert from "node:assert/strict"
import { test } from "node:test"
import { PAGE_FILES, upToDate } from "./file-list.ts"

const file = (id: number) => ({
  ...{ id: String(id), name: `${id}.txt`, bytes: 1, type: "text/plain", sha256: "", sender: "Ada" },
  ...{ time: id, downloads: 0, path: "" },
})
/** Newest first. */
const files = (newest: number, oldest: number) =>
  Array.from({ length: newest - oldest + 1 }, (_, index) => file(newest - index))
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => Number(id))

test("file list: what is new comes on top, what is deleted goes, and older pages stay", () => {
  const known = files(250, 51)
  const page = [...files(252, 251), ...files(250, 152).filter(({ id }) => id !== "200")]
  assert.equal(page.length, PAGE_FILES)
  const now = ids(upToDate(known, page))
  assert.deepEqual(now.slice(0, 3), [252, 251, 250])
  assert.ok(!now.includes(200))
  assert.deepEqual(now.slice(-2), [52, 51])
  assert.equal(new Set(now).size, now.length)
})

test("file list: a short page is all there is, and one that does not meet what is known stands alone", () => {
  assert.deepEqual(ids(upToDate(files(30, 1), files(5, 3))), [5, 4, 3])
  assert.deepEqual(upToDate(files(30, 1), []), [])
  const page = files(1_000, 1_001 - PAGE_FILES)
  assert.deepEqual(upToDate(files(250, 51), page), page)
})
