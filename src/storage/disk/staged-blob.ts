import type { Staged, StagedBlob } from "../../core/blob-store.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { FreeSpace } from "./free-space.ts"
import type { Hashes } from "./hashes.ts"
import { diskError, system, writeAll } from "./system.ts"

/** Up to here the first append is hashed at once: mostly it is a whole small file. */
const HASHED_AT_ONCE_BYTES = 64 * 1024

/** What the store knows of a staged blob, so that nobody has to ask the disk for it. */
export interface StagedFile extends Staged {
  readonly path: string
  bytes: number
  time: number
  /** Changes so far, its making included, and how many of them are durable. */
  changes: number
  durable: number
}

export interface StagedParts {
  readonly space: FreeSpace
  readonly hashes: Hashes
  /** Makes all that is in the file durable. */
  makeDurable(file: StagedFile, fd: number): Promise<void>
  closed(): void
}

/** A staged blob that is open for writing. */
export class DiskStagedBlob implements StagedBlob {
  readonly #file: StagedFile
  readonly #fd: number
  readonly #parts: StagedParts
  /** Checksummed bytes that turn out to be wrong are cut back to here. */
  readonly #openedAt: number
  #running: Promise<void> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(file: StagedFile, fd: number, parts: StagedParts) {
    this.#file = file
    this.#fd = fd
    this.#parts = parts
    this.#openedAt = file.bytes
  }

  get bytes(): number {
    return this.#file.bytes
  }

  append(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#run(() => this.#append(chunks))
  }

  truncate(bytes: number): Promise<void> {
    return this.#run(async () => {
      if (bytes >= this.#file.bytes) return
      await this.#parts.hashes.cut(this.#file.id, bytes)
      this.#file.changes++
      await system.ftruncate(this.#fd, bytes)
      this.#file.bytes = bytes
    })
  }

  sync(): Promise<void> {
    return this.#run(() => this.#parts.makeDurable(this.#file, this.#fd))
  }

  close(): Promise<void> {
    this.#closed ??= this.#running.then(() => {
      this.#parts.closed()
      return system.close(this.#fd)
    })
    return this.#closed
  }

  async #append(chunks: readonly Uint8Array[]): Promise<void> {
    const { space, hashes } = this.#parts
    const file = this.#file
    const before = file.bytes
    const added = chunks.reduce((sum, { length }) => sum + length, 0)
    await space.take(added)
    file.changes++
    try {
      await writeAll(this.#fd, chunks, before)
    } catch (error) {
      await system.ftruncate(this.#fd, before)
      throw error
    }
    file.bytes += added
    file.time = Date.now()
    if (before === 0 && added <= HASHED_AT_ONCE_BYTES) hashes.whole(file.id, chunks)
    else hashes.advance(file.id, file.bytes, this.#openedAt)
  }

  #run(work: () => Promise<void>): Promise<void> {
    // A descriptor that is closed may by now be another file's.
    if (this.#closed) return Promise.reject(new LandlineError("stopping"))
    const done = work().catch((error) => {
      throw diskError(error)
    })
    this.#running = done.catch(() => {}) // `close` waits for it
    return done
  }
}
