import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, type Body, FORM, JSONL, lines, publish } from "../../../test/support/feeds-http.ts"
import { startGateway } from "../../../test/support/http-gateway.ts"
import { limits } from "../../protocol/limits.ts"

const NDJSON = { "content-type": "application/x-ndjson" }
const LARGE = "x".repeat(limits.entryBytesMax)

test("feeds: curl -d publishes, which makes the feed, and the latest is got as it was published", async () => {
  await using gateway = await startGateway()
  const said = await publish(gateway, "Lab/Temp", "21.5")
  assert.deepEqual([said.status, said.text], [201, "Published in lab/temp as ~guest.\n"])
  const again = await publish(gateway, "lab/temp", "22.0", { ...FORM, ...JSONL, "landline-name": "sensor" })
  const cursor = again.headers.get("landline-cursor")!
  assert.deepEqual(JSON.parse(again.text), { feed: "lab/temp", author: "~sensor", cursor })

  const latest = await ask(gateway, "/lab/temp")
  assert.deepEqual([latest.status, latest.text], [200, "22.0"])
  assert.equal(latest.headers.get("content-type"), "application/json")
  assert.equal(latest.headers.get("landline-cursor"), cursor)
  assert.equal(latest.headers.get("cache-control"), "no-cache")
  const [entry] = lines((await ask(gateway, "/lab/temp?last=1", { headers: JSONL })).text)
  assert.equal(latest.headers.get("landline-time"), `${entry.time}`)
})

test("feeds: 304 for who has the latest, until there is another; HEAD says the same without the message", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "temp", "1")
  const etag = (await ask(gateway, "/temp")).headers.get("etag")!
  const known = await ask(gateway, "/temp", { headers: { "if-none-match": `"other", ${etag}` } })
  assert.deepEqual([known.status, known.text, known.headers.get("etag")], [304, "", etag])
  await publish(gateway, "temp", "22")
  const newer = await ask(gateway, "/temp", { headers: { "if-none-match": etag } })
  assert.deepEqual([newer.status, newer.text], [200, "22"])

  const head = await ask(gateway, "/temp", { method: "HEAD" })
  assert.deepEqual([head.status, head.text, head.headers.get("content-length")], [200, "", "2"])
  for (const name of ["etag", "landline-cursor", "landline-time", "content-type"])
    assert.equal(head.headers.get(name), newer.headers.get(name), name)
  for (const accept of ["text/event-stream", "text/plain"])
    assert.equal((await ask(gateway, "/temp?last=9", { method: "HEAD", headers: { accept } })).text, "")
  assert.equal((await gateway.topics.followers()).all, 0)
})

test("feeds: the type is the one that is given, else what the first message looks like", async () => {
  await using gateway = await startGateway()
  const published: [string, Body, Record<string, string>, string, Body][] = [
    ["number", "21.5\n", FORM, "application/json", "21.5"],
    ["words", "all well\r\n", FORM, "text/plain", "all well"],
    ["two", "a\nb\n\n", FORM, "text/plain", "a\nb\n"],
    ["bytes", new Uint8Array([0xff, 0x0a]), FORM, "application/octet-stream", new Uint8Array([0xff, 0x0a])],
    ["given", "21.5\n", { "content-type": "image/png" }, "image/png", "21.5\n"],
    ["csv", "1;2\n", { "content-type": "text/csv" }, "text/csv", "1;2"],
  ]
  for (const [feed, body, headers, type, kept] of published) {
    assert.equal((await publish(gateway, feed, body, headers)).status, 201, feed)
    assert.deepEqual((await ask(gateway, `/${feed}`)).bytes, Buffer.from(kept), feed)
    assert.equal(JSON.parse((await ask(gateway, `/${feed}?about`)).text).type, type, feed)
  }
  // Later, what the feed holds counts, not the look: a line end that belongs to bytes is not cut.
  await publish(gateway, "bytes", "text\n")
  assert.equal((await ask(gateway, "/bytes")).text, "text\n")
  await publish(gateway, "words", "21.5")
  assert.equal((await ask(gateway, "/words")).headers.get("content-type"), "text/plain; charset=utf-8")
})

