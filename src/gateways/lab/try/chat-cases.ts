import { setTimeout as sleep } from "node:timers/promises"
import { concat } from "../../../protocol/lab/bytes.ts"
import { encodeFrame, type HeaderBytes } from "../../../protocol/lab/chat-frames.ts"
import type { LabCase, TriedServer } from "./case.ts"
import { ChatGuest, joined, newGuest, SETTLE_MS, spoken } from "./chat-guest.ts"
import { wideChatCases } from "./chat-wide-cases.ts"
import { differing, end, restartCase, steps } from "./steps.ts"

export interface ChatCaseOptions {
  /** 10, as in the document: others hear what one says. 64: every message is answered. Left out: 10. */
  readonly headerBytes?: HeaderBytes | undefined
  /** With 64: what every message is answered with. Left out: `Msg received`. */
  readonly ack?: string | undefined
  /** With 64: what is sent to leave. Left out: `!DISCONNECT`. */
  readonly token?: string | undefined
}

/** What is tried of a chat server, of either family. */
export const chatCases = ({ headerBytes, ack, token }: ChatCaseOptions = {}): readonly LabCase[] =>
  headerBytes === 64 ? wideChatCases(ack, token) : narrowChatCases

const BETWEEN_MS = 100 // a header and its body that come apart
const ECHO_MS = 150 // an echo that comes has come by then
const APART_MS = 60 // what is written in further calls comes within that
const PIECES_TRIES = 10 // two pieces may look like one by chance
const LARGEST_BYTES = 60_000 // far more than one recv gives, and less than any server's limit that is met

/** What one has said reaches another, and nothing else does. */
async function heard(listener: ChatGuest, speaker: ChatGuest, text: string, server: TriedServer) {
  await listener.hears([spoken(speaker.name, text)], speaker, server.timeoutMs)
}

/** After something that must not harm others: they go on, and have got nothing of it. */
async function othersGoOn(server: TriedServer, bob: ChatGuest, ada: ChatGuest): Promise<void> {
  await sleep(SETTLE_MS)
  ada.say("still here")
  await heard(bob, ada, "still here", server)
  ada.look()
  // Where sending to the one who is gone was an error, it may have cost the one who spoke.
  bob.say("and I")
  await heard(ada, bob, "and I", server)
}

