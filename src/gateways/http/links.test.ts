import assert from "node:assert/strict"
import { once } from "node:events"
import { request } from "node:http"
import { connect, type Socket } from "node:net"
import { type TestContext, test } from "node:test"
import { startGateway, type TestGateway } from "../../../test/support/http-gateway.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { HttpLimits } from "./gateway.ts"

const MIB = 1024 * 1024
const timeout = 20_000

/** A link to bytes, and what becomes of it. */
interface Link extends AsyncDisposable {
  readonly gateway: TestGateway
  readonly path: string
  readonly redeemed: Promise<string>
  readonly lost: Promise<string>
  /** The first part that was handed over: whether it was all. */
  readonly handed: Promise<boolean>
}

const soon = () => AbortSignal.timeout(10_000)

/** Without a sign of the peer, nothing is believed of it within a test, unless the test wants it. */
async function linkTo(bytes: number, bounds: Partial<HttpLimits> = {}): Promise<Link> {
  const gateway = await startGateway({ linkConfirmMs: 600_000, closeTimeoutMs: 100, ...bounds })
  const { files } = gateway
  const redeemed = Promise.withResolvers<string>()
  const lost = Promise.withResolvers<string>()
  const handed = Promise.withResolvers<boolean>()
  const [redeem, lose] = [files.redeemed.bind(files), files.lost.bind(files)]
  const handOver = files.handedOver.bind(files)
  files.handedOver = (...part) => {
    const all = handOver(...part)
    handed.resolve(all)
    return all
  }
  files.redeemed = async (file) => {
    await redeem(file)
    redeemed.resolve("redeemed")
  }
  files.lost = (file) => {
    lose(file)
    lost.resolve("lost")
  }
  const sent = await fetch(`${gateway.address}/files/x?link=1`, { method: "PUT", body: Buffer.alloc(bytes) })
  return {
    gateway,
    path: sent.headers.get("location")!,
    redeemed: redeemed.promise,
    lost: lost.promise,
    handed: handed.promise,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

async function outcome({ redeemed, lost }: Link): Promise<unknown> {
  const late = once(soon(), "abort").then(() => "neither")
  return Promise.race([redeemed, lost, late])
}

/** Asks for the file on a bare connection, from which nothing is read yet. */
async function ask({ gateway, path }: Link, t: TestContext, ...lines: string[]): Promise<Socket> {
  const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true })
  t.after(() => socket.destroy())
  socket.on("error", () => {})
  await once(socket, "connect", { signal: soon() })
  socket.write(`${[`GET ${path} HTTP/1.1`, "Host: localhost", ...lines].join("\r\n")}\r\n\r\n`)
  return socket
}

/** Reads so many bytes of a body, and stops. */
async function take(socket: Socket, bytes: number): Promise<void> {
  let answer = Buffer.alloc(0)
  for (let left = 1; left > 0; ) {
    while (socket.readableLength === 0) await once(socket, "readable", { signal: soon() })
    answer = Buffer.concat([answer, socket.read() as Buffer])
    const head = answer.indexOf("\r\n\r\n")
    left = head === -1 ? 1 : head + 4 + bytes - answer.length
  }
  assert.match(answer.toString("latin1", 0, 1_000), /^HTTP\/1\.1 200 /)
}

const status = async ({ gateway, path }: Link, init: RequestInit = {}) => {
  const response = await fetch(gateway.address + path, { ...init, signal: soon() })
  await response.arrayBuffer()
  return response.status
}

test("links: one whose receiver was killed with bytes unread works again for that address", {
  timeout,
}, async (t) => {
  await using link = await linkTo(MIB)
  const socket = await ask(link, t)
  await take(socket, 1_000)
  assert.equal(await link.handed, true)
  assert.equal(await status(link), 404, "while nothing is known")
  assert.equal(await status(link, { method: "HEAD" }), 404, "while nothing is known")
  socket.resetAndDestroy()
  assert.equal(await outcome(link), "lost")
  assert.equal(await status(link), 200)
  assert.deepEqual(link.gateway.defects, [])
})

test("links: one whose receiver closed while bytes were on the way works again", { timeout }, async (t) => {
  await using link = await linkTo(10)
  const socket = await ask(link, t)
  await take(socket, 10)
  // As the kernel of a peer that is gone does: FIN, and a reset for what comes after.
  socket.end(() => socket.resetAndDestroy())
  assert.equal(await outcome(link), "lost")
  assert.equal(await status(link), 200)
})

