import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { limits } from "../../protocol/limits.ts"
import { reprDigest } from "./digests.ts"

const TUS = { "Tus-Resumable": "1.0.0" }
const OCTETS = { ...TUS, "Content-Type": "application/offset+octet-stream" }
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64")
const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest()
const sha256 = (text: string) => digest("sha256", text).toString("hex")

type Headers = Record<string, string>

async function ask(
  { address }: TestGateway,
  method: string,
  path: string,
  headers: Headers = {},
  body?: string,
) {
  const init = { method, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(10_000) }
  const response = await fetch(address + path, init)
  const { status, headers: answered } = response
  return { status, header: (name: string) => answered.get(name), text: await response.text() }
}

/** @returns its path */
async function create(
  gateway: TestGateway,
  headers: Headers,
  name = "a.txt",
  body?: string,
): Promise<string> {
  const metadata = { "Upload-Metadata": `filename ${base64(name)}` }
  const { status, header } = await ask(gateway, "POST", "/files", { ...TUS, ...metadata, ...headers }, body)
  assert.equal(status, 201)
  return header("location")!
}

const patch = (gateway: TestGateway, path: string, offset: number, body: string, headers: Headers = {}) =>
  ask(gateway, "PATCH", path, { ...OCTETS, "Upload-Offset": `${offset}`, ...headers }, body)

const offsetOf = async (gateway: TestGateway, path: string) =>
  (await ask(gateway, "HEAD", path, TUS)).header("upload-offset")

test("tus: an upload in two requests becomes a file", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Length": "10" })
  assert.match(path, /^\/uploads\/[0-9a-f]{32}$/)
  const first = await patch(gateway, path, 0, "01234")
  assert.deepEqual(
    [
      first.status,
      first.header("upload-offset"),
      first.header("tus-resumable"),
      first.header("landline-file"),
    ],
    [204, "5", "1.0.0", null],
  )
  assert.ok(Date.parse(first.header("upload-expires")!) > Date.now())
  const head = await ask(gateway, "HEAD", path, TUS)
  assert.deepEqual(
    ["upload-offset", "upload-length", "upload-defer-length", "upload-metadata", "cache-control"].map(
      head.header,
    ),
    ["5", "10", null, `filename ${base64("a.txt")}`, "no-store"],
  )
  const last = await patch(gateway, path, 5, "56789")
  assert.deepEqual([last.status, last.header("upload-offset")], [204, "10"])
  assert.equal(last.header("repr-digest"), reprDigest(sha256("0123456789")))
  assert.equal((await ask(gateway, "GET", last.header("landline-file")!)).text, "0123456789")
  // A lost answer can be asked for again, by either request.
  for (const again of [await ask(gateway, "HEAD", path, TUS), await patch(gateway, path, 10, "")])
    assert.equal(again.header("landline-file"), last.header("landline-file"))
})

test("tus: creation with the upload itself, with none, and with a length that comes later", async () => {
  await using gateway = await startGateway()
  const type = { "Content-Type": OCTETS["Content-Type"] }
  const whole = await create(gateway, { "Upload-Length": "3", ...type }, "a", "abc")
  const part = await create(gateway, { "Upload-Length": "6", ...type }, "b", "abc")
  const empty = await create(gateway, { "Upload-Length": "0" }, "c")
  const later = await create(gateway, { "Upload-Defer-Length": "1" }, "d")
  assert.deepEqual(await Promise.all([whole, part, empty, later].map((path) => offsetOf(gateway, path))), [
    "3",
    "3",
    "0",
    "0",
  ])
  assert.equal((await ask(gateway, "HEAD", later, TUS)).header("upload-defer-length"), "1")
  await patch(gateway, later, 0, "abc")
  const ended = await patch(gateway, later, 3, "def", { "Upload-Length": "6" })
  assert.equal((await ask(gateway, "GET", ended.header("landline-file")!)).text, "abcdef")
  assert.match((await ask(gateway, "GET", "/files")).text, /\t6\td\t.*\n.*\t0\tc\t.*\n.*\t3\ta\t/)
})

