import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { Lab } from "./lab.ts"

const seed = Number(process.env["SEED"] ?? 1)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (base64: string) => Buffer.from(base64, "base64").toString()

const diagnosis = {
  case: "non-ascii",
  byte: 13,
  expected: "length 7",
  got: "length 5",
  mend: "Count bytes.",
}

function labAt(time = { now: 1_000 }) {
  return { lab: new Lab({ now: () => time.now }), time }
}

describe("lab traces", () => {
  test("a trace has both directions in order, with times and what they are", () => {
    const { lab } = labAt()
    const trace = lab.opened("10.0.0.5:4000", "chat")
    trace.add("client", bytesOf("3         ada"), 1_010)
    trace.add("client", bytesOf("2         hi"), 1_020)
    trace.add("server", bytesOf("3         bob2         yo"), 1_030)
    const { pieces, parts, name, bytes } = trace.whole()
    assert.deepEqual(
      pieces.map(({ time, from, at, base64 }) => [time, from, at, textOf(base64)]),
      [
        [1_010, "client", 0, "3         ada"],
        [1_020, "client", 13, "2         hi"],
        [1_030, "server", 0, "3         bob2         yo"],
      ],
    )
    assert.deepEqual({ name, bytes }, { name: "ada", bytes: { client: 25, server: 25 } })
    assert.deepEqual(
      parts.client.map(({ at, bytes, say }) => [at, bytes, say]),
      [
        [0, 10, "header: 3 bytes of body"],
        [10, 3, 'username "ada"'],
        [13, 10, "header: 2 bytes of body"],
        [23, 2, 'message "hi"'],
      ],
    )
    assert.equal(parts.server.at(-1)?.say, 'message "yo"')
  })

  test(`whatever comes, a trace keeps its beginning and its end, in bounds (SEED=${seed})`, () => {
    const piece = fc.tuple(
      fc.constantFrom("client" as const, "server" as const),
      fc.integer({ min: 0, max: 50_000 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (script, drip) => {
        const trace = labAt().lab.opened("10.0.0.5:4000", "hello")
        const all: Record<string, number[]> = { client: [], server: [] }
        const add = (from: "client" | "server", size: number) => {
          const bytes = Uint8Array.from({ length: size }, (_, index) => (all[from]!.length + index) % 251)
          for (const byte of bytes) all[from]!.push(byte)
          trace.add(from, bytes, 0)
          bytes.fill(0xff) // it keeps a copy
        }
        for (const [from, size] of script) add(from, size)
        if (drip) for (let count = 0; count < 2 * labLimits.tracePiecesMax; count++) add("client", 1)
        const { pieces, bytes } = trace.whole()
        const kept = pieces.map(({ base64, ...rest }) => ({ ...rest, bytes: Buffer.from(base64, "base64") }))
        const size = kept.reduce((sum, piece) => sum + piece.bytes.length, 0)
        assert.ok(size <= labLimits.traceBytesMax && kept.length <= labLimits.tracePiecesMax)
        for (const { from, at, bytes } of kept)
          assert.deepEqual([...bytes], all[from]!.slice(at, at + bytes.length))
        const total = all["client"]!.length + all["server"]!.length
        assert.deepEqual(bytes, { client: all["client"]!.length, server: all["server"]!.length })
        if (total <= labLimits.traceBytesMax / 2 && kept.length < labLimits.tracePiecesMax / 2)
          assert.equal(size, total)
        const last = kept.at(-1)
        if (last) assert.equal(last.at + last.bytes.length, all[last.from]!.length) // up to the very end
      }),
      { seed, numRuns: 30 },
    )
  })

  test("the last 200 connections are kept, and one program that connects all the time takes no other's place", () => {
    const { lab } = labAt()
    const other = lab.opened("10.0.0.6:4000", "ping")
    for (let port = 1; port <= 1_000; port++) lab.opened(`10.0.0.5:${port}`, "ping")
    const all = lab.traces("127.0.0.1")
    assert.equal(all.length, labLimits.tracesMax)
    assert.equal(all[0]!.peer, "10.0.0.5:1000")
    assert.equal(all.at(-1), other)
  })

  test("a peer over UDP has one trace until it is idle, with each datagram as a message", () => {
    const { lab, time } = labAt()
    const trace = lab.talks("10.0.0.5:4000", "ping")
    assert.equal(lab.talking("10.0.0.5:4000"), trace)
    for (const text of ["PI", "", "PING", "PINGPING", '"PING"']) trace.add("client", bytesOf(text), 1_010)
    trace.add("server", bytesOf("PONG"), 1_020)
    lab.diagnosed({ ...diagnosis, byte: 3 }, "10.0.0.5:4000")
    const { transport, closed, pieces, parts, diagnoses } = lab.trace(trace.id, "10.0.0.5").whole()
    assert.deepEqual([transport, closed, pieces.length], ["udp", undefined, 6])
    assert.deepEqual(
      parts.client.map(({ at, bytes, say }) => [at, bytes, say]),
      [
        [0, 2, 'text "PI"'],
        [2, 4, 'PING "PING"'],
        [6, 8, 'text "PINGPING"'],
        [14, 6, 'text ""PING""'],
      ],
    )
    assert.equal(parts.server[0]?.say, 'answer "PONG"')
    assert.equal(diagnoses[0]?.byte, 14 + 3) // the trace counts all that came
    time.now = 1_020 + labLimits.datagramIdleMs
    assert.equal(lab.talking("10.0.0.5:4000"), undefined)
    assert.equal(trace.summary().closed, 1_020)
    assert.notEqual(lab.talks("10.0.0.5:4000", "ping"), trace)
  })

  test("what a peer over UDP can is in the table when it has left, if it was answered", () => {
    const { lab, time } = labAt()
    const trace = lab.talks("10.0.0.5:4000", "ping")
    trace.add("client", bytesOf("PING"), 1_000)
    trace.add("server", bytesOf("PONG"), 1_000)
    lab.talks("10.0.0.6:4000", "ping").add("client", bytesOf("?"), 1_000)
    assert.deepEqual(lab.table(), [])
    time.now += labLimits.datagramIdleMs
    assert.deepEqual(
      lab.table().map(({ address, results }) => [address, results[0]?.case, results[0]?.verdict]),
      [["10.0.0.5", "as-documented", "pass"]],
    )
  })

  test("a flood of forged addresses over UDP costs no connection and no peer that came back its place", () => {
    const { lab, time } = labAt()
    const connections = Array.from({ length: 150 }, (_, n) => lab.opened(`10.0.0.${n}:4000`, "ping"))
    const peer = lab.talks("10.0.1.5:4000", "ping")
    for (const at of [1_000, 1_001]) peer.add("client", bytesOf("PING"), at)
    lab.tried({ service: "sum", host: "h", results: [{ case: "glued", verdict: "pass" }] }, "127.0.0.1")
    for (let n = 0; n < 2_000; n++) {
      const forged = `10.1.${n >> 8}.${n & 255}:7`
      lab.talks(forged, "ping").add("client", bytesOf('"PING"'), 1_002)
      lab.diagnosed(diagnosis, forged)
    }
    const all = lab.traces("127.0.0.1")
    assert.equal(all.length, labLimits.tracesMax)
    assert.ok(all.includes(peer))
    for (let n = 0; n < 300; n++) {
      const twice = lab.talks(`10.2.${n >> 8}.${n & 255}:7`, "ping")
      assert.equal(lab.talking(twice.peer), twice) // a newcomer has its place
      for (const at of [1_002, 1_002]) twice.add("client", bytesOf("PING"), at)
    }
    assert.ok(connections.every((connection) => lab.traces("127.0.0.1").includes(connection)))
    assert.equal(lab.talking("10.1.0.0:7"), undefined) // what is forgotten takes no more
    assert.equal(lab.table().length, labLimits.tableForgeableMax + 1)
    assert.equal(lab.table().at(-1)?.address, "h")
    time.now += labLimits.datagramIdleMs + 2
    assert.equal(lab.traces("127.0.0.1").filter((trace) => trace.summary().closed === undefined).length, 150)
  })

  test("a trace is seen at the hub's own machine and at the peer's, and nowhere else", () => {
    const { lab } = labAt()
    const { id } = lab.opened("10.0.0.5:4000", "ping")
    lab.opened("[fe80::1]:4000", "ping")
    const peers = (address: string) => lab.traces(address).map(({ peer }) => peer)
    assert.deepEqual(peers("10.0.0.5"), ["10.0.0.5:4000"])
    assert.deepEqual(peers("fe80::1"), ["[fe80::1]:4000"])
    for (const elsewhere of ["10.0.0.50", "10.0.0.6", "", "::", "127.0.0.1.evil.example", "12.7.0.1"]) {
      assert.deepEqual(peers(elsewhere), [])
      assert.throws(() => lab.trace(id, elsewhere), { code: "not_found" })
    }
    for (const own of ["127.0.0.1", "127.8.9.1", "::1"]) assert.equal(peers(own).length, 2)
    assert.equal(lab.trace(id, "10.0.0.5").id, id)
  })
})

describe("lab table", () => {
  test("a diagnosis is a fault of its case, at the program's trace and in its row", () => {
    const { lab, time } = labAt()
    const trace = lab.opened("10.0.0.5:4000", "chat")
    trace.add("client", bytesOf("3         ada"), 1_001)
    time.now = 1_002
    lab.diagnosed(diagnosis, "10.0.0.5:4000")
    lab.closed(trace, false)
    assert.deepEqual(trace.summary().diagnoses, [{ ...diagnosis, time: 1_002 }])
    const say = "byte 13: expected length 7, got length 5. Count bytes."
    assert.deepEqual(lab.table(), [
      {
        ...{ service: "chat", role: "client", address: "10.0.0.5", name: "ada" },
        results: [{ case: "non-ascii", verdict: "fail", say, time: 1_002 }],
      },
    ])
  })

  test("a connection without a fault shows what the program can; the latest result counts", () => {
    const { lab, time } = labAt()
    lab.opened("10.0.0.5:4000", "ping").add("client", bytesOf("PING"), 1_000)
    lab.diagnosed(diagnosis, "10.0.0.5:4000")
    time.now = 2_000
    const mended = lab.opened("10.0.0.5:4001", "ping")
    mended.add("client", bytesOf("grüße"), 2_000)
    lab.closed(mended, false)
    const [row] = lab.table()
    assert.deepEqual(
      row!.results.map(({ case: name, verdict, time }) => [name, verdict, time]),
      [
        ["non-ascii", "pass", 2_000],
        ["as-documented", "pass", 2_000],
      ],
    )
  })

  test("nothing is said of a program that said nothing, broke off, or did not show what it wants", () => {
    const { lab } = labAt()
    lab.closed(lab.opened("10.0.0.5:1", "ping"), false)
    const broken = lab.opened("10.0.0.5:2", "ping")
    broken.add("client", bytesOf("PING"), 0)
    lab.closed(broken, true)
    const untold = lab.opened("10.0.0.5:3", undefined)
    untold.add("client", bytesOf("1"), 0)
    lab.diagnosed(diagnosis, "10.0.0.5:3")
    lab.closed(untold, false)
    assert.equal(untold.summary().diagnoses.length, 1)
    assert.deepEqual(lab.table(), [])
  })

  test("1,000 programs are kept, and 64 cases of each", () => {
    const { lab } = labAt()
    const report = (host: string, name: string) =>
      lab.tried({ service: "sum", host, results: [{ case: name, verdict: "pass" }] }, "127.0.0.1")
    for (let one = 0; one < labLimits.tableProgramsMax + 10; one++) report(`h${one}`, "glued")
    for (let one = 0; one < labLimits.tableCasesMax + 10; one++) report("h500", `case-${one}`)
    const table = lab.table()
    assert.equal(table.length, labLimits.tableProgramsMax)
    assert.equal(table[0]!.address, "h500")
    assert.equal(table[0]!.results.length, labLimits.tableCasesMax)
    assert.ok(table.every(({ address }) => address !== "h9"))
  })

  test("a report is about the reporter's own machine, unless it comes from the hub's", () => {
    const { lab } = labAt()
    const results = [{ case: "glued", verdict: "fail" as const }]
    lab.tried({ service: "ping", host: "localhost", results }, "10.0.0.5")
    lab.tried({ service: "ping", host: "10.0.0.7", results }, "127.0.0.1")
    assert.throws(() => lab.tried({ service: "ping", host: "10.0.0.8", results }, "10.0.0.5"), {
      code: "forbidden",
    })
    assert.deepEqual(
      lab.table().map(({ address, role }) => [address, role]),
      [
        ["10.0.0.7", "server"],
        ["10.0.0.5", "server"],
      ],
    )
  })
})