const narrowChatCases: readonly LabCase[] = [
  {
    name: "as-documented",
    demand: "basic",
    does: "Lets two clients join, each with its username as the first frame, and one of them say hello.",
    expects: "The other gets the sender's username frame and then the message frame.",
    cause:
      "What goes to every socket but the sender's is user['header'] + user['data'] + message['header'] + message['data']; and a server that stays with one client has nobody to send it to: wait for all sockets with select. (A server that answers every message has headers of 64 bytes: --header 64.)",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.say("hello")
      await heard(bob, ada, "hello", server)
    }),
  },
  {
    name: "no-echo",
    demand: "basic",
    does: "Lets a client say something while another one listens.",
    expects: "Nothing comes back to the sender.",
    cause: "The loop over the clients has to leave out the sender: if client_socket != notified_socket.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.say("hello")
      await bob.attempt.until(() => bob.news.length > 0, server.timeoutMs)
      await ada.attempt.quiet(ECHO_MS)
      if (ada.news.length > 0)
        end(differing("What the client said came back to it.", ada.words, ada.news, new Uint8Array()))
    }),
  },
  {
    name: "join",
    demand: "basic",
    does: "Lets one client join after another, and nobody say anything.",
    expects: "Nothing comes to either.",
    cause:
      "The username is no message, and the server has none of its own: what a client says after its username goes out, and nothing else.",
    run: steps(async (server) => {
      const bob = await newGuest(server, "bob")
      const ada = await newGuest(server, "ada")
      await ada.attempt.quiet(ECHO_MS)
      for (const guest of [bob, ada])
        if (guest.news.length > 0)
          end(differing(`Something came to ${guest.name}.`, guest.words, guest.news, new Uint8Array()))
    }),
  },
  {
    name: "one-piece",
    demand: "basic",
    does: `Lets a client say ${PIECES_TRIES} short things, one after the other.`,
    expects: "Each arrives at the other client in one piece.",
    cause:
      "Four send() calls are four pieces, and a client that reads with one recv() dies of the first: join the frames and send them in one call.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      for (let n = 0; n < PIECES_TRIES; n++) {
        ada.say(`word ${n}`)
        await bob.attempt.until(() => bob.news.length > 0, server.timeoutMs)
        const piece = bob.news.slice()
        await bob.attempt.quiet(APART_MS)
        // Where the whole is wrong, another case says so; this one looks only at how it came.
        if (piece.length < bob.news.length) {
          const what = `${piece.length} of ${bob.news.length} bytes came first, and the others later.`
          end(differing(what, ada.words, piece, bob.news.slice()))
        }
        for (const guest of [bob, ada]) guest.look()
      }
    }),
  },
  {
    name: "non-ascii",
    demand: "basic",
    does: "Lets a client named Zoë say something with letters that have more than one byte.",
    expects: "Both frames arrive as they were sent: their lengths count bytes.",
    cause: 'A length that counts characters: encode first, data = text.encode("utf-8"), then len(data).',
    run: steps(async (server) => {
      const [bob, zoe] = await joined(server, "bob", "Zoë")
      zoe.say("schöne Grüße ✓ 你好")
      await heard(bob, zoe, "schöne Grüße ✓ 你好", server)
    }),
  },
  {
    name: "second-client",
    demand: "basic",
    does: "Lets three clients join, and two of them say something.",
    expects: "Each message reaches both others.",
    cause:
      "The server waits for one client and does not look at the others: wait for all sockets with select, or give each client a thread.",
    run: steps(async (server) => {
      const [bob, eve, ada] = await joined(server, "bob", "eve", "ada")
      ada.say("to you both")
      for (const listener of [bob, eve]) await heard(listener, ada, "to you both", server)
      ada.look()
      bob.look()
      bob.say("from me too")
      for (const listener of [eve, ada]) await heard(listener, bob, "from me too", server)
    }),
  },
  {
    name: "leave",
    demand: "basic",
    does: "Lets one of three clients close its connection, and another one say something.",
    expects: "The third gets that message, and nothing about who left.",
    cause:
      "An empty recv() is the end of a connection: take that socket out of the list, and send nothing to it any more.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.finish()
      await othersGoOn(server, bob, ada)
    }),
  },
  {
    name: "blanks",
    demand: "basic",
    does: "Lets a client say something with blanks and a newline at its ends.",
    expects: "The other gets it as it was said.",
    cause:
      "strip() is for the header alone: the body is as long as the header says, and goes out as it came.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.say("  two words \n")
      await heard(bob, ada, "  two words \n", server)
    }),
  },
  {
    name: "glued",
    demand: "robust",
    does: "Sends a username and two messages in one write.",
    expects: "Another client gets both messages.",
    cause:
      "One recv() may give several messages: read exactly the header, then exactly as many bytes as it says, and keep the rest.",
    run: steps(async (server) => {
      const [bob] = await joined(server, "bob", "ada")
      const eve = new ChatGuest(await server.connect(), "eve")
      eve.attempt.send(concat(["eve", "one", "two"].map((text) => encodeFrame(text))))
      const both = concat([spoken("eve", "one"), spoken("eve", "two")])
      await bob.hears([both], eve, server.timeoutMs)
    }),
  },
  {
    name: "header-first",
    demand: "robust",
    does: "Sends the header of a message, and its body a moment later.",
    expects: "The other client gets the message.",
    cause: "One recv() need not give header and body: read until as many bytes are there as the header says.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.attempt.send("5         ")
      await sleep(BETWEEN_MS)
      ada.attempt.send("hello")
      await heard(bob, ada, "hello", server)
    }),
  },
  {
    name: "byte-by-byte",
    demand: "robust",
    does: "Sends a username and a message one byte at a time.",
    expects: "Another client gets the message as one.",
    cause:
      "recv(10) gives up to ten bytes, not ten: call it in a loop until as many are there as are wanted.",
    run: steps(async (server) => {
      const [bob] = await joined(server, "bob", "ada")
      const eve = new ChatGuest(await server.connect(), "eve")
      await eve.attempt.sendApart(concat([encodeFrame("eve"), encodeFrame("slowly")]))
      await heard(bob, eve, "slowly", server)
    }),
  },
  {
    name: "empty",
    demand: "robust",
    does: "Sends a message of no bytes, its header says 0, and then another one.",
    expects: "The other client gets both.",
    cause:
      "recv(0) gives nothing, which looks like the end of the connection: do not read where the length is 0.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.say("")
      await heard(bob, ada, "", server)
      ada.say("and more")
      await heard(bob, ada, "and more", server)
    }),
  },
  {
    name: "largest",
    demand: "robust",
    does: `Sends a message of ${LARGEST_BYTES.toLocaleString("en")} bytes.`,
    expects: "The other client gets all of it.",
    cause:
      "One recv() gives what is there, and send() takes what fits: read in a loop, and send with sendall().",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const text = "0123456789".repeat(LARGEST_BYTES / 10)
      ada.say(text)
      await heard(bob, ada, text, server)
    }),
  },
  {
    name: "silent",
    demand: "robust",
    does: "Connects and says nothing, not even a username, while two others talk.",
    expects: "They hear each other.",
    cause:
      "The server waits for the username right after accept(), and nobody else is served meanwhile: put the new socket into the select list first.",
    run: steps(async (server) => {
      await server.connect()
      await sleep(SETTLE_MS)
      const [bob, ada] = await joined(server, "bob", "ada")
      ada.say("hello")
      await heard(bob, ada, "hello", server)
    }),
  },
  {
    name: "hang-up",
    demand: "robust",
    does: "Closes a connection in the middle of a message.",
    expects: "The others get nothing of that message, and go on.",
    cause:
      "What recv() gave was passed on though it was less than the header said: pass on whole messages only.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.send("20        hello")
      eve.attempt.finish()
      await othersGoOn(server, bob, ada)
    }),
  },
  {
    name: "reset",
    demand: "robust",
    does: "Resets a connection, as a client does that is killed.",
    expects: "The others go on.",
    cause:
      "recv() and send() raise ConnectionResetError or BrokenPipeError then, and nobody caught it: treat it as the end of that client.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.reset()
      await othersGoOn(server, bob, ada)
    }),
  },
  {
    name: "wrong-input",
    demand: "robust",
    does: "Sends a header that is no number.",
    expects: "That client may be closed; the others get nothing of it, and go on.",
    cause: "int() raised ValueError, and nobody caught it: close that client, and go on with the others.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.send("five      hello")
      await othersGoOn(server, bob, ada)
    }),
  },
  {
    name: "not-utf-8",
    demand: "robust",
    does: "Sends a message of two bytes that are no text, ff fe.",
    expects: "That client may be closed, and its message passed on or not; the others go on.",
    cause: 'decode() raises UnicodeDecodeError, which ends the program: catch it, or use errors="replace".',
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.send(concat([new TextEncoder().encode("2         "), Uint8Array.of(0xff, 0xfe)]))
      await ada.attempt.quiet(ECHO_MS)
      for (const guest of [bob, ada]) guest.look()
      await othersGoOn(server, bob, ada)
    }),
  },
  {
    name: "over-limit",
    demand: "robust",
    does: "Sends a header that promises ten thousand million bytes, and one byte.",
    expects: "The others go on.",
    cause:
      "The server reads, or makes room for, whatever a header promises: refuse a length above a limit of your own, and wait for no single client.",
    run: steps(async (server) => {
      const [bob, ada] = await joined(server, "bob", "ada")
      const eve = await newGuest(server, "eve")
      eve.attempt.send("9999999999x")
      await othersGoOn(server, bob, ada)
    }),
  },
  restartCase("basic", async (server) => {
    const [bob, ada] = await joined(server, "bob", "ada")
    ada.say("hello")
    await heard(bob, ada, "hello", server)
  }),
]
