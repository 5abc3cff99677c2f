import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import type { WebSocket } from "ws"
import { sumRun } from "../../../test/support/exchange-pair.ts"
import { rightly, startFalseHub, startListener } from "../../../test/support/false-hub.ts"
import { ExchangeFault } from "../../client/line/sum-run.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { Fields, HubExchange } from "../../protocol/exchange.ts"
import { exchangeAll } from "./exchanging.ts"

const timeout = 60_000

const exchange = (hub: string) => exchangeAll(sumRun({ count: 1, patterns: [] }), { hub })

/** What is said of a listener that answers with these bytes. */
async function saidOf(bytes: Uint8Array | string | undefined, end: boolean): Promise<string> {
  await using listener = await startListener(bytes, end)
  const error = await exchange(listener.hub).then(
    () => assert.fail("it passed"),
    (error: unknown) => error,
  )
  assert.ok(error instanceof LandlineError && error.code === "no_hub", String(error))
  return error.message.replace(listener.hub, "HUB")
}

test("sum: what is no hub is said in one sentence", { timeout }, async () => {
  const answer = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
  const none = /^What listens at HUB answered with (.*): it is no Landline hub that knows of sums\.$/
  assert.equal(none.exec(await saidOf(answer("404 Not Found"), true))?.[1], "404 Not Found")
  assert.equal(none.exec(await saidOf(answer("404 not_found"), true))?.[1], "404 Not Found")
  assert.equal(none.exec(await saidOf(answer("200 OK"), true))?.[1], "200 OK")
  // A TLS alert, as a server that speaks TLS answers to plain HTTP (RFC 8446 6.2).
  assert.equal(
    none.exec(await saidOf(Buffer.from("15030300020246", "hex"), true))?.[1],
    "something else than HTTP",
  )
  assert.equal(none.exec(await saidOf("SSH-2.0-OpenSSH\r\n", false))?.[1], "something else than HTTP")
  assert.equal(
    none.exec(await saidOf(Buffer.concat([Buffer.from([0]), randomBytes(100)]), false))?.[1],
    "something else than HTTP",
  )
  assert.match(await saidOf(answer("503 Service Unavailable"), true), /^No hub answers at HUB/)
  assert.match(await saidOf(undefined, true), none)
  const accept = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n"
  assert.equal(
    none.exec(await saidOf(`HTTP/1.1 101 Switching Protocols\r\n${accept}\r\n`, false))?.[1],
    "something else than WebSocket",
  )
})

test("sum: a port that nothing listens on, and a listener that says nothing, are no hub", {
  timeout,
}, async () => {
  const listener = await startListener(undefined)
  await Promise.all([assert.rejects(exchange(listener.hub), { code: "no_hub" })])
  await listener[Symbol.asyncDispose]()
  await assert.rejects(exchange(listener.hub), { code: "no_hub" })
})

const replacing = (change: (reply: HubExchange) => readonly HubExchange[]) => (fields: Fields) =>
  fields.op === "request" ? rightly(fields).flatMap(change) : rightly(fields)

test("sum: a hub that answers wrongly, twice or never is said in one sentence", { timeout }, async () => {
  const fault = async (
    answer: Parameters<typeof startFalseHub>[0],
    say: RegExp,
    kind: typeof ExchangeFault | typeof LandlineError,
  ) => {
    await using hub = await startFalseHub(answer)
    await assert.rejects(exchange(hub.hub), (error: Error) => {
      assert.ok(error instanceof kind, String(error))
      assert.match(error.message, say)
      return true
    })
  }
  await fault(
    replacing((reply) => [{ ...reply, sum: 12 } as HubExchange]),
    /sum is wrong in exchange 1: 1 and 10 are 11, it says 12/,
    ExchangeFault,
  )
  await fault(
    replacing((reply) => [reply, reply]),
    /answered exchange 1 twice/,
    ExchangeFault,
  )
  await fault(
    replacing(() => []),
    /did not answer exchange 1 within 5 s/,
    LandlineError,
  )
  const cut = (fields: Fields, ws: WebSocket) => {
    if (fields.op === "request") ws.terminate()
    return rightly(fields)
  }
  await fault(cut, /was cut after 0 exchanges/, LandlineError)
  await fault(
    (fields, ws) => {
      if (fields.op === "request") ws.send("text")
      return rightly(fields)
    },
    /no binary message/,
    ExchangeFault,
  )
  await fault(
    () => [{ op: "ended", exchanges: 0, transcript: "", acks: [] }],
    /it is no Landline hub/,
    LandlineError,
  )
})

test("sum: a hub that answers rightly passes, but for its transcript", { timeout }, async () => {
  await using hub = await startFalseHub(rightly)
  const run = sumRun({ count: 1, patterns: [] })
  await exchangeAll(run, { hub: hub.hub })
  assert.deepEqual([run.over, run.mismatchCount, run.last?.sum], [true, 0, 11])
  assert.notEqual(run.transcript, run.hubTranscript)
})