test("tus: a checksum that differs drops the chunk, and the offset stays", async () => {
  await using gateway = await startGateway()
  for (const algorithm of ["sha1", "sha256", "md5"]) {
    const path = await create(gateway, { "Upload-Length": "6" })
    const checked = (offset: number, text: string, of: string) => {
      const checksum = `${algorithm} ${base64(digest(algorithm, of))}`
      return patch(gateway, path, offset, text, { "Upload-Checksum": checksum })
    }
    assert.equal((await checked(0, "abc", "abc")).status, 204)
    const wrong = await checked(3, "dxf", "def")
    assert.deepEqual([wrong.status, wrong.header("tus-resumable")], [460, "1.0.0"])
    assert.equal(await offsetOf(gateway, path), "3")
    assert.equal((await checked(3, "def", "def")).header("repr-digest"), reprDigest(sha256("abcdef")))
  }
  const path = await create(gateway, { "Upload-Length": "1" })
  for (const checksum of ["crc32 AAAA", "sha1", "sha1 *"])
    assert.equal((await patch(gateway, path, 0, "a", { "Upload-Checksum": checksum })).status, 400, checksum)
})

test("tus: the SHA-256 of the whole is declared at first, or follows at the end", async () => {
  await using gateway = await startGateway()
  const declared = (sum: string) => ({
    "Upload-Length": "3",
    "Upload-Metadata": `filename ${base64("a")},sha256 ${base64(sum)}`,
  })
  const right = await create(gateway, declared(sha256("abc").toUpperCase()))
  assert.ok((await patch(gateway, right, 0, "abc")).header("landline-file"))
  const wrong = await create(gateway, declared(sha256("abd")))
  assert.equal((await patch(gateway, wrong, 0, "abc")).status, 460)
  assert.equal((await ask(gateway, "HEAD", wrong, TUS)).status, 404)
  const follows = await create(gateway, declared("follows"))
  assert.equal((await patch(gateway, follows, 0, "abc")).header("landline-file"), null)
  const last = await patch(gateway, follows, 3, "", { "Repr-Digest": reprDigest(sha256("abc")) })
  assert.ok(last.header("landline-file"))
})

test("tus: parts become one file, and say what they are", async () => {
  await using gateway = await startGateway()
  const part = (bytes: number) => create(gateway, { "Upload-Concat": "partial", "Upload-Length": `${bytes}` })
  const [first, second] = [await part(3), await part(3)]
  assert.equal((await ask(gateway, "HEAD", first, TUS)).header("upload-concat"), "partial")
  await patch(gateway, second, 0, "def")
  const final = { "Upload-Concat": `final;${first} ${gateway.address}${second}` }
  assert.equal((await ask(gateway, "POST", "/files", { ...TUS, ...final })).status, 400)
  await patch(gateway, first, 0, "abc")
  assert.equal((await ask(gateway, "GET", "/files")).text, "")
  assert.equal((await ask(gateway, "POST", "/files", { ...TUS, ...final, "Upload-Length": "6" })).status, 400)
  const path = await create(gateway, final, "joined.txt")
  const { header } = await ask(gateway, "HEAD", path, TUS)
  assert.equal(header("upload-length"), "6")
  assert.equal(header("upload-concat"), `final;${first} ${second}`)
  assert.equal((await patch(gateway, path, 6, "")).status, 403)
  assert.equal((await ask(gateway, "GET", header("landline-file")!)).text, "abcdef")
})

test("tus: DELETE ends an upload, and takes the file that it became", async () => {
  await using gateway = await startGateway()
  const open = await create(gateway, { "Upload-Length": "3" })
  assert.equal((await ask(gateway, "DELETE", open, TUS)).status, 204)
  assert.equal((await ask(gateway, "HEAD", open, TUS)).status, 404)
  assert.equal((await patch(gateway, open, 0, "abc")).status, 404)
  const whole = await create(gateway, { "Upload-Length": "3" })
  const file = (await patch(gateway, whole, 0, "abc")).header("landline-file")!
  assert.equal((await ask(gateway, "DELETE", whole, TUS)).status, 204)
  assert.equal((await ask(gateway, "GET", file)).status, 404)
})

