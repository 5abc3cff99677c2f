import { kindOf, parseNumbers, parseUser, renderNumbers } from "../../../protocol/lab/feed-messages.ts"
import { renderReport } from "../../../protocol/lab/feed-reports.ts"
import { type LabCase, notApplicable, type TriedServer } from "./case.ts"
import { clientFrame, FeedLine, OPCODES } from "./feed-line.ts"
import { feedLineCases } from "./feed-line-cases.ts"
import { end, restartCase, steps } from "./steps.ts"

const SAMPLE_LINES = 8 // each message is a user or an array by chance: so many at once soon give both
const ROUND_MS = 50 // after the first of them, in which the other lines get theirs
const THIRD_FROM_MS = 1_200 // a third message, a second apart each, that comes sooner is too soon
const THIRD_UNTIL_MS = 3_500

/** A message that a line has got. */
interface Sampled {
  readonly line: FeedLine
  readonly text: string
}

/** The messages of several lines at once, until one is wanted or the time is over. */
async function sample(server: TriedServer, isWanted: (text: string) => boolean): Promise<Sampled[]> {
  const opening = Array.from({ length: SAMPLE_LINES }, () => FeedLine.open(server))
  const settled = await Promise.allSettled(opening)
  const lines = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))
  // A server that takes only some of them is another case's.
  if (lines.length === 0) throw (settled[0] as PromiseRejectedResult).reason
  const found = lines.map(async (line) => {
    const isThere = await line.attempt.until(() => line.messages.some(isWanted), server.timeoutMs)
    if (!isThere) throw new Error("not on this line")
  })
  await Promise.any(found).catch(() => {}) // then the messages that there are must do
  await lines[0]!.attempt.quiet(ROUND_MS)
  return lines.flatMap((line) => line.messages.map((text) => ({ line, text })))
}

const hasApostrophe = (text: string) => parseUser(text)?.name.includes("'") === true

