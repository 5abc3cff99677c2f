import type { Staged } from "../../core/blob-store.ts"
import type { FileRecord, UploadRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { FileParts } from "./files.ts"
import type { Publisher } from "./publisher.ts"
import type { Quota } from "./quota.ts"
import type { UploadState } from "./types.ts"

/** In place of a SHA-256 that comes after the last byte. */
export const FOLLOWS = "follows"

/** Bytes of an upload that count: not those of a chunk whose checksum is still to be proven. */
export function arrived({ trusted }: UploadRecord, staged: Staged): number {
  return Math.min(staged.bytes, trusted ?? Infinity)
}

/** ms since 1970 after which an upload that is no file yet may be thrown away. */
export function expiry({ time }: UploadRecord, staged: Staged | undefined): number {
  return Math.max(time, staged?.time ?? 0) + limits.uploadKeptMs
}

/** Makes files of uploads that are whole. Nobody else works on an upload meanwhile; each step can be repeated. */
export class Finisher {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  readonly #publisher: Publisher

  constructor(parts: Required<FileParts>, quota: Quota, publisher: Publisher) {
    this.#parts = parts
    this.#quota = quota
    this.#publisher = publisher
  }

  /**
   * Makes a file of an upload that has all its bytes; any other it leaves as it is.
   * @throws LandlineError checksum_mismatch, and then it is gone
   */
  async finish(record: UploadRecord): Promise<UploadState> {
    const { blobs, directory, clock } = this.#parts
    const staged = await blobs.staged(record.id)
    // Without a staged blob it was published already, before an interruption.
    const offset = staged ? arrived(record, staged) : (record.bytes ?? 0)
    if (offset !== record.bytes || record.partial || record.sha256 === FOLLOWS) return { record, offset }
    const verified = await this.#verified(record)
    const file = await this.#publisher.publish({ ...record, verified })
    const finished = { ...record, verified, file: file.id, expires: clock.now() + limits.uploadKeptMs }
    await directory.setUpload(finished)
    return this.again({ record: finished, offset, file })
  }

  /** As `finish`, for one whose bytes are all at hand, and whose record nobody will ask for. */
  async finishSmall(record: UploadRecord, bytes: Uint8Array): Promise<FileRecord> {
    const verified = await this.#verified(record)
    const file = await this.#publisher.publish({ ...record, verified }, bytes)
    try {
      const removed = this.#parts.directory.removeUpload(record.id)
      return (await Promise.all([this.#publisher.announce(file), removed]))[0]
    } catch (error) {
      // Its sender is told that it failed, and will send it again.
      await this.#publisher.remove(file, file.sender)
      throw error
    }
  }

  /** Announces the file where that is still to be done: asked again, the answer is the same. */
  async again(state: UploadState): Promise<UploadState> {
    return state.file ? { ...state, file: await this.#publisher.announce(state.file) } : state
  }

  async throwAway({ id }: UploadRecord): Promise<void> {
    await this.#parts.directory.removeUpload(id)
    this.#quota.release(id)
    await this.#parts.blobs.discard(id)
  }

  /** @returns the SHA-256 of a whole upload, which is kept, so that an interruption cannot make it go unpublished */
  async #verified(record: UploadRecord): Promise<string> {
    if (record.verified !== "") return record.verified
    const verified = await this.#parts.blobs.digest(record.id)
    if (record.sha256 !== "" && record.sha256 !== verified) {
      await this.throwAway(record)
      throw new LandlineError("checksum_mismatch", { sha256: verified })
    }
    await this.#parts.directory.setUpload({ ...record, verified })
    return verified
  }
}
