/**
 * Bytes of files, in two states. A staged blob is being received: it has an id that the store made, grows at its
 * end, and survives a restart of the hub. A published blob is whole and never changes: it goes by the SHA-256 of
 * its bytes, so that equal bytes are stored once. All implementations pass `storage/blob-store-contract.ts`.
 *
 * Durability: what `sync` and `publish` resolve survives kill -9 and loss of power (the memory one: nothing).
 * Failures: `storage_full` where the disk is full or below its free-space floor; what was there stays as it was.
 * Ids and sums may be any text: what no store made is unknown, and never becomes a path. The caller does one
 * thing at a time to a staged blob.
 */
export interface BlobStore {
  /** Stages an empty blob. @returns its id: 32 hex digits that cannot be guessed @throws LandlineError storage_full */
  stage(): Promise<string>

  /**
   * Opens a staged blob to write at its end; one writer at a time: opening it again, or publishing or discarding
   * it, closes the former one. @throws LandlineError unknown_upload
   */
  open(id: string): Promise<StagedBlob>

  /** Size and age of a staged blob; undefined where there is none of that id. */
  staged(id: string): Promise<Staged | undefined>

  /** All staged blobs. */
  allStaged(): Promise<Staged[]>

  /**
   * Appends the bytes of other staged blobs, in this order, to a staged one; they stay as they are. Where it fails
   * nothing is appended, but a hub that ends on the way leaves a beginning.
   * @throws LandlineError unknown_upload | storage_full
   */
  join(id: string, parts: readonly string[]): Promise<void>

  /** SHA-256 of a staged blob in hex, as it stands; mostly known already, since hashing follows the writer. */
  digest(id: string): Promise<string>

  /**
   * Makes a staged blob, whole and durable, a published one by an atomic rename. Published already, it is as if
   * it had been published now. @param sha256 from `digest` @throws LandlineError unknown_upload | unknown_file,
   * where that is no SHA-256
   */
  publish(id: string, sha256: string): Promise<void>

  /** Removes a staged blob, where it is there. */
  discard(id: string): Promise<void>

  /** Size of a published blob in bytes; undefined where there is none. */
  size(sha256: string): Promise<number | undefined>

  /**
   * Bytes `from` to `to` (without `to`) of a published blob. A piece is valid only until the next is asked for:
   * its memory is used again. Reading begins with the first pull and runs one piece
   * ahead; who stops early calls `return`. @throws LandlineError unknown_file; internal where it ends before `to`
   */
  read(sha256: string, from: number, to: number): AsyncIterable<Uint8Array>

  /** Removes a published blob, where it is there; a reader that has begun reads on. */
  remove(sha256: string): Promise<void>

  /** Bytes that can still be stored above the free-space floor; Infinity where nothing bounds them. */
  room(): Promise<number>

  /** Finishes what is under way; nothing is called after it. */
  close(): Promise<void>
}

export interface Staged {
  readonly id: string
  readonly bytes: number
  /** ms since 1970 of the last write. */
  readonly time: number
}

/** A staged blob that is open for writing. */
export interface StagedBlob {
  /** Bytes so far. */
  readonly bytes: number
  /** Writes at the end; one call at a time. @throws LandlineError storage_full, and then nothing of the call is kept */
  append(chunks: readonly Uint8Array[]): Promise<void>
  /** Cuts the end off, for bytes that turned out to be wrong; down to the size at opening this costs little. */
  truncate(bytes: number): Promise<void>
  /** Resolves when everything so far is durable. Where the disk fails at that, the staged blob is gone: nothing vouches for it. */
  sync(): Promise<void>
  close(): Promise<void>
}
