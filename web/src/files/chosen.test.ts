import assert from "node:assert/strict"
import { test } from "node:test"
import { groupFiles } from "./chosen.ts"

const file = (name: string, webkitRelativePath = "") =>
  Object.assign(new File([name], name), { webkitRelativePath })

test("chosen: single files stay single, and those of a folder are that folder, with their paths inside it", () => {
  const [alone, inner, deep, other] = [
    file("a.txt"),
    file("b.txt", "photos/b.txt"),
    file("c.txt", "photos/2026/c.txt"),
    file("d.txt", "notes/d.txt"),
  ]
  assert.deepEqual(groupFiles([inner!, alone!, deep!, other!]), [
    { file: alone },
    {
      folder: "photos",
      files: [
        { path: "b.txt", file: inner },
        { path: "2026/c.txt", file: deep },
      ],
    },
    { folder: "notes", files: [{ path: "d.txt", file: other }] },
  ])
  assert.deepEqual(groupFiles([]), [])
})
