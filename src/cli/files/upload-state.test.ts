import assert from "node:assert/strict"
import { readdir, stat, utimes, writeFile } from "node:fs/promises"
import { afterEach, beforeEach, test } from "node:test"
import { type TempDir, tempDir } from "../../../test/support/temp.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { keyOf, UploadState } from "./upload-state.ts"

let config: TempDir
beforeEach(async () => {
  config = await tempDir()
  process.env["LANDLINE_CONFIG"] = config.file("new", "folder")
})
afterEach(async () => {
  delete process.env["LANDLINE_CONFIG"]
  await config[Symbol.asyncDispose]()
})

const file = { id: "f1", name: "a.txt" } as FileInfo

test("upload state: it outlives the program, for its owner alone, until the upload is done", async () => {
  const key = keyOf("hub", "path")
  new UploadState().begun(key, "0123abcd")
  assert.equal(new UploadState().upload(key), "0123abcd")
  assert.equal((await stat(config.file("new", "folder", "uploads", key))).mode & 0o777, 0o600)
  new UploadState().forget(key)
  assert.equal(new UploadState().upload(key), undefined)
})

test("upload state: what a command has sent is known when it is given again; a torn line is not", async () => {
  const command = keyOf("command")
  const state = new UploadState()
  state.addSent(command, "one", file)
  state.addSent(command, "two", file)
  const path = config.file("new", "folder", "uploads", command)
  await writeFile(path, '{"key":"three","fi', { flag: "a" })
  assert.deepEqual(
    new UploadState().sent(command),
    new Map([
      ["one", file],
      ["two", file],
    ]),
  )
})

test("upload state: what the hub has thrown away by now is forgotten", async () => {
  const key = keyOf("old")
  new UploadState().begun(key, "0123abcd")
  const folder = config.file("new", "folder", "uploads")
  const dayAgo = Date.now() / 1_000 - 25 * 3_600
  await utimes(config.file("new", "folder", "uploads", key), dayAgo, dayAgo)
  new UploadState()
  assert.deepEqual(await readdir(folder), [])
})

test("upload state: a garbled one, and a folder that cannot be made, are no reason to fail", async () => {
  const key = keyOf("garbled")
  new UploadState().begun(key, "../../etc/passwd")
  assert.equal(new UploadState().upload(key), undefined)
  process.env["LANDLINE_CONFIG"] = "/proc/landline"
  const state = new UploadState()
  state.begun(key, "0123abcd")
  state.addSent(key, key, file)
  assert.equal(state.upload(key), undefined)
})
