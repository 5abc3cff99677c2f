import { createHash } from "node:crypto"
import { WorkerCalls } from "../calls.ts"
import type { HasherMethods } from "./hasher.ts"

/** Hash states that the thread keeps, of which each is about a kilobyte; a blob without one is hashed again. */
const STATES_MAX = 512

interface Progress {
  /** Bytes to be hashed. */
  target: number
  /** The blob may be cut back to this size. */
  mark: number
  /** Bytes hashed by the thread. */
  hashed: number
  /** Of the blob as it stands, where it is known. */
  hex: string | undefined
  following: Promise<void> | undefined
  digests: number
}

/**
 * SHA-256 of staged blobs. Hashing follows the writer in a thread of its own, one call at a time for each blob,
 * and goes through the blob again where its state is lost, as after a restart.
 */
export class Hashes {
  readonly #pathOf: (id: string) => string
  /** Least recently used first. */
  readonly #progress = new Map<string, Progress>()
  #thread: WorkerCalls<HasherMethods> | undefined

  constructor(pathOf: (id: string) => string) {
    this.#pathOf = pathOf
  }

  /** The blob has grown. @param mark it may be cut back to this size, and then needs no hashing again */
  advance(id: string, bytes: number, mark: number): void {
    const progress = this.#used(id)
    progress.target = bytes
    progress.mark = mark
    progress.hex = undefined
    if (progress.following || progress.hashed >= bytes) return
    progress.following = this.#follow(id, progress)
    progress.following.catch(() => {}) // `digest` tries again, and tells
  }

  /** All bytes of a blob so small that passing them on would cost more than hashing them here. */
  whole(id: string, chunks: readonly Uint8Array[]): void {
    const hash = createHash("sha256")
    for (const chunk of chunks) hash.update(chunk)
    this.#used(id).hex = hash.digest("hex")
    this.#trim()
  }

  /** SHA-256 of a blob in hex, when all its bytes are hashed. @throws LandlineError unknown_upload */
  async digest(id: string, bytes: number): Promise<string> {
    if (bytes === 0) this.whole(id, [])
    const progress = this.#used(id)
    if (progress.hex !== undefined) return progress.hex
    progress.digests++
    try {
      this.advance(id, bytes, progress.mark)
      await progress.following
      const hex = await this.#worker().call("digest", [id, bytes])
      progress.hex = hex
      return hex
    } finally {
      progress.digests--
      this.#trim()
    }
  }

  /** The blob is about to be cut. */
  async cut(id: string, bytes: number): Promise<void> {
    const progress = this.#progress.get(id)
    if (!progress) return
    progress.hex = undefined
    progress.target = Math.min(progress.target, bytes)
    if (progress.following || progress.hashed > 0)
      progress.hashed = await this.#worker().call("cut", [id, bytes])
  }

  forget(id: string): void {
    const progress = this.#progress.get(id)
    this.#progress.delete(id)
    if (progress && (progress.following || progress.hashed > 0))
      this.#worker()
        .call("forget", [id])
        .catch(() => {}) // the thread has ended
  }

  async close(): Promise<void> {
    await this.#thread?.end()
  }

  async #follow(id: string, progress: Progress): Promise<void> {
    const path = this.#pathOf(id)
    try {
      // Forgotten meanwhile, it must not be begun anew.
      while (progress.hashed < progress.target && this.#progress.get(id) === progress)
        progress.hashed = await this.#worker().call("advance", [id, path, progress.target, progress.mark])
    } finally {
      progress.following = undefined // at once: an `advance` that comes now must start again
      this.#trim()
    }
  }

  #used(id: string): Progress {
    const progress = this.#progress.get(id) ?? {
      target: 0,
      mark: 0,
      hashed: 0,
      hex: undefined,
      following: undefined,
      digests: 0,
    }
    this.#progress.delete(id)
    this.#progress.set(id, progress)
    return progress
  }

  #trim(): void {
    if (this.#progress.size <= STATES_MAX) return
    for (const [id, { following, digests }] of this.#progress)
      if (!following && digests === 0) {
        this.forget(id)
        if (this.#progress.size <= STATES_MAX) return
      }
  }

  /** Started when first needed: a hub to which nobody sends a file has no use for it. */
  #worker(): WorkerCalls<HasherMethods> {
    this.#thread ??= new WorkerCalls<HasherMethods>(new URL("./hasher.ts", import.meta.url), {})
    return this.#thread
  }
}
