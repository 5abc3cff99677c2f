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

/** What the cases need to know of a service that are the same for all. */
export interface Talk {
  /** One whole exchange on a new connection, the goodbye included: what went wrong, or undefined. */
  whole(attempt: Attempt, timeoutMs: number): Promise<Failure | undefined>
  /** The beginning of one, in whole messages; then the client may be silent. */
  begin(attempt: Attempt, timeoutMs: number): Promise<void>
  /** Half a message. */
  half(attempt: Attempt): void
  /** The rest of an exchange that was begun. */
  finish(attempt: Attempt, timeoutMs: number): Promise<Failure | undefined>
  /** What `begin` and `half` do, as a sentence. */
  readonly begins: string
  /** Whether the document itself shows a second client: then `next-client` is basic. */
  readonly manyClients: boolean
}

const ONE_CLIENT = "It serves one client and ends: see next-client."

/** The cases of clients that come, go and stay silent, which are the same for every service. */
export function commonCases(talk: Talk): CommonCases {
  let servesOne = false
  const whole = async (server: TriedServer, before: string): Promise<Outcome> => {
    using attempt = await server.connect()
    const failure = await talk.whole(attempt, server.timeoutMs)
    return failure ? { ...failure, what: `${before}, the next client was not served. ${failure.what}` } : PASS
  }
  /** A case that needs a server of several clients. */
  const several = (name: CommonName, told: Told, run: LabCase["run"]): LabCase => ({
    name,
    demand: "robust",
    ...told,
    run: async (server) => (servesOne ? notApplicable(ONE_CLIENT) : run(server)),
  })
  const next: LabCase = {
    name: "next-client",
    demand: talk.manyClients ? "basic" : "robust",
    does: "Talks with the server, leaves, and connects again.",
    expects: "The next client is served like the first.",
    cause: "accept() is called once: put it and what follows it in a loop.",
    ended: "The server has ended with its first client.",
    async run(server) {
      using first = await server.connect()
      const failure = await talk.whole(first, server.timeoutMs)
      if (failure) return failure
      first[Symbol.dispose]()
      servesOne = true
      const outcome = await whole(server, "After the first client had left")
      servesOne = outcome.verdict === "fail" && outcome.got.length === 0
      return outcome
    },
  }
  return {
    thenNext: (before, run) => async (server) => {
      const outcome = await run(server)
      return servesOne || outcome.verdict !== "pass" ? outcome : whole(server, before)
    },
    "next-client": next,
    empty: several("empty", EMPTY, async (server) => {
      using attempt = await server.connect()
      attempt.finish()
      await attempt.untilEnd(server.timeoutMs / 4)
      attempt[Symbol.dispose]()
      return whole(server, "After a client had left without a word")
    }),
    "hang-up": several("hang-up", { ...HANG_UP, does: `${talk.begins} Then closes.` }, async (server) => {
      using attempt = await server.connect()
      await talk.begin(attempt, server.timeoutMs)
      talk.half(attempt)
      attempt.finish()
      await attempt.untilEnd(server.timeoutMs / 4)
      attempt[Symbol.dispose]()
      return whole(server, "After a client had left in the middle")
    }),
    reset: several(
      "reset",
      { ...RESET, does: `${talk.begins} Then resets the connection.` },
      async (server) => {
        using attempt = await server.connect()
        await talk.begin(attempt, server.timeoutMs)
        talk.half(attempt)
        await attempt.quiet(REST_MS)
        attempt.reset()
        return whole(server, "After a connection had been reset")
      },
    ),
    silent: several("silent", SILENT, async (server) => {
      using _ = await server.connect()
      return await whole(server, "While a client said nothing")
    }),
    "second-client": several("second-client", SECOND, async (server) => {
      using first = await server.connect()
      await talk.begin(first, server.timeoutMs)
      const { length } = first.got
      const second = await whole(server, "While the first client was there")
      if (second.verdict !== "pass") return second
      await first.quiet(REST_MS) // what the first was not to get may come a moment after the second's
      if (first.got.length > length)
        return {
          ...fail(first, "The first client got the second one's answer.", first.got.subarray(0, length)),
          cause: MIXED,
        }
      if (first.end !== undefined) return PASS // for the server this exchange was over
      return (await talk.finish(first, server.timeoutMs)) ?? PASS
    }),
    restart: {
      name: "restart",
      demand: "robust",
      does: "Talks with the server, ends it, and starts it again at once.",
      expects: "It takes the port again, and serves.",
      cause:
        "The port of a connection that the server ended is kept for a minute: set SO_REUSEADDR before bind().",
      async run(server) {
        if (!server.restart) return notApplicable("Only with --start COMMAND.")
        {
          using attempt = await server.connect()
          const failure = await talk.whole(attempt, server.timeoutMs)
          if (failure) return failure
        }
        using open = await connectAgain(server)
        if (open) await talk.begin(open, server.timeoutMs)
        await server.restart()
        using attempt = await server.connect()
        return (await talk.whole(attempt, server.timeoutMs)) ?? PASS
      },
    },
  }
}

