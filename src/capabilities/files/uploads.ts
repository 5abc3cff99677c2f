import { createHash } from "node:crypto"
import type { Author } from "../../core/author.ts"
import type { StagedBlob } from "../../core/blob-store.ts"
import type { FileRecord, UploadRecord } from "../../core/directory.ts"
import { Locks } from "../../core/locks.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { Admission, checkSize } from "./admission.ts"
import type { FileParts } from "./files.ts"
import { arrived, expiry, Finisher, FOLLOWS } from "./finisher.ts"
import type { Publisher } from "./publisher.ts"
import type { Quota } from "./quota.ts"
import { receive } from "./receive.ts"
import type { NewUpload, UploadState, WriteOptions } from "./types.ts"
import { until, Writers } from "./writers.ts"

/** Files on their way in. */
export class Uploads {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  readonly #admission: Admission
  readonly #finisher: Finisher
  readonly #writers = new Writers()
  readonly #joins = new Locks()

  constructor(parts: Required<FileParts>, quota: Quota, publisher: Publisher) {
    this.#parts = parts
    this.#quota = quota
    this.#admission = new Admission(parts, quota, publisher)
    this.#finisher = new Finisher(parts, quota, publisher)
  }

  /** See `Files.start`. */
  async start(who: Author, upload: NewUpload): Promise<UploadState> {
    const record = await this.#begin(who, upload)
    if (record.bytes !== 0 || record.partial || record.sha256 === FOLLOWS) return { record, offset: 0 }
    return this.#writers.run(record.id, () => this.#finisher.finish(record))
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
    try {
      return (await this.write(record.id, 0, source, { end: true })).file!
    } catch (error) {
      // What can never become whole must not hold what others could use.
      const { code } = error as LandlineError
      if (code === "over_quota" || code === "too_large") await this.abandon(record.id)
      throw error
    }
  }

