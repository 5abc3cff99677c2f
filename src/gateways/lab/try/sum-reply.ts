import { LandlineError } from "../../../protocol/errors.ts"
import { shownBytes } from "../../../protocol/lab/diagnosis.ts"
import { diagnoseOrder, diagnoseSum } from "../../../protocol/lab/sum-diagnosis.ts"
import {
  encodeRequest,
  isBinary,
  SUM_FORMATS,
  SumDecoder,
  type SumFormatName,
} from "../../../protocol/lab/sum-formats.ts"
import type { Silence, SumFormat, SumMessage } from "../../../protocol/lab/sum-message.ts"
import type { Attempt } from "./attempt.ts"
import { type Failure, fail, failAt, type TriedServer } from "./case.ts"
import { connectAgain, silence, waitsForTheEnd } from "./common-cases.ts"

export const NAME = "Landline"
export const NUMBER = 25n

const BRACE = "{".charCodeAt(0)
const BLANKS: readonly number[] = Array.from(" \t\r\n", (sign) => sign.charCodeAt(0))
const PAUSE_MS = 150 // ends a reply that nothing else ends
const REST_MS = 150 // what is not asked for comes right behind what is
const OTHER_FORMAT_MS = 500 // at most, for the answer in each format but the first: only one of them can be right
const OTHER_FORMAT_TIMEOUTS = 0.2 // as much, where an answer may take less: all of them together end before the case

/** Reads so many replies, or those that come; `isMore`: something that is none stands behind them. */
export async function readReplies(
  attempt: Attempt,
  count: number,
  timeoutMs: number,
): Promise<{ messages: SumMessage[]; failure: Failure; isMore: boolean }> {
  const late = performance.now() + timeoutMs
  const read = (silent: Silence) => {
    const decoder = new SumDecoder("reply")
    decoder.push(attempt.got)
    const messages: SumMessage[] = []
    for (let message = decoder.next(silent); message; message = decoder.next(silent)) messages.push(message)
    return { decoder, messages }
  }
  const isEnough = (silent: Silence) => {
    const { decoder, messages } = read(silent)
    return messages.length >= count || decoder.fault !== undefined
  }
  while (!isEnough("none")) {
    const { length } = attempt.got
    const more = ({ got }: Attempt) => got.length > length
    if (length > 0 && !(await attempt.until(more, PAUSE_MS)) && isEnough("pause")) break
    if (!(await attempt.until(more, Math.max(0, late - performance.now())))) break
  }
  const { decoder, messages } = read(attempt.end === undefined ? "pause" : "end")
  return { messages, failure: unread(attempt, decoder, timeoutMs), isMore: !decoder.idle }
}

function unread(attempt: Attempt, decoder: SumDecoder, timeoutMs: number): Failure {
  if (attempt.got.length === 0) return fail(attempt, silence(attempt, timeoutMs))
  const why = decoder.fault ?? (attempt.end === undefined ? "stalled" : "cut_short")
  return failAt(attempt, diagnoseSum(why, decoder.evidence(), { role: "reply", timeoutMs }))
}

/** The reply to one request, or what is wrong with it. The sum in it may be any. */
export async function readReply(
  attempt: Attempt,
  asked: SumFormat,
  timeoutMs: number,
): Promise<SumMessage | Failure> {
  const { messages, failure } = await readReplies(attempt, 1, timeoutMs)
  const begun = asked.kind === "json" ? beginsWrong(attempt) : undefined
  if (begun) return begun
  const [reply] = messages
  if (!reply) return isBinary(asked) ? { ...failure, cause: NETWORK_ORDER } : failure
  const { format, number } = reply
  if (format.kind !== asked.kind || !sameKeys(asked, format))
    return fail(attempt, `The reply has another form than the request: ${formWords(format)}.`)
  if (number < 1n || number > 100n) {
    const order = diagnoseOrder(reply, attempt.got.length)
    return order
      ? failAt(attempt, order)
      : fail(attempt, `The server's number is ${number}, not one from 1 to 100.`)
  }
  return reply
}

const NETWORK_ORDER =
  'One recv() need not bring the whole request; and a number goes in network order, its high byte first: ntohl() and htonl(), or struct with ">i".'

