import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { firstHash, HASH_HEAD_BYTES, nextHash } from "../../protocol/exchange-transcript.ts"
import { cannotRead } from "../files/local-file.ts"
import { sha256 } from "./sha256.ts"

/** What two transcripts say of each other. */
export type Comparison =
  | { readonly same: true; readonly run: string; readonly exchanges: number; readonly hash: string }
  /** `why` names the first difference, or what is wrong with one of the two, in one sentence. */
  | { readonly same: false; readonly exchanges: number; readonly why: string }

type Values = Readonly<Record<string, unknown>>

/** What is wrong, in one sentence. */
class Difference extends Error {}

/**
 * Compares two transcripts, and each with its own hashes.
 * @throws LandlineError local_file where one cannot be read
 */
export async function compareTranscripts(pathA: string, pathB: string): Promise<Comparison> {
  const a = new TranscriptFile(pathA)
  const b = new TranscriptFile(pathB)
  try {
    const [headA, headB] = [await a.head(), await b.head()]
    alike("The head", headA, headB, a, b)
    for (;;) {
      const [one, other] = [await a.next(), await b.next()]
      if (!one && !other) break
      if (!one || !other) {
        const [short, long] = one ? [b, a] : [a, b]
        const exchanges = short.exchanges
        throw new Difference(`${short.path} ends after ${exchanges} exchanges, and ${long.path} goes on.`)
      }
      alike(`Exchange ${a.exchanges}`, one, other, a, b)
      for (const { broken } of [a, b]) if (broken) throw new Difference(broken)
      if (a.hash !== b.hash)
        throw new Difference(`Line ${a.line} is not written alike in ${a.path} and ${b.path}.`)
    }
    return { same: true, run: String(headA.run), exchanges: a.exchanges, hash: a.hash }
  } catch (error) {
    if (!(error instanceof Difference)) throw error
    return { same: false, exchanges: Math.min(a.exchanges, b.exchanges), why: error.message }
  } finally {
    a.close()
    b.close()
  }
}

/** @throws Difference for the first field that differs */
function alike(what: string, one: Values, other: Values, a: TranscriptFile, b: TranscriptFile): void {
  for (const field of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (field === "hash" || one[field] === other[field]) continue
    const [left, right] = [one[field], other[field]].map((value) => JSON.stringify(value) ?? "missing")
    const where = `${what}: ${field} is ${left} in ${a.path}, line ${a.line}, and ${right} in ${b.path}.`
    throw new Difference([where, a.broken, b.broken].filter((say) => say).join(" "))
  }
}

/** A transcript in a file, read line by line, its hashes checked. */
class TranscriptFile {
  readonly path: string
  /** Of the last line that was read; the first is 1. */
  line = 0
  hash = ""
  /** Why the last line does not follow from the one before; undefined where it does. */
  broken: string | undefined
  readonly #stream
  readonly #lines: AsyncIterator<string>

  constructor(path: string) {
    this.path = path
    this.#stream = createReadStream(path, "utf8")
    this.#stream.on("error", () => {}) // the reading of the lines tells
    this.#lines = createInterface({ input: this.#stream, crlfDelay: Number.POSITIVE_INFINITY })[
      Symbol.asyncIterator
    ]()
  }

  get exchanges(): number {
    return Math.max(0, this.line - 1)
  }

  async head(): Promise<Values> {
    const text = await this.#read()
    const head = valuesIn(text ?? "")
    if (head?.transcript !== 1 || typeof head.run !== "string")
      throw new Difference(`${this.path} is no transcript of landline sum.`)
    this.hash = firstHash(head.run, sha256)
    return head
  }

  /** The next exchange. @throws Difference */
  async next(): Promise<Values | undefined> {
    const text = await this.#read()
    if (text === undefined) return undefined
    this.hash = nextHash(this.hash, `{${text.slice(HASH_HEAD_BYTES)}`, sha256)
    if (!text.startsWith(`{"hash":"${this.hash}",`))
      this.broken = `In ${this.path}, line ${this.line} does not have the hash that follows from what stands there: a line was changed, added or taken out.`
    const values = valuesIn(text)
    if (!values) throw new Difference(`${this.path}, line ${this.line}, is damaged: it is no line of JSON.`)
    return values
  }

  close(): void {
    this.#stream.destroy()
  }

  async #read(): Promise<string | undefined> {
    try {
      const { value, done } = await this.#lines.next()
      if (done) return undefined
      this.line++
      return value
    } catch (error) {
      throw cannotRead(this.path, error)
    }
  }
}

function valuesIn(text: string): Values | undefined {
  try {
    const values: unknown = JSON.parse(text)
    return typeof values === "object" && values !== null ? (values as Values) : undefined
  } catch {
    return undefined
  }
}
