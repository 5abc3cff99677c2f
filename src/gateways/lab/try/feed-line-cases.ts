import { concat } from "../../../protocol/lab/bytes.ts"
import { decodeText } from "../../../protocol/lab/diagnosis.ts"
import { renderReport } from "../../../protocol/lab/feed-reports.ts"
import type { Attempt } from "./attempt.ts"
import { fail, type LabCase, type TriedServer } from "./case.ts"
import { clientFrame, FeedLine, OPCODES, STILL_THERE } from "./feed-line.ts"
import { end, steps } from "./steps.ts"

const LARGEST_BYTES = 60_000 // of a report; far more than one recv gives
const HANDSHAKE_PIECE_BYTES = 20
const REFUSED_MS = 150 // in which a server ends a connection that breaks the rules

/** What RFC 6455 and TCP allow a client, beyond what the document's does. */
export const feedLineCases: readonly LabCase[] = [
  {
    name: "ping",
    demand: "robust",
    does: "Sends a ping frame.",
    expects: "A pong frame with the same content.",
    cause: "A ping must be answered with a pong that holds the same bytes (RFC 6455 5.5.2 and 5.5.3).",
    run: steps(async (server) => {
      const line = await FeedLine.open(server)
      line.attempt.send(clientFrame("ping", "landline"))
      if (!(await line.untilFrame(OPCODES.pong))) line.fail("No pong came.")
      const pong = line.frames.find(({ opcode }) => opcode === OPCODES.pong)!
      if (decodeText(pong.body) !== "landline") line.fail("The pong does not hold what the ping held.")
    }),
  },
  {
    name: "glued",
    demand: "robust",
    does: "Sends the handshake, a report and a ping in one write.",
    expects: "The handshake is accepted, and the feed goes on.",
    cause: "What came with the handshake belongs to the WebSocket: keep what stands behind the empty line.",
    run: steps(async (server) => {
      const behind = concat([clientFrame("text", renderReport(5, 5.0123)), clientFrame("ping", "at once")])
      const all = (request: string) => concat([new TextEncoder().encode(request), behind])
      const line = await FeedLine.open(server, (attempt, request) => attempt.send(all(request)))
      await line.goesOn("the handshake with frames behind it")
      const [pong] = line.frames.filter(({ opcode }) => opcode === OPCODES.pong)
      if (pong && decodeText(pong.body) === STILL_THERE)
        line.fail("The frames behind the handshake were lost.")
    }),
  },
  {
    name: "byte-by-byte",
    demand: "robust",
    does: `Sends the handshake ${HANDSHAKE_PIECE_BYTES} bytes at a time, and a report one byte at a time.`,
    expects: "The handshake is accepted, and the feed goes on.",
    cause:
      "One recv() need not give the whole handshake, or a whole frame: read on until the empty line, and until as many bytes are there as the frame has.",
    run: steps(async (server) => {
      const line = await FeedLine.open(server, (attempt, request) =>
        attempt.sendApart(request, HANDSHAKE_PIECE_BYTES),
      )
      await line.attempt.sendApart(clientFrame("text", renderReport(5, 5.0123)))
      await line.goesOn("a report that came byte by byte")
    }),
  },
  {
    name: "fragments",
    demand: "robust",
    does: "Sends a report in three fragments, with a ping between them.",
    expects: "The ping is answered, or the feed just goes on.",
    cause: "A message may come in fragments, with control frames between them (RFC 6455 5.4).",
    run: steps(async (server) => {
      const line = await FeedLine.open(server)
      line.attempt.send(clientFrame("text", "Client Recieved 5 ", { final: false }))
      line.attempt.send(clientFrame("ping", "between"))
      line.attempt.send(clientFrame("continuation", "messages in ", { final: false }))
      line.attempt.send(clientFrame("continuation", "5.0123s time"))
      await line.goesOn("a report in fragments")
    }),
  },
  ...harmless([
    {
      name: "non-ascii",
      does: "Sends a text with letters that have more than one byte.",
      cause:
        "A text frame is UTF-8, and its length counts bytes: decode it as such, and print what there is.",
      harm: (line) => line.attempt.send(clientFrame("text", "Zoë Recieved 5 messages ✓ 你好")),
    },
    {
      name: "empty",
      does: "Sends a text frame without text.",
      cause: "A message of no bytes is a message, and no end of the connection.",
      harm: (line) => line.attempt.send(clientFrame("text", "")),
    },
    {
      name: "largest",
      does: `Sends a text of ${LARGEST_BYTES.toLocaleString("en")} bytes.`,
      cause: "A frame of more than 125 bytes has its length in further bytes, and comes in several reads.",
      harm: (line) => line.attempt.send(clientFrame("text", "landline ".repeat(LARGEST_BYTES / 9))),
    },
  ]),
  {
    name: "unmasked",
    demand: "robust",
    does: "Sends a frame without a mask, which a client must not.",
    expects: "The server ends the connection.",
    cause: "A server must close upon a frame that is not masked (RFC 6455 5.1).",
    run: steps(async (server) => {
      const line = await FeedLine.open(server)
      line.attempt.send(clientFrame("text", "hello", { masked: false }))
      const isClosed = () => line.frames.some(({ opcode }) => opcode === OPCODES.close)
      const isRefused = await line.attempt.until(isClosed, server.timeoutMs)
      if (!isRefused && line.attempt.end === undefined)
        line.fail(`The connection was still open ${server.timeoutMs / 1000} s later.`)
    }),
  },
  ...refused([
    {
      name: "http",
      does: "Asks for a page, as a browser does, and connects as a client.",
      cause: "A request without Upgrade: websocket is no handshake: answer 426 or 400, and go on.",
      words: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    },
    {
      name: "wrong-input",
      does: "Sends a line that is no HTTP, and connects as a client.",
      cause: "The error was not caught where the handshake is read: close that connection, and go on.",
      words: "hello\r\n\r\n",
    },
  ]),
  ...bystanding([
    {
      name: "silent",
      does: "Connects without a handshake, while another client connects.",
      cause: "The server waits for this one's handshake, and takes nobody else meanwhile.",
      stand: async (server) => void (await server.connect()),
    },
    {
      name: "not-utf-8",
      does: "Sends a text frame of two bytes that are no text, ff fe, while another client connects.",
      cause:
        "decode() raises UnicodeDecodeError, which ends the program: catch it, and close that connection.",
      stand: async (server) => {
        const { attempt } = await FeedLine.open(server)
        attempt.send(clientFrame("text", Uint8Array.of(0xff, 0xfe)))
        await attempt.untilEnd(REFUSED_MS)
        attempt.finish()
      },
    },
    {
      name: "hang-up",
      does: "Ends a connection in the middle of a frame, and connects again.",
      cause: "The end of the connection may come in the middle of a frame: leave the reading loop there too.",
      stand: async (server) => {
        const { attempt } = await FeedLine.open(server)
        attempt.send(clientFrame("text", "never finished").subarray(0, 9))
        attempt.finish()
      },
    },
    {
      name: "reset",
      does: "Resets a connection, as a client does that is killed, and connects again.",
      cause:
        "Sending to who is gone raises ConnectionClosed, and nobody caught it: the server must notice, and go on.",
      stand: async (server) => (await FeedLine.open(server)).attempt.reset(),
    },
  ]),
]