test("feeds: a browser runs nothing of what was published", async () => {
  await using gateway = await startGateway()
  const page = "<script>alert(1)</script>"
  const served: [string, string | null, RegExp][] = [
    ["text/html", "text/plain; charset=utf-8", /^inline/],
    ["text/javascript", "text/plain; charset=utf-8", /^inline/],
    ["text/xml", "text/plain; charset=utf-8", /^inline/],
    ["application/javascript", "application/octet-stream", /^attachment/],
    ["image/svg+xml", "image/svg+xml", /^attachment/],
    ["application/xhtml+xml", "application/xhtml+xml", /^attachment/],
    ["application/pdf", "application/pdf", /^attachment/],
  ]
  for (const [index, [type, shown, disposition]] of served.entries()) {
    await publish(gateway, `f${index}`, page, { "content-type": type })
    const { headers, text } = await ask(gateway, `/f${index}`)
    assert.deepEqual([text, headers.get("content-type")], [page, shown], type)
    assert.match(headers.get("content-disposition")!, disposition, type)
    assert.match(headers.get("content-security-policy")!, /^sandbox; default-src 'none'/, type)
    assert.equal(headers.get("x-content-type-options"), "nosniff", type)
  }
})

test("feeds: a batch is stored whole or not at all, and once", async () => {
  await using gateway = await startGateway()
  const batch = (body: string, headers: Record<string, string> = {}, feed = "b") =>
    publish(gateway, feed, body, { ...NDJSON, ...headers })
  const count = async () => JSON.parse((await ask(gateway, "/b?about")).text).count
  const broken = await batch('{"n":1}\n{"n":\n')
  assert.deepEqual(
    [broken.status, broken.text],
    [400, "Line 2 of the batch is no JSON; nothing was published.\n"],
  )
  assert.equal((await ask(gateway, "/b")).status, 404)
  const numbered = { "landline-producer": "p", "landline-seq": "1" }
  for (let sent = 0; sent < 2; sent++)
    assert.equal((await batch('1\n\n[2,\t3]\r\n"4"', numbered)).status, 201)
  assert.equal((await ask(gateway, "/b?last=9")).text, '1\n[2,\t3]\n"4"\n')
  assert.equal((await batch("5\n6", { ...numbered, "landline-seq": "4" })).status, 201)
  assert.equal(await count(), 5)

  assert.equal((await batch("7\n".repeat(limits.feedBatchMessagesMax + 1))).status, 413)
  assert.equal((await batch(`1\n"${LARGE}"`)).status, 413)
  assert.match((await batch(" ".repeat(limits.feedBatchBytesMax + 1))).text, /and a batch 1024 KiB\.\n$/)
  assert.equal((await batch("\n")).status, 400)
  await publish(gateway, "words", "not JSON")
  assert.equal((await batch("1", {}, "words")).status, 409)
  assert.equal(await count(), 5)
  assert.equal((await batch("7\n".repeat(limits.feedBatchMessagesMax))).status, 201)
})

test("feeds: two who publish the first message at once share one feed, and a number is stored once", async () => {
  await using gateway = await startGateway()
  const answers = await Promise.all(["1", "2", "3"].map((text) => publish(gateway, "new", text)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  )
  assert.deepEqual((await ask(gateway, "/new?last=9")).text.trim().split("\n").sort(), ["1", "2", "3"])
  const numbered = (seq: string) =>
    publish(gateway, "new", "4", { ...FORM, "landline-producer": "p", "landline-seq": seq })
  for (const seq of ["1", "1"]) assert.equal((await numbered(seq)).status, 201)
  assert.equal((await numbered("3")).status, 409)
  assert.equal((await numbered("0")).status, 400)
  assert.equal(JSON.parse((await ask(gateway, "/new?about")).text).count, 4)
})

test("feeds: PUT makes a feed and describes it; the list tells of all; DELETE ends it", async () => {
  await using gateway = await startGateway()
  const put = (feed: string, body: string) => ask(gateway, `/${feed}`, { method: "PUT", body, headers: FORM })
  const made = await put("temp", '{"type":"application/json","title":"Out\\tside","unit":"°C"}')
  assert.equal(made.status, 201)
  const empty = await ask(gateway, "/temp")
  assert.deepEqual([empty.status, empty.text], [204, ""])
  assert.equal(empty.headers.get("landline-cursor"), JSON.parse(made.text).cursor)
  const described = await put("temp", '{"keepMs":60000}')
  assert.equal(described.status, 200)
  const { title, unit, type, keepMs } = JSON.parse(described.text)
  assert.deepEqual([title, unit, type, keepMs], ["Out\tside", "°C", "application/json", 60_000])
  assert.equal((await put("temp", '{"type":"text/csv"}')).status, 409)
  assert.equal(JSON.parse((await put("plain", "")).text).type, "text/plain")

  await publish(gateway, "temp", "1")
  const [plain, temp] = (await ask(gateway, "")).text.trimEnd().split("\n")
  assert.equal(plain, "plain\t0\ttext/plain\t\t")
  assert.match(temp!, /^temp\t1\tapplication\/json\t\d{4}-\d\d-\d\dT[\d:.]+Z\tOut\\tside$/)
  const all = JSON.parse((await ask(gateway, "", { headers: JSONL })).text)
  assert.deepEqual(
    all.map(({ feed }: { feed: string }) => feed),
    ["plain", "temp"],
  )
  assert.equal((await ask(gateway, "/temp", { method: "DELETE" })).status, 204)
  assert.equal((await ask(gateway, "/temp")).status, 404)
})

test("feeds: a receiver reports its blocks, and they are shown", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "temp", "1")
  const report = (path: string, body: object) =>
    ask(gateway, `/temp?blocks${path}`, { method: "POST", body: JSON.stringify(body) })
  const block = { block: 1, messages: 5, spanMs: 5_012.5, longestGapMs: 1_004, latenessMs: 2 }
  assert.equal((await report("&label=kitchen&as=ada", block)).status, 204)
  const [receiver] = JSON.parse((await ask(gateway, "/temp?blocks")).text)
  assert.equal(receiver.receiver, "~ada kitchen")
  const { time, ...kept } = receiver.blocks[0]
  assert.deepEqual([kept, typeof time], [block, "number"])
  for (const wrong of [{ ...block, block: 0 }, { ...block, spanMs: "5" }, {}])
    assert.match((await report("", wrong)).text, /^The request is not understood: \w+: .*\.\n$/)
})