  /** A file that is taken in whole needs no record of where it stands, until it is to be published. */
  async #putSmall(who: Author, upload: NewUpload, source: AsyncIterable<Uint8Array>): Promise<FileRecord> {
    const record = await this.#admission.admit(who, upload)
    return this.#writers.run(record.id, async (signal) => {
      try {
        const bytes = await gathered(until(source, signal), record.bytes!)
        const blob = await this.#parts.blobs.open(record.id)
        await blob.append([bytes]).finally(() => blob.close())
        return await this.#finisher.finishSmall(record, bytes)
      } catch (error) {
        await this.#finisher.throwAway(record)
        throw error
      }
    })
  }

  /** See `Files.state`. */
  async state(id: string): Promise<UploadState> {
    const record = await this.#parts.directory.upload(id)
    if (!record) throw new LandlineError("unknown_upload")
    if (record.file !== "") {
      const file = record.partial ? undefined : await this.#parts.directory.file(record.file)
      if (!file && !record.partial) throw new LandlineError("unknown_upload") // deleted meanwhile
      return { record, offset: record.bytes ?? 0, file }
    }
    const staged = await this.#parts.blobs.staged(id)
    if (!staged) throw new LandlineError("unknown_upload")
    return { record: { ...record, expires: expiry(record, staged) }, offset: arrived(record, staged) }
  }

  /** See `Files.settled`. */
  async settled(id: string): Promise<UploadState> {
    await this.#writers.end(id)
    return this.state(id)
  }

  /** See `Files.uploads`. */
  async list(who: Author): Promise<UploadState[]> {
    if (who.role !== "member") return []
    const own = await this.#parts.directory.openUploads(who.name)
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
      if (state.record.file !== "") return this.#finisher.again(state)
      const record = await this.#receive(await this.#told(state, options), until(source, signal), options)
      return this.#finisher.finish(record)
    })
  }

  /** See `Files.join`. One at a time for the same parts: a client may ask again while the first answer is on its way. */
  async join(who: Author, parts: readonly string[], upload: NewUpload): Promise<UploadState> {
    if (parts.length === 0 || parts.length > limits.partsMax)
      throw new LandlineError("bad_request", {}, `A file is joined from 1 to ${limits.partsMax} parts.`)
    if (upload.sha256 === FOLLOWS)
      throw new LandlineError(
        "bad_request",
        {},
        "A joined file's sha256 is told when it is joined, or not at all.",
      )
    return this.#joins.run(parts[0]!, async () => {
      const states = await Promise.all(parts.map((part) => this.state(part)))
      if (states.some(({ record, offset }) => !record.partial || offset !== record.bytes))
        throw new LandlineError("bad_request", {}, "Only parts that are whole can be joined.")
      const joined = states.find(({ record }) => record.file !== "")?.record.file
      if (joined === undefined) return this.#joinAnew(who, states, upload)
      return this.#writers.run(joined, async () => {
        const state = await this.state(joined)
        return state.file ? this.#finisher.again(state) : this.#finisher.finish(state.record)
      })
    })
  }

  async #joinAnew(who: Author, states: readonly UploadState[], upload: NewUpload): Promise<UploadState> {
    const { blobs, directory } = this.#parts
    const parts = states.map(({ record }) => record.id)
    const bytes = states.reduce((sum, { offset }) => sum + offset, 0)
    // What the parts had reserved passes on to the whole.
    const reserved = parts.map((part) => [part, this.#quota.release(part)] as const)
    let record: UploadRecord | undefined
    try {
      record = { ...(await this.#admission.admit(who, { ...upload, bytes })), parts }
      await directory.setUpload(record)
      await blobs.join(record.id, parts)
      const file = record.id
      await Promise.all(states.map(({ record: part }) => directory.setUpload({ ...part, file })))
    } catch (error) {
      if (record) await this.#finisher.throwAway(record)
      for (const [part, reservation] of reserved) this.#quota.restore(part, reservation)
      throw error
    }
    await Promise.all(parts.map((part) => blobs.discard(part)))
    const whole = record
    return this.#writers.run(whole.id, () => this.#finisher.finish(whole))
  }

  /** See `Files.abandon`. @returns the file that it had become */
  abandon(id: string): Promise<FileRecord | undefined> {
    return this.#writers.run(id, async () => {
      const { record, file } = await this.state(id)
      await this.#finisher.throwAway(record)
      return file
    })
  }

  /** Reserves what open uploads may need. */
  async begin(): Promise<void> {
    for (const record of await this.#parts.directory.openUploads()) this.#admission.readmit(record)
  }

  /** Throws away what has waited too long, and finishes what an interruption, or a full disk, left whole. */
  async tend(onError: (error: unknown) => void): Promise<void> {
    const { directory, blobs, clock } = this.#parts
    const now = clock.now()
    for (const id of await directory.endedUploads(now)) await directory.removeUpload(id)
    const open = await directory.openUploads()
    for (const { id } of open) if (!this.#writers.busy(id)) await this.#tend(id, now).catch(onError)
    const known = new Set(open.map(({ id }) => id))
    for (const { id, time } of await blobs.allStaged())
      if (!known.has(id) && !this.#writers.busy(id) && time + limits.uploadKeptMs <= now)
        await blobs.discard(id)
  }

  async #tend(id: string, now: number): Promise<void> {
    const { directory, blobs } = this.#parts
    const [record, staged] = await Promise.all([directory.upload(id), blobs.staged(id)])
    if (record?.file !== "" || record.partial) return
    const expired = expiry(record, staged) <= now
    const whole = record.verified !== "" || (staged !== undefined && arrived(record, staged) === record.bytes)
    if (this.#writers.busy(id) || !(expired || whole)) return
    await this.#writers.run(id, async () => {
      if (expired) await this.#finisher.throwAway(record)
      else await this.#finisher.finish(record)
    })
  }

  close(): Promise<void> {
    return this.#writers.close()
  }

  async #begin(who: Author, upload: NewUpload): Promise<UploadRecord> {
    const record = await this.#admission.admit(who, upload)
    try {
      await this.#parts.directory.setUpload(record)
      return record
    } catch (error) {
      await this.#finisher.throwAway(record)
      throw error
    }
  }

  /** The record, with the size and SHA-256 that are told only now. */
  async #told({ record, offset }: UploadState, { bytes, sha256 }: WriteOptions): Promise<UploadRecord> {
    const told = { bytes: bytes ?? record.bytes, sha256: sha256 ?? record.sha256 }
    if (told.bytes === record.bytes && told.sha256 === record.sha256) return record
    checkSize(told.bytes)
    if (told.bytes !== record.bytes && (record.bytes !== undefined || told.bytes! < offset))
      throw new LandlineError("bad_request", {}, "The size of an upload cannot be changed.")
    if (told.sha256 !== record.sha256 && record.sha256 !== "" && record.sha256 !== FOLLOWS)
      throw new LandlineError("checksum_mismatch", {}, "The upload was begun with another SHA-256.")
    this.#quota.reserve(record.id, record.sender, told.bytes ?? offset)
    await this.#parts.directory.setUpload({ ...record, ...told })
    return { ...record, ...told }
  }

  /** Writes what comes, and keeps it whatever happens then, unless a checksum says otherwise. */
  async #receive(
    record: UploadRecord,
    source: AsyncIterable<Uint8Array>,
    { checksum, end }: WriteOptions,
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
      if (trusted !== record.trusted) await directory.setUpload({ ...record, trusted })
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