export const feedCases: readonly LabCase[] = [
  {
    name: "as-documented",
    demand: "basic",
    does: "Shakes hands as a WebSocket client, and waits.",
    expects: "The handshake is accepted, and a text frame comes, a user or an array.",
    cause:
      "A feed is a WebSocket: the handshake is answered with 101 and the Sec-WebSocket-Accept that follows from the client's key, and then every message is one text frame (RFC 6455 4.2.2 and 5.6).",
    run: steps(async (server) => {
      const line = await FeedLine.receives(server)
      const [text] = line.messages
      if (kindOf(text!) === undefined)
        line.fail("The message is neither a user, ['...'], nor an array, [1 2 3].")
    }),
  },
  {
    name: "users",
    demand: "basic",
    does: "Takes messages until a user is among them.",
    expects: "A user begins with [' and is a list of three strings, as Python prints it.",
    cause:
      "The client tells a user from an array by the second character, which is ' for a user: send str() of a list of strings, no JSON.",
    run: steps(async (server) => {
      // Double quotes for the sake of an apostrophe are a case of their own.
      const isUser = (text: string) => kindOf(text) === "users" && !(text[1] === '"' && hasApostrophe(text))
      const users = (await sample(server, isUser)).filter(({ text }) => isUser(text))
      if (users.length === 0) end(notApplicable("No user came, only arrays."))
      for (const { line, text } of users) {
        if (text[1] !== "'")
          line.fail(`A user came whose second character is ${JSON.stringify(text[1])}, not '.`)
        if (!parseUser(text)) line.fail("A user came that cannot be read as a list of three strings.")
      }
    }),
  },
  {
    name: "numbers",
    demand: "basic",
    does: "Takes messages until an array is among them.",
    expects: "An array is numbers between brackets with blanks between them, as numpy prints it.",
    cause: "str() of a list puts commas between the numbers: send str() of the numpy array itself.",
    run: steps(async (server) => {
      const isArray = (text: string) => kindOf(text) === "numbers"
      const arrays = (await sample(server, isArray)).filter(({ text }) => isArray(text))
      if (arrays.length === 0) end(notApplicable("No array came, only users."))
      const wrong = arrays.find(({ text }) => parseNumbers(text) === undefined)
      wrong?.line.fail("An array came that cannot be read as numbers with blanks between them.")
    }),
  },
  {
    name: "second-client",
    demand: "basic",
    does: "Connects a second client while the first one takes messages.",
    expects: "Both get messages.",
    cause:
      "Something in the handler blocks, such as time.sleep() or input(): await asyncio.sleep(1) lets the others run.",
    run: steps(async (server) => {
      const first = await FeedLine.receives(server)
      await FeedLine.receives(server)
      await first.goesOn("a second client had come")
    }),
  },
  {
    name: "one-a-second",
    demand: "basic",
    does: "Takes three messages.",
    expects: "They come a second apart.",
    cause:
      "The sending loop waits with await asyncio.sleep(1) after each message; time.sleep(1) would stop all clients.",
    listens: true,
    run: steps(async (server) => {
      const line = await FeedLine.receives(server)
      const begin = performance.now()
      const isThere = await line.untilMessages(3, THIRD_UNTIL_MS)
      const ms = performance.now() - begin
      if (!isThere)
        line.fail(`${line.messages.length} of three messages came within ${THIRD_UNTIL_MS / 1000} s.`)
      if (ms < THIRD_FROM_MS) line.fail(`Three messages came within ${(ms / 1000).toFixed(1)} s.`)
    }),
  },
  {
    name: "report",
    demand: "basic",
    does: "Reports a block, as the document's client does after five messages.",
    expects: "The feed goes on. That the server prints the report cannot be seen from here.",
    cause:
      "Sending and receiving are two tasks, run together with asyncio.gather(): a handler that only sends, or waits for one report, stops here.",
    run: steps(async (server) => {
      const line = await FeedLine.receives(server)
      line.attempt.send(clientFrame("text", renderReport(5, 5.0123)))
      if (!(await line.untilMessages(line.messages.length + 1)))
        line.fail("No message came after the report.")
    }),
  },
  {
    name: "close",
    demand: "basic",
    does: "Says that it closes, with a close frame.",
    expects: "A close frame comes back, and the server ends the connection.",
    cause: "A close frame is answered with one, and then the socket is closed (RFC 6455 5.5.1 and 7.1.1).",
    run: steps(async (server) => {
      const line = await FeedLine.open(server)
      line.attempt.send(clientFrame("close", new Uint8Array([1000 >> 8, 1000 & 0xff])))
      await line.untilFrame(OPCODES.close)
      if (!line.frames.some(({ opcode }) => opcode === OPCODES.close)) line.fail("No close frame came back.")
      if (!(await line.attempt.untilEnd(server.timeoutMs)))
        line.fail(`The connection was still open ${server.timeoutMs / 1000} s after the close frames.`)
    }),
  },
  {
    name: "apostrophe",
    demand: "robust",
    does: "Takes messages, and looks for users with an apostrophe in their name.",
    expects: "They begin with [' too: ['Sam O\\'Keefe', ...].",
    cause:
      "Python prints a string that holds an apostrophe in double quotes, and the document's client then takes the user for an array: put the first field together yourself.",
    run: steps(async (server) => {
      const users = (await sample(server, () => true)).filter(({ text }) => hasApostrophe(text))
      if (users.length === 0) end(notApplicable("No name with an apostrophe came."))
      const wrong = users.find(({ text }) => text[1] !== "'")
      wrong?.line.fail("A user came whose second character is not ', since the name holds one.")
    }),
  },
  {
    name: "wrapping",
    demand: "robust",
    does: "Takes messages until an array is among them.",
    expects:
      "Columns aligned to the right, lines of less than 75 characters, each further one behind a blank.",
    cause: "The array is sent as str(array) gives it: nothing is joined, split or replaced in it.",
    run: steps(async (server) => {
      const isArray = (text: string) => parseNumbers(text) !== undefined
      const arrays = (await sample(server, isArray)).filter(({ text }) => isArray(text))
      if (arrays.length === 0) end(notApplicable("No array came that can be read."))
      for (const { line, text } of arrays) {
        const asPrinted = renderNumbers(parseNumbers(text)!)
        if (text === asPrinted) continue
        const at = [...asPrinted].findIndex((sign, index) => sign !== text[index])
        line.fail(
          `An array came that numpy prints differently, from character ${at === -1 ? asPrinted.length : at} on.`,
        )
      }
    }),
  },
  ...feedLineCases,
  restartCase("robust", FeedLine.receives),
]
