import { concat } from "./bytes.ts"
import { decodeText } from "./diagnosis.ts"
import { labLimits } from "./lab-limits.ts"

/**
 * File transfer of the lab: `name<SEPARATOR>size` with nothing after it, then the bytes of the file up to the end
 * of the stream. Where the size ends is known for sure only then: let R be all that follows the separator. At most
 * one count k of digits satisfies k + int(R[:k]) = len(R), since the left side grows with k; that is the split.
 */
export const SEPARATOR = "<SEPARATOR>"
/** Those that are met. */
export const SEPARATORS: readonly string[] = [SEPARATOR, "<SEPERATOR>", "<SEP>"]

/**
 * Why nothing is kept. `no_separator`: a header without one, or longer than allowed. `bad_name`: not UTF-8.
 * `not_a_size`: no digit after the separator. `cut_short`: less came than declared. `too_much`: more came.
 */
export type FileFault = "no_separator" | "bad_name" | "not_a_size" | "cut_short" | "too_much"

/** A file that came whole. */
export interface WholeFile {
  /** Its first bytes: digits that stood right behind the size. What `push` gave follows them. */
  readonly front: Uint8Array
  /** Place of its first byte in the stream. */
  readonly from: number
  readonly bytes: number
  /** Size and data came in one read, which a receiver that reads the header by itself does not survive. */
  readonly glued: boolean
  /** It begins with digits that no pause set apart from the size: it may also be a longer one, cut short. */
  readonly ambiguous: boolean
}

/** What the decoder knows of a peer, for a diagnosis. */
export interface FileEvidence {
  /** Name and separator; all that came so far where there is no separator. */
  readonly header: Uint8Array
  /** Whether the header is complete. */
  readonly separated: boolean
  /** The digits after the separator, perhaps with digits of the file behind them. */
  readonly run: string
  /** How many of them most likely are the size. */
  readonly sizeDigits: number
  /** The first bytes behind the digits. */
  readonly rest: Uint8Array
  /** The last bytes behind the digits. */
  readonly tail: Uint8Array
  /** All that came. */
  readonly bytes: number
  /** Length of the file in characters where the size counts those: as Python counts, or in UTF-16 units. */
  readonly characters: { readonly declared: number; readonly bytes: number } | undefined
}

const ascii = new TextDecoder("latin1")
const utf8 = new TextEncoder()
const NOTHING = new Uint8Array()

/**
 * Bytes in, bytes of the file out, whatever the cuts. States:
 * - `name`: the separator has not come.
 * - `size`: all that came after it are digits.
 * - `data`: something else came, or more digits than a size has.
 * - `refused`: `fault` says why.
 */
export class FileDecoder {
  state: "name" | "size" | "data" | "refused" = "name"
  fault: FileFault | undefined
  /** As it was sent. */
  name = ""
  readonly #separators: readonly string[]
  #header: Uint8Array = NOTHING
  #separated = false
  #run = ""
  #rest: Uint8Array = NOTHING
  #bytes = 0
  #tail: Uint8Array = NOTHING
  #dataBytes = 0
  #codePoints = 0
  #utf16Units = 0
  readonly #readEnds = new Set<number>() // counts of digits after which a read ended
  readonly #pauses: number[] = [] // and those after which nothing came for a while; growing

