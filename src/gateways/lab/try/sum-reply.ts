import { LandlineError } from "../../../protocol/errors.ts"
import { diagnoseSum } from "../../../protocol/lab/sum-diagnosis.ts"
import {
  encodeRequest,
  SUM_FORMATS,
  SumDecoder,
  type SumFormatName,
} from "../../../protocol/lab/sum-formats.ts"
import type { Silence, SumFormat, SumMessage } from "../../../protocol/lab/sum-message.ts"
import type { Attempt } from "./attempt.ts"
import { type Failure, fail, failAt, type TriedServer } from "./case.ts"
import { silence } from "./common-cases.ts"

export const NAME = "Landline"
export const NUMBER = 25n

const PAUSE_MS = 150 // ends a reply that nothing else ends
const REST_MS = 150 // what is not asked for comes right behind what is
const OTHER_FORMAT_MS = 500 // for the answer in each format but the first: only one of them can be right

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
  const [reply] = messages
  if (!reply) return failure
  const { format, number } = reply
  if (format.kind !== asked.kind || !sameKeys(asked, format))
    return fail(attempt, `The reply has another form than the request: ${formWords(format)}.`)
  if (number < 1n || number > 100n)
    return fail(attempt, `The server's number is ${number}, not one from 1 to 100.`)
  return reply
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
  SUM_FORMATS.jsonline,
  { kind: "json", nameKey: "message", numberKey: "integer", line: false },
  SUM_FORMATS.comma,
  SUM_FORMATS.colon,
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

  /** @returns why there is none that the server answers in */
  async find(server: TriedServer): Promise<Failure | undefined> {
    let first: Failure | undefined
    if (this.#found) return undefined
    for (const format of this.#candidates) {
      try {
        using attempt = await server.connect()
        attempt.send(encodeRequest(NAME, NUMBER, format))
        const wait = first ? Math.min(OTHER_FORMAT_MS, server.timeoutMs) : server.timeoutMs
        const read = await readReply(attempt, format, wait)
        const { messages, failure, isMore } = await readReplies(attempt, 2, REST_MS)
        if (isFailure(read) && messages.length === 0) {
          first ??= read
          continue
        }
        if (messages.length > 1) return fail(attempt, "More than one reply came to one request.")
        if (isFailure(read)) return read
        if (isMore) return failure
        this.#found = format
        return undefined
      } catch (error) {
        if (!first || !(error instanceof LandlineError)) throw error
        const what = `${first.what} Then the server had ended. If it speaks another format than the document's, name it with --format.`
        return { ...first, what }
      }
    }
    return first
  }
}
