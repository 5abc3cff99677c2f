import assert from "node:assert/strict"
import { test } from "node:test"
import { previewOf, typeText } from "./preview.ts"

test("preview: pictures, sound, film and text are shown; what a browser could run never is", () => {
  assert.equal(previewOf("image/png"), "image")
  assert.equal(previewOf("audio/mpeg"), "audio")
  assert.equal(previewOf("video/mp4"), "video")
  assert.equal(previewOf("text/plain; charset=utf-8"), "text")
  for (const type of ["image/svg+xml", "text/html", "application/pdf", "application/xml", "", "image/png2"])
    assert.equal(previewOf(type), "none", type)
})

test("preview: a type in few words", () => {
  assert.equal(typeText("image/png"), "PNG image")
  assert.equal(typeText("application/pdf"), "PDF")
  assert.equal(typeText("application/zip", 3), "folder")
  assert.equal(typeText("application/octet-stream"), "data")
  assert.equal(typeText("text/plain; charset=utf-8"), "text")
})
