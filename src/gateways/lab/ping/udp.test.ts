import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { describe, test } from "node:test"
import fc from "fast-check"
import { LabLines, startLabPingUdp, type TestService } from "../../../../test/support/lab.ts"
import { LabLog } from "../log.ts"
import { PerSecond, PerSource } from "../per-second.ts"

const seed = Number(process.env["SEED"] ?? 1)

/** A bare UDP socket on a free port of loopback. */
async function peer(host = "127.0.0.1") {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4").bind(0, host)
  await once(socket, "listening")
  const got: Buffer[] = []
  socket.on("message", (bytes: Buffer) => void got.push(bytes))
  const send = (bytes: string | Uint8Array, port: number) =>
    new Promise<void>((resolve) => socket.send(bytes, port, host, () => resolve()))
  const next = async () => {
    const [bytes] = await once(socket, "message", { signal: AbortSignal.timeout(10_000) })
    return `${bytes}`
  }
  return {
    got,
    next,
    port: socket.address().port,
    send,
    /** All that came when a `PING`, sent after everything else, is answered; the answer to it is left out. */
    async all(service: TestService, pong = "PONG"): Promise<string[]> {
      const last = next()
      await send("PING", service.port)
      for (let text = await last; text !== pong; ) text = await next()
      return got.map(String).slice(0, -1)
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

describe("lab ping over UDP", () => {
  test("known words are answered in their case, each to whom it came from; tokens are not", async () => {
    await using service = await startLabPingUdp()
    using one = await peer()
    using two = await peer()
    for (const word of ["ping", "Ping\n", "QUIT"]) await one.send(word, service.port)
    await two.send("ping", service.port)
    assert.deepEqual(await one.all(service), ["pong", "Pong"])
    assert.deepEqual(await two.all(service), ["pong"])
    assert.deepEqual(service.lines.diagnoses, [])
    const lines = service.lines.all.filter(({ message }) => message.includes(`${one.port})`))
    assert.deepEqual(
      lines.slice(0, 2).map((line) => `[${line.level}] [${line.function}]: ${line.message}`),
      [
        `[INFO] [recv_message]: ('127.0.0.1', ${one.port}): ping`,
        `[INFO] [send_resp]: ('127.0.0.1', ${one.port}): pong`,
      ],
    )
  })

  test("anything else is not answered, and says so in the log", async () => {
    await using service = await startLabPingUdp()
    using one = await peer()
    for (const bytes of [
      "hello",
      "PINGPING",
      "PIN",
      "",
      Uint8Array.of(0xff),
      "b'PING'",
      Buffer.alloc(60_000, "PING"),
    ])
      await one.send(bytes, service.port)
    assert.deepEqual(await one.all(service), [])
    await service.lines.next(/: hello \(not answered: over UDP only PING is\)$/)
    assert.match(
      service.lines.diagnoses.join("\n"),
      /expected UTF-8, got "\\xff"[\s\S]*expected PING, got "b'PING'"/i,
    )
  })

  test("no answer has more bytes than what came", async () => {
    await using service = await startLabPingUdp({ response: "PONG from here" })
    using one = await peer()
    await one.send("PING", service.port)
    const { level } = await service.lines.next(
      /PONG from here is not sent: it has 14 bytes, and over UDP no answer is longer/,
    )
    assert.equal(level, "WARNING")
    await one.send(`PING${" ".repeat(10)}`, service.port)
    await service.lines.next(/: PONG from here$/)
  })

  test("with --to all answers go there", async () => {
    using target = await peer()
    await using service = await startLabPingUdp({ to: { host: "localhost", port: target.port } })
    using asks = await peer()
    const arrived = target.next()
    await asks.send("PING", service.port)
    await service.lines.next(new RegExp(`^\\('127\\.0\\.0\\.1', ${target.port}\\): PONG$`))
    assert.equal(await arrived, "PONG")
    assert.deepEqual(asks.got, [])
  })

  test("a target that cannot be reached from there is one sentence", async () => {
    await assert.rejects(startLabPingUdp({ to: { host: "::1", port: 8000 } }), { code: "usage" })
  })

  test("with --echo every datagram comes back as it went", async () => {
    await using service = await startLabPingUdp({ echo: true })
    using one = await peer()
    await one.send("QUIT", service.port)
    await one.send("", service.port)
    assert.deepEqual(await one.all(service, "PING"), ["QUIT", ""])
  })

  test("above its rate a source is not answered, which is told once; another source is", async () => {
    await using service = await startLabPingUdp({ perSecondMax: 3 })
    using floods = await peer()
    for (let n = 0; n < 20; n++) await floods.send("PING", service.port)
    await service.lines.next(/^127\.0\.0\.1 sent more than 3 datagrams in a second/)
    const answered = service.lines.all.filter(({ message }) => message.endsWith(": PONG")).length
    assert.ok(answered < 20, `${answered}`)
    const rates = new PerSource(1, 2)
    assert.deepEqual([rates.of("a").take(), rates.of("a").take(), rates.of("b").take()], [true, false, true])
    assert.equal(rates.of("c").take(), true) // a is forgotten for it
    assert.equal(rates.of("b").take(), false)
    const rate = new PerSecond(1)
    assert.deepEqual(
      [rate.take(), rate.take(), rate.justFull, rate.take(), rate.justFull],
      [true, false, true, false, false],
    )
  })

  test("it speaks both families where localhost means both", async (t) => {
    await using service = await startLabPingUdp({}, "localhost")
    const six = await peer("::1").catch(() => undefined)
    if (!six) return t.skip("this machine has no IPv6")
    using _ = six
    assert.deepEqual(await six.all(service), [])
    using four = await peer()
    assert.deepEqual(await four.all(service), [])
  })

  test("a port in use is one sentence", async () => {
    await using service = await startLabPingUdp()
    const { serveLabPingUdp } = await import("../../../hub/lab-ping.ts")
    const { write } = new LabLines()
    await assert.rejects(serveLabPingUdp({ host: "127.0.0.1", port: service.port, write }), {
      code: "port_in_use",
    })
  })

  test(`whatever comes, what goes back is no longer, and nothing breaks (SEED=${seed})`, async () => {
    const { Answerer } = await import("./udp.ts")
    const { write } = new LabLines()
    const { udpDefaults } = await import("../../../hub/lab-ping.ts")
    const answerer = new Answerer(new LabLog(write), { ...udpDefaults, response: "PONGS", perSecondMax: 1e9 })
    const from = { address: "127.0.0.1", port: 0 }
    const words = fc.constantFrom("PING", "ping\0", " PING", "Q", "PING PING", "PI")
    const datagrams = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      words.map((word) => new TextEncoder().encode(word)),
    )
    fc.assert(
      fc.property(datagrams, (bytes) => {
        const answer = answerer.answer(bytes, from, from)
        assert.ok((answer?.bytes?.length ?? 0) <= bytes.length)
      }),
      { seed, numRuns: 2_000 },
    )
  })
})