/** A further connection; undefined where the server takes no more. */
export async function connectAgain(server: TriedServer): Promise<Attempt | undefined> {
  return server.connect().catch(() => undefined)
}

export interface CommonCases extends Record<CommonName, LabCase> {
  /** What a case does, and then a client that has to be served. @param before the beginning of what is said else */
  thenNext(before: string, run: LabCase["run"]): LabCase["run"]
}

type CommonName = "next-client" | "empty" | "hang-up" | "reset" | "silent" | "second-client" | "restart"

type Told = Pick<LabCase, "does" | "expects" | "cause">

const AT_THE_END_MS = 300 // a server that has waited for the end answers at once
const PIECE_MS = 60 // what is written in further calls comes within that
export const PIECES_TRIES = 5 // two pieces may look like one by chance
const REST_MS = 50 // the server has read what was sent, and waits

const EMPTY: Told = {
  does: "Connects, and closes without sending anything.",
  expects: "The next client is served.",
  cause: 'At the end of the stream recv() returns b"" at once and for ever: leave the loop there, and close.',
}

const HANG_UP: Omit<Told, "does"> = {
  expects: "The next client is served.",
  cause: 'At the end of the stream recv() returns b"" at once and for ever: leave the loop there, and close.',
}

const RESET: Omit<Told, "does"> = {
  expects: "The next client is served.",
  cause:
    "recv() raises ConnectionResetError, which ends the program where nothing catches it: catch it, and close.",
}

const SILENT: Told = {
  does: "Connects and says nothing, while a second client talks.",
  expects: "The second client is served meanwhile.",
  cause:
    "recv() waits for the silent client, and nobody is at accept(): serve each client in a thread of its own.",
}

const SECOND: Told = {
  does: "Begins to talk; meanwhile a second client talks, and then the first goes on.",
  expects: "Both are served.",
  cause:
    "One client is served after the other: serve each in a thread of its own, or wait for all with select().",
}

const MIXED =
  "Clients share a variable, or a list of sockets: send the answer on the connection that asked, which belongs to that client alone."

/** Fails where nothing came, or something else than is expected; what more comes shortly after counts too. */
export async function answered(
  attempt: Attempt,
  expected: string,
  from: number,
  timeoutMs: number,
): Promise<Failure | undefined> {
  const { length } = new TextEncoder().encode(expected)
  await attempt.untilBytes(from + length, timeoutMs)
  const got = attempt.got.subarray(from)
  const text = new TextDecoder().decode(got)
  if (text === expected) return undefined
  const whole = `${new TextDecoder().decode(attempt.got.subarray(0, from))}${expected}`
  if (got.length === 0) return fail(attempt, silence(attempt, timeoutMs), whole)
  return fail(
    attempt,
    text.startsWith(expected) ? "More came than was asked for." : "Something else came.",
    whole,
  )
}

/** What is said of a server that has not answered: whether it does when our half has ended, which is why. */
export async function waitsForTheEnd(attempt: Attempt, failure: Failure): Promise<Failure> {
  if (attempt.got.length > 0 || attempt.end !== undefined) return failure
  attempt.finish()
  if (!(await attempt.untilBytes(1, AT_THE_END_MS))) return failure
  return {
    ...failure,
    what: `${failure.what} When the client had ended its half, ${attempt.got.length} bytes came.`,
    cause:
      "The server reads until the end of the stream, or of a line, which does not come: the client waits for the answer, and sends no newline.",
  }
}

/** What comes next comes at once: a client that takes it with one recv() needs that. */
export async function inOnePiece(attempt: Attempt, timeoutMs: number): Promise<Failure | undefined> {
  const from = attempt.got.length
  await attempt.untilBytes(from + 1, timeoutMs)
  const { length } = attempt.got
  await attempt.quiet(PIECE_MS)
  if (attempt.got.length === length) return undefined
  return {
    ...fail(attempt, `The first read brought ${length - from} bytes, and more came later.`),
    byte: length,
  }
}

/** Why nothing came. */
export function silence({ end }: Attempt, timeoutMs: number): string {
  if (end === "closed") return "The server closed the connection without an answer."
  if (end === "reset") return "The server broke the connection without an answer."
  return `Nothing came within ${timeoutMs / 1000} s.`
}
