import { concat } from "./bytes.ts"
import { cutBefore, decode, type Encoding, encode, unitBytes } from "./encodings.ts"

/**
 * Ping of the lab: text without any frame. `PING`, in letters of either size, is answered; a quit token ends the
 * connection; whatever else comes is a message of its own when it is over.
 */
export const PING = "PING"
export const PONG = "PONG"
/** The document's, that of the program behind it, and those of its relatives. */
export const QUIT_TOKENS: readonly string[] = ["QUIT", "Q", "quit", "!quit"]
export const OTHER_ANSWER = "Hello there!"

/** The answer to a word, small where the word's letters are: `pong` to `ping`. */
export function answerTo(word: string, response: string): string {
  const isSmall = (at: number) => /[a-z]/.test(word[Math.min(at, word.length - 1)]!)
  return Array.from(response, (letter, at) => (isSmall(at) ? letter.toLowerCase() : letter)).join("")
}

/** `nul`: NUL bytes between messages, as C programs send them. `garbled`: no text of the encoding. */
export interface PingMessage {
  readonly kind: "ping" | "quit" | "other" | "nul" | "garbled"
  /** Place in the stream. */
  readonly at: number
  readonly bytes: Uint8Array
  /** As it came; empty where it is none. */
  readonly text: string
}

export interface PingReaderOptions {
  readonly encoding: Encoding
  readonly tokens: readonly string[]
  /** Other text that is longer is several messages. At least 4. */
  readonly chunkBytes: number
}

interface Word {
  readonly kind: "ping" | "quit"
  readonly bytes: Uint8Array
}

const [NUL, TAB, LINE_FEED, RETURN, BLANK] = [0, 9, 10, 13, 32]

/**
 * Bytes in, messages out. Where they are cut makes no difference; only a pause does, and the end of the stream.
 * - `PING` is one as soon as it is there, whatever follows it.
 * - A token is one at the end of a message, or where another word follows: `QUITE` is none.
 * - Other text goes on to the end of its line, a pause, or `chunkBytes`.
 */
export class PingReader {
  readonly #options: PingReaderOptions
  readonly #words: readonly Word[] // long ones first
  readonly #unit: 1 | 2
  #rest: Uint8Array = new Uint8Array()
  #at = 0

  constructor(options: PingReaderOptions) {
    this.#options = options
    this.#unit = unitBytes(options.encoding)
    const word = (kind: Word["kind"], text: string): Word[] => {
      const bytes = encode(text, options.encoding)
      return bytes ? [{ kind, bytes }] : [] // what cannot be written cannot come
    }
    this.#words = [...options.tokens.flatMap((token) => word("quit", token)), ...word("ping", PING)].sort(
      (one, other) => other.bytes.length - one.bytes.length,
    )
  }

  push(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk])
  }

  /** Bytes taken so far: the place in the stream of what came behind them. */
  get at(): number {
    return this.#at
  }

  /** What came and is no whole message yet. */
  get rest(): Uint8Array {
    return this.#rest
  }

  /** What came may be the beginning of a word, and is nothing else that is known. */
  get insideWord(): boolean {
    const rest = this.#rest
    const known = this.#words.some((word) => begins(rest, word) && word.bytes.length === rest.length)
    return !known && this.#words.some((word) => mayBecome(rest, word))
  }

  /** @param silent nothing more comes for a while: a pause, or the end of the stream */
  next(silent: boolean): PingMessage | undefined {
    this.#skipBlanks()
    if (this.#rest.length === 0) return undefined
    const nul = this.#run((code) => code === NUL)
    if (nul > 0) return this.#take("nul", nul)
    for (const word of this.#words) {
      if (!silent && this.#mayBe(word)) return undefined
      if (this.#is(word, silent)) return this.#take(word.kind, word.bytes.length)
    }
    return this.#other(silent)
  }

  #other(silent: boolean): PingMessage | undefined {
    const { chunkBytes, encoding } = this.#options
    const { length } = this.#rest
    const run = this.#run((code) => code !== LINE_FEED)
    const line = run + this.#unit > length ? length : run // half a character belongs to it
    if (line === length && line <= chunkBytes && !silent) return undefined
    return this.#take("other", cutBefore(this.#rest.subarray(0, line), chunkBytes, encoding))
  }

  #take(kind: Exclude<PingMessage["kind"], "garbled">, size: number): PingMessage {
    const message = { at: this.#at, bytes: this.#rest.subarray(0, size) }
    this.#drop(size)
    if (kind === "nul") return { ...message, kind, text: "" }
    const text = decode(message.bytes, this.#options.encoding)
    if (text === undefined) return { ...message, kind: "garbled", text: "" }
    return { ...message, kind, text: text.replace(/[\r\0]+$/, "") }
  }

  #drop(size: number): void {
    this.#rest = this.#rest.subarray(size)
    this.#at += size
  }

  /** Ends of lines, and blanks around words. */
  #skipBlanks(): void {
    this.#drop(this.#run((code) => code === LINE_FEED || isBlank(code)))
  }

  /** How many bytes, from a place on, are characters of a kind. */
  #run(of: (code: number) => boolean, from = 0): number {
    let at = from
    while (at + this.#unit <= this.#rest.length && of(this.#code(at))) at += this.#unit
    return at - from
  }

  #code(at: number): number {
    return this.#unit === 1 ? this.#rest[at]! : this.#rest[at]! | (this.#rest[at + 1]! << 8)
  }

  #is(word: Word, silent: boolean): boolean {
    if (!begins(this.#rest, word)) return false
    return word.kind === "ping" || this.#endsAt(word.bytes.length, silent)
  }

  /** It may be this word when more has come. */
  #mayBe(word: Word): boolean {
    if (mayBecome(this.#rest, word)) return true
    if (word.kind === "ping" || !begins(this.#rest, word)) return false
    const { length: size } = word.bytes
    if (size + this.#run(isBlank, size) + this.#unit > this.#rest.length) return true
    return this.#words.some((next) => mayBecome(this.#rest.subarray(size), next))
  }

  /** A token of this size is one: its message ends behind it, or another word follows. */
  #endsAt(size: number, silent: boolean): boolean {
    const next = size + this.#run(isBlank, size)
    if (next === this.#rest.length) return silent
    if (next + this.#unit <= this.#rest.length && isEnd(this.#code(next))) return true
    return this.#words.some((word) => begins(this.#rest.subarray(size), word))
  }
}

const isBlank = (code: number) => code === BLANK || code === TAB || code === RETURN
const isEnd = (code: number) => code === LINE_FEED || code === NUL

const small = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)

/** Tokens are exact. */
const same = (byte: number, { kind, bytes }: Word, at: number) =>
  byte === bytes[at] || (kind === "ping" && small(byte) === small(bytes[at]!))

const begins = (rest: Uint8Array, word: Word) =>
  rest.length >= word.bytes.length &&
  rest.subarray(0, word.bytes.length).every((byte, at) => same(byte, word, at))

const mayBecome = (rest: Uint8Array, word: Word) =>
  rest.length < word.bytes.length && rest.every((byte, at) => same(byte, word, at))
