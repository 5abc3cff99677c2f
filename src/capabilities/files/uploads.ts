import { createHash } from "node:crypto"
import type { Author } from "../../core/author.ts"
import { authorize } from "../../core/authorize.ts"
import type { StagedBlob } from "../../core/blob-store.ts"
import type { FileRecord, UploadRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { fileName } from "../../protocol/file-names.ts"
import { limits } from "../../protocol/limits.ts"
import { LOBBY, roomName } from "../../protocol/names.ts"
import type { FileParts } from "./files.ts"
import type { Publisher } from "./publisher.ts"
import type { Quota } from "./quota.ts"
import { receive } from "./receive.ts"
import type { NewUpload, UploadState, WriteOptions } from "./types.ts"
import { until, Writers } from "./writers.ts"

const FOLLOWS = "follows"

/** Files on their way in. */
export class Uploads {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  readonly #publisher: Publisher
  readonly #writers = new Writers()

  constructor(parts: Required<FileParts>, quota: Quota, publisher: Publisher) {
    this.#parts = parts
    this.#quota = quota
    this.#publisher = publisher
  }

  /** See `Files.start`. */
  async start(who: Author, upload: NewUpload): Promise<UploadState> {
    const record = await this.#begin(who, upload)
    if (record.bytes !== 0 || record.partial || record.sha256 === FOLLOWS) return { record, offset: 0 }
    return this.#finish(record)
  }

  /** See `Files.put`. */
  async put(
    who: Author,
    upload: NewUpload,
    source: AsyncIterable<Uint8Array>,
    begun?: (id: string) => void,
  ): Promise<FileRecord> {
    const { bytes = 0 } = upload
    if (!begun && bytes > 0 && bytes <= SMALL_BYTES) return this.#putSmall(who, upload, source)
    const { record, file } = await this.start(who, upload)
    if (file) return file
    begun?.(record.id)
    return (await this.write(record.id, 0, source, { end: true })).file!
  }

  /** A file that is taken in whole needs no record of where it stands, until it is to be published. */
  async #putSmall(who: Author, upload: NewUpload, source: AsyncIterable<Uint8Array>): Promise<FileRecord> {
    const { blobs, directory } = this.#parts
    const record = await this.#admit(who, upload)
    try {
      const bytes = await gathered(source, record.bytes!)
      const blob = await blobs.open(record.id)
      await blob.append([bytes]).finally(() => blob.close())
      const verified = await this.#verify(record, record.sha256)
      const file = await this.#publisher.publish({ ...record, verified }, bytes)
      const [announced] = await Promise.all([
        this.#publisher.announce(file),
        directory.removeUpload(record.id),
      ])
      return announced
    } catch (error) {
      await this.#throwAway(record)
      throw error
    }
  }

  /** See `Files.state`. */
  async state(id: string): Promise<UploadState> {
    const record = await this.#known(id)
    if (record.file !== "") {
      const file = record.partial ? undefined : await this.#parts.directory.file(record.file)
      return { record, offset: record.bytes ?? 0, file }
    }
    const staged = await this.#parts.blobs.staged(id)
    if (!staged) throw new LandlineError("unknown_upload")
    const offset = Math.min(staged.bytes, record.trusted ?? Infinity)
    return { record: { ...record, expires: this.#expiry(record, staged.time) }, offset }
  }

  /** See `Files.settled`. */
  settled(id: string): Promise<UploadState> {
    return this.#writers.run(id, () => this.state(id))
  }

  /** See `Files.uploads`. */
  async list(who: Author): Promise<UploadState[]> {
    if (who.role !== "member") return []
    const all = await this.#parts.directory.uploads()
    const own = all.filter(({ sender, file }) => sender === who.name && file === "")
    const states = await Promise.allSettled(own.map(({ id }) => this.state(id)))
    return states.flatMap((state) => (state.status === "fulfilled" ? [state.value] : []))
  }

  /** See `Files.write`. */
  write(
    id: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<UploadState> {
    return this.#writers.run(id, async (signal) => {
      const state = await this.state(id)
      if (offset !== state.offset) throw mismatch(state.offset)
      if (state.record.parts.length > 0)
        throw new LandlineError(
          "forbidden",
          {},
          "An upload that was joined of parts takes no bytes of its own.",
        )
      if (state.record.file !== "") return this.#again(state)
      const record = await this.#receive(this.#declared(state, options), until(source, signal), options)
      return this.#finish(record, options.sha256)
    })
  }

  /** See `Files.join`. */
  async join(who: Author, parts: readonly string[], upload: NewUpload): Promise<UploadState> {
    if (parts.length === 0 || parts.length > limits.partsMax)
      throw new LandlineError("bad_request", {}, `A file is joined from 1 to ${limits.partsMax} parts.`)
    const states = await Promise.all(parts.map((part) => this.state(part)))
    if (states.some(({ record, offset }) => !record.partial || offset !== record.bytes))
      throw new LandlineError("bad_request", {}, "Only parts that are whole can be joined.")
    const joined = states[0]!.record.file
    if (joined !== "" && states.every(({ record }) => record.file === joined)) return this.state(joined)
    const bytes = states.reduce((sum, { offset }) => sum + offset, 0)
    // What the parts had reserved passes on to the whole.
    for (const part of parts) this.#quota.release(part)
    const { blobs, directory } = this.#parts
    const record = await this.#begin(who, { ...upload, bytes }, parts)
    await blobs.join(record.id, parts)
    for (const { record: part } of states) {
      await directory.setUpload({ ...part, file: record.id })
      await blobs.discard(part.id)
    }
    return this.#finish(record)
  }

  /** See `Files.abandon`. @returns the file that it had become */
  async abandon(id: string): Promise<FileRecord | undefined> {
    const { record, file } = await this.state(id)
    await this.#writers.run(id, () => this.#throwAway(record))
    return file
  }

  /** Reserves what open uploads may need. */
  async begin(): Promise<void> {
    for (const record of await this.#parts.directory.uploads())
      if (record.file === "") this.#reserveAgain(record)
  }

  /** Throws away what has waited too long, and finishes what an interruption, or a full disk, left whole. */
  async tend(onError: (error: unknown) => void): Promise<void> {
    const { directory, blobs, clock } = this.#parts
    const now = clock.now()
    const staged = new Map((await blobs.allStaged()).map((blob) => [blob.id, blob]))
    for (const record of await directory.uploads()) {
      const { id, file, verified, bytes } = record
      const blob = staged.get(id)
      staged.delete(id)
      const expired = (blob && file === "" ? this.#expiry(record, blob.time) : record.expires) <= now
      const whole = file === "" && (verified !== "" || blob?.bytes === bytes)
      if (expired) await this.#writers.run(id, () => this.#throwAway(record)).catch(onError)
      else if (whole && !this.#writers.busy(id))
        await this.#writers.run(id, () => this.#finish(record)).catch(onError)
    }
    for (const { id, time } of staged.values()) if (time + limits.uploadKeptMs <= now) await blobs.discard(id)
  }

  close(): Promise<void> {
    return this.#writers.close()
  }

  async #begin(who: Author, upload: NewUpload, parts: readonly string[] = []): Promise<UploadRecord> {
    const record = { ...(await this.#admit(who, upload)), parts }
    try {
      await this.#parts.directory.setUpload(record)
      return record
    } catch (error) {
      await this.#discard(record.id)
      throw error
    }
  }

  /** Whether there is room for it, by all limits; then a blob is staged. */
  async #admit(who: Author, upload: NewUpload): Promise<UploadRecord> {
    authorize(who, "write")
    const { bytes, partial = false, link = false, items = 0, sha256 = "", metadata = "" } = upload
    const room = link || partial ? "" : roomName(upload.room ?? LOBBY)
    if (room !== "") await this.#publisher.topic(room)
    checkSize(bytes)
    if (this.#quota.open() >= limits.uploadsMax || this.#quota.open(who.name) >= limits.uploadsPerPersonMax)
      throw new LandlineError("too_many", {}, "Too many uploads are open. Finish some of them first.")
    const { blobs, clock } = this.#parts
    if ((bytes ?? 0) > (await blobs.room())) throw new LandlineError("storage_full", {}, NO_SPACE)
    const id = await blobs.stage()
    try {
      this.#quota.reserve(id, who.name, bytes ?? 0)
    } catch (error) {
      await this.#discard(id)
      throw error
    }
    const time = clock.now()
    return {
      id,
      bytes,
      name: partial ? "" : fileName(upload.name ?? ""),
      items,
      sender: who.name,
      room,
      link,
      partial,
      parts: [],
      metadata,
      sha256: sha256.toLowerCase(),
      verified: "",
      trusted: undefined,
      time,
      expires: time + limits.uploadKeptMs,
      file: "",
    }
  }

  /** The record, with the size that is told only now. */
  #declared({ record, offset }: UploadState, { bytes }: WriteOptions): UploadRecord {
    if (bytes === undefined || bytes === record.bytes) return record
    checkSize(bytes)
    if (record.bytes !== undefined || bytes < offset)
      throw new LandlineError(
        "bad_request",
        { bytes: record.bytes },
        "The size of an upload cannot be changed.",
      )
    this.#quota.reserve(record.id, record.sender, bytes)
    return { ...record, bytes }
  }

  /** Writes what comes, and keeps it whatever happens then, unless a checksum says otherwise. */
  async #receive(
    record: UploadRecord,
    source: AsyncIterable<Uint8Array>,
    { checksum, end, bytes }: WriteOptions,
  ): Promise<UploadRecord> {
    const { blobs, directory } = this.#parts
    const { id, sender } = record
    const blob = await blobs.open(id)
    const bounds = {
      bytesMax: record.bytes ?? limits.fileBytesMax,
      grow: (size: number) => void (record.bytes === undefined && this.#quota.reserve(id, sender, size)),
    }
    try {
      if (record.trusted !== undefined) await blob.truncate(record.trusted)
      const trusted = checksum ? blob.bytes : undefined
      if (bytes !== undefined || trusted !== record.trusted) await directory.setUpload({ ...record, trusted })
      if (checksum) await receiveChecked(source, blob, bounds, checksum)
      else await receive(source, blob, bounds)
      const whole = end && record.bytes === undefined ? { ...record, bytes: blob.bytes } : record
      const done = { ...whole, trusted: undefined }
      if (checksum || whole !== record) await directory.setUpload(done)
      return done
    } finally {
      await blob.sync()
      await blob.close()
    }
  }

  /** Makes a file of an upload that has all its bytes; any other it leaves as it is. */
  async #finish(record: UploadRecord, told?: string): Promise<UploadState> {
    const { blobs, directory } = this.#parts
    const offset = (await blobs.staged(record.id))?.bytes ?? record.bytes ?? 0
    const expected = told ?? record.sha256
    if (offset !== record.bytes || record.partial || expected === FOLLOWS) return { record, offset }
    const verified = record.verified || (await this.#verify(record, expected))
    const file = await this.#publisher.publish({ ...record, verified })
    const finished = {
      ...record,
      verified,
      file: file.id,
      expires: this.#parts.clock.now() + limits.uploadKeptMs,
    }
    await directory.setUpload(finished)
    return this.#again({ record: finished, offset, file })
  }

  /** @returns the SHA-256 of a whole upload, which is kept, so that an interruption cannot make it go unpublished */
  async #verify(record: UploadRecord, expected: string): Promise<string> {
    const verified = await this.#parts.blobs.digest(record.id)
    if (expected !== "" && expected !== verified) {
      await this.#throwAway(record)
      throw new LandlineError("checksum_mismatch", { sha256: verified })
    }
    await this.#parts.directory.setUpload({ ...record, verified })
    return verified
  }

  /** Announces the file where that is still to be done: asked again, the answer is the same. */
  async #again(state: UploadState): Promise<UploadState> {
    if (!state.file) return state
    return { ...state, file: await this.#publisher.announce(state.file) }
  }

  async #throwAway({ id }: UploadRecord): Promise<void> {
    await this.#parts.directory.removeUpload(id)
    await this.#discard(id)
  }

  async #discard(id: string): Promise<void> {
    this.#quota.release(id)
    await this.#parts.blobs.discard(id)
  }

  async #known(id: string): Promise<UploadRecord> {
    const record = await this.#parts.directory.upload(id)
    if (!record) throw new LandlineError("unknown_upload")
    return record
  }

  /** A limit that was lowered meanwhile stops no upload that has begun. */
  #reserveAgain({ id, sender, bytes = 0 }: UploadRecord): void {
    try {
      this.#quota.reserve(id, sender, bytes)
    } catch {
      this.#quota.reserve(id, sender, 0)
    }
  }

  #expiry({ time }: UploadRecord, lastWrite: number): number {
    return Math.max(time, lastWrite) + limits.uploadKeptMs
  }
}

