import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { request } from "node:http"
import { test } from "node:test"
import { HOSTILE_NAMES, unsafe } from "../../../test/support/hostile-names.ts"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import type { FileInfo } from "../../protocol/files.ts"
import { reprDigest } from "./digests.ts"

type Body = NonNullable<RequestInit["body"]>

const JSON_WANTED = { accept: "application/json" }
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex")

function ask({ address }: TestGateway, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(address + path, { ...init, signal: AbortSignal.timeout(10_000) })
}

const put = (gateway: TestGateway, path: string, body: Body, headers: Record<string, string> = {}) =>
  ask(gateway, path, { method: "PUT", body, headers })

async function sent(gateway: TestGateway, path: string, body: Body, headers = {}): Promise<FileInfo> {
  const response = await put(gateway, path, body, { ...JSON_WANTED, ...headers })
  assert.equal(response.status, 201, path)
  return (await response.json()) as FileInfo
}

/** As `sent`, but the address goes out as it is given: fetch would resolve its dots. */
function sentAs({ port }: TestGateway, path: string, body: string): Promise<FileInfo> {
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", method: "PUT", path, headers: JSON_WANTED }
    const asked = request(options, (response) => {
      response.setEncoding("utf8")
      let text = ""
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => (response.statusCode === 201 ? resolve(JSON.parse(text)) : reject(text)))
    })
    asked.on("error", reject).end(body)
  })
}

/** Everything that the lobby heard. */
async function lobby(gateway: TestGateway) {
  const response = await ask(gateway, "/rooms/lobby", { headers: { accept: "application/x-ndjson" } })
  return (await response.text())
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

test("files: what PUT sends is announced, and comes back byte for byte", async () => {
  await using gateway = await startGateway()
  const bytes = Buffer.from("print me\n".repeat(100_000))
  const response = await put(gateway, "/files/a%20plan.txt", bytes, { "Landline-Name": "ada" })
  assert.equal(response.status, 201)
  const path = response.headers.get("location")!
  assert.match(path, /^\/files\/\w+\/a%20plan\.txt$/)
  assert.equal(response.headers.get("repr-digest"), reprDigest(sha256(bytes)))
  assert.equal(
    await response.text(),
    `${gateway.address}${path}\nsha256 ${sha256(bytes)}\na plan.txt, 900000 bytes, in lobby, from ~ada\n`,
  )
  assert.match(await (await ask(gateway, "/rooms/lobby")).text(), / ~ada sent .+, \d+ bytes: \/files\//)
  const [entry] = await lobby(gateway)
  assert.deepEqual(
    [entry.kind, entry.author, entry.text, entry.file.sha256],
    ["file", "~ada", "a plan.txt", sha256(bytes)],
  )

  const got = await ask(gateway, path)
  assert.ok(Buffer.from(await got.arrayBuffer()).equals(bytes))
  assert.deepEqual(
    [
      "content-type",
      "content-length",
      "content-disposition",
      "etag",
      "repr-digest",
      "accept-ranges",
      "cache-control",
      "x-content-type-options",
    ].map((name) => got.headers.get(name)),
    [
      "text/plain; charset=utf-8",
      "900000",
      `inline; filename="a plan.txt"; filename*=UTF-8''a%20plan.txt`,
      `"${sha256(bytes)}"`,
      reprDigest(sha256(bytes)),
      "bytes",
      "private, no-cache",
      "nosniff",
    ],
  )
  assert.match(got.headers.get("content-security-policy")!, /^sandbox; default-src 'none';/)
  assert.equal((await ask(gateway, `/files/${entry.file.id}`)).status, 200)
  assert.deepEqual(gateway.defects, [])
})

test("files: a body of unknown length, and an empty one, are files too", async () => {
  await using gateway = await startGateway()
  const stream = new ReadableStream({
    start(controller) {
      for (const part of ["a", "b", "c"]) controller.enqueue(Buffer.from(part))
      controller.close()
    },
  })
  const chunked = await ask(gateway, "/files/x", {
    method: "PUT",
    body: stream,
    duplex: "half",
  } as RequestInit)
  assert.equal(await (await ask(gateway, chunked.headers.get("location")!)).text(), "abc")
  const { path, bytes } = await sent(gateway, "/files/empty", "")
  assert.equal(bytes, 0)
  const empty = await ask(gateway, path)
  assert.deepEqual([empty.headers.get("content-length"), await empty.text()], ["0", ""])
})

test("files: bytes that are not those declared never become a file", async () => {
  await using gateway = await startGateway()
  const right = { "Repr-Digest": reprDigest(sha256("right")) }
  assert.equal((await sent(gateway, "/files/a", "right", right)).sha256, sha256("right"))
  assert.equal((await put(gateway, "/files/a", "wrong", right)).status, 460)
  assert.equal((await put(gateway, "/files/a", "x", { "Repr-Digest": "sha-256=abc" })).status, 400)
  assert.equal((await lobby(gateway)).length, 1)
})

test("files: one range is served, several are the whole, one beyond the end is refused with the size", async () => {
  await using gateway = await startGateway()
  const { path, sha256: sum } = await sent(gateway, "/files/x", "0123456789")
  const range = async (range: string, more = {}) => {
    const response = await ask(gateway, path, { headers: { range, ...more } })
    return [response.status, response.headers.get("content-range"), await response.text()]
  }
  assert.deepEqual(await range("bytes=2-4"), [206, "bytes 2-4/10", "234"])
  assert.deepEqual(await range("bytes=-2"), [206, "bytes 8-9/10", "89"])
  assert.deepEqual(await range("bytes=7-"), [206, "bytes 7-9/10", "789"])
  assert.deepEqual(await range("bytes=0-1,4-5"), [200, null, "0123456789"])
  assert.deepEqual(await range("bytes=5-2"), [200, null, "0123456789"])
  assert.deepEqual(await range("bytes=10-"), [416, "bytes */10", "The file has no bytes in that range.\n"])
  assert.deepEqual(await range("bytes=2-4", { "if-range": `"${sum}"` }), [206, "bytes 2-4/10", "234"])
  for (const other of ['"0"', `W/"${sum}"`, "Sat, 21 Nov 2026 01:00:00 GMT"])
    assert.deepEqual(await range("bytes=2-4", { "if-range": other }), [200, null, "0123456789"])
})

test("files: who has the file already gets no bytes", async () => {
  await using gateway = await startGateway()
  const { path, sha256: sum } = await sent(gateway, "/files/x", "x")
  const status = async (tag: string) =>
    (await ask(gateway, path, { headers: { "if-none-match": tag } })).status
  for (const tag of [`"${sum}"`, `W/"${sum}"`, `"a", "${sum}"`, "*"])
    assert.equal(await status(tag), 304, tag)
  assert.equal(await status('"a"'), 200)
})

test("files: HEAD says what GET would, whole, and counts as no download", async () => {
  await using gateway = await startGateway()
  const { path, id } = await sent(gateway, "/files/x", "0123456789")
  const head = await ask(gateway, path, { method: "HEAD", headers: { range: "bytes=2-4" } })
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "10", ""])
  const downloads = async () => {
    const list = (await (await ask(gateway, "/files", { headers: JSON_WANTED })).json()) as FileInfo[]
    return list.find((file) => file.id === id)!.downloads
  }
  assert.equal(await downloads(), 0)
  await (await ask(gateway, path)).text()
  while ((await downloads()) === 0) await new Promise(setImmediate)
  assert.equal(await downloads(), 1)
})

