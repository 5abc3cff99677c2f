import assert from "node:assert/strict"
import { posix, win32 } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../test/support/random.ts"
import { fileName, relativePath } from "./file-names.ts"
import { limits } from "./limits.ts"

test("a name keeps what is harmless, and loses what leads elsewhere or cannot be seen", () => {
  const cases: Record<string, string> = {
    "report.pdf": "report.pdf",
    "Übung 1 (neu).tar.gz": "Übung 1 (neu).tar.gz",
    "../../etc/passwd": "passwd",
    "C:\\Users\\ada\\x.doc": "x.doc",
    "a/b/": "unnamed",
    "..": "unnamed",
    "...": "unnamed",
    "": "unnamed",
    ".bashrc": "_bashrc",
    con: "_con",
    "COM1.txt": "_COM1.txt",
    "what?.txt": "what_.txt",
    "name. . ": "name",
    "a\u0000b\nc": "abc",
    "\u001b[31mred": "[31mred",
    "gpj\u202eexe.txt": "gpjexe.txt",
    "two  \u2003blanks": "two blanks",
  }
  for (const [text, name] of Object.entries(cases)) assert.equal(fileName(text), name, JSON.stringify(text))
})

test("what is too long is cut in front of its extension, between whole signs", () => {
  const name = fileName(`${"é".repeat(4_000)}.tar`)
  assert.equal(Buffer.byteLength(name), limits.fileNameBytesMax)
  assert.match(name, /^é+\.tar$/)
})

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      " ",
      ":",
      "con",
      "nul",
      "COM1",
      "\u0000",
      "\n",
      "\u001b",
      "\u202e",
      "~",
    ),
    fc.string({ unit: "binary", maxLength: 2 }),
  ),
  maxLength: 300,
})

test(`every text makes a name that is one plain step on every system, and stays as it is (seed ${SEED})`, () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const name = fileName(text)
      assert.equal(fileName(name), name)
      assert.equal(posix.basename(name), name)
      assert.equal(win32.basename(name), name)
      assert.ok(Buffer.byteLength(name) <= limits.fileNameBytesMax && name !== "")
      assert.doesNotMatch(name, /^\.|[. ]$|[<>:"|?*\p{Cc}\p{Cf}\p{Cs}]/u)
      assert.doesNotMatch(name, /^(con|nul|com1)(\.|$)/i)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`a path inside a folder never leads out of it (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 5 }), (steps) => {
      const path = relativePath(steps.join("/"))
      if (path === undefined) return
      assert.equal(posix.join("/folder", path), `/folder/${path}`)
      assert.ok(win32.join("C:\\folder", path).startsWith("C:\\folder\\"))
      assert.equal(relativePath(path), path)
    }),
    { seed: SEED, numRuns: 500 },
  )
  for (const path of ["../x", "a/../../x", "/etc/passwd", "a//b", ".", "", "a/./b", "..\\x"])
    assert.equal(relativePath(path), undefined, path)
  assert.equal(relativePath("docs/.gitignore"), "docs/.gitignore")
})
