import assert from "node:assert/strict"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { type RawSocket, rawSocket } from "../../../test/support/lab.ts"
import { openMemoryBlobs } from "../../storage/memory/blob-store.ts"

const MIB = 1024 * 1024

const head = (line: string, ...lines: string[]) =>
  `${[`${line} HTTP/1.1`, "Host: localhost", ...lines].join("\r\n")}\r\n\r\n`

const EXPECTS = "Expect: 100-continue"
const TUS = ["Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream"]

/** What comes up to and with the text. */
async function heard(socket: RawSocket, text: string): Promise<string> {
  let all = ""
  while (!all.includes(text)) all += await socket.read(1)
  return all
}

/** The upload that the hub told of before it took a byte. */
async function toldUpload(socket: RawSocket): Promise<string> {
  const told = await heard(socket, "100 Continue\r\n\r\n")
  return /^HTTP\/1\.1 104 [\w ]+\r\nLocation: (\/uploads\/[0-9a-f]{32})\r\n\r\nHTTP\/1\.1 100 /.exec(
    told,
  )![1]!
}

async function begun({ address }: TestGateway, bytes: number): Promise<string> {
  const headers = { "Tus-Resumable": "1.0.0", "Upload-Length": String(bytes) }
  return (await fetch(`${address}/files`, { method: "POST", headers })).headers.get("location")!
}

const offsetOf = async ({ address }: TestGateway, path: string) =>
  Number((await fetch(address + path, { method: "HEAD" })).headers.get("upload-offset"))

async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  while (!(await fits())) {
    signal.throwIfAborted()
    await new Promise(setImmediate)
  }
}

const kept = (gateway: TestGateway, path: string, bytes: number) =>
  until(async () => (await offsetOf(gateway, path)) === bytes)