test("files: the list is for people and for programs, page by page, by room and by name", async () => {
  await using gateway = await startGateway()
  for (const name of ["one.txt", "two.txt", "three.png"]) await sent(gateway, `/files/${name}`, name)
  const names = async (query: string) =>
    ((await (await ask(gateway, `/files${query}`, { headers: JSON_WANTED })).json()) as FileInfo[]).map(
      ({ name }) => name,
    )
  assert.deepEqual(await names(""), ["three.png", "two.txt", "one.txt"])
  assert.deepEqual(await names("?search=TXT"), ["two.txt", "one.txt"])
  assert.deepEqual(await names("?room=lobby&limit=1"), ["three.png"])
  const [newest] = (await (
    await ask(gateway, "/files?limit=1", { headers: JSON_WANTED })
  ).json()) as FileInfo[]
  assert.deepEqual(await names(`/?before=${newest!.id}`), ["two.txt", "one.txt"])
  assert.match(await (await ask(gateway, "/files")).text(), /^\w+\t9\tthree\.png\t~guest\n\w+\t7\ttwo\.txt/)
  for (const query of ["?limit=0", "?limit=501", "?limit=x"])
    assert.equal((await ask(gateway, `/files${query}`)).status, 400, query)
})

test("files: their sender deletes them, signed in, and nobody else does", async () => {
  await using gateway = await startGateway()
  const as = (name: string, secret: string) => ({ "Landline-Name": name, Authorization: `Bearer ${secret}` })
  const ada = as("ada", "the-secret-of-ada's-device")
  const { id, path } = await sent(gateway, "/files/x", "x", ada)
  const remove = async (headers: Record<string, string>, path = `/files/${id}`) =>
    (await ask(gateway, path, { method: "DELETE", headers })).status
  assert.equal(await remove({}), 403)
  assert.equal(await remove(as("bob", "the-secret-of-bob's-device")), 403)
  assert.equal(await remove({ "Landline-Name": "ada" }), 403)
  assert.equal(await remove(ada, path), 204)
  assert.equal(await remove(ada), 404)
  assert.equal((await ask(gateway, path)).status, 404)
})