/** Something stands before a reply in JSON, such as a greeting, a length, or the mark of another encoding. */
function beginsWrong(attempt: Attempt): Failure | undefined {
  const byte = attempt.got.findIndex((one) => !BLANKS.includes(one))
  if (byte === -1 || attempt.got[byte] === BRACE) return undefined
  return failAt(attempt, {
    byte,
    expected: 'the reply, which begins with "{"',
    got: shownBytes(attempt.got.subarray(byte)),
    mend: "The reply is one JSON object in UTF-8: nothing stands before it, no greeting, no length, no other text.",
  })
}

export const isFailure = (read: SumMessage | Failure): read is Failure => "verdict" in read

/** The coursework's client looks for `server_name`. */
const sameKeys = (asked: SumFormat, reply: SumFormat): boolean =>
  asked.kind !== "json" ||
  reply.kind !== "json" ||
  !asked.nameKey.startsWith("client_") ||
  reply.nameKey.startsWith("server_")

function formWords(format: SumFormat): string {
  if (format.kind === "json") return `JSON with the keys ${format.nameKey} and ${format.numberKey}`
  if (format.kind === "text") return "text, name and number"
  return format.kind === "lines" ? "two lines" : "binary"
}

/** Those that are tried, the document's first; the rest are met in programs of the same assignment. */
const FORMATS: readonly SumFormat[] = [
  SUM_FORMATS.json,
  { kind: "json", nameKey: "client_name", numberKey: "client_number", line: true },
  { kind: "json", nameKey: "name", numberKey: "number", line: false }, // without the newline first: see `find`
  SUM_FORMATS.jsonline,
  { kind: "json", nameKey: "message", numberKey: "integer", line: false },
  SUM_FORMATS.comma,
  SUM_FORMATS.colon,
  { kind: "text", separator: ": ", end: "\n" },
  SUM_FORMATS.semicolon,
  SUM_FORMATS.pipe,
  SUM_FORMATS.lines,
  SUM_FORMATS.words,
  SUM_FORMATS.java,
  SUM_FORMATS.c260,
]

/** Which format a server speaks: found out once. */
export class SumSpeech {
  readonly #candidates: readonly SumFormat[]
  #found: SumFormat | undefined

  constructor(name: SumFormatName | undefined) {
    this.#candidates = name ? [SUM_FORMATS[name]] : FORMATS
  }

  get isKnown(): boolean {
    return this.#found !== undefined
  }

  /** @throws where it is not found out yet: a case begins with `find` */
  get format(): SumFormat {
    if (!this.#found) throw new Error("The format is not known yet.")
    return this.#found
  }

  /**
   * Takes the first format that is answered in itself: a server that wants no newline may be done before one comes,
   * and one that looks for the last number finds it in others' formats too.
   * @returns why there is none
   */
  async find(server: TriedServer): Promise<Failure | undefined> {
    if (this.#found) return undefined
    let unanswered: Failure | undefined
    let otherwise: Failure | undefined // it was answered, but not so
    const { timeoutMs } = server
    for (const format of this.#candidates) {
      try {
        using attempt = await server.connect()
        attempt.send(encodeRequest(NAME, NUMBER, format))
        const isFirst = (unanswered ?? otherwise) === undefined
        const wait = isFirst ? timeoutMs : Math.min(OTHER_FORMAT_MS, timeoutMs * OTHER_FORMAT_TIMEOUTS)
        const read = await readReply(attempt, format, wait)
        const more = attempt.got.length > 0 ? await readReplies(attempt, 2, REST_MS) : undefined
        if (more && more.messages.length > 1) return fail(attempt, "More than one reply came to one request.")
        if (!isFailure(read)) {
          if (more?.isMore) return more.failure
          this.#found = format
          return undefined
        }
        if (!more?.messages.length) unanswered ??= read
        else otherwise ??= read
      } catch (error) {
        if (otherwise) return otherwise
        if (!unanswered || !(error instanceof LandlineError)) throw error
        const what = `${unanswered.what} Then the server had ended. If it speaks another format than the document's, name it with --format.`
        return { ...unanswered, what }
      }
    }
    if (otherwise || !unanswered || unanswered.got.length > 0) return otherwise ?? unanswered
    using attempt = await connectAgain(server)
    if (!attempt) return unanswered
    attempt.send(encodeRequest(NAME, NUMBER, this.#candidates[0]!))
    return waitsForTheEnd(attempt, unanswered)
  }
}