for (const [kind, ...lines] of [
  ["keeps connections"],
  ["wants its connection closed", "Connection: close"],
] as [string, ...string[]][])
  test(`links: one that was got whole by a receiver that ${kind} is gone at once`, { timeout }, async (t) => {
    await using link = await linkTo(MIB)
    const socket = await ask(link, t, ...lines)
    await take(socket, MIB)
    assert.equal(await status(link), 404)
    socket.destroy()
    assert.equal(await outcome(link), "redeemed")
    assert.equal(await status(link), 404)
  })

test("links: the next request on the connection says that the last answer arrived", {
  timeout,
}, async (t) => {
  await using link = await linkTo(10)
  const socket = await ask(link, t)
  await take(socket, 10)
  socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
  assert.equal(await outcome(link), "redeemed")
  socket.end().resume()
  await once(socket, "close", { signal: soon() })
})

test("links: a receiver that is quiet has got the file, and its connection serves on", {
  timeout,
}, async (t) => {
  await using link = await linkTo(10, { linkConfirmMs: 1 })
  const socket = await ask(link, t)
  await take(socket, 10)
  assert.equal(await outcome(link), "redeemed")
  socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
  const [answer] = await once(socket, "data", { signal: soon() })
  assert.match(String(answer), /^HTTP\/1\.1 200 /)
  socket.end()
  await once(socket, "close", { signal: soon() })
})

test("links: a quiet receiver that wants its connection closed gets it closed", { timeout }, async (t) => {
  await using link = await linkTo(10, { linkConfirmMs: 1 })
  const socket = await ask(link, t, "Connection: close")
  await take(socket, 10)
  socket.resume()
  await once(socket, "end", { signal: soon() })
  assert.equal(await outcome(link), "redeemed")
})

test("links: a receiver that ends its half with the request gets the file", { timeout }, async (t) => {
  await using link = await linkTo(8 * MIB)
  const socket = await ask(link, t)
  socket.end()
  await take(socket, 8 * MIB)
  assert.equal(await outcome(link), "redeemed")
})

test("links: one that is refused leaves the connection as it was", { timeout }, async (t) => {
  await using link = await linkTo(10)
  const socket = await ask(link, t, "Range: bytes=10-", "Connection: close")
  let answer = ""
  for await (const chunk of socket) answer += chunk
  assert.match(answer, /^HTTP\/1\.1 416 .*The file has no bytes in that range\.\n$/s)
})

test("links: a receiver that goes on where the line was cut ends it", { timeout }, async (t) => {
  await using link = await linkTo(64 * MIB, { linkConfirmMs: 1 })
  const socket = await ask(link, t)
  await take(socket, MIB)
  socket.resetAndDestroy()
  assert.equal(await link.handed, false)
  assert.equal(await status(link, { headers: { range: `bytes=${MIB}-` } }), 206)
  assert.equal(await outcome(link), "redeemed")
})

test("links: its last byte does not end it, ranges that cover all do", { timeout }, async () => {
  await using link = await linkTo(100, { linkConfirmMs: 1 })
  const range = (range: string) => status(link, { headers: { range: `bytes=${range}` } })
  assert.equal(await range("-1"), 206)
  assert.equal(await range("0-59"), 206)
  assert.equal(await range("50-99"), 206)
  assert.equal(await range("0-0"), 404)
  assert.equal(await outcome(link), "redeemed")
})

test("links: once somebody has asked, nobody else sees even the head", { timeout }, async () => {
  await using link = await linkTo(100)
  const { gateway, path } = link
  const from = (localAddress: string) =>
    new Promise((resolve, reject) => {
      const options = { port: gateway.port, host: "127.0.0.1", path, method: "HEAD", localAddress }
      request(options, ({ statusCode }) => resolve(statusCode))
        .on("error", reject)
        .end()
    })
  assert.equal(await from("127.0.0.2"), 200, "a look takes nothing")
  assert.equal(await status(link, { headers: { range: "bytes=0-9" } }), 206)
  assert.equal(await from("127.0.0.2"), 404)
  assert.equal(await from("127.0.0.1"), 200)
})

test("links: what cannot be taken away is a defect, and its receiver has the file", { timeout }, async () => {
  await using link = await linkTo(10, { linkConfirmMs: 1 })
  const { files, defects } = link.gateway
  files.redeemed = () => Promise.reject(new LandlineError("log_unavailable"))
  assert.equal(await status(link), 200)
  const signal = soon()
  while (defects.length === 0) {
    signal.throwIfAborted()
    await new Promise(setImmediate)
  }
  assert.match(String(defects[0]), /cannot store/)
})
