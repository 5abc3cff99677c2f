import type { Author } from "../../core/author.ts"
import { Rules } from "../../core/authorize.ts"
import type { BlobStore } from "../../core/blob-store.ts"
import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory, FileQuery, FileRecord } from "../../core/directory.ts"
import type { Topics } from "../../core/topics.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { roomName, roomTopic } from "../../protocol/names.ts"
import { Links } from "./links.ts"
import { Publisher } from "./publisher.ts"
import { Quota, type QuotaSettings } from "./quota.ts"
import type { NewUpload, UploadState, WriteOptions } from "./types.ts"
import { Uploads } from "./uploads.ts"

export interface FileSettings extends QuotaSettings {
  /** ms for which a file is kept; 0 for ever. */
  readonly keptMs: number
}

export interface FileParts {
  readonly blobs: BlobStore
  readonly directory: Directory
  readonly topics: Topics
  readonly rules?: Rules
  readonly clock?: Clock
  readonly settings?: FileSettings
}

const TEND_EVERY_MS = 60_000
const unbounded: FileSettings = { bytesMax: 0, bytesPerPersonMax: 0, keptMs: 0 }

/** Files: sent whole and verified or not at all, by whatever door, and shared in a room or by a one-time link. */
export class Files {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  readonly #publisher: Publisher
  readonly #uploads: Uploads
  readonly #links: Links
  #timer: NodeJS.Timeout | undefined

  constructor(parts: FileParts) {
    this.#parts = { rules: new Rules(), clock: systemClock, settings: unbounded, ...parts }
    this.#quota = new Quota(this.#parts.settings)
    this.#publisher = new Publisher(this.#parts, this.#quota)
    this.#uploads = new Uploads(this.#parts, this.#quota, this.#publisher)
    this.#links = new Links(this.#parts.directory, this.#parts.clock)
  }

  /** Takes up what is stored, finishes what an interruption left, and tends it from now on. */
  async begin(onError: (error: unknown) => void = () => {}): Promise<void> {
    const { all, bySender } = await this.#parts.directory.fileBytes()
    this.#quota.begin(all, bySender)
    await this.#uploads.begin()
    await this.tend(onError)
    this.#timer = setInterval(() => void this.tend(onError), TEND_EVERY_MS).unref()
  }

  /** Removes files and uploads whose time has come, and finishes what could not be finished. */
  async tend(onError: (error: unknown) => void = () => {}): Promise<void> {
    try {
      await this.#uploads.tend(onError)
      const now = this.#parts.clock.now()
      for (const file of await this.#parts.directory.filesToTend(now)) {
        const ended = file.expires > 0 && file.expires <= now
        if (ended) this.#links.forget(file)
        await (ended ? this.#publisher.remove(file, file.sender) : this.#publisher.announce(file)).catch(
          onError,
        )
      }
    } catch (error) {
      onError(error)
    }
  }

  /**
   * Begins an upload. One of no bytes becomes a file at once.
   * @throws LandlineError bad_name | unknown_room | forbidden | bad_request | too_large | over_quota |
   *   storage_full | too_many
   */
  start(who: Author, upload: NewUpload): Promise<UploadState> {
    return this.#uploads.start(who, upload)
  }

  /**
   * As `start` and `write` in one, for what is sent whole.
   * @param begun is told the upload, before anything is read of the source; without it, nothing is kept of a small
   *   file whose source fails
   * @throws LandlineError as both
   */
  put(
    who: Author,
    upload: NewUpload,
    source: AsyncIterable<Uint8Array>,
    begun?: (id: string) => void,
  ): Promise<FileRecord> {
    return this.#uploads.put(who, upload, source, begun)
  }

  /** Where an upload stands, for whoever knows its id. @throws LandlineError unknown_upload */
  state(id: string): Promise<UploadState> {
    return this.#uploads.state(id)
  }

  /**
   * As `state`, for whoever is about to go on with the upload: a writer that is still under way ends first, so that
   * nothing moves any more. @throws LandlineError unknown_upload
   */
  settled(id: string): Promise<UploadState> {
    return this.#uploads.settled(id)
  }

  /** Uploads of a member that are not finished; guests have not proven to be who began one. */
  uploads(who: Author): Promise<UploadState[]> {
    return this.#uploads.list(who)
  }

