/**
 * Rows on their way between threads. Cloning thousands of small objects costs more than writing them to disk,
 * so rows travel as one array of numbers, one table of distinct strings and one block of bytes, all moved
 * rather than copied.
 */
export interface Packed {
  readonly numbers: Float64Array
  readonly strings: string[]
  readonly bytes: Uint8Array
}

/** Writes rows of numbers, strings and bodies in any order that the reader repeats. */
export class Packer {
  #numbers = new Float64Array(1_024)
  #count = 0
  readonly #strings = new Map<string, number>()
  #bodies: Uint8Array[] = []
  #bytes = 0

  number(value: number): void {
    if (this.#count === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#count)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.#count++] = value
  }

  string(value: string): void {
    let index = this.#strings.get(value)
    if (index === undefined) {
      index = this.#strings.size
      this.#strings.set(value, index)
    }
    this.number(index)
  }

  body(value: Uint8Array): void {
    this.number(value.length)
    this.#bodies.push(value)
    this.#bytes += value.length
  }

  finish(): Packed {
    const bytes = new Uint8Array(this.#bytes)
    let at = 0
    for (const body of this.#bodies) {
      bytes.set(body, at)
      at += body.length
    }
    return { numbers: this.#numbers.slice(0, this.#count), strings: [...this.#strings.keys()], bytes }
  }
}

export class Unpacker {
  readonly #packed: Packed
  #number = 0
  #byte = 0

  constructor(packed: Packed) {
    this.#packed = packed
  }

  get done(): boolean {
    return this.#number === this.#packed.numbers.length
  }

  number(): number {
    return this.#packed.numbers[this.#number++]!
  }

  string(): string {
    return this.#packed.strings[this.number()]!
  }

  /** A view, not a copy. */
  body(): Uint8Array {
    return this.bytes.subarray(...this.range())
  }

  /** Where the next body is in `bytes`. */
  range(): [from: number, to: number] {
    const from = this.#byte
    this.#byte += this.number()
    return [from, this.#byte]
  }

  get bytes(): Uint8Array {
    return this.#packed.bytes
  }
}

/** What to give `postMessage` as its transfer list. */
export const moved = (packed: Packed): ArrayBuffer[] => [
  packed.numbers.buffer as ArrayBuffer,
  packed.bytes.buffer as ArrayBuffer,
]
