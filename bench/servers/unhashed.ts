import crypto, { type BinaryToTextEncoding, type Hash } from "node:crypto"
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { isMainThread } from "node:worker_threads"

/**
 * Loaded into Landline at both ends (node --import), this takes the hashing out and leaves all the rest: what is
 * then measured is the transport. Of each hash only the first bytes count, so that devices can still be told apart;
 * what the hub's hasher would read back beyond them, for hashing alone, is not read.
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
type ReadAt = [fd: number, buffer: Buffer, offset: number, length: number, at?: number]
const readSync = fs.readSync as (...read: ReadAt) => number
if (!isMainThread)
  fs.readSync = ((...read: ReadAt) => {
    const [, , , length, at = 0] = read
    return at < countedBytesMax ? readSync(...read) : length
  }) as never
syncBuiltinESMExports()
