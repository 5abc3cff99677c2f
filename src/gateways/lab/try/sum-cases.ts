import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeRequest, isBinary, type SumFormatName } from "../../../protocol/lab/sum-formats.ts"
import { closesAtOnce } from "../../../protocol/lab/sum-json.ts"
import type { SumFormat } from "../../../protocol/lab/sum-message.ts"
import type { Attempt } from "./attempt.ts"
import {
  type Failure,
  fail,
  type LabCase,
  notApplicable,
  type Outcome,
  PASS,
  type TriedServer,
} from "./case.ts"
import { commonCases, connectAgain, inOnePiece, PIECES_TRIES } from "./common-cases.ts"
import { isFailure, NAME, NUMBER, readReplies, readReply, SumSpeech } from "./sum-reply.ts"

export interface SumTryOptions {
  /** Undefined: found out. */
  readonly format?: SumFormatName | undefined
  /** What a number out of range is to do. */
  readonly onOutOfRange?: "stop" | "close" | undefined
}

const REQUEST_BYTES = 1024 // what the coursework's programs take with one recv
const STRUCT_NAME_BYTES = 255
const Z = "z".charCodeAt(0)
const REST_MS = 150 // what is not asked for comes right behind what is

/** What is tried of a sum server. */
export function sumCases({ format: named, onOutOfRange = "stop" }: SumTryOptions = {}): readonly LabCase[] {
  const speech = new SumSpeech(named)
  let goesOn = false // after a number out of range, and it has been said
  const request = (name = NAME, number = NUMBER) => encodeRequest(name, number, speech.format)
  const reply = async (attempt: Attempt, timeoutMs: number): Promise<Failure | undefined> => {
    const read = await readReply(attempt, speech.format, timeoutMs)
    return isFailure(read) ? read : undefined
  }
  /** One request on a connection of its own, and its reply. */
  const exchange = async (server: TriedServer, bytes: Uint8Array): Promise<Outcome> => {
    using attempt = await server.connect()
    attempt.send(bytes)
    return (await reply(attempt, server.timeoutMs)) ?? PASS
  }
  const whole = (attempt: Attempt, timeoutMs: number) => {
    attempt.send(request())
    return reply(attempt, timeoutMs)
  }
  const common = commonCases({
    manyClients: true,
    begins: "Sends the first half of a request.",
    whole,
    begin: (attempt) => attempt.quiet(REST_MS),
    half: (attempt) => attempt.send(request().subarray(0, request().length / 2)),
    finish: whole,
  })

  const cases: LabCase[] = [
    {
      name: "as-documented",
      demand: "basic",
      does: `Sends the name ${NAME} and the number ${NUMBER}.`,
      expects: "A name and a number from 1 to 100, in the format of the request.",
      cause:
        'The request is read as it came, with json.loads(), and answered with one send of {"server_name": ..., "server_number": ...}.',
      async run(server) {
        if (speech.isKnown) return exchange(server, request())
        return (await speech.find(server)) ?? PASS
      },
    },
    common["next-client"],
    {
      name: "one-piece",
      demand: "basic",
      does: `Sends a request ${PIECES_TRIES} times, each on a connection of its own.`,
      expects: "Each reply comes in one piece.",
      cause:
        "Several send() calls are several pieces, and the coursework's client, which reads a reply with one recv(), gets the first: put the reply together and send it in one call.",
      async run(server) {
        const { format } = speech
        if (format.kind !== "json" || format.line || !closesAtOnce(format.nameKey, format.numberKey))
          return notApplicable("The clients of this format read on until a reply is whole.")
        for (let n = 0; n < PIECES_TRIES; n++) {
          using attempt = n === 0 ? await server.connect() : await connectAgain(server)
          if (!attempt) break
          attempt.send(request())
          const failure = await inOnePiece(attempt, server.timeoutMs)
          if (failure) return failure
        }
        return PASS
      },
    },
    {
      name: "closes",
      demand: "basic",
      does: "Sends a request, and reads on after the reply.",
      expects: "The end of the connection.",
      cause: "close() is missing behind the send of the reply.",
      async run(server) {
        const { format } = speech
        if (format.kind !== "json" || !closesAtOnce(format.nameKey, format.numberKey))
          return notApplicable("In this format several requests may come on one connection.")
        using attempt = await server.connect()
        attempt.send(request())
        const failure = await reply(attempt, server.timeoutMs)
        if (failure) return failure
        if (await attempt.untilEnd(server.timeoutMs)) return PASS
        return fail(attempt, `The connection was open ${server.timeoutMs / 1000} s after the reply.`)
      },
    },
    {
      name: "sum",
      demand: "basic",
      does: "Sends 7, 37 and 92, each on a connection of its own, and adds the server's number.",
      expects: "The sum in the reply is that of both numbers.",
      cause:
        "The sum is made of something else, such as of two texts, where 25 + 10 is 2510: convert with int().",
      run: sums,
    },
    {
      name: "edges",
      demand: "basic",
      does: "Sends 1 and then 100, the first and the last number in the range.",
      expects: "A reply to each.",
      cause: "The range is checked with < in the place of <=, or with range(1, 100), which ends at 99.",
      async run(server) {
        const first = await exchange(server, request(NAME, 1n))
        return first.verdict === "pass" ? exchange(server, request(NAME, 100n)) : first
      },
    },
    {
      name: "byte-by-byte",
      demand: "robust",
      does: "Sends a request one byte at a time.",
      expects: "One reply, as if it had come at once.",
      cause: "One recv() is taken for one message: collect what comes until the request is whole.",
      async run(server) {
        using attempt = await server.connect()
        const sent = await attempt.sendApart(request())
        if (!sent) return fail(attempt, "The server closed before all had been sent.")
        return (await reply(attempt, server.timeoutMs)) ?? PASS
      },
    },
    {
      name: "glued",
      demand: "robust",
      does: "Sends two requests at once.",
      expects: "Two replies, one after the other.",
      cause: "One recv() is taken for one message: two may come at once, so keep what is behind the first.",
      run: glued,
    },
    {
      name: "non-ascii",
      demand: "robust",
      does: "Sends the name Zoë Müller, as far as the format has it with a 🙂, in UTF-8.",
      expects: "A reply.",
      cause:
        "Characters are counted for bytes, or text is decoded or printed in ASCII: use UTF-8, and count bytes.",
      // Java writes what is beyond the Basic Multilingual Plane in a way of its own, which others cannot read.
      run: (server) =>
        exchange(server, request(speech.format.kind === "java" ? "Zoë Müller" : "Zoë Müller 🙂")),
    },
    {
      name: "separator",
      demand: "robust",
      does: "Sends the name Doe, Jane: a; b| c, which has separators in it.",
      expects: "A reply: the last number counts.",
      cause: "split() gives more than two parts: use rsplit(separator, 1).",
      async run(server) {
        const { format } = speech
        if (format.kind !== "text") return notApplicable("In this format no sign separates name and number.")
        const text = `Doe, Jane: a; b| c${format.separator}${NUMBER}${format.end}`
        return exchange(server, new TextEncoder().encode(text))
      },
    },
    {
      name: "largest",
      demand: "robust",
      does: "Sends a name so long that the request is as large as the coursework's programs take.",
      expects: "A reply.",
      cause:
        "recv() takes fewer bytes than the coursework's 1024: collect what comes until the request is whole.",
      async run(server) {
        const room = REQUEST_BYTES - request("").length
        return exchange(server, request("x".repeat(speech.format.kind === "c260" ? STRUCT_NAME_BYTES : room)))
      },
    },
    common.empty,
    common["hang-up"],
    common.reset,
    common.silent,
    common["second-client"],
    {
      name: "not-utf-8",
      demand: "robust",
      does: "Sends a name that is no text, with the bytes ff fe in it; then a right request.",
      expects: "A reply to the second; the first may be refused.",
      cause:
        "decode() raises UnicodeDecodeError, which ends the program: catch it, and close that connection.",
      run: common.thenNext("After these bytes", async (server) => {
        using attempt = await server.connect()
        const bytes = request("zz").slice()
        bytes.set([0xff, 0xfe], bytes.indexOf(Z))
        attempt.send(bytes)
        await attempt.until(({ end, got }) => end !== undefined || got.length > 0, REST_MS)
        return PASS
      }),
    },
    ...["25.5", "abc"].map(
      (wrong, at): LabCase => ({
        name: ["wrong-input-fraction", "wrong-input-word"][at]!,
        demand: "robust",
        does: `Sends ${wrong} in the place of the number; then a right request on a connection of its own.`,
        expects: "No reply to the first, and a reply to the second.",
        cause:
          "What came is used before it is checked: refuse what is no integer (in Python: type(number) is int), and go on.",
        run: common.thenNext("After it", (server) => refusesInput(server, wrong)),
      }),
    ),
    ...[0n, 101n, -5n, 1_000_000_000n].map(
      (number, at): LabCase => ({
        name: ["out-of-range", "out-of-range-101", "out-of-range-negative", "out-of-range-huge"][at]!,
        demand: "basic",
        does: `Sends the number ${number}.`,
        expects: `No reply; the connection is closed, and the server ${onOutOfRange === "stop" ? "ends" : "goes on"}.`,
        cause:
          "The number is answered before it is checked, or break leaves only the inner loop: check first, then close both sockets.",
        mayEnd: true,
        run: (server) => outOfRange(server, number),
      }),
    ),
    common.restart,
  ]
  // Whichever case is the first that is tried, the format has to be known; the document's own finds it out.
  return cases.map((one, at) =>
    at === 0 ? one : { ...one, run: async (server) => (await speech.find(server)) ?? one.run(server) },
  )

  async function sums(server: TriedServer): Promise<Outcome> {
    for (const number of [7n, 37n, 92n]) {
      using attempt = await server.connect()
      attempt.send(request(NAME, number))
      const read = await readReply(attempt, speech.format, server.timeoutMs)
      if (isFailure(read)) return read
      if (read.sum === undefined)
        return notApplicable("Its replies hold no sum; the real program's do not, either.")
      const sum = number + read.number
      if (read.sum !== sum && Number(read.sum) !== Number(sum))
        return fail(attempt, `The reply says ${String(read.sum)}, but ${number} + ${read.number} is ${sum}.`)
    }
    return PASS
  }

  async function glued(server: TriedServer): Promise<Outcome> {
    const { format } = speech
    if (format.kind === "json" && closesAtOnce(format.nameKey, format.numberKey))
      return notApplicable("In this format the connection is for one request.")
    if (format.kind === "text" && format.end === "")
      return notApplicable("In this format nothing tells where a request ends.")
    using attempt = await server.connect()
    attempt.send(concat([request(), request()]))
    const { messages, failure } = await readReplies(attempt, 2, server.timeoutMs)
    if (messages.length === 2) return PASS
    // Where it closes on the second request unread, the reset may overtake its reply.
    if (attempt.end === "reset" || (messages.length === 1 && attempt.end === "closed"))
      return notApplicable("It closes after each reply.")
    return { ...failure, what: `${messages.length} of two replies came.` }
  }

  async function refusesInput(server: TriedServer, wrong: string): Promise<Outcome> {
    const { format } = speech
    if (isBinary(format)) return notApplicable("In this format every number is an integer.")
    using attempt = await server.connect()
    attempt.send(withWrong(wrong, format))
    await attempt.until(({ end, got }) => end !== undefined || got.length > 0, server.timeoutMs / 2)
    const { messages } = await readReplies(attempt, 1, REST_MS)
    return messages.length > 0 ? fail(attempt, `It answered ${wrong} as if it were an integer.`) : PASS
  }

  function withWrong(wrong: string, format: SumFormat): Uint8Array {
    const text = new TextDecoder().decode(encodeRequest(NAME, NUMBER, format))
    const value = format.kind === "json" && !/^\d/.test(wrong) ? JSON.stringify(wrong) : wrong
    return new TextEncoder().encode(text.replace(String(NUMBER), value))
  }

  async function outOfRange(server: TriedServer, number: bigint): Promise<Outcome> {
    using attempt = await server.connect()
    attempt.send(request(NAME, number))
    await attempt.until(({ end, got }) => end !== undefined || got.length > 0, server.timeoutMs)
    const { messages } = await readReplies(attempt, 1, REST_MS)
    if (messages.length > 0) return fail(attempt, `It answered ${number} as if it were in the range.`)
    if (!(await attempt.untilEnd(server.timeoutMs)))
      return fail(attempt, `The connection was still open after ${server.timeoutMs / 1000} s.`)
    const stays = await listens(server, onOutOfRange === "stop" && !goesOn ? server.timeoutMs : 0)
    if (stays === (onOutOfRange === "close") || goesOn) return PASS
    goesOn = stays
    return fail(attempt, stays ? "The server went on: it took another connection." : "The server has ended.")
  }
}

const AGAIN_MS = 50

/** Whether the server still takes connections after so long; a program takes a moment to end. */
async function listens(server: TriedServer, ms: number): Promise<boolean> {
  const late = performance.now() + ms
  try {
    for (;;) {
      using _ = await server.connect()
      if (performance.now() > late) return true
      await sleep(AGAIN_MS)
    }
  } catch (error) {
    if (error instanceof LandlineError) return false
    throw error
  }
}
