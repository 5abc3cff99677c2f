import { PING, PONG, QUIT_TOKENS } from "../../../protocol/lab/ping-words.ts"
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
import { answered, commonCases, inOnePiece, PIECES_TRIES, waitsForTheEnd } from "./common-cases.ts"

export interface PingTryOptions {
  /** What ends a connection; undefined: the words that are met are tried in turn. */
  readonly token?: string | undefined
}

const TOKEN_MS = 600 // a server that does not know a word answers it at once, or not at all
const REST_MS = 75 // what is not asked for comes right behind what is
const CHUNK_BYTES = 1024 // the document's CHUNKS

/** What is tried of a ping server over TCP. */
export function pingCases({ token }: PingTryOptions = {}): readonly LabCase[] {
  const leaving = new Leaving(token === undefined ? QUIT_TOKENS : [token])
  const ping = async (attempt: Attempt, timeoutMs: number) => {
    const from = attempt.got.length
    await say(attempt, PING)
    return answered(attempt, PONG, from, timeoutMs)
  }
  const common = commonCases({
    manyClients: false,
    begins: "Sends PING and reads the answer; sends PI.",
    whole: conversation,
    async begin(attempt, timeoutMs) {
      await ping(attempt, timeoutMs)
    },
    half: (attempt) => attempt.send(PING.slice(0, 2)),
    finish: ping,
  })
  /** Sends, and waits until a server of one client at a time has had the time to be done with those before. */
  async function say(attempt: Attempt, bytes: Uint8Array | string): Promise<void> {
    const { length } = attempt.got
    attempt.send(bytes)
    await leaving.over(attempt, length + 1)
  }
  /** A PING and its answer; the server is left as it wishes to be, however that went. */
  async function conversation(attempt: Attempt, timeoutMs: number): Promise<Failure | undefined> {
    const failure = await ping(attempt, timeoutMs)
    await leaving.part(attempt)
    return failure
  }
  /** Sends what is no word, and then PING: on the same connection, unless the server has closed that. */
  const survives =
    (sent: Uint8Array | string) =>
    async (server: TriedServer): Promise<Outcome> => {
      using attempt = await server.connect()
      await say(attempt, sent)
      if (await attempt.untilBytes(1, TOKEN_MS)) await attempt.quiet(REST_MS)
      using next = attempt.end === undefined ? attempt : await server.connect()
      const failure = await conversation(next, server.timeoutMs)
      return failure
        ? { ...failure, what: `PING after it was not answered with PONG alone. ${failure.what}` }
        : PASS
    }
  return [
    {
      name: "as-documented",
      demand: "basic",
      does: "Sends PING.",
      expects: "PONG, and nothing else.",
      cause:
        "The word is compared as it came, PING in four bytes without a newline, and answered with one send of PONG.",
      async run(server) {
        using attempt = await server.connect()
        await say(attempt, PING)
        const failure = await answered(attempt, PONG, 0, server.timeoutMs)
        if (failure) return waitsForTheEnd(attempt, failure)
        return (await exactly(attempt, PONG, server.timeoutMs)) ?? PASS
      },
    },
    common["next-client"],
    {
      name: "several",
      demand: "basic",
      does: "Sends PING three times on one connection, each when the one before is answered.",
      expects: "Three PONG.",
      cause: "The server closes after its first answer: it goes on to recv() until the token comes.",
      async run(server) {
        using attempt = await server.connect()
        const failure =
          (await ping(attempt, server.timeoutMs)) ??
          (await ping(attempt, server.timeoutMs)) ??
          (await ping(attempt, server.timeoutMs))
        await leaving.part(attempt)
        return failure ?? PASS
      },
    },
    {
      name: "one-piece",
      demand: "basic",
      does: `Sends PING ${PIECES_TRIES} times, each when the one before is answered.`,
      expects: "Each PONG comes in one piece.",
      cause:
        "Several send() calls are several pieces, and the document's client, which reads an answer with one recv(), gets the first: send it in one call.",
      async run(server) {
        using attempt = await server.connect()
        for (let n = 0; n < PIECES_TRIES && attempt.end === undefined; n++) {
          attempt.send(PING)
          const failure = await inOnePiece(attempt, server.timeoutMs)
          if (failure) return failure
        }
        await leaving.leave(attempt)
        return PASS
      },
    },
    {
      name: "quit",
      demand: "basic",
      does: `Sends PING, and when that is answered ${list(leaving.words)}.`,
      expects: "The server closes the connection.",
      cause:
        "The token is compared with something else, such as a text with a newline, or close() is missing.",
      async run(server) {
        using attempt = await server.connect()
        const failure = await ping(attempt, server.timeoutMs)
        if (failure) return failure
        if (await leaving.leave(attempt)) return PASS
        return fail(attempt, "The connection stayed open.", PONG)
      },
    },
    {
      name: "byte-by-byte",
      demand: "robust",
      does: "Sends PING one byte at a time.",
      expects: "One PONG.",
      cause: "One recv() is taken for one message: collect what comes until the word is whole.",
      async run(server) {
        using attempt = await server.connect()
        await attempt.sendApart(PING)
        await leaving.over(attempt, 1)
        return (await exactly(attempt, PONG, server.timeoutMs)) ?? PASS
      },
    },
    {
      name: "glued",
      demand: "robust",
      does: "Sends PINGPING at once.",
      expects: "Two PONG, one after the other.",
      cause: "One recv() is taken for one message: two may come at once, and each word in it is answered.",
      async run(server) {
        using attempt = await server.connect()
        await say(attempt, PING + PING)
        const failure = await answered(attempt, PONG + PONG, 0, server.timeoutMs)
        if (!failure) return (await exactly(attempt, PONG + PONG, server.timeoutMs)) ?? PASS
        if (attempt.text === PONG && attempt.end !== undefined)
          return notApplicable("It closes after each answer: see several.")
        await leaving.leave(attempt)
        return failure
      },
    },
    {
      name: "wrong-input",
      demand: "robust",
      does: "Sends hello, which is no word of this protocol, and then PING.",
      expects: "Any answer to the first, and PONG to the second.",
      cause: "The server ends the connection, or itself, when it does not know a word.",
      run: survives("hello"),
    },
    {
      name: "non-ascii",
      demand: "robust",
      does: "Sends grüße 🙂 in UTF-8, and then PING.",
      expects: "Any answer to the first, and PONG to the second.",
      cause: 'Text is decoded or printed in ASCII, which has no ü: use decode("utf-8").',
      run: survives("grüße 🙂"),
    },
    {
      name: "largest",
      demand: "robust",
      does: `Sends a text of ${CHUNK_BYTES.toLocaleString("en")} bytes, as many as the document's recv takes, and then PING.`,
      expects: "Any answer to the first, and PONG to the second.",
      cause:
        "recv() takes fewer bytes than the document's 1024, so that the rest is read as another message.",
      run: survives("x".repeat(CHUNK_BYTES)),
    },
    {
      name: "not-utf-8",
      demand: "robust",
      does: "Sends two bytes that are no text, ff fe, and closes; then the next client pings.",
      expects: "The next client is served.",
      cause: 'decode() raises UnicodeDecodeError, which ends the program: catch it, or use errors="replace".',
      run: common.thenNext("After these bytes", async (server) => {
        using attempt = await server.connect()
        attempt.send(Uint8Array.of(0xff, 0xfe))
        await attempt.quiet(REST_MS)
        await leaving.part(attempt)
        return PASS
      }),
    },
    common.empty,
    common["hang-up"],
    {
      name: "half-closed",
      demand: "robust",
      does: "Sends PING and ends its half of the connection at once, as `printf PING | nc -N` does.",
      expects: "PONG, all the same.",
      cause:
        "The end of the client's half is taken for the end of both: answer what came before it, then close.",
      async run(server) {
        using attempt = await server.connect()
        attempt.send(PING)
        attempt.finish()
        await leaving.over(attempt, 1)
        const failure = await answered(attempt, PONG, 0, server.timeoutMs)
        if (failure) return failure
        return (await attempt.untilEnd(server.timeoutMs))
          ? PASS
          : fail(attempt, "The connection stayed open.", PONG)
      },
    },
    common.reset,
    common.silent,
    common["second-client"],
    common.restart,
  ]

  /** This text, and nothing behind it. */
  async function exactly(attempt: Attempt, text: string, timeoutMs: number): Promise<Failure | undefined> {
    const failure = await answered(attempt, text, 0, timeoutMs)
    await attempt.quiet(REST_MS)
    const outcome = failure ?? (await answered(attempt, text, 0, 0))
    await leaving.part(attempt)
    return outcome
  }
}

