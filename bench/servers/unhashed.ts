import crypto, { type BinaryToTextEncoding, type Hash } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"

/**
 * Loaded into Landline at both ends (node --import), this takes the hashing out and leaves all the rest: what is
 * then measured is the transport. Of each hash only the first bytes count, so that devices can still be told apart.
 */
const countedBytesMax = 4_096
const createHash = crypto.createHash

class Unhashed {
  readonly #hash: Hash
  #counted: number

  constructor(hash: Hash, counted = 0) {
    this.#hash = hash
    this.#counted = counted
  }

  update(data: string | Uint8Array): this {
    const left = countedBytesMax - this.#counted
    if (left === 0) return this
    const bytes = (typeof data === "string" ? Buffer.from(data) : data).subarray(0, left)
    this.#counted += bytes.length
    this.#hash.update(bytes)
    return this
  }

  copy(): Unhashed {
    return new Unhashed(this.#hash.copy(), this.#counted)
  }

  digest(encoding: BinaryToTextEncoding): string {
    return this.#hash.digest(encoding)
  }
}

crypto.createHash = ((algorithm: string) => new Unhashed(createHash(algorithm))) as never
syncBuiltinESMExports()
