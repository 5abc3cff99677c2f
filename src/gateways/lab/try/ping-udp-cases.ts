import { concat } from "../../../protocol/lab/bytes.ts"
import { PING, PONG, QUIT_TOKENS } from "../../../protocol/lab/ping-words.ts"
import { type Failure, fail, type LabCase, notApplicable, type TriedServer } from "./case.ts"
import { end, restartCase, steps } from "./steps.ts"
import type { UdpAttempt } from "./udp-attempt.ts"

export interface PingUdpTryOptions {
  /** What ends a conversation; undefined: the words that are met, in turn. */
  readonly token?: string | undefined
  /** All clients have this port; 0: each has one of its own. */
  readonly fromPort: number
}

const REST_MS = 75 // a second answer comes right behind the first
const ODD_MS = 300 // what is no PING may be answered, and need not be
const CHUNK_BYTES = 1024 // the document's CHUNKS
const RECVFROM = "data, address = recvfrom(1024), then sendto(answer, address)"

/** PING, and PONG as one datagram: else the case ends. */
async function ping(client: UdpAttempt, { timeoutMs }: TriedServer, before = ""): Promise<void> {
  const [known, got] = [client.answers.length, client.got]
  const came = await client.ask(PING, timeoutMs)
  if (came) await client.quiet(REST_MS)
  const answers = client.answers.slice(known)
  const failed = (what: string, expected?: Uint8Array): Failure => fail(client, before + what, expected)
  const pong = concat([got, new TextEncoder().encode(PONG)])
  if (!came) end(failed(`Nothing came within ${timeoutMs / 1000} s.`, pong))
  if (answers.length === 1 && isPong(answers[0]!)) return
  if (isPong(concat(answers))) end(failed(`The answer came in ${answers.length} datagrams.`))
  end(failed(isPong(answers[0]!) ? "More came than was asked for." : "Something else came.", pong))
}

const isPong = (bytes: Uint8Array) => new TextDecoder().decode(bytes) === PONG

/** A PING, something else, and a PING again from the same port. */
const survives = (odd: Uint8Array | string): LabCase["run"] =>
  steps(async (server) => {
    using client = await server.peer()
    await ping(client, server)
    await client.ask(odd, ODD_MS)
    await client.quiet(REST_MS)
    await ping(client, server, "PING after it was not answered with PONG alone. ")
  })

const ANY = "Any answer to the second or none, and PONG to the third."

/** What is tried of a ping server over UDP. */
export function pingUdpCases({ token, fromPort }: PingUdpTryOptions): readonly LabCase[] {
  const tokens = token === undefined ? QUIT_TOKENS : [token]
  return [
    {
      name: "as-documented",
      demand: "basic",
      does: "Sends PING from a port of its own.",
      expects: "PONG to that port, as one datagram, and nothing else.",
      cause: `The answer goes where the question came from: ${RECVFROM}. A peer that always sends to one port is tried with --from-port.`,
      run: steps(async (server) => {
        using client = await server.peer()
        await ping(client, server)
      }),
    },
    {
      name: "several",
      demand: "basic",
      does: "Sends PING three times, each when the one before is answered.",
      expects: "Three PONG.",
      cause: `The server ends after its first answer, or answers its first client alone: ${RECVFROM}, in a loop.`,
      ended: "The server has ended after its first answer.",
      run: steps(async (server) => {
        using client = await server.peer()
        for (let times = 0; times < 3; times++) await ping(client, server)
      }),
    },
    {
      name: "second-client",
      demand: "robust",
      does: "Sends PING from two ports in turn, twice each.",
      expects: "PONG to the port that asked, each time.",
      cause: `The address of the first client is kept for all: take it anew from each datagram, ${RECVFROM}.`,
      run: steps(async (server) => {
        if (fromPort !== 0) end(notApplicable("With --from-port all clients have one port."))
        using one = await server.peer()
        using other = await server.peer()
        for (const client of [one, other, one, other]) await ping(client, server)
        for (const client of [one, other])
          if (client.answers.length > 2) end(fail(client, "An answer to the other port came here, too."))
      }),
    },
    {
      name: "unknown-word",
      demand: "robust",
      does: "Sends PING, hello, which is no word of this protocol, and PING again.",
      expects: ANY,
      cause: "The server ends when it does not know a word.",
      run: survives("hello"),
    },
    {
      name: "wrong-input",
      demand: "robust",
      does: "Sends PING, PI, and PING again.",
      expects: ANY,
      cause: "Datagrams are put together as if they were a stream: each is a message of its own.",
      run: survives("PI"),
    },
    {
      name: "non-ascii",
      demand: "robust",
      does: "Sends PING, grüße 🙂 in UTF-8, and PING again.",
      expects: ANY,
      cause: 'Text is decoded or printed in ASCII, which has no ü: use decode("utf-8").',
      run: survives("grüße 🙂"),
    },
    {
      name: "empty",
      demand: "robust",
      does: "Sends PING, a datagram of no bytes, and PING again.",
      expects: ANY,
      cause: "No bytes are the end of a stream, but over UDP only an empty message: the loop has to go on.",
      run: survives(new Uint8Array()),
    },
    {
      name: "largest",
      demand: "robust",
      does: `Sends PING, a datagram of ${CHUNK_BYTES.toLocaleString("en")} bytes, as many as the document's recv takes, and PING again.`,
      expects: ANY,
      cause:
        "The answer, or what is kept of the message, has room for less; recvfrom(1024) takes all of it, and what it does not take is lost.",
      run: survives("x".repeat(CHUNK_BYTES)),
    },
    {
      name: "not-utf-8",
      demand: "robust",
      does: "Sends PING, two bytes that are no text, ff fe, and PING again.",
      expects: ANY,
      cause: 'decode() raises UnicodeDecodeError, which ends the program: catch it, or use errors="replace".',
      run: survives(Uint8Array.of(0xff, 0xfe)),
    },
    {
      name: "quit",
      demand: "robust",
      does: `Sends PING and ${tokens.join(", ")}; then another client sends PING.`,
      expects: "PONG to the other client.",
      cause:
        "The token ends the whole program: over UDP there is no connection to end, and others still ask.",
      run: steps(async (server) => {
        {
          using client = await server.peer()
          await ping(client, server)
          for (const word of tokens) await client.ask(word, ODD_MS)
          if (client.end) end(fail(client, "The token was answered without end."))
        }
        using next = await server.peer()
        await ping(next, server, "After the first client had left, the next one was not served. ")
      }),
    },
    {
      ...restartCase("robust", async (server) => {
        using client = await server.peer()
        await ping(client, server)
      }),
      does: "Sends PING, ends the server, starts it again at once, and sends PING.",
      expects: "PONG, both times.",
      cause: "Something of the program that was ended still holds the port.",
    },
  ]
}
