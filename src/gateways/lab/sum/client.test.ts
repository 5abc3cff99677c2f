import assert from "node:assert/strict"
import type { Socket } from "node:net"
import { describe, test } from "node:test"
import { LabLines, startLabSum, startWith } from "../../../../test/support/lab.ts"
import { LandlineError } from "../../../protocol/errors.ts"
import { SUM_FORMATS, type SumFormatName } from "../../../protocol/lab/sum-formats.ts"
import { LabLog } from "../log.ts"
import { exchange, type SumClientOptions } from "./client.ts"

async function run(port: number, options: Partial<SumClientOptions> = {}) {
  const lines = new LabLines()
  const given: SumClientOptions = {
    ...{ host: "127.0.0.1", port, name: "Ada", number: 25n, format: SUM_FORMATS.json },
    ...{ timeoutMs: 5_000, pauseMs: 60, signal: new AbortController().signal },
    ...options,
  }
  const outcome = await exchange(given, new LabLog(lines.write)).catch((error: LandlineError) => error)
  return {
    outcome,
    lines: lines.all.map(({ level, function: from, message }) => `[${level}] [${from}]: ${message}`),
  }
}

/** A server that answers every request so, in these pieces. */
const answering = (...pieces: string[]) =>
  startWith((socket: Socket) => {
    socket
      .on("error", () => {})
      .once("data", async () => {
        for (const piece of pieces) await new Promise<void>((resolve) => socket.write(piece, () => resolve()))
        socket.on("end", () => socket.end()).resume()
      })
  })

/** A server that does as it is told when a request has come. */
const doing = (does: (socket: Socket) => void) =>
  startWith((socket) => void socket.on("error", () => {}).once("data", () => does(socket)))

describe("lab sum connect", () => {
  test("the lines are the document's", async () => {
    await using server = await answering('{"server_name": "Grace", "server_number": 10}')
    const { outcome, lines } = await run(server.port)
    assert.equal(outcome, "right")
    assert.deepEqual(lines, [
      `[DEBUG] [send_message]: Connected to server at 127.0.0.1:${server.port}`,
      "[INFO] [send_message]: Ada | Grace",
      "[INFO] [send_message]: Client Number: 25 | Server Number: 10 | Sum: 35",
    ])
  })

  for (const [sum, outcome] of Object.entries({ 35: "right", "35.0": "right", 36: "wrong", '"35"': "wrong" }))
    test(`a sum of ${sum} in the reply is ${outcome}`, async () => {
      await using server = await answering(`{"server_name": "G", "server_number": 10, "sum": ${sum}}`)
      const done = await run(server.port)
      assert.equal(done.outcome, outcome)
      const said = `[ERROR] [send_message]: The server says that the sum is ${sum}, but 25 + 10 is 35`
      assert.equal(done.lines.at(-1) === said, outcome === "wrong")
    })

  for (const name of Object.keys(SUM_FORMATS) as SumFormatName[])
    test(`our own server answers ${name}`, async () => {
      await using service = await startLabSum({ settings: { name: "Grace H." } })
      const { outcome, lines } = await run(service.port, { format: SUM_FORMATS[name], name: "José" })
      assert.equal(outcome, "right")
      assert.equal(lines[1], "[INFO] [send_message]: José | Grace H.")
      assert.deepEqual(service.lines.diagnoses, [])
    })

  for (const number of [0n, 101n, -5n, 10n ** 12n])
    test(`${number} is sent, and stops the server`, async () => {
      await using service = await startLabSum()
      const { outcome, lines } = await run(service.port, { number })
      assert.equal(outcome, "out_of_range")
      assert.deepEqual(lines, [
        `[DEBUG] [send_message]: Connected to server at 127.0.0.1:${service.port}`,
        "[WARNING] [send_message]: The integer input out of range. Terminating the server",
      ])
      await service.stopped
      await service.lines.next(
        new RegExp(`^Client int out of range: ${number}\\. Terminating the server\\.$`),
      )
    })

  test("a reply may come in pieces", async () => {
    await using server = await answering(...'{"server_name": "Grace", "server_number": 10, "sum": 35}')
    assert.equal((await run(server.port)).outcome, "right")
  })

  const failures: Record<string, [does: (socket: Socket) => void, said: RegExp, diagnosis: RegExp]> = {
    "a server that closes without a word": [
      (socket) => socket.end(),
      /^127\.\S+ did not reply\.$/,
      /expected a reply, got the end of the connection/,
    ],
    "one that never answers": [
      () => {},
      /^127\.\S+ did not reply\.$/,
      /expected a reply, got nothing for 0\.3 s/,
    ],
    "one that stops half-way": [
      (socket) => socket.write('{"server_name"'),
      /^The reply of 127\.\S+ cannot be read\.$/,
      /^\[WARNING\] \[diagnosis\]: byte 14: expected the rest of the reply, got nothing for 0\.3 s/,
    ],
    "one that speaks HTTP": [
      (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      /^The reply of 127\.\S+ cannot be read\.$/,
      /got HTTP: .*Is that the right port\?/,
    ],
    "one that sends no end of bytes": [
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write("x".repeat(65_536)));
        }
        socket.on("drain", more)
        more()
      },
      /cannot be read\.$/,
      /expected a message of at most 8192 bytes/,
    ],
    "one that breaks the connection": [
      (socket) => socket.resetAndDestroy(),
      /^127\.\S+ broke the connection \(ECONNRESET\)\.$/,
      /Connected/,
    ],
  }
  for (const [name, [does, said, diagnosis]] of Object.entries(failures))
    test(`${name} is told in one sentence`, async () => {
      await using server = await doing(does)
      const { outcome, lines } = await run(server.port, { timeoutMs: 300 })
      assert.ok(outcome instanceof LandlineError && outcome.code === "no_hub")
      assert.match(outcome.message, said)
      assert.match(lines.at(-1)!, diagnosis)
    })

  test("a server that answers twice is heard once", async () => {
    await using server = await answering(
      '{"server_name":"G","server_number":1}{"server_name":"G","server_number":2}',
    )
    const { outcome, lines } = await run(server.port)
    assert.equal(outcome, "right")
    assert.equal(lines.at(-1), "[INFO] [send_message]: Client Number: 25 | Server Number: 1 | Sum: 26")
  })
})