test("tus: OPTIONS says what the hub can do, whatever version is asked with", async () => {
  await using gateway = await startGateway()
  for (const path of ["/files", "/files/", "/uploads", "/uploads/", `/uploads/${"0".repeat(32)}`]) {
    const { status, header } = await ask(gateway, "OPTIONS", path, { "Tus-Resumable": "0.1" })
    assert.deepEqual(
      [status, ...["tus-version", "tus-max-size", "tus-checksum-algorithm"].map(header)],
      [204, "1.0.0", String(limits.fileBytesMax), "sha1,sha256,md5"],
    )
    assert.match(header("tus-extension")!, /creation,.*concatenation/)
  }
})

test("tus: another version, or none where it is needed, is refused with the version spoken", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Length": "3" })
  const other = { ...OCTETS, "Tus-Resumable": "0.2.2", "Upload-Length": "3", "Upload-Offset": "0" }
  for (const [method, at] of [
    ["POST", "/files"],
    ["HEAD", path],
    ["PATCH", path],
    ["DELETE", path],
    ["GET", path],
    ["PUT", path],
  ] as const) {
    const { status, header } = await ask(gateway, method, at, other)
    assert.deepEqual(
      [status, header("tus-version"), header("tus-resumable")],
      [412, "1.0.0", "1.0.0"],
      method,
    )
  }
  const { "Tus-Resumable": _, ...none } = other
  for (const [method, at] of [
    ["POST", "/files"],
    ["PATCH", path],
  ] as const) {
    const { status, header, text } = await ask(gateway, method, at, none)
    assert.deepEqual([status, header("tus-version")], [412, "1.0.0"], method)
    assert.match(text, /PUT/)
  }
  assert.equal(await offsetOf(gateway, path), "0")
})

test("tus: requests against the rules are refused, in words and in tus", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Length": "3" })
  const length = { "Upload-Length": "3" }
  const offset = { "Upload-Offset": "0" }
  const refused: [string, string, Headers, number][] = [
    ["POST", "/files", {}, 400],
    ["POST", "/files", { ...length, "Upload-Defer-Length": "1" }, 400],
    ["POST", "/files", { "Upload-Defer-Length": "2" }, 400],
    ["POST", "/files", { "Upload-Length": "-1" }, 400],
    ["POST", "/files", { "Upload-Length": "many" }, 400],
    ["POST", "/files", { "Upload-Length": String(limits.fileBytesMax + 1) }, 413],
    ["POST", "/files", { ...length, "Upload-Metadata": "filename *" }, 400],
    ["POST", "/files", { ...length, "Upload-Metadata": `room ${base64("nope")}` }, 404],
    ["POST", "/files", { ...length, "Upload-Metadata": `room ${base64("../x")}` }, 400],
    ["POST", "/files", { ...length, "Upload-Concat": "half" }, 400],
    ["POST", "/files", { "Upload-Concat": "final;" }, 400],
    ["POST", "/files", { "Upload-Concat": `final;/uploads/${"0".repeat(32)}` }, 404],
    ["POST", path, { "X-HTTP-Method-Override": "constructor" }, 404],
    ["PATCH", path, {}, 400],
    ["PATCH", path, { "Upload-Offset": "-1" }, 400],
    ["PATCH", path, { "Upload-Offset": "2" }, 409],
    ["PATCH", path, { ...offset, "Content-Type": "text/plain" }, 415],
    ["PATCH", path, { ...offset, "Upload-Length": "5" }, 400],
    ["PATCH", `/uploads/${"0".repeat(32)}`, offset, 404],
    ["PATCH", "/uploads/..%2f..%2fetc", offset, 404],
    ["HEAD", `/uploads/${"0".repeat(32)}`, {}, 404],
  ]
  for (const [method, at, headers, expected] of refused) {
    const what = `${method} ${at} ${JSON.stringify(headers)}`
    const type = method === "PATCH" ? OCTETS : TUS
    const body = method === "PATCH" ? "x" : undefined
    const { status, header, text } = await ask(gateway, method, at, { ...type, ...headers }, body)
    assert.equal(status, expected, what)
    assert.equal(header("tus-resumable"), "1.0.0", what)
    if (method !== "HEAD") assert.match(text, /^[A-Z][^\n]*\.\n$/, what)
  }
  const wrongType = { ...TUS, ...length, "Content-Type": "text/plain" }
  assert.equal((await ask(gateway, "POST", "/files", wrongType, "abc")).status, 415)
  const mismatch = await patch(gateway, path, 2, "c", { accept: "application/json" })
  assert.equal(mismatch.header("upload-offset"), "0")
  assert.equal(JSON.parse(mismatch.text).error.details.offset, 0)
  assert.equal((await patch(gateway, path, 0, "abcd")).status, 413)
  assert.equal(await offsetOf(gateway, path), "0")
  assert.deepEqual(gateway.defects, [])
})

