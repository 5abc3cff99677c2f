import { CLIENT_GREETING, SERVER_GREETING } from "../../../protocol/lab/hello.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import type { Attempt } from "./attempt.ts"
import { type Failure, fail, type LabCase, type Outcome, PASS, type TriedServer } from "./case.ts"
import { answered, commonCases, connectAgain, inOnePiece, PIECES_TRIES } from "./common-cases.ts"

const REST_MS = 150 // what is not asked for comes right behind what is
const HALF = CLIENT_GREETING.length / 2

/** What is tried of a hello server. */
export function helloCases(): readonly LabCase[] {
  const greeted = (attempt: Attempt, timeoutMs: number) => answered(attempt, SERVER_GREETING, 0, timeoutMs)
  /** All is read before the server closes; whether it does is a case of its own. */
  const read = async (attempt: Attempt, timeoutMs: number): Promise<Failure | undefined> => {
    await attempt.untilEnd(timeoutMs / 4)
    return attempt.end === "reset"
      ? fail(attempt, "The server broke the connection: it closed before it had read all that was sent.")
      : undefined
  }
  const whole = async (attempt: Attempt, timeoutMs: number): Promise<Failure | undefined> => {
    const failure = await greeted(attempt, timeoutMs)
    if (!failure) attempt.send(CLIENT_GREETING)
    return failure
  }
  const common = commonCases({
    manyClients: false,
    begins: "Hears the greeting and sends half of its own.",
    whole,
    async begin(attempt, timeoutMs) {
      await greeted(attempt, timeoutMs)
    },
    half: (attempt) => attempt.send(CLIENT_GREETING.slice(0, HALF)),
    finish: whole,
  })
  /** Hears the greeting, and greets with something else, all of which is to be read. */
  const hears =
    (greeting: Uint8Array | string) =>
    async (server: TriedServer): Promise<Outcome> => {
      using attempt = await server.connect()
      const failure = await greeted(attempt, server.timeoutMs)
      if (failure) return failure
      attempt.send(greeting)
      return (await read(attempt, server.timeoutMs)) ?? PASS
    }
  return [
    {
      name: "as-documented",
      demand: "basic",
      does: `Connects and says nothing until it is greeted; then sends ${CLIENT_GREETING}`,
      expects: `${SERVER_GREETING}, 13 bytes, at once and nothing else.`,
      cause: "The server waits for its client: it is the server that speaks first, send() before recv().",
      async run(server) {
        using attempt = await server.connect()
        const failure = await whole(attempt, server.timeoutMs)
        if (failure) return failure
        await attempt.quiet(REST_MS)
        return (await greeted(attempt, 0)) ?? PASS
      },
    },
    common["next-client"],
    {
      name: "one-piece",
      demand: "basic",
      does: `Connects ${PIECES_TRIES} times, as long as there is a server.`,
      expects: "The greeting comes in one piece.",
      cause:
        "Several send() calls are several pieces, and the document's client, which reads with one recv(), gets the first: send the greeting in one call.",
      async run(server) {
        for (let n = 0; n < PIECES_TRIES; n++) {
          using attempt = n === 0 ? await server.connect() : await connectAgain(server)
          if (!attempt) break
          const failure = await inOnePiece(attempt, server.timeoutMs)
          if (failure) return failure
          attempt.send(CLIENT_GREETING)
          attempt.finish()
          await read(attempt, server.timeoutMs)
        }
        return PASS
      },
    },
    {
      name: "listens",
      demand: "basic",
      does: `Hears the greeting, waits a moment, and sends ${CLIENT_GREETING}`,
      expects: "The connection is still open then.",
      cause:
        "The server closes behind its own greeting: recv() of the client's comes first, and then close().",
      async run(server) {
        using attempt = await server.connect()
        const failure = await greeted(attempt, server.timeoutMs)
        if (failure) return failure
        await attempt.quiet(REST_MS)
        if (attempt.end !== undefined)
          return fail(attempt, "The server closed the connection before the client had greeted back.")
        attempt.send(CLIENT_GREETING)
        return (await read(attempt, server.timeoutMs)) ?? PASS
      },
    },
    {
      name: "closes",
      demand: "basic",
      does: `Sends ${CLIENT_GREETING} after the server's greeting, waits, and at last ends its half.`,
      expects: "The end of the connection, and no word before it.",
      cause: "close() is missing behind the recv of the client's greeting.",
      async run(server) {
        using attempt = await server.connect()
        const failure = await whole(attempt, server.timeoutMs)
        if (failure) return failure
        // Who reads to the end of the stream is right, and the document's client makes one.
        if (!(await attempt.untilEnd(server.timeoutMs / 2))) attempt.finish()
        if (await attempt.untilEnd(server.timeoutMs / 2)) return (await greeted(attempt, 0)) ?? PASS
        const what = `The connection was still open ${server.timeoutMs / 1000} s after the client's greeting.`
        return fail(attempt, what)
      },
    },
    {
      name: "early",
      demand: "robust",
      does: `Sends ${CLIENT_GREETING} at once, before it has read anything.`,
      expects: "The greeting, all the same.",
      cause:
        "What a client sends may be there before the server reads: send() first, then recv(), then close().",
      async run(server) {
        using attempt = await server.connect()
        attempt.send(CLIENT_GREETING)
        return (await greeted(attempt, server.timeoutMs)) ?? (await read(attempt, server.timeoutMs)) ?? PASS
      },
    },
    {
      name: "byte-by-byte",
      demand: "robust",
      does: `Sends ${CLIENT_GREETING} one byte at a time.`,
      expects: "The server reads all of it before it closes.",
      cause: "One recv() is taken for the whole greeting: read until the client has closed, or pauses.",
      async run(server) {
        using attempt = await server.connect()
        const failure = await greeted(attempt, server.timeoutMs)
        if (failure) return failure
        if (!(await attempt.sendApart(CLIENT_GREETING)))
          return fail(
            attempt,
            `The server closed after ${attempt.sent.length} of ${CLIENT_GREETING.length} bytes.`,
          )
        attempt.finish()
        return (await read(attempt, server.timeoutMs)) ?? PASS
      },
    },
    {
      name: "non-ascii",
      demand: "robust",
      does: "Greets with Grüße! 🙂 in UTF-8.",
      expects: "The server reads all of it, and the next client is greeted.",
      cause: 'Text is decoded or printed in ASCII, which has no ü: use decode("utf-8").',
      run: common.thenNext("After this greeting", hears("Grüße! 🙂")),
    },
    {
      name: "not-utf-8",
      demand: "robust",
      does: "Greets with two bytes that are no text, ff fe.",
      expects: "The server reads them, and the next client is greeted.",
      cause: 'decode() raises UnicodeDecodeError, which ends the program: catch it, or use errors="replace".',
      run: common.thenNext("After these bytes", hears(Uint8Array.of(0xff, 0xfe))),
    },
    {
      name: "largest",
      demand: "robust",
      does: `Greets with ${labLimits.helloBytesMax.toLocaleString("en")} bytes, as many as the document's recv takes.`,
      expects: "The server reads all of it before it closes.",
      cause: "recv() takes fewer bytes than the document's 2048, and what is not read breaks the connection.",
      run: hears("x".repeat(labLimits.helloBytesMax)),
    },
    common.empty,
    common["hang-up"],
    common.reset,
    common.silent,
    common["second-client"],
    common.restart,
  ]
}