test("uploads: a client that waits is told of its upload, and then to go on", async () => {
  await using gateway = await startGateway()
  using socket = await rawSocket(gateway.port)
  await socket.write(head("PUT /files/x", "Content-Length: 3", EXPECTS))
  const path = await toldUpload(socket)
  assert.equal(await offsetOf(gateway, path), 0)
  await socket.write("abc")
  await heard(socket, "HTTP/1.1 201 Created")
  // The same connection serves on; only what begins with PUT /files has an upload to be told of.
  const upload = await begun(gateway, 3)
  using other = await rawSocket(gateway.port)
  await other.write(head(`PATCH ${upload}`, "Upload-Offset: 0", "Content-Length: 3", EXPECTS, ...TUS))
  assert.equal(await heard(other, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n")
  await other.write("abc")
  await heard(other, "HTTP/1.1 204 No Content")
  await other.write(head("POST /rooms/lobby", "Content-Length: 2", EXPECTS))
  await heard(other, "HTTP/1.1 100 Continue\r\n\r\n")
  await other.write("hi")
  await heard(other, "HTTP/1.1 201 Created")
})

test("uploads: a client that waits and is refused sends nothing", async () => {
  await using gateway = await startGateway()
  const upload = await begun(gateway, 10)
  for (const [line, ...lines] of [
    ["PUT /files/x?room=nope"],
    ["PUT /files/"],
    ["PUT /files/x", "Repr-Digest: what"],
    ["PUT /files/x", "Landline-Name: ~"],
    ["PUT /files/x", "Origin: http://evil.example"],
    ["PUT /nowhere"],
    [`PATCH ${upload}`, "Upload-Offset: 3", ...TUS],
    [`PATCH ${upload}`, "Upload-Offset: 0", "Tus-Resumable: 1.0.0", "Content-Type: text/plain"],
    [`PUT ${upload}`, "Content-Range: bytes 3-4/10"],
    ["POST /rooms/lobby", "Origin: http://evil.example"],
  ] as [string, ...string[]][]) {
    using socket = await rawSocket(gateway.port)
    await socket.write(head(line, "Content-Length: 2", EXPECTS, ...lines))
    const answer = await heard(socket, "\r\n\r\n")
    assert.match(answer, /^HTTP\/1\.1 4\d\d .*\r\nconnection: close\r\n/is, line)
  }
})

test("uploads: a refusal reaches a client that sends on regardless", { timeout: 20_000 }, async () => {
  await using gateway = await startGateway({ closeTimeoutMs: 20_000 })
  for (const request of [
    head("PUT /files/x?room=nope", `Content-Length: ${64 * MIB}`),
    head("PUT /nowhere", "Transfer-Encoding: chunked").concat(`${(64 * MIB).toString(16)}\r\n`),
    `GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=${"0-0,".repeat(10_000)}`,
  ]) {
    const socket = connect(gateway.port, "127.0.0.1").on("error", () => {})
    // More than any buffer on the way holds, before a byte of the answer is read.
    socket.write(request)
    for (let sent = 0; sent < 32; sent++)
      if (!socket.write(Buffer.alloc(MIB, "0-0,"))) await once(socket, "drain")
    let answer = ""
    for await (const chunk of socket) {
      answer += chunk
      if (/\r\n\r\n[A-Z].*\.\n$/s.test(answer)) break
    }
    assert.match(answer, /^HTTP\/1\.1 40[04] .*\r\n\r\n[A-Z][^\n]*\.\n$/s)
  }
})

test("uploads: an answer that needs no body does not wait for one", { timeout: 20_000 }, async () => {
  await using gateway = await startGateway({ closeTimeoutMs: 50 })
  const finished = await begun(gateway, 3)
  const abc = { method: "PUT", headers: { "Content-Range": "bytes 0-2/3" }, body: "abc" }
  assert.equal((await fetch(gateway.address + finished, abc)).status, 201)
  for (const [line, ...lines] of [
    [`PATCH ${finished}`, "Upload-Offset: 3", ...TUS],
    [`PUT ${finished}`, "Content-Range: bytes 3-99999/3"],
    [`POST ${finished}`, "X-HTTP-Method-Override: HEAD", TUS[0]],
    [`POST ${await begun(gateway, 3)}`, "X-HTTP-Method-Override: DELETE", TUS[0]],
    [`DELETE ${await begun(gateway, 3)}`, TUS[0]],
    ["GET /files"],
    ["OPTIONS /files"],
  ] as [string, ...string[]][]) {
    using socket = await rawSocket(gateway.port)
    await socket.write(`${head(line, "Content-Length: 100000", ...lines)}x`)
    assert.match(await socket.closed(), /^HTTP\/1\.1 [24]\d\d .*\r\nconnection: close\r\n/is, line)
  }
})

test("uploads: a body of no use that comes is dropped, and its connection serves on", async () => {
  await using gateway = await startGateway({ closeTimeoutMs: 600_000 })
  using socket = await rawSocket(gateway.port)
  await socket.write(head("OPTIONS /files", "Content-Length: 2").concat("x"))
  await socket.write(`x${head("GET /healthz")}`)
  await heard(socket, "ok\n")
})

test("uploads: what arrived before the line dropped is kept, and gone on with", async () => {
  await using gateway = await startGateway()
  for (const drop of ["reset", "end"] as const) {
    const connected = once(gateway.app.server, "connection")
    using socket = await rawSocket(gateway.port)
    const [connection] = (await connected) as [Socket]
    const request = head("PUT /files/x", "Content-Length: 10", EXPECTS)
    await socket.write(request)
    const path = await toldUpload(socket)
    await socket.write("01234")
    // A reset throws away what waits in the kernel: the bytes must have been read.
    await until(() => connection.bytesRead === request.length + 5)
    if (drop === "end") socket.end().catch(() => {})
    else socket.reset()
    await kept(gateway, path, 5)
    const range = { "Content-Range": "bytes 5-9/10" }
    const { status } = await fetch(gateway.address + path, { method: "PUT", headers: range, body: "56789" })
    assert.equal(status, 201)
  }
  assert.deepEqual(gateway.defects, [])
})

test("uploads: a newer request takes over from one that is stuck", async () => {
  await using gateway = await startGateway({ closeTimeoutMs: 50 })
  const path = await begun(gateway, 10)
  using stuck = await rawSocket(gateway.port)
  await stuck.write(head(`PATCH ${path}`, "Upload-Offset: 0", "Content-Length: 10", EXPECTS, ...TUS))
  await heard(stuck, "100 Continue\r\n\r\n")
  using newer = await rawSocket(gateway.port)
  await newer.write(head(`PATCH ${path}`, "Upload-Offset: 0", "Content-Length: 10", EXPECTS, ...TUS))
  await heard(newer, "100 Continue\r\n\r\n")
  assert.match(await stuck.closed(), /^HTTP\/1\.1 423 .*A newer request has taken over this upload\.\n$/s)
  await newer.write("0123456789")
  await heard(newer, "HTTP/1.1 204 No Content")
})

test("uploads: one that is too slow is ended in words, and what arrived is kept", async () => {
  await using gateway = await startGateway({
    uploadRateMin: 1_000,
    uploadRateWindowMs: 50,
    closeTimeoutMs: 50,
  })
  using socket = await rawSocket(gateway.port)
  await socket.write(head("PUT /files/x", "Content-Length: 10", EXPECTS))
  const path = await toldUpload(socket)
  await socket.write("0")
  assert.match(await socket.closed(), /^HTTP\/1\.1 503 .*too slowly.*\.\n$/s)
  await kept(gateway, path, 1)
})

test("uploads: the bound on whole requests does not hold for them, but for all other bodies", async () => {
  await using gateway = await startGateway({ requestTimeoutMs: 100 })
  using upload = await rawSocket(gateway.port)
  await upload.write(head("PUT /files/x", "Content-Length: 2", EXPECTS))
  await toldUpload(upload)
  await upload.write("a")
  for (const line of ["POST /rooms/lobby", "GET /files", "DELETE /uploads/x", "GET /healthz"]) {
    using other = await rawSocket(gateway.port)
    await other.write(head(line, "Content-Length: 1000000000000"))
    await other.closed()
  }
  await upload.write("b")
  await heard(upload, "HTTP/1.1 201 Created")
})

test("downloads: a client that goes away ends the reading", { timeout: 20_000 }, async () => {
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  async function* read() {
    begun.resolve()
    try {
      for (;;) yield Buffer.alloc(MIB)
    } finally {
      ended.resolve()
    }
  }
  await using gateway = await startGateway({}, undefined, { ...openMemoryBlobs(), read })
  const file = {
    sender: "~ada",
    time: 1,
    room: "lobby",
    offset: 1,
    code: "",
    expires: 0,
    downloads: 0,
    items: 0,
  }
  gateway.files.file = async () => ({ ...file, id: "x", name: "x", bytes: 2 ** 40, type: "", sha256: "00" })
  using socket = await rawSocket(gateway.port)
  socket.pause()
  await socket.write(head("GET /files/x"))
  await begun.promise
  socket.reset()
  await ended.promise
  assert.deepEqual(gateway.defects, [])
})

test("downloads: a one-time link is not used up by a client that lost the line", {
  timeout: 20_000,
}, async () => {
  await using gateway = await startGateway({ linkConfirmMs: 1 })
  const { files } = gateway
  const redeemed = files.redeemed.bind(files)
  const used = Promise.withResolvers<void>()
  let uses = 0
  files.redeemed = (file) => {
    uses++
    used.resolve()
    return redeemed(file)
  }
  const body = Buffer.alloc(32 * MIB, "x")
  const sent = await fetch(`${gateway.address}/files/x?link=1`, { method: "PUT", body })
  const path = sent.headers.get("location")!
  const connected = once(gateway.app.server, "connection")
  using socket = await rawSocket(gateway.port)
  const [connection] = (await connected) as [Socket]
  const closed = new Promise((resolve) => connection.once("close", resolve))
  await socket.write(head(`GET ${path}`))
  await socket.read(1_000)
  socket.pause()
  socket.reset()
  await closed
  await new Promise(setImmediate)
  assert.equal(uses, 0)
  const got = await fetch(gateway.address + path)
  assert.equal((await got.arrayBuffer()).byteLength, body.length)
  await used.promise
  assert.equal(uses, 1)
})