const list = (words: readonly string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}, in turn`

/** The word that ends a connection, once it is known; servers that know none are left without it. */
class Leaving {
  readonly words: readonly string[]
  #known: readonly string[]
  readonly #parting = new Set<Promise<unknown>>()

  constructor(words: readonly string[]) {
    this.words = words
    this.#known = words
  }

  /** Says goodbye where nothing depends on it; once the word is known, nobody waits for the server to close. */
  async part(attempt: Attempt): Promise<void> {
    const left = this.leave(attempt)
    if (this.#known.length !== 1) return void (await left)
    this.#parting.add(left)
    void left.then(() => this.#parting.delete(left))
    attempt.keepUntil(left)
  }

  /** Resolves when this one has got so many bytes, or all others have been left. */
  async over(attempt: Attempt, bytes: number): Promise<void> {
    if (this.#parting.size === 0) return
    await Promise.race([Promise.all(this.#parting), attempt.untilBytes(bytes, TOKEN_MS + REST_MS)])
  }

  /** Says goodbye. @returns whether the server closed */
  async leave(attempt: Attempt): Promise<boolean> {
    if (attempt.end !== undefined) return true
    for (const word of this.#known) {
      const { length } = attempt.got
      attempt.send(word)
      await attempt.until(({ end, got }) => end !== undefined || got.length > length, TOKEN_MS)
      if (attempt.end === undefined) await attempt.untilEnd(REST_MS)
      if (attempt.end === "too much") break
      if (attempt.end === undefined) continue
      this.#known = [word]
      return true
    }
    if (this.#known.length > 1) this.#known = []
    return false
  }
}
