import type { Session } from "../../client/main.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { essence, isJson } from "../../protocol/feeds.ts"
import { limits } from "../../protocol/limits.ts"
import { type Line, linesOf } from "./lines.ts"

/** Lines on their way at once. Above, stdin is not read: a program that writes into it is slowed down with it. */
const PENDING_MAX = 1_000

/** Publishes lines in a feed, each once and in order, and counts them. */
export class Publishing {
  readonly #session: Session
  readonly #feed: string
  readonly #refused: (line: number, error: LandlineError) => void
  readonly #over = Promise.withResolvers<never>()
  readonly #pending: Promise<void>[] = []
  /** What the feed holds; undefined where there is no feed yet. */
  #type: string | undefined
  stored = 0
  /** Given to the session, and neither stored nor refused yet. */
  waiting = 0
  /** After the last message that is stored. */
  cursor: string | undefined

  /** @param refused is told of each line that is passed over */
  constructor(session: Session, feed: string, refused: (line: number, error: LandlineError) => void) {
    this.#session = session
    this.#feed = feed
    this.#refused = refused
    this.#over.promise.catch(() => {})
  }

  /** Looks what the feed holds; with a type, makes it where there is none. @throws LandlineError type_mismatch */
  async begin(type: string | undefined): Promise<void> {
    this.#type = await this.#typeThere()
    if (type === undefined) return
    if (this.#type === undefined) this.#type = (await this.#session.createFeed(this.#feed, type)).type
    else if (essence(type) !== essence(this.#type))
      throw new LandlineError(
        "type_mismatch",
        { type: this.#type },
        `The feed ${this.#feed} holds ${this.#type}; publish ${type} under another name.`,
      )
  }

  /**
   * Publishes each line that is not empty, and resolves when all are stored. A line that does not fit is passed over.
   * @throws LandlineError where the hub takes no more: the feed is closed, or somebody else's
   */
  lines(input: AsyncIterable<Uint8Array | string>): Promise<void> {
    return Promise.race([this.#read(input), this.#over.promise])
  }

  async #read(input: AsyncIterable<Uint8Array | string>): Promise<void> {
    const { entryBytesMax = limits.entryBytesMax } = this.#session.welcome ?? {}
    for await (const line of linesOf(input, entryBytesMax)) {
      if (line.text?.trim() === "") continue
      const error = this.#check(line, entryBytesMax)
      if (error) this.#refused(line.number, error)
      else await this.#publish(line.number, line.text!)
    }
    await Promise.all(this.#pending)
  }

  /**
   * Here rather than by the hub: a message that it refuses holds up all that were sent behind it.
   */
  #check({ number, text, refusal }: Line, bytesMax: number): LandlineError | undefined {
    if (refusal === "too_large")
      return new LandlineError(
        refusal,
        {},
        `Line ${number} is too long: a message has at most ${bytesMax / 1024} KiB.`,
      )
    if (text === undefined) return new LandlineError("bad_request", {}, `Line ${number} is no text in UTF-8.`)
    if (this.#type === undefined || !isJson(this.#type) || isJsonText(text)) return undefined
    return new LandlineError(
      "bad_request",
      {},
      `Line ${number} is no JSON, and the feed ${this.#feed} holds JSON.`,
    )
  }

  async #publish(number: number, text: string): Promise<void> {
    this.waiting++
    const settled = this.#session.publish(`feed/${this.#feed}`, text).then(
      ({ cursor }) => {
        this.stored++
        this.waiting--
        this.cursor = cursor
      },
      (error: LandlineError) => {
        if (this.#session.state === "closed") return // it still waits, and is counted so
        this.waiting--
        this.#over.reject(new LandlineError(error.code, { line: number }, `Line ${number}: ${error.message}`))
      },
    )
    this.#pending.push(settled)
    if (this.#type === undefined) {
      await settled // its look decides what the feed holds
      this.#type = await this.#typeThere()
    } else if (this.#pending.length >= PENDING_MAX) await this.#pending.shift()
  }

  /** Undefined where there is no such feed. */
  async #typeThere(): Promise<string | undefined> {
    try {
      return (await this.#session.feed(this.#feed)).type
    } catch (error) {
      if (error instanceof LandlineError && error.code === "unknown_feed") return undefined
      throw error
    }
  }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