test("feeds: what cannot be done is said in one sentence, with the code for programs", async () => {
  await using gateway = await startGateway()
  await publish(gateway, "json", "1")
  await publish(gateway, "closed", "1")
  await ask(gateway, "/closed?close", { method: "POST" })
  const post = (body: Body, headers: Record<string, string> = FORM) => ({ method: "POST", body, headers })
  const refused: [string, RequestInit & { headers?: Record<string, string> }, number, string][] = [
    ["/nope", {}, 404, "unknown_feed"],
    ["/nope?after=start", {}, 404, "unknown_feed"],
    ["/nope?about", {}, 404, "unknown_feed"],
    ["/nope?blocks", {}, 404, "unknown_feed"],
    ["/nope?close", { method: "POST" }, 404, "unknown_feed"],
    ["/nope", { method: "DELETE" }, 404, "unknown_feed"],
    ["/", {}, 400, "bad_name"],
    ["/a//b", post("1"), 400, "bad_name"],
    ["/..%2f..%2fetc", post("1"), 400, "bad_name"],
    [`/${"a/".repeat(120)}b`, post("1"), 400, "bad_name"],
    ["/%ff", {}, 400, "bad_request"],
    ["/json?after=17", {}, 400, "bad_cursor"],
    ["/json?after=0000000000000007_0000000000000000", {}, 410, "cursor_foreign"],
    ["/json?last=many", {}, 400, "bad_request"],
    ["/json?conflated=no", {}, 400, "bad_request"],
    ["/json?about=it", {}, 400, "bad_request"],
    ["/json", post(""), 400, "bad_request"],
    ["/new", post("\n"), 400, "bad_request"],
    ["/json", post("no JSON"), 400, "bad_request"],
    ["/json", post("1", { "content-type": "text/plain" }), 409, "type_mismatch"],
    ["/new", post("1", { "content-type": "nonsense" }), 400, "bad_request"],
    ["/new", post("--x", { "content-type": "multipart/form-data; boundary=x" }), 415, "wrong_type"],
    ["/new", post(new Uint8Array([0xff]), NDJSON), 400, "bad_request"],
    ["/json", post(`"${LARGE}"`), 413, "too_large"],
    ["/json", post(LARGE.repeat(17)), 413, "too_large"],
    ["/json", post(`${"1\n".repeat(limits.feedBatchMessagesMax + 1)}no JSON`, NDJSON), 413, "too_large"],
    ["/closed", post("2"), 409, "topic_closed"],
    ["/new", { method: "PUT", body: "{" }, 400, "bad_request"],
    ["/new", { method: "PUT", body: '{"tilte":"x"}' }, 400, "bad_request"],
    ["/new", { method: "PUT", body: '{"ttlMs":-1}' }, 400, "bad_request"],
    ["/new", { method: "PUT", body: '{"type":"nonsense"}' }, 400, "bad_request"],
    ["/json", { method: "PATCH", body: "x" }, 404, "not_found"],
  ]
  for (const [path, init, status, code] of refused) {
    const text = await ask(gateway, path, init)
    assert.equal(text.status, status, `${path} ${text.text}`)
    assert.equal(text.headers.get("x-content-type-options"), "nosniff", path)
    assert.match(text.text, /^["A-Z`][^\n]*\.\n$/, path)
    const json = await ask(gateway, path, { ...init, headers: { ...init.headers, ...JSONL } })
    assert.equal(JSON.parse(json.text).error.code, code, path)
  }
  assert.equal((await ask(gateway, "/new")).status, 404, "nothing refused makes a feed")
})