/** A file up to here is taken in whole before anything is stored of it. */
const SMALL_BYTES = 64 * 1024

async function gathered(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    chunks.push(chunk)
    if (size > bytes) break
  }
  if (size !== bytes)
    throw new LandlineError("bad_request", { bytes }, `The file was to have ${bytes} bytes, and others came.`)
  return Buffer.concat(chunks)
}

const NO_SPACE = "The hub's disk has no room for that file. Send it again when there is space."

function checkSize(bytes: number | undefined): void {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= limits.fileBytesMax))
    return
  if (bytes > limits.fileBytesMax)
    throw new LandlineError(
      "too_large",
      { bytesMax: limits.fileBytesMax },
      "That file is too large for any hub.",
    )
  throw new LandlineError("bad_request", {}, "A size is a whole number of bytes.")
}

function mismatch(offset: number): LandlineError {
  return new LandlineError("offset_mismatch", { offset }, `The upload stands at ${offset}. Go on from there.`)
}

/** As `receive`; bytes whose checksum differs, or that did not all come, stay untrusted. */
async function receiveChecked(
  source: AsyncIterable<Uint8Array>,
  blob: StagedBlob,
  bounds: Parameters<typeof receive>[2],
  { algorithm, digest }: NonNullable<WriteOptions["checksum"]>,
): Promise<void> {
  const offset = blob.bytes
  const hash = createHash(algorithm)
  await receive(source, blob, bounds, hash)
  if (!hash.digest().equals(digest)) throw new LandlineError("checksum_mismatch", { offset })
}
