import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../../test/support/random.ts"
import type { LandlineError } from "../../protocol/errors.ts"
import { uploadPath } from "../../protocol/files.ts"
import { limits } from "../../protocol/limits.ts"
import { checksum, concat, count, declaredLength, metadata, newUpload } from "./tus-headers.ts"

const refused = { code: "bad_request" }
const base64 = (text: string) => Buffer.from(text).toString("base64")

test("Upload-Length: exactly one of a length and its deferral", () => {
  assert.equal(declaredLength("0", undefined), 0)
  assert.equal(declaredLength("1048576", undefined), 1_048_576)
  assert.equal(declaredLength(undefined, "1"), undefined)
  for (const [length, deferred] of [
    [undefined, undefined],
    ["5", "1"],
    [undefined, "0"],
    [undefined, "true"],
    ["-1", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["", undefined],
    ["5, 5", undefined],
    ["9".repeat(20), undefined],
  ])
    assert.throws(() => declaredLength(length, deferred), refused, `${length} ${deferred}`)
  assert.equal(count("Upload-Offset", undefined), undefined)
})

test("Upload-Metadata: keys with values and without, each once", () => {
  const found = metadata(`filename ${base64("Süd.txt")},is_confidential, empty `)
  assert.deepEqual([...found.keys()], ["filename", "is_confidential", "empty"])
  assert.equal(newUpload(found).name, "Süd.txt")
  assert.equal(metadata(undefined).size + metadata("").size, 0)
  const filling = (bytes: number) => `key ${"A".repeat(bytes - 4)}`
  assert.equal(metadata(filling(limits.metadataBytesMax)).size, 1)
  assert.throws(() => metadata(filling(limits.metadataBytesMax + 4)), { message: /has at most 4 KiB\.$/ })
  for (const header of [
    `filename ${base64("a")},filename ${base64("b")}`,
    "filename a",
    "filename YQ=",
    "filename YQ==YQ==",
    "filename Y*==",
    `filename  ${base64("a")}`,
    `filename ${base64("a")} b`,
    ",",
    `filename ${base64("a")},`,
    "schlüssel YQ==",
    `${"k".repeat(201)} YQ==`,
  ])
    assert.throws(() => metadata(header), refused, header)
})

test("Upload-Metadata: what it says of the file, refused where it makes no sense", () => {
  const said = (...pairs: string[][]) =>
    newUpload(metadata(pairs.map(([key, value]) => `${key} ${base64(value!)}`).join(",")))
  assert.deepEqual(
    said(["name", "a.zip"], ["room", "news"], ["items", "3"], ["sha256", "follows"], ["x", "y"]),
    {
      name: "a.zip",
      room: "news",
      link: false,
      items: 3,
      sha256: "follows",
    },
  )
  assert.equal(said(["filename", "a"], ["name", "b"]).name, "a")
  assert.equal(said(["link", "1"]).link, true)
  assert.equal(said().name, "")
  for (const pair of [
    ["items", "-1"],
    ["items", "many"],
    ["sha256", "abc"],
  ])
    assert.throws(() => said(pair), refused)
  assert.throws(() => newUpload(metadata(`filename ${Buffer.from([0xff]).toString("base64")}`)), refused)
})

test(`Upload-Metadata: what a client puts in comes out, and any text is read or refused (SEED=${SEED})`, () => {
  const key = fc.stringMatching(/^[\x21-\x2b\x2d-\x7e]{1,20}$/)
  fc.assert(
    fc.property(fc.dictionary(key, fc.uint8Array()), (values) => {
      const pairs = Object.entries(values).map(
        ([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`,
      )
      const found = metadata(pairs.join(","))
      assert.deepEqual(
        [...found].map(([key, value]) => [key, [...value]]),
        Object.entries(values).map(([key, value]) => [key, [...value]]),
      )
    }),
    { seed: SEED },
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        newUpload(metadata(text))
      } catch (error) {
        assert.equal((error as LandlineError).code, "bad_request")
      }
    }),
    { seed: SEED, numRuns: 1_000 },
  )
})

test("Upload-Checksum: the known algorithms, in base64", () => {
  assert.deepEqual(checksum(`sha1 ${base64("x")}`), { algorithm: "sha1", digest: Buffer.from("x") })
  assert.equal(checksum(undefined), undefined)
  for (const header of ["", "sha1", "sha1 ", "crc32 AAAA", "sha1 A", "sha1 AAAA AAAA", "constructor AAAA"])
    assert.throws(() => checksum(header), refused, header)
})

test("Upload-Concat: as many parts as there may be fit the head of a request", () => {
  const header = `Upload-Concat: final;${` ${uploadPath("0".repeat(32))}`.repeat(limits.partsMax)}`
  // Some of it is left for the other headers, metadata aside.
  assert.ok(header.length < 16 * 1024 - 1_024, String(header.length))
})

test("Upload-Concat: parts by their addresses, absolute or relative", () => {
  const [a, b] = ["0".repeat(32), "f".repeat(32)]
  assert.equal(concat(undefined), "whole")
  assert.equal(concat("partial"), "partial")
  assert.deepEqual(concat(`final;/uploads/${a} http://localhost:7300/uploads/${b}`), { parts: [a, b] })
  assert.deepEqual(concat(`final; /uploads/${a}`), { parts: [a] })
  for (const header of [
    "",
    "final",
    "final;",
    "final;/files/x",
    "final;/uploads/..",
    `final;/uploads/${a}/x`,
    "whole",
  ])
    assert.throws(() => concat(header), refused, header)
})