test("files: a one-time link gives the file until somebody has it whole", async () => {
  await using gateway = await startGateway()
  const response = await put(gateway, "/files/x.txt?link=1", "0123456789", JSON_WANTED)
  const { path, code, room } = (await response.json()) as FileInfo
  assert.deepEqual([path, room], [response.headers.get("location"), undefined])
  assert.equal(path.replace("-", ""), `/get/${code}`)
  assert.deepEqual(await lobby(gateway), [])
  assert.equal(await (await ask(gateway, "/files")).text(), "")

  const get = async (path: string, init: RequestInit = {}) => {
    const response = await ask(gateway, path, init)
    return [response.status, await response.text()]
  }
  assert.deepEqual(await get(path, { method: "HEAD" }), [200, ""])
  assert.deepEqual(await get(path, { headers: { range: "bytes=0-4" } }), [206, "01234"])
  const lower = await ask(gateway, path.toLowerCase().replace("-", ""))
  assert.equal(
    lower.headers.get("content-disposition"),
    `attachment; filename="x.txt"; filename*=UTF-8''x.txt`,
  )
  assert.equal(lower.headers.get("cache-control"), "no-store")
  assert.equal(await lower.text(), "0123456789")
  while ((await get(path))[0] !== 404) await new Promise(setImmediate)
})

test("files: what cannot be sent or got is said in one sentence, with the code for programs", async () => {
  await using gateway = await startGateway()
  const refused: [string, string, number, string][] = [
    ["PUT", "/files", 400, "bad_request"],
    ["PUT", "/files/", 400, "bad_request"],
    ["PUT", "/files/%", 400, "bad_request"],
    ["PUT", "/files/%ff", 400, "bad_request"],
    ["PUT", "/files/x?room=nope", 404, "unknown_room"],
    ["PUT", "/files/x?room=..%2f..", 400, "bad_name"],
    ["PUT", "/files/x?link=maybe", 400, "bad_request"],
    ["PUT", "/files/x?items=-1", 400, "bad_request"],
    ["PUT", "/files/x?as=%1b", 400, "bad_name"],
    ["POST", "/files", 412, "protocol_version"],
    ["POST", "/files/x", 404, "not_found"],
    ["GET", "/files/nope", 404, "unknown_file"],
    ["GET", "/files/..%2f..%2fetc", 404, "unknown_file"],
    ["GET", "/get/AAAA-AAAA", 404, "unknown_file"],
    ["DELETE", "/files/nope", 404, "unknown_file"],
  ]
  for (const [method, path, status, code] of refused) {
    const init = { method, ...(method.startsWith("P") && { body: "x" }) }
    const text = await ask(gateway, path, init)
    assert.equal(text.status, status, `${method} ${path}`)
    assert.match(await text.text(), /^[A-Z][^\n]*\.\n$/, path)
    const json = await ask(gateway, path, { ...init, headers: JSON_WANTED })
    assert.equal(((await json.json()) as { error: { code: string } }).error.code, code, `${method} ${path}`)
  }
  assert.match(await (await put(gateway, "/files/", "x")).text(), /curl -T FILE HUB\/files\//)
})

test("files: a hostile name becomes a safe one, in the entry, the list and the headers", async () => {
  await using gateway = await startGateway()
  for (const [index, hostile] of HOSTILE_NAMES.entries()) {
    const path = `/files/${encodeURIComponent(hostile.toWellFormed())}`
    if (path.length > 15_000 || hostile === "") continue // the address itself is refused: tested elsewhere
    const { name, path: at } = await sentAs(gateway, path, `${index}`)
    assert.equal(unsafe(name), undefined, JSON.stringify([hostile, name]))
    const got = await ask(gateway, at)
    assert.equal(await got.text(), `${index}`)
    const header = got.headers.get("content-disposition")!
    assert.equal(decodeURIComponent(header.split("filename*=UTF-8''")[1]!), name)
    const entry = (await lobby(gateway)).at(-1)
    assert.deepEqual([entry.text, entry.file.name], [name, name])
  }
  const list = await (await ask(gateway, "/files?limit=500")).text()
  assert.match(list, /^([\x20-\x7e\t\n]|[^\p{C}])*$/u)
  assert.deepEqual(gateway.defects, [])
})

test("files: a page from elsewhere can neither send, get nor delete anything", async () => {
  await using gateway = await startGateway()
  const { path, id } = await sent(gateway, "/files/x", "x")
  const headers = { origin: "http://evil.example", "tus-resumable": "1.0.0" }
  for (const [method, at] of [
    ["PUT", "/files/y"],
    ["POST", "/files"],
    ["OPTIONS", "/files"],
    ["GET", path],
    ["GET", "/uploads"],
    ["GET", "/get/AAAA-AAAA"],
    ["PATCH", `/uploads/${"0".repeat(32)}`],
    ["DELETE", `/files/${id}`],
  ] as const) {
    const response = await ask(gateway, at, { method, headers })
    assert.equal(response.status, 403, `${method} ${at}`)
    assert.equal(response.headers.get("access-control-allow-origin"), null)
  }
  assert.equal((await lobby(gateway)).length, 1)
})
