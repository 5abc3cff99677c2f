import assert from "node:assert/strict"
import { test } from "node:test"
import { filePrint, folderPrint } from "./fingerprint.ts"

test("fingerprint: the same file has the same, and another name, size, time or beginning makes another", () => {
  const head = Buffer.from("the beginning")
  const print = filePrint("a.bin", 1_000, 5, head)
  assert.equal(filePrint("a.bin", 1_000, 5, Buffer.from("the beginning")), print)
  const others = [
    filePrint("b.bin", 1_000, 5, head),
    filePrint("a.bin", 1_001, 5, head),
    filePrint("a.bin", 1_000, 6, head),
    filePrint("a.bin", 1_000, 5, Buffer.from("the beginninG")),
  ]
  assert.equal(new Set([print, ...others]).size, 5)
})

test("fingerprint: a folder's differs where a path, a size or a time in it does", () => {
  const member = { path: "a/b.txt", bytes: 3, mtimeMs: 5, mode: 0o100644 }
  const prints = [
    folderPrint("f.zip", [member]),
    folderPrint("g.zip", [member]),
    folderPrint("f.zip", [member, { ...member, path: "c" }]),
    folderPrint("f.zip", [{ ...member, path: "a/c.txt" }]),
    folderPrint("f.zip", [{ ...member, bytes: 4 }]),
    folderPrint("f.zip", [{ ...member, mtimeMs: 6 }]),
  ]
  assert.equal(new Set(prints).size, prints.length)
  assert.equal(folderPrint("f.zip", [{ ...member }]), prints[0])
})