test("tus: a program that can only POST names the method in a header", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Length": "3" })
  const post = (method: string, headers: Headers, body?: string) =>
    ask(gateway, "POST", path, { ...headers, "X-HTTP-Method-Override": method }, body)
  assert.equal((await post("PATCH", { ...OCTETS, "Upload-Offset": "0" }, "ab")).status, 204)
  assert.equal((await post("HEAD", TUS)).header("upload-offset"), "2")
  assert.equal((await post("DELETE", TUS)).status, 204)
})

test("uploads: PUT with Content-Range goes on with what any door began", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Length": "10" })
  await patch(gateway, path, 0, "01")
  const put = (range: string, body: string) => ask(gateway, "PUT", path, { "Content-Range": range }, body)
  assert.equal((await put("bytes 0-4/10", "01234")).status, 409)
  assert.equal((await put("bytes 2-4/10", "23")).status, 400)
  assert.equal((await put("bytes 2-4", "234")).status, 400)
  const middle = await put("bytes 2-4/10", "234")
  assert.deepEqual([middle.status, middle.header("upload-offset")], [200, "5"])
  assert.match(middle.text, /^[0-9a-f]{32}\t5 of 10\ta\.txt\n$/)
  const last = await put("bytes 5-9/10", "56789")
  assert.equal(last.status, 201)
  assert.equal((await ask(gateway, "GET", last.header("location")!)).text, "0123456789")
})

test("uploads: one of unknown length takes its length from the PUT that goes on with it", async () => {
  await using gateway = await startGateway()
  const path = await create(gateway, { "Upload-Defer-Length": "1" })
  await patch(gateway, path, 0, "01")
  assert.equal((await ask(gateway, "PUT", path, { "Content-Range": "bytes 2-3/*" }, "23")).status, 200)
  assert.equal((await ask(gateway, "PUT", path, { "Content-Range": "bytes 4-5/6" }, "45")).status, 201)
  const other = await create(gateway, { "Upload-Defer-Length": "1" })
  assert.equal((await ask(gateway, "PUT", other, {}, "whole")).status, 201)
})

test("uploads: GET tells where one stands, and then the file; a member's own are listed", async () => {
  await using gateway = await startGateway()
  const ada = { "Landline-Name": "ada", Authorization: "Bearer the-secret-of-a-device" }
  const json = { accept: "application/json" }
  const path = await create(gateway, { "Upload-Length": "3", ...ada })
  const { expires, ...upload } = JSON.parse((await ask(gateway, "GET", path, json)).text)
  assert.ok(expires > Date.now())
  assert.deepEqual(upload, { id: path.slice("/uploads/".length), name: "a.txt", offset: 0, bytes: 3, path })
  assert.match((await ask(gateway, "GET", path)).text, /^[0-9a-f]{32}\t0 of 3\ta\.txt\n$/)
  const own = JSON.parse((await ask(gateway, "GET", "/uploads", { ...json, ...ada })).text)
  assert.deepEqual(
    own.map(({ path }: { path: string }) => path),
    [path],
  )
  assert.equal((await ask(gateway, "GET", "/uploads", { "Landline-Name": "eve" })).text, "")
  await patch(gateway, path, 0, "abc")
  const { file } = JSON.parse((await ask(gateway, "GET", path, json)).text)
  assert.deepEqual([file.name, file.sender, file.sha256], ["a.txt", "ada", sha256("abc")])
})
