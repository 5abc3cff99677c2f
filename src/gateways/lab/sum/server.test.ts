import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type RawSocket, rawSocket, startLabSum, type TestService } from "../../../../test/support/lab.ts"
import { serveLabSum } from "../../../hub/lab-sum.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"

const json = (number: unknown, name = "Ada") => JSON.stringify({ client_name: name, client_number: number })

/** What a client gets that sends this and keeps its half open. */
async function answerTo(service: TestService, bytes: string | Uint8Array): Promise<string> {
  using socket = await rawSocket(service.port)
  await socket.write(bytes)
  return await socket.closed()
}

/** The next reply, of a format that ends with a newline. */
async function line(socket: RawSocket): Promise<string> {
  let text = ""
  while (!text.endsWith("\n")) text += await socket.read(1)
  return text
}

const logged = (service: TestService) =>
  service.lines.all.map(({ level, function: from, message }) => `[${level}] [${from}]: ${message}`)

describe("lab sum", () => {
  test("the coursework's client is answered and closed at once, and every line is the document's", async () => {
    await using service = await startLabSum({ settings: { name: "Grace", pauseMs: 60_000 } })
    using socket = await rawSocket(service.port)
    await socket.write(json(25))
    const reply = JSON.parse(await socket.closed())
    const own = reply.server_number
    assert.ok(Number.isInteger(own) && own >= 1 && own <= 100)
    assert.deepEqual(reply, { server_name: "Grace", server_number: own, sum: 25 + own })
    await service.lines.next(/^Client connection closed$/)
    const [started, accepted, ...rest] = logged(service)
    assert.equal(started, `[INFO] [start_server]: Grace started and listening on 127.0.0.1:${service.port}`)
    assert.match(accepted!, /^\[DEBUG\] \[start_server\]: Connection accepted from \('127\.0\.0\.1', \d+\)$/)
    assert.deepEqual(rest, [
      "[DEBUG] [handle_client]: Message recieved from client",
      "[INFO] [handle_client]: Client Name: Ada | Server Name: Grace",
      `[INFO] [handle_client]: Client Number: 25 | Server Number: ${own} | Sum: ${25 + own}`,
      "[DEBUG] [handle_client]: Sending client response",
      "[DEBUG] [handle_client]: Client connection closed",
    ])
  })

  test("a client that sends many requests at once lets others have their turn", async () => {
    const count = labLimits.sumLinesPerSecondMax // each is told, and they are more than a turn
    const taken: number[] = [] // requests of each turn
    let replied = 0
    const service = await serveLabSum({
      host: "127.0.0.1",
      port: 0,
      write({ message }) {
        if (message !== "Message recieved from client") return
        if (replied++ === 0) others()
        taken[taken.length - 1]!++
      },
    })
    const others = () => {
      taken.push(0)
      if (replied < count) setImmediate(others)
    }
    try {
      using socket = await rawSocket(service.port)
      await socket.write('{"name":"a","number":1}\n'.repeat(count))
      let text = ""
      while (text.split("\n").length <= count) text += await socket.read(1)
      assert.ok(Math.max(...taken) <= labLimits.sumRequestsPerTurn, `${taken}`)
      assert.equal(
        taken.reduce((sum, turn) => sum + turn),
        count,
      )
    } finally {
      await service.close()
    }
  })

  test("of many requests a second some are told one by one, and the others counted", async () => {
    await using service = await startLabSum()
    using socket = await rawSocket(service.port)
    const count = 10 * labLimits.sumLinesPerSecondMax
    await socket.write('{"name":"a","number":1}\n'.repeat(count))
    for (let n = 0; n < count; n++) await line(socket)
    await socket.end()
    const { message } = await service.lines.next(/more requests, answered as well$/)
    const told = service.lines.all.filter((line) => line.message === "Message recieved from client").length
    assert.equal(told + Number(/(\d+) more/.exec(message)![1]), count)
  })

  test("the server's numbers are random, from 1 to 100", async () => {
    await using service = await startLabSum()
    using socket = await rawSocket(service.port)
    const count = 2_000
    await socket.write('{"name":"a","number":1}\n'.repeat(count))
    const numbers = new Set<number>()
    for (let n = 0; n < count; n++) numbers.add(JSON.parse(await line(socket)).number)
    assert.deepEqual([Math.min(...numbers), Math.max(...numbers)], [1, 100])
    assert.ok(numbers.size > 90)
  })

  test("requests on one connection are answered one by one, glued, in pieces, and in other formats", async () => {
    await using service = await startLabSum()
    using socket = await rawSocket(service.port)
    for (const bytes of ['{"name":"a","number":7}\n', "Doe, Jane: 7\n", '{"message":"b","integer":7}\n'])
      for (const piece of bytes) await socket.write(piece)
    assert.match(await line(socket), /^\{"name": "Landline Server", "number": \d+, "sum": \d+\}\n$/)
    assert.match(await line(socket), /^Landline Server: \d+\n$/)
    assert.match(await line(socket), /^\{"message": "Landline Server", "integer": \d+, "sum": \d+\}\n$/)
    await socket.write("a\n7\nb\n")
    assert.match((await line(socket)) + (await line(socket)), /^Landline Server\n\d+\n$/)
    await socket.write("8\n")
    await service.lines.next(/^Client Name: b \|/)
    assert.match(await socket.end(), /^Landline Server\n\d+\n$/)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("the coursework's keys in lines: all that come together are answered, then it closes", async () => {
    await using service = await startLabSum()
    const replies = await answerTo(service, `${json(1)}\n${json(2)}\n`)
    assert.match(replies, /^\{"server_name".*\}\n\{"server_name".*\}\n$/)
  })

  test("a pause shows that a number is complete, and so does the end", async () => {
    await using service = await startLabSum({ settings: { pauseMs: 200 } })
    using socket = await rawSocket(service.port)
    for (const piece of ["Ada,", "2", "5"]) await socket.write(piece)
    await socket.read("Landline Server,".length)
    await service.lines.next(/^Client Number: 25 /)
    using other = await rawSocket(service.port)
    await other.write("Bob|9")
    assert.match(await other.end(), /^Landline Server\|\d+$/)
  })

  test("a separator in the server's own name becomes a blank", async () => {
    await using service = await startLabSum({ settings: { name: "a,b" } })
    using socket = await rawSocket(service.port)
    await socket.write("Ada,25")
    assert.match(await socket.end(), /^a b,\d+$/)
  })

  for (const number of ["0", "101", "-5", "1000000000", "1000000000000"])
    test(`${number} stops the service: no reply, the document's line, and everybody is let go`, async () => {
      await using service = await startLabSum()
      using other = await rawSocket(service.port)
      await other.write('{"name":"a","number":1}\n')
      await line(other)
      assert.equal(await answerTo(service, `{"client_name":"a","client_number":${number}}`), "")
      await service.stopped
      await service.close()
      assert.equal(await other.closed(), "")
      const lines = logged(service)
      const warning = `[WARNING] [handle_client]: Client int out of range: ${number}. Terminating the server.`
      assert.deepEqual(lines.slice(lines.indexOf(warning) - 1), [
        "[DEBUG] [handle_client]: Message recieved from client",
        warning,
        "[DEBUG] [handle_client]: Client connection closed", // the other one
      ])
    })

  test("out of range may also close that connection only", async () => {
    await using service = await startLabSum({ settings: { onOutOfRange: "close" } })
    using other = await rawSocket(service.port)
    for (const bytes of [json(0), "Ada,101", "Ada\n-5\n", Uint8Array.of(0, 1, 65, 0, 0, 0, 0)])
      assert.equal(await answerTo(service, bytes), "")
    await service.lines.next(/^Client int out of range: 0\. Closing its connection\.$/)
    await other.write("a: 1\n")
    assert.match(await line(other), /^Landline Server: \d+\n$/)
  })

  test("what is no integer gets no reply and a line, and the service stays up", async () => {
    await using service = await startLabSum()
    for (const number of ["50.5", "50.0", "1e2", '"25"', "null", '"abc"', '""'])
      assert.equal(await answerTo(service, `{"client_name":"a","client_number":${number}}`), "", number)
    for (const bytes of [
      '{"client_name":"a"}',
      "{}",
      "Ada,",
      "Ada,abc",
      "Ada: \n",
      "25",
      "Ada\n\n",
      "Ada 1e2",
    ])
      assert.equal(await answerTo(service, bytes), "", bytes)
    assert.equal(service.lines.diagnoses.length, 15)
    assert.match(await answerTo(service, json(25)), /server_number/)
  })

  test("a silent client, and one that drips, block nobody and are let go in time", async () => {
    await using service = await startLabSum({ settings: { timeoutMs: 400 } })
    using silent = await rawSocket(service.port)
    using dripping = await rawSocket(service.port)
    await dripping.write('{"name"')
    assert.match(await answerTo(service, json(25)), /server_number/)
    assert.equal(await silent.closed(), "")
    assert.equal(await dripping.closed(), "")
    assert.deepEqual(service.lines.diagnoses.map((said) => said.replace(/127\S+:\d+/, "ADDRESS")).sort(), [
      "byte 0: expected a name and a number, got nothing for 0.4 s (ADDRESS). The client speaks first. Send both right after connecting, and only then wait for the reply.",
      'byte 7: expected the } that closes the object, got nothing for 0.4 s after "{"name"" (ADDRESS). Send the whole object, with sendall().',
    ])
  })

  test("one that was answered and goes silent is closed in time, without a word", async () => {
    await using service = await startLabSum({ settings: { timeoutMs: 300 } })
    assert.match(await answerTo(service, "Ada: 25\n"), /^Landline Server: \d+\n$/)
    await service.lines.next(/^Client connection closed/)
    assert.deepEqual(service.lines.diagnoses, [])
  })

  test("a reset is a line of the log", async () => {
    await using service = await startLabSum()
    using socket = await rawSocket(service.port)
    await socket.write("Ada")
    await service.lines.next(/^Connection accepted/)
    socket.reset()
    await service.lines.next(/^The connection from 127\.0\.0\.1:\d+ was reset by the peer$/)
    await service.lines.next(/^Client connection closed$/)
  })

  test("one that sends and never reads is held, not stored, and is let go", async () => {
    const letGo = Promise.withResolvers<void>()
    await using service = await startLabSum({
      settings: { timeoutMs: 500 },
      write: ({ message }) =>
        /^Let go of 127\.\S+: it does not read its replies$/.test(message) && letGo.resolve(),
    })
    using socket = await rawSocket(service.port)
    socket.pause()
    const requests = '{"name":"a","number":1}\n'.repeat(20_000)
    const done = new AbortController()
    void letGo.promise.then(() => done.abort())
    // Far more than the buffers of both ends take.
    for (let n = 0; n < 200 && !done.signal.aborted; n++)
      await Promise.race([socket.write(requests), letGo.promise])
    assert.ok(done.signal.aborted, "it was never held")
    assert.match(await answerTo(service, json(25)), /server_number/)
  })

  test("names are logged without what could move a cursor", async () => {
    await using service = await startLabSum()
    await answerTo(service, json(25, "\x1b[2J\nx\u202e"))
    await service.lines.next(/^Client Name: \\x1b\[2J\\nx\\u202e \| Server Name: Landline Server$/)
  })

  test("the service closes while clients are connected, without waiting for them", async () => {
    await using service = await startLabSum()
    using silent = await rawSocket(service.port)
    using begun = await rawSocket(service.port)
    await begun.write("Ada")
    await service.lines.next(/^Connection accepted/)
    await service.lines.next(/^Connection accepted/)
    await service.close()
    assert.equal((await silent.closed()) + (await begun.closed()), "")
    assert.deepEqual(service.lines.diagnoses, [])
  })
})
