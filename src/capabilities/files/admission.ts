import type { Author } from "../../core/author.ts"
import type { UploadRecord } from "../../core/directory.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { fileName } from "../../protocol/file-names.ts"
import { limits } from "../../protocol/limits.ts"
import { LOBBY, roomName, roomTopic } from "../../protocol/names.ts"
import type { FileParts } from "./files.ts"
import type { Publisher } from "./publisher.ts"
import type { Quota } from "./quota.ts"
import type { NewUpload } from "./types.ts"

const NO_SPACE = "The hub's disk has no room for that file. Send it again when there is space."

/** Whether there is room for an upload, by all limits. */
export class Admission {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  readonly #publisher: Publisher

  constructor(parts: Required<FileParts>, quota: Quota, publisher: Publisher) {
    this.#parts = parts
    this.#quota = quota
    this.#publisher = publisher
  }

  /**
   * Stages a blob for an upload, and reserves what it may need. Its record is not stored yet.
   * @throws LandlineError as `Files.start`
   */
  async admit(who: Author, upload: NewUpload): Promise<UploadRecord> {
    const { bytes, partial = false, link = false, items = 0, sha256 = "", metadata = "" } = upload
    const room = link || partial ? "" : roomName(upload.room ?? LOBBY)
    this.#parts.rules.authorize(who, "write", room === "" ? undefined : roomTopic(room))
    if (room !== "") await this.#publisher.topic(room)
    checkSize(bytes)
    const { blobs, clock } = this.#parts
    if ((bytes ?? 0) > (await blobs.room())) throw new LandlineError("storage_full", {}, NO_SPACE)
    const id = await blobs.stage()
    try {
      this.#quota.reserve(id, who.name, bytes ?? 0)
    } catch (error) {
      await blobs.discard(id)
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

  /** Reserves again after a restart. A limit that was lowered meanwhile stops no upload that has begun. */
  readmit({ id, sender, bytes = 0 }: UploadRecord): void {
    this.#quota.restore(id, { sender, bytes })
  }
}

/** @throws LandlineError bad_request | too_large */
export function checkSize(bytes: number | undefined): void {
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