type Words = Pick<LabCase, "name" | "does" | "cause">

/** Things to send after which that line goes on. */
function harmless(all: readonly (Words & { harm(line: FeedLine): void })[]): LabCase[] {
  return all.map(({ harm, ...words }) => ({
    ...words,
    demand: "robust",
    expects: "The feed goes on.",
    run: steps(async (server) => {
      const line = await FeedLine.open(server)
      harm(line)
      await line.goesOn("that")
    }),
  }))
}

/** First words of a connection that are no handshake. */
function refused(all: readonly (Words & { readonly words: string })[]): LabCase[] {
  const isAnswered = ({ got }: Attempt) => got.length > 0
  return all.map(({ words, ...told }) => ({
    ...told,
    demand: "robust",
    expects: "The first is answered with an error, or closed; the second gets messages.",
    run: steps(async (server) => {
      const attempt = await server.connect()
      attempt.send(words)
      await attempt.until(isAnswered, server.timeoutMs)
      if (attempt.text.startsWith("HTTP/1.1 101 ")) end(fail(attempt, "It was accepted as a WebSocket."))
      if (attempt.got.length === 0 && attempt.end === undefined)
        end(fail(attempt, `It was neither answered nor closed within ${server.timeoutMs / 1000} s.`))
      if (attempt.end === undefined) attempt.finish()
      await FeedLine.receives(server)
    }),
  }))
}

/** Clients that must not keep another one from its messages. */
function bystanding(all: readonly (Words & { stand(server: TriedServer): Promise<void> })[]): LabCase[] {
  return all.map(({ stand, ...words }) => ({
    ...words,
    demand: "robust",
    expects: "The other client gets messages.",
    run: steps(async (server) => {
      await stand(server)
      await FeedLine.receives(server)
    }),
  }))
}
