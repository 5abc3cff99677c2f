import assert from "node:assert/strict"
import { test } from "node:test"
import { HOSTILE_NAMES } from "../../../test/support/hostile-names.ts"
import { disposition, presented } from "./dispositions.ts"

test("Content-Disposition: no name leaves its quotes, and every name arrives", () => {
  for (const name of [...HOSTILE_NAMES, "Prüfung – 100%.txt", "it's (1)*.txt"]) {
    const header = disposition("attachment", name)
    const [, plain, whole] =
      /^attachment; filename="([^"\\\r\n]*)"; filename\*=UTF-8''([\w!#$&+.^`|~%-]*)$/.exec(header) ?? []
    assert.ok(plain !== undefined && whole !== undefined, header)
    assert.match(plain, /^[\x20-\x7e]*$/)
    assert.equal(decodeURIComponent(whole), name.toWellFormed())
  }
  assert.equal(disposition("inline", "Süd.txt"), `inline; filename="S_d.txt"; filename*=UTF-8''S%C3%BCd.txt`)
})

test("only what cannot run anything is shown in place", () => {
  const kind = (type: string, attached = false) =>
    presented({ name: "x", type }, attached)["Content-Disposition"]!.split(";")[0]
  for (const type of ["image/png", "image/jpeg", "audio/mpeg", "video/mp4", "text/plain; charset=utf-8"]) {
    assert.equal(kind(type), "inline", type)
    assert.equal(kind(type, true), "attachment", type)
  }
  for (const type of [
    "text/html",
    "image/svg+xml",
    "application/pdf",
    "application/xml",
    "text/xml",
    "text/javascript",
    "application/zip",
    "application/octet-stream",
    "text/plainer",
    "image/png+xml",
    "",
  ])
    assert.equal(kind(type), "attachment", type)
})
