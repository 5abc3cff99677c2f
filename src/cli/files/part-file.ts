import { constants, existsSync, readdirSync, rmSync } from "node:fs"
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { LandlineError } from "../../protocol/errors.ts"
import type { RunningDigest } from "./digest.ts"
import type { Given, Sink } from "./download.ts"
import { cannotWrite, localFile, PIECE_BYTES } from "./local-file.ts"
import type { Told } from "./upload.ts"

const ENDING = ".landline-part"
/** Of its SHA-256, in the part's name: a part is gone on with only for the same file. */
const MARK = 8
/** Pieces from the network are small; so many bytes are written at once. */
const BATCH_BYTES = 1024 * 1024

/** Beside the target, under a name of its own: what came so far. It gets its name when it is whole and verified. */
export class PartFile implements Sink {
  readonly #folder: string
  readonly #targetOf: (file: Given) => string
  #path = ""
  #target = ""
  #handle: FileHandle | undefined
  #at = 0
  #pieces: Uint8Array[] = []
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()

  /** @param folder where it will lie @param targetOf its path there @throws what it throws, before anything is got */
  constructor(folder: string, targetOf: (file: Given) => string) {
    this.#folder = folder
    this.#targetOf = targetOf
  }

  get path(): string {
    return this.#path
  }

  mayGoOn(): boolean {
    try {
      return readdirSync(this.#folder).some((name) => name.endsWith(ENDING))
    } catch {
      return false
    }
  }

  async begin(file: Given, digest: RunningDigest, told: Told): Promise<number> {
    const target = this.#targetOf(file)
    this.#target = target
    const mark = file.sha256.slice(0, MARK)
    this.#path = join(dirname(target), `.${basename(target)}.${mark}${ENDING}`)
    try {
      // Neither appended nor emptied: two that get the same file write the same bytes to the same places.
      this.#handle = await open(this.#path, constants.O_RDWR | constants.O_CREAT)
      const { size } = await this.#handle.stat()
      if (size > file.bytes) await this.#handle.truncate(0)
      else if (size > 0) {
        told.transfer.wait("reading what is here")
        await this.#count(size, digest)
      }
    } catch (error) {
      throw cannotWrite(this.#target, error)
    }
    this.#at = digest.bytes
    return digest.bytes
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    if (this.#bytes < BATCH_BYTES) return
    await this.#writing
    this.#writing = this.#writePieces()
    this.#writing.catch(() => {}) // it is awaited by the next write
  }

  async flush(): Promise<void> {
    await this.#writing
    if (this.#handle) await this.#writePieces()
  }

  /** Durable, and closed. */
  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    try {
      await handle?.datasync()
    } catch (error) {
      throw cannotWrite(this.#target, error)
    } finally {
      await handle?.close()
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true })
  }

  async #count(size: number, digest: RunningDigest): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)
    while (digest.bytes < size) {
      const { bytesRead } = await this.#handle!.read(buffer, 0, buffer.length, digest.bytes)
      if (bytesRead === 0) return
      digest.add(buffer.subarray(0, bytesRead), digest.bytes)
    }
  }

  async #writePieces(): Promise<void> {
    let pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    try {
      while (pieces.length > 0) {
        const { bytesWritten } = await this.#handle!.writev(pieces, this.#at)
        this.#at += bytesWritten
        pieces = after(pieces, bytesWritten)
      }
    } catch (error) {
      throw cannotWrite(this.#target, error)
    }
  }
}

/** What is left of the pieces after so many bytes; a disk that is nearly full takes less than it is given. */
function after(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  return pieces.flatMap((piece) => {
    const gone = Math.min(skip, piece.length)
    skip -= gone
    return gone === piece.length ? [] : [piece.subarray(gone)]
  })
}

/** What is there already is never overwritten unawares. */
export const inTheWay = (target: string): LandlineError =>
  localFile(target, `${target} is there already. Choose another name with -o, or overwrite it with --force.`)

const takenOver = (target: string): LandlineError =>
  localFile(target, `Another \`landline get\` has got ${target} meanwhile.`)

/**
 * Gives a whole part its name, in one step.
 * @throws LandlineError local_file where something has that name, unless `force`
 */
export async function place(part: string, target: string, force: boolean): Promise<void> {
  try {
    if (force) return await rename(part, target)
    await link(part, target).catch(async (error) => {
      if (error.code === "EEXIST") throw inTheWay(target)
      // A file system without hard links. An empty file takes the name first, so that nobody else has it.
      const taken = await open(target, "wx")
      await taken.close()
      await rename(part, target)
    })
    await unlink(part).catch(() => {})
  } catch (error) {
    if (error instanceof LandlineError) throw error
    if (!existsSync(part)) throw takenOver(target)
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? inTheWay(target) : cannotWrite(target, error)
  }
}