  /** @param separator the only one; left out: any of `SEPARATORS` */
  constructor(separator?: string) {
    const wanted = separator === undefined ? SEPARATORS : [separator]
    this.#separators = wanted.map((text) => ascii.decode(utf8.encode(text)))
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** The least that the file has: what came of it, or what its size says once a pause followed it. */
  get fileBytesMin(): number {
    return Math.max(this.#dataBytes, this.#sizeOf(this.#pauses.at(-1) ?? 0))
  }

  /** Whether a size has begun, and so a file; digits alone that no file can have say nothing yet. */
  get sized(): boolean {
    const digits = this.#run.length
    return digits > 0 && (this.#dataBytes > 0 || this.#sizeOf(digits) <= Number.MAX_SAFE_INTEGER)
  }

  /** True while only a pause can tell whether the size is complete. */
  get pauseTells(): boolean {
    return this.state === "size" && this.#run.length > (this.#pauses.at(-1) ?? 0)
  }

  /** Called when nothing came for a while. */
  pause(): void {
    if (this.pauseTells) this.#pauses.push(this.#run.length)
  }

  /** @param chunk what one read gave @returns bytes of the file, to be kept in this order behind its `front` */
  push(chunk: Uint8Array): Uint8Array {
    if (this.fault) return NOTHING
    this.#bytes += chunk.length
    let rest = chunk
    if (this.state === "name") rest = this.#takeName(chunk)
    if (this.state === "size") rest = this.#takeDigits(rest)
    if (this.state === "refused") this.#rest = rest.slice(0, labLimits.trailBytesMax)
    if (this.state !== "data") return NOTHING
    this.#count(rest)
    return rest
  }

  /** Called at the end of the stream. @returns undefined where there is a fault */
  end(): WholeFile | undefined {
    if (this.state === "name") this.#refuse("no_separator")
    else if (this.state === "size" && this.#run === "") this.#refuse("not_a_size")
    if (this.fault) return undefined
    const total = this.#run.length + this.#dataBytes
    const digits = this.#counts().find((count) => count + this.#sizeOf(count) === total)
    // A pause after more digits than these: they were the size, and they declare more than came.
    const stated = this.#pauses.at(-1) ?? 0
    if (digits === undefined || (stated > digits && !this.#pauses.includes(digits))) {
      const { sizeDigits } = this.evidence()
      this.#refuse(sizeDigits + this.#sizeOf(sizeDigits) > total ? "cut_short" : "too_much")
      return undefined
    }
    return {
      front: utf8.encode(this.#run.slice(digits)),
      from: this.#header.length + digits,
      bytes: total - digits,
      glued: total > digits && !this.#readEnds.has(digits),
      ambiguous: digits < this.#run.length && stated !== digits,
    }
  }

  evidence(): FileEvidence {
    return {
      header: this.#header,
      separated: this.#separated,
      run: this.#run,
      sizeDigits: this.#pauses.at(-1) ?? this.#run.length,
      rest: this.#rest,
      tail: this.#tail,
      bytes: this.#bytes,
      characters: this.#countedCharacters(),
    }
  }

  /** @returns what stands behind the separator */
  #takeName(chunk: Uint8Array): Uint8Array {
    const bytes = concat([this.#header, chunk])
    const searched = ascii.decode(bytes.subarray(0, labLimits.fileHeaderBytesMax))
    const [first] = this.#separators
      .map((text) => ({ start: searched.indexOf(text), end: searched.indexOf(text) + text.length }))
      .filter(({ start }) => start !== -1)
      .sort((one, other) => one.start - other.start)
    this.#header = bytes.slice(0, first?.end ?? labLimits.fileHeaderBytesMax)
    if (!first) {
      if (bytes.length >= labLimits.fileHeaderBytesMax) this.#refuse("no_separator")
      return NOTHING
    }
    this.#separated = true
    const name = decodeText(bytes.subarray(0, first.start))
    if (name === undefined) this.#refuse("bad_name")
    else {
      this.name = name
      this.state = "size"
    }
    return bytes.subarray(first.end)
  }

  /** @returns what stands behind the digits */
  #takeDigits(chunk: Uint8Array): Uint8Array {
    const room = labLimits.sizeDigitsMax - this.#run.length
    const [digits] = /^[0-9]*/.exec(ascii.decode(chunk.subarray(0, room)))!
    this.#run += digits
    if (digits.length === chunk.length) this.#readEnds.add(this.#run.length)
    if (this.#run === "" && chunk.length > 0) this.#refuse("not_a_size")
    else if (digits.length < chunk.length || digits.length === room) this.state = "data"
    return chunk.subarray(digits.length)
  }

  #count(data: Uint8Array): void {
    this.#dataBytes += data.length
    const last = data.subarray(Math.max(0, data.length - labLimits.trailBytesMax))
    this.#tail = concat([this.#tail, last]).slice(-labLimits.trailBytesMax)
    if (this.#rest.length < 2) this.#rest = concat([this.#rest, data.subarray(0, 2)]) // room for a \r\n
    if (this.#dataBytes > labLimits.charactersCountedMax) return
    for (const byte of data) {
      if ((byte & 0xc0) === 0x80) continue // inside a character
      this.#codePoints++
      this.#utf16Units += byte >= 0xf0 ? 2 : 1
    }
  }

  #countedCharacters(): FileEvidence["characters"] {
    if (this.#dataBytes > labLimits.charactersCountedMax || this.#codePoints === this.#dataBytes)
      return undefined
    for (const digits of this.#counts()) {
      const front = this.#run.length - digits
      const declared = this.#sizeOf(digits)
      if (declared === front + this.#codePoints || declared === front + this.#utf16Units)
        return { declared, bytes: front + this.#dataBytes }
    }
    return undefined
  }

  /** The counts of digits that a size can have, smallest first. */
  #counts(): number[] {
    return Array.from(this.#run, (_, index) => index + 1)
  }

  #sizeOf(digits: number): number {
    return Number(this.#run.slice(0, digits))
  }

  #refuse(fault: FileFault): void {
    this.state = "refused"
    this.fault = fault
  }
}
