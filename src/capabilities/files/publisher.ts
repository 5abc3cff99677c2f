import { createHash } from "node:crypto"
import type { FileRecord, UploadRecord } from "../../core/directory.ts"
import { Locks } from "../../core/locks.ts"
import type { Topic } from "../../core/topic.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { AnnouncedFile } from "../../protocol/files.ts"
import { limits } from "../../protocol/limits.ts"
import { roomTopic } from "../../protocol/names.ts"
import { newCode } from "./codes.ts"
import type { FileParts } from "./files.ts"
import type { Quota } from "./quota.ts"
import { SNIFFED_BYTES, sniff, ZIP } from "./sniff.ts"

/**
 * Makes files of whole uploads, and takes files away again. Each step can be repeated after an interruption: the
 * file's id follows from the upload's, and the entry has a publish id.
 */
export class Publisher {
  readonly #parts: Required<FileParts>
  readonly #quota: Quota
  /** A blob must not be removed while another file comes to share it. */
  readonly #blobs = new Locks()

  constructor(parts: Required<FileParts>, quota: Quota) {
    this.#parts = parts
    this.#quota = quota
  }

  /** @throws LandlineError unknown_room */
  async topic(room: string): Promise<Topic> {
    return this.#parts.topics.get(roomTopic(room)).catch((error) => {
      if (!(error instanceof LandlineError && error.code === "unknown_topic")) throw error
      throw new LandlineError(
        "unknown_room",
        { room },
        `There is no room ${JSON.stringify(room)}. \`landline rooms\` lists what there is.`,
      )
    })
  }

  /**
   * The blob of a verified upload becomes a file, which is not announced yet; one that is a file already stays as
   * it is.
   * @param head its first bytes, where they are at hand
   */
  publish(upload: UploadRecord, head?: Uint8Array): Promise<FileRecord> {
    const { verified: sha256 } = upload
    return this.#blobs.run(sha256, async () => {
      const { blobs, directory } = this.#parts
      const known = await directory.file(fileId(upload.id))
      if (known) {
        this.#quota.release(upload.id)
        return known
      }
      const first = (await directory.filesOf(sha256)) === 0
      // After an interruption, the blob may be in its place already.
      if (await blobs.staged(upload.id)) await blobs.publish(upload.id, sha256)
      const file = await this.#fileOf(upload, head)
      await directory.setFile(file)
      this.#quota.release(upload.id)
      this.#quota.add(file.sender, file.bytes, first)
      return file
    })
  }

  /** The room hears of the file: once, however often this is called. */
  async announce(file: FileRecord): Promise<FileRecord> {
    if (file.room === "" || file.offset > 0) return file
    const { id, name, bytes, type, sha256, items } = file
    const announced: AnnouncedFile = { id, name, bytes, type, sha256, ...(items > 0 && { items }) }
    const body = Buffer.from(JSON.stringify(announced))
    const { offset } = await this.#parts.topics.append(
      roomTopic(file.room),
      [{ author: file.sender, kind: "file", body }],
      { producer: { id: `file ${id}`, epoch: 0, seq: 1 } },
    )
    const known = { ...file, offset }
    await this.#parts.directory.setFile(known)
    return known
  }

  /** Takes a file away, with its bytes where no other file has them; its room is told. */
  async remove(file: FileRecord, by: string): Promise<void> {
    const { directory, blobs } = this.#parts
    const { id, sha256, sender, bytes } = file
    await this.#blobs.run(sha256, async () => {
      if (!(await directory.file(id))) return
      // From here on nobody gets it, and `tend` goes on with what an interruption leaves.
      await directory.setFile({ ...file, expires: this.#parts.clock.now() })
      await this.#tellDeleted(file, by)
      const last = (await directory.filesOf(sha256)) === 1
      if (last) await blobs.remove(sha256)
      await directory.removeFile(id)
      this.#quota.add(sender, -bytes, last)
    })
  }

  async #tellDeleted({ id, room, offset, name }: FileRecord, by: string): Promise<void> {
    if (room === "" || offset === 0) return
    const draft = { author: by, kind: "file_deleted", ref: offset, body: Buffer.from(name) } as const
    await this.#parts.topics.append(roomTopic(room), [draft], {
      producer: { id: `file ${id}`, epoch: 0, seq: 2 },
    })
  }

  async #fileOf(upload: UploadRecord, head?: Uint8Array): Promise<FileRecord> {
    const { id, name, bytes = 0, items, sender, room, link, verified: sha256 } = upload
    const now = this.#parts.clock.now()
    const kept = link ? limits.linkKeptMs : this.#parts.settings.keptMs
    const type = await sniff(head?.subarray(0, SNIFFED_BYTES) ?? (await this.#head(sha256, bytes)))
    return {
      id: fileId(id),
      name,
      bytes,
      type,
      sha256,
      items: type === ZIP ? items : 0, // only a zip can be a folder, whatever its sender says
      sender,
      time: now,
      room,
      offset: 0,
      code: link ? newCode() : "",
      expires: kept > 0 ? now + kept : 0,
      downloads: 0,
    }
  }

  async #head(sha256: string, bytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.#parts.blobs.read(sha256, 0, Math.min(bytes, SNIFFED_BYTES)))
      pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }
}

const FILE_ID_CHARACTERS = 16

/** The same for the same upload, and nothing that the upload's id could be guessed from. */
function fileId(upload: string): string {
  return createHash("sha256")
    .update(`file of ${upload}`)
    .digest("base64url")
    .replaceAll(/[-_]/g, "")
    .slice(0, FILE_ID_CHARACTERS)
}
