import { setTimeout as sleep } from "node:timers/promises"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeFrame } from "../../../protocol/lab/chat-frames.ts"
import { fail, type LabCase, type TriedServer } from "./case.ts"
import { ChatGuest, SETTLE_MS } from "./chat-guest.ts"
import { end, restartCase, steps } from "./steps.ts"

const BETWEEN_MS = 100 // a header and its body that come apart
const LARGEST_BYTES = 60_000 // far more than one recv gives, and less than any server's limit that is met

const wide = (text: string) => encodeFrame(text, 64)

/** Ends the case where an answer came to what is not a whole message yet. */
function unanswered({ attempt, news }: ChatGuest): void {
  if (news.length > 0) end(fail(attempt, "It answered before the message was whole.", new Uint8Array()))
  if (attempt.end !== undefined) end(fail(attempt, "It ended the connection before the message was whole."))
}

/** The family with headers of 64 bytes: no username, and every message is answered. */
export function wideChatCases(ack = "Msg received", token = "!DISCONNECT"): readonly LabCase[] {
  const open = async (server: TriedServer) => new ChatGuest(await server.connect(), "the client")

  /** As text alone, or with a header of its own. */
  const answered = async (guest: ChatGuest, times: number, server: TriedServer) => {
    const [plain, framed] = [new TextEncoder().encode(ack), wide(ack)]
    const answers = (one: Uint8Array) => concat(new Array<Uint8Array>(times).fill(one))
    await guest.hears([answers(plain), answers(framed)], guest, server.timeoutMs)
  }

  /** A new client says something, and is answered. */
  const serves = async (server: TriedServer) => {
    const guest = await open(server)
    guest.attempt.send(wide("hello"))
    await answered(guest, 1, server)
    return guest
  }

  return [
    {
      name: "as-documented",
      demand: "basic",
      does: "Sends a message behind a header of 64 bytes, and another one when the answer has come.",
      expects: `Each is answered with "${ack}".`,
      cause: "The server answers every message, at once, and then reads the next header.",
      run: steps(async (server) => {
        const guest = await serves(server)
        guest.attempt.send(wide("and more"))
        await answered(guest, 1, server)
      }),
    },
    {
      name: "header-first",
      demand: "basic",
      does: "Sends the header of a message, and its body a moment later, as this family's clients do.",
      expects: "One answer.",
      cause:
        "One recv() need not give header and body: read until as many bytes are there as the header says.",
      run: steps(async (server) => {
        const guest = await open(server)
        const frame = wide("hello")
        guest.attempt.send(frame.subarray(0, 64))
        await sleep(BETWEEN_MS)
        unanswered(guest)
        guest.attempt.send(frame.subarray(64))
        await answered(guest, 1, server)
      }),
    },
    {
      name: "leave",
      demand: "basic",
      does: `Sends ${token}.`,
      expects: "It is answered as well, and then the server closes the connection.",
      cause: "The word has to be compared as text, after decode(), and conn.close() stands behind the loop.",
      run: steps(async (server) => {
        const guest = await open(server)
        guest.attempt.send(wide(token))
        await answered(guest, 1, server)
        if (!(await guest.attempt.untilEnd(server.timeoutMs)))
          end(fail(guest.attempt, `The connection was still open ${server.timeoutMs / 1000} s later.`))
      }),
    },
    {
      name: "non-ascii",
      demand: "basic",
      does: "Sends a message with letters that have more than one byte, and another one.",
      expects: "Two answers.",
      cause: "The length counts bytes: read so many bytes, and decode them afterwards.",
      run: steps(async (server) => {
        const guest = await open(server)
        for (const text of ["schöne Grüße ✓ 你好", "hello"]) {
          guest.attempt.send(wide(text))
          await answered(guest, 1, server)
        }
      }),
    },
    {
      name: "second-client",
      demand: "basic",
      does: "Sends a message while another client is connected.",
      expects: "Both are answered.",
      cause:
        "The server stays with its first client: give each client a thread, or wait for all with select.",
      run: steps(async (server) => {
        const first = await serves(server)
        await serves(server)
        first.attempt.send(wide("still here"))
        await answered(first, 1, server)
      }),
    },
    {
      name: "glued",
      demand: "robust",
      does: "Sends two messages in one write.",
      expects: "Two answers.",
      cause:
        "One recv() may give several messages: read exactly the header, then exactly as many bytes as it says, and keep the rest.",
      run: steps(async (server) => {
        const guest = await open(server)
        guest.attempt.send(concat([wide("one"), wide("two")]))
        await answered(guest, 2, server)
      }),
    },
    {
      name: "byte-by-byte",
      demand: "robust",
      does: "Sends a message one byte at a time.",
      expects: "One answer.",
      cause:
        "recv(64) gives up to 64 bytes, not 64: call it in a loop until as many are there as are wanted.",
      run: steps(async (server) => {
        const guest = await open(server)
        const frame = wide("slowly")
        await guest.attempt.sendApart(frame.subarray(0, -1))
        unanswered(guest)
        guest.attempt.send(frame.subarray(-1))
        await answered(guest, 1, server)
      }),
    },
    {
      name: "empty",
      demand: "robust",
      does: "Sends a message of no bytes, its header says 0, and then another one.",
      expects: "Two answers.",
      cause:
        "recv(0) gives nothing, which looks like the end of the connection: do not read where the length is 0.",
      run: steps(async (server) => {
        const guest = await open(server)
        for (const text of ["", "and more"]) {
          guest.attempt.send(wide(text))
          await answered(guest, 1, server)
        }
      }),
    },
    {
      name: "largest",
      demand: "robust",
      does: `Sends a message of ${LARGEST_BYTES.toLocaleString("en")} bytes, and another one.`,
      expects: "Two answers.",
      cause: "One recv() gives what is there, and the rest was taken for the next header: read in a loop.",
      run: steps(async (server) => {
        const guest = await open(server)
        for (const text of ["0123456789".repeat(LARGEST_BYTES / 10), "and more"]) {
          guest.attempt.send(wide(text))
          await answered(guest, 1, server)
        }
      }),
    },
    {
      name: "silent",
      demand: "robust",
      does: "Connects and says nothing, while another client sends a message.",
      expects: "That is answered.",
      cause: "The server waits for one client alone: give each a thread, or wait for all with select.",
      run: steps(async (server) => {
        await server.connect()
        await sleep(SETTLE_MS)
        await serves(server)
      }),
    },
    ...harmless([
      {
        name: "hang-up",
        does: "Closes a connection in the middle of a message.",
        cause:
          "An empty recv() is the end of the connection, in the middle of a message too: leave the loop.",
        harm: (eve) => {
          eve.attempt.send(wide("never finished").subarray(0, 70))
          eve.attempt.finish()
        },
      },
      {
        name: "reset",
        does: "Resets a connection, as a client does that is killed.",
        cause:
          "recv() and send() raise ConnectionResetError or BrokenPipeError then, and nobody caught it: treat it as the end of that client.",
        harm: (eve) => eve.attempt.reset(),
      },
      {
        name: "wrong-input",
        does: "Sends a header that is no number.",
        cause: "int() raised ValueError, and nobody caught it: close that client, and go on with the others.",
        harm: (eve) => eve.attempt.send(`${"five".padEnd(64)}hello`),
      },
      {
        name: "over-limit",
        does: "Sends a header that promises ten thousand million bytes, and one byte.",
        cause:
          "The server reads, or makes room for, whatever a header promises: refuse a length above a limit of your own.",
        harm: (eve) => eve.attempt.send(`${"9999999999".padEnd(64)}x`),
      },
    ]),
    restartCase("robust", serves),
  ]

  function harmless(
    all: readonly (Pick<LabCase, "name" | "does" | "cause"> & { harm(eve: ChatGuest): void })[],
  ) {
    return all.map(
      ({ harm, ...words }): LabCase => ({
        ...words,
        demand: "robust",
        expects: "The next client is answered.",
        run: steps(async (server) => {
          harm(await serves(server))
          await sleep(SETTLE_MS)
          await serves(server)
        }),
      }),
    )
  }
}