  /**
   * Writes at `offset` what the source gives until it ends; a chunk has to be valid only until the next is asked
   * for. When the source throws, what came is kept, unless it was to
   * have a checksum, and the error is thrown on. A writer that is still under way ends with `superseded`. An
   * upload that is whole then becomes a file, announced in its room.
   * @throws LandlineError unknown_upload | offset_mismatch { offset } | too_large | checksum_mismatch |
   *   storage_full | over_quota | superseded | bad_request; what the source throws
   */
  write(
    id: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<UploadState> {
    return this.#uploads.write(id, offset, source, options)
  }

  /**
   * Makes one file of parts that are whole; the parts are then gone. Asked again, the answer is the same.
   * @throws LandlineError as `start`; unknown_upload; bad_request
   */
  join(who: Author, parts: readonly string[], upload: NewUpload): Promise<UploadState> {
    return this.#uploads.join(who, parts, upload)
  }

  /** Throws an upload away, and the file that it has become. @throws LandlineError unknown_upload */
  async abandon(id: string): Promise<void> {
    const file = await this.#uploads.abandon(id)
    if (file) await this.#publisher.remove(file, file.sender)
  }

  /**
   * A file by its id. Nobody can guess one: whoever knows it was told in its room, and may have it whoever they are,
   * since an image in a browser's page proves no name.
   * @throws LandlineError unknown_file, also for one that only a link leads to
   */
  async file(who: Author, id: string): Promise<FileRecord> {
    this.#parts.rules.authorize(who, "read")
    const file = await this.#parts.directory.file(id)
    if (!file || file.room === "" || this.#ended(file)) throw new LandlineError("unknown_file")
    return file
  }

  /** Those of a room, else of all rooms that somebody may enter, newest first. @throws LandlineError bad_name | forbidden */
  async list(who: Author, query: FileQuery): Promise<FileRecord[]> {
    const { rules } = this.#parts
    const { room = rules.onlyRoom(who), ...rest } = query
    rules.authorize(who, "read", room === undefined ? undefined : roomTopic(room))
    const found = await this.#parts.directory.files(
      room === undefined ? rest : { ...rest, room: roomName(room) },
    )
    return found.filter((file) => !this.#ended(file))
  }

  /** Bytes `from` to `to` (without `to`) of a file. @throws LandlineError unknown_file */
  read(file: FileRecord, from = 0, to = file.bytes): AsyncIterable<Uint8Array> {
    return this.#parts.blobs.read(file.sha256, from, to)
  }

  countDownload(file: FileRecord): Promise<void> {
    return this.#parts.directory.countDownload(file.id)
  }

  /** Deletes a file: its sender may, and whoever made its room. @throws LandlineError unknown_file | forbidden */
  async remove(who: Author, id: string): Promise<void> {
    const file = await this.file(who, id)
    this.#parts.rules.authorize(who, "write", roomTopic(file.room))
    const room = await this.#parts.directory.room(file.room)
    if (who.role !== "member" || (who.name !== file.sender && who.name !== room?.createdBy))
      throw new LandlineError(
        "forbidden",
        {},
        "A file is deleted by its sender, signed in from a device, or by whoever made the room.",
      )
    await this.#publisher.remove(file, who.name)
  }

  /**
   * The file of a one-time code. Whoever asks first has it for themselves.
   * @param address of whoever asks
   * @throws LandlineError unknown_file | slow_down
   */
  redeem(code: string, address: string): Promise<FileRecord> {
    return this.#links.redeem(code, address)
  }

  /** As `redeem`, for who only looks at what is there. @throws LandlineError unknown_file | slow_down */
  peek(code: string, address: string): Promise<FileRecord> {
    return this.#links.peek(code, address)
  }

  /**
   * Bytes `from` to `to` of a one-time file were handed to the line.
   * @returns whether with these it was all, without a hole: nobody gets it any more, until `redeemed` or `lost`
   */
  handedOver(file: FileRecord, from: number, to: number): boolean {
    return this.#links.handedOver(file, from, to)
  }

  /** The line was lost with what had been handed to it: whoever has claimed the file may ask again. */
  lost(file: FileRecord): void {
    this.#links.lost(file)
  }

  /** The file was got whole by its code: it goes. */
  async redeemed(file: FileRecord): Promise<void> {
    try {
      await this.#publisher.remove(file, file.sender)
    } finally {
      this.#links.forget(file)
    }
  }

  /** Ends what is being written; it can be gone on with when the hub is back. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#uploads.close()
  }

  #ended({ expires }: FileRecord): boolean {
    return expires > 0 && expires <= this.#parts.clock.now()
  }
}
