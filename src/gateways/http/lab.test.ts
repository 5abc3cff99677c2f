import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { startGateway } from "../../../test/support/http-gateway.ts"
import { Lab } from "../../capabilities/lab/lab.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"

const timeout = 20_000

async function startWithLab() {
  const lab = new Lab({ now: () => 1_000 })
  // An injected body counts as unread for ever: nothing is gained by waiting for its end.
  const gateway = await startGateway({ closeTimeoutMs: 1 }, undefined, undefined, lab)
  const ask = async (url: string, remoteAddress = "127.0.0.1", body?: unknown, host = "localhost") => {
    const method = body === undefined ? "GET" : "POST"
    const payload = typeof body === "string" ? body : JSON.stringify(body)
    const headers = { host, accept: "application/json" }
    const answer = await gateway.app.inject({
      method,
      url,
      remoteAddress,
      headers,
      ...(body !== undefined && { payload }),
    })
    return { status: answer.statusCode, body: answer.body === "" ? undefined : answer.json() }
  }
  return { lab, ask, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
}

describe("http lab", () => {
  test("a hub without a lab says so", { timeout }, async () => {
    await using gateway = await startGateway()
    for (const path of ["services", "traces", "traces/1", "table"]) {
      const answer = await fetch(`${gateway.address}/lab/${path}`)
      assert.equal(answer.status, 404)
      assert.match(
        await answer.text(),
        /^This hub serves no lab\. It is started with landline serve --lab\.\n$/,
      )
    }
    const posted = await fetch(`${gateway.address}/lab/table`, { method: "POST", body: REPORT })
    assert.equal(posted.status, 404)
  })

  test("traces go to the hub's own machine and to the peer's; others see neither list nor trace", {
    timeout,
  }, async () => {
    await using hub = await startWithLab()
    const trace = hub.lab.opened("10.0.0.5:4000", "hello")
    trace.add("client", new TextEncoder().encode("Hi\x1b[2J"), 1_001)
    for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.5", "::ffff:10.0.0.5"]) {
      const { body } = await hub.ask("/lab/traces", address)
      assert.deepEqual(
        body.traces.map((one: { id: number }) => one.id),
        [trace.id],
        address,
      )
      const whole = (await hub.ask(`/lab/traces/${trace.id}`, address)).body
      assert.deepEqual(whole.pieces, [{ time: 1_001, from: "client", at: 0, base64: "SGkbWzJK" }])
      assert.equal(whole.parts.client[0].say, 'greeting "Hi\\x1b[2J"')
    }
    for (const address of ["10.0.0.6", "::ffff:10.0.0.50", "fe80::1"]) {
      assert.deepEqual((await hub.ask("/lab/traces", address)).body, { traces: [] })
      assert.equal((await hub.ask(`/lab/traces/${trace.id}`, address)).status, 404)
    }
    for (const id of ["0", "2", "x", "-1", "1e0", "99999999999999999999", "%2e%2e"])
      assert.equal((await hub.ask(`/lab/traces/${id}`)).status, 404, id)
  })

  test("services come with a line to try them, at the address by which the hub was asked", {
    timeout,
  }, async () => {
    await using hub = await startWithLab()
    hub.lab.begin("workshop", [{ service: "ping", port: 3033 }])
    for (const [host, at] of [
      ["localhost:7300", "localhost"],
      ["192.168.1.20", "192.168.1.20"],
      ["[::1]:7300", "::1"],
    ] as const) {
      const { body } = await hub.ask("/lab/services", "10.0.0.6", undefined, host)
      assert.equal(body.room, "workshop")
      const [{ starter, ...ping }] = body.services
      assert.deepEqual(ping, { service: "ping", port: 3033, about: "PING is answered with PONG" })
      assert.match(starter, /^python3 -c "import socket; [^"]+"$/)
      assert.ok(starter.includes(`create_connection(('${at}', 3033))`), starter)
    }
    for (const host of ["evil'.localhost", "a');x('.localhost", "elsewhere.example"])
      assert.equal((await hub.ask("/lab/services", "10.0.0.6", undefined, host)).status, 403, host)
  })

  test("what `try` found is in the table that all may read", { timeout }, async () => {
    await using hub = await startWithLab()
    assert.equal((await hub.ask("/lab/table", "10.0.0.5", REPORT)).status, 204)
    const { programs } = (await hub.ask("/lab/table", "10.0.0.6")).body
    assert.deepEqual(programs, [
      {
        ...{ service: "ping", role: "server", address: "10.0.0.5" },
        results: [{ case: "glued", verdict: "fail", say: "It answered once.", time: 1_000 }],
      },
    ])
    const about = { ...JSON.parse(REPORT), host: "10.0.0.9" }
    assert.equal((await hub.ask("/lab/table", "10.0.0.5", about)).status, 403)
    assert.equal((await hub.ask("/lab/table", "127.0.0.1", about)).status, 204)
  })

  test("a report that is none is refused, and nothing of it is kept", { timeout }, async () => {
    await using hub = await startWithLab()
    const good = JSON.parse(REPORT)
    const [result] = good.results
    const bad = [
      "",
      "nonsense",
      "null",
      { ...good, service: "telnet" },
      { ...good, host: "" },
      { ...good, host: "x".repeat(201) },
      { ...good, results: [] },
      { ...good, results: Array(labLimits.tableCasesMax + 1).fill(result) },
      ...["", "Glued", "a b", "\x1b[2J", "x".repeat(41)].map((name) => ({
        ...good,
        results: [{ ...result, case: name }],
      })),
      { ...good, results: [{ ...result, verdict: "maybe" }] },
      { ...good, results: [{ ...result, say: "x".repeat(501) }] },
    ]
    for (const body of bad)
      assert.equal((await hub.ask("/lab/table", "127.0.0.1", body)).status, 400, JSON.stringify(body))
    assert.equal((await hub.ask("/lab/table", "127.0.0.1", " ".repeat(70_000))).status, 413)
    assert.deepEqual((await hub.ask("/lab/table")).body, { programs: [] })
  })
})

const REPORT = JSON.stringify({
  service: "ping",
  host: "localhost",
  results: [{ case: "glued", verdict: "fail", say: "It answered once." }],
})
