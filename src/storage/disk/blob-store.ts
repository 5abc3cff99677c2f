import { randomBytes } from "node:crypto"
import { join } from "node:path"
import type { BlobStore, Staged, StagedBlob } from "../../core/blob-store.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { makeFolder } from "../folder.ts"
import { DurableFolder } from "./durable-folder.ts"
import { FreeSpace } from "./free-space.ts"
import { Hashes } from "./hashes.ts"
import { readPieces } from "./read-pieces.ts"
import { DiskStagedBlob, type StagedFile } from "./staged-blob.ts"
import { diskError, sizeOf, system, unlinkIfThere } from "./system.ts"

const ID = /^[0-9a-f]{32}$/
const SHA256 = /^[0-9a-f]{64}$/

/**
 * Blobs in a folder of this process alone: `staging/ID` and `blobs/ab/SHA256`.
 * @param options.freeFloorBytes space left free on the disk; by default 256 MiB, on small disks 5 %
 * @throws LandlineError data_unwritable
 */
export async function openDiskBlobs(
  folder: string,
  options: { freeFloorBytes?: number } = {},
): Promise<BlobStore> {
  try {
    makeFolder(folder)
    const staging = await DurableFolder.open(join(folder, "staging"))
    const blobs = await DurableFolder.open(join(folder, "blobs"))
    const parent = await DurableFolder.open(folder)
    await parent.sync() // of what has just been made in it
    await parent.close()
    const space = new FreeSpace(folder, options.freeFloorBytes)
    return new DiskBlobs(staging, blobs, space, await stagedIn(staging.path))
  } catch (error) {
    const failed = new LandlineError(
      "data_unwritable",
      {},
      `The folder ${folder} cannot be used (${(error as Error).message}). Mend it, or choose another with --data.`,
    )
    failed.cause = error
    throw failed
  }
}

async function stagedIn(folder: string): Promise<StagedFile[]> {
  const ids = (await system.readdir(folder)).filter((name) => ID.test(name))
  return Promise.all(
    ids.map(async (id) => {
      const path = join(folder, id)
      const { size, mtimeMs } = await system.stat(path)
      return { id, path, bytes: size, time: Math.floor(mtimeMs), changes: 1, durable: 0 }
    }),
  )
}

class DiskBlobs implements BlobStore {
  readonly #staging: DurableFolder
  readonly #blobs: DurableFolder
  readonly #shards = new Map<string, Promise<DurableFolder>>()
  readonly #space: FreeSpace
  readonly #hashes: Hashes
  readonly #staged = new Map<string, StagedFile>()
  readonly #open = new Map<string, DiskStagedBlob>()
  readonly #underWay = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined

  constructor(staging: DurableFolder, blobs: DurableFolder, space: FreeSpace, staged: StagedFile[]) {
    this.#staging = staging
    this.#blobs = blobs
    this.#space = space
    this.#hashes = new Hashes((id) => join(staging.path, id))
    for (const file of staged) this.#staged.set(file.id, file)
  }

  stage(): Promise<string> {
    return this.#told(async () => {
      await this.#space.take(0)
      const id = randomBytes(16).toString("hex")
      const path = join(this.#staging.path, id)
      await system.close(await system.open(path, "wx", 0o600))
      this.#staged.set(id, { id, path, bytes: 0, time: Date.now(), changes: 1, durable: 0 })
      return id
    })
  }

  open(id: string): Promise<StagedBlob> {
    return this.#told(async () => {
      const file = this.#known(id)
      await this.#open.get(id)?.close()
      const fd = await system.open(file.path, "r+")
      const blob = new DiskStagedBlob(file, fd, {
        space: this.#space,
        hashes: this.#hashes,
        makeDurable: this.#makeDurable,
        closed: () => this.#open.delete(id),
      })
      this.#open.set(id, blob)
      return blob
    }, "unknown_upload")
  }

  async staged(id: string): Promise<Staged | undefined> {
    const file = this.#staged.get(id)
    return file && outline(file)
  }

  async allStaged(): Promise<Staged[]> {
    return [...this.#staged.values()].map(outline)
  }

  async join(id: string, parts: readonly string[]): Promise<void> {
    const files = parts.map((part) => this.#known(part))
    const blob = await this.open(id)
    const before = blob.bytes
    try {
      await this.#told(async () => {
        for (const { path, bytes } of files)
          for await (const piece of readPieces(path, 0, bytes)) await blob.append([piece])
      }, "unknown_upload")
    } catch (error) {
      await blob.truncate(before)
      throw error
    } finally {
      await blob.close()
    }
  }

  digest(id: string): Promise<string> {
    return this.#told(() => this.#hashes.digest(id, this.#known(id).bytes))
  }

  publish(id: string, sha256: string): Promise<void> {
    return this.#told(async () => {
      const file = this.#staged.get(id)
      const shard = await this.#shard(sha256)
      const target = join(shard.path, sha256)
      const there = await sizeOf(target)
      if (!file && there === undefined) throw new LandlineError("unknown_upload")
      await this.#open.get(id)?.close() // nobody writes to what is published
      if (file && there !== file.bytes) {
        if (file.durable < file.changes) await this.#sync(file)
        await system.rename(file.path, target)
        this.#forget(file)
      } else if (file) await this.#remove(file)
      await Promise.all([shard.sync(), this.#staging.sync()])
    }, "unknown_upload")
  }

  discard(id: string): Promise<void> {
    return this.#told(async () => {
      const file = this.#staged.get(id)
      if (!file) return
      await this.#open.get(id)?.close()
      await this.#remove(file)
    })
  }

  size(sha256: string): Promise<number | undefined> {
    return this.#told(async () => (SHA256.test(sha256) ? sizeOf(this.#pathOf(sha256)) : undefined))
  }

  async *read(sha256: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    if (!SHA256.test(sha256)) throw new LandlineError("unknown_file")
    try {
      yield* readPieces(this.#pathOf(sha256), from, to)
    } catch (error) {
      throw diskError(error, "unknown_file")
    }
  }

  remove(sha256: string): Promise<void> {
    return this.#told(async () => {
      if (SHA256.test(sha256)) await unlinkIfThere(this.#pathOf(sha256))
    })
  }

  room(): Promise<number> {
    return this.#told(() => this.#space.room())
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((blob) => blob.close()))
    await this.#hashes.close()
    await Promise.allSettled(this.#underWay)
    const shards = await Promise.all(this.#shards.values())
    await Promise.all([this.#staging, this.#blobs, ...shards].map((folder) => folder.close()))
  }

  /** Does something, for which `close` waits, and tells its failure in words of the table. */
  async #told<T>(work: () => Promise<T>, missing?: "unknown_upload"): Promise<T> {
    if (this.#closed) throw new LandlineError("stopping")
    const running = work()
    this.#underWay.add(running)
    try {
      return await running
    } catch (error) {
      throw diskError(error, missing)
    } finally {
      this.#underWay.delete(running)
    }
  }

  #known(id: string): StagedFile {
    const file = this.#staged.get(id)
    if (!file) throw new LandlineError("unknown_upload")
    return file
  }

  async #remove(file: StagedFile): Promise<void> {
    await unlinkIfThere(file.path)
    this.#forget(file)
  }

  #forget({ id }: StagedFile): void {
    this.#staged.delete(id)
    this.#hashes.forget(id)
  }

  #pathOf(sha256: string): string {
    return join(this.#blobs.path, sha256.slice(0, 2), sha256)
  }

  /** The folder of a published blob, made where it is missing and then durable itself. */
  #shard(sha256: string): Promise<DurableFolder> {
    if (!SHA256.test(sha256)) throw new LandlineError("unknown_file")
    const name = sha256.slice(0, 2)
    let shard = this.#shards.get(name)
    if (!shard) {
      shard = DurableFolder.open(join(this.#blobs.path, name)).then(async (folder) => {
        await this.#blobs.sync()
        return folder
      })
      shard.catch(() => this.#shards.delete(name)) // the next one tries again
      this.#shards.set(name, shard)
    }
    return shard
  }

  async #sync(file: StagedFile): Promise<void> {
    const fd = await system.open(file.path, "r+")
    try {
      await this.#makeDurable(file, fd)
    } finally {
      await system.close(fd)
    }
  }

  readonly #makeDurable = async (file: StagedFile, fd: number): Promise<void> => {
    const { changes } = file
    if (file.durable >= changes) return
    try {
      await Promise.all([system.fdatasync(fd), this.#staging.sync()])
      file.durable = changes
    } catch (error) {
      // What the system could not write it drops, and the next sync succeeds without it: there is no going on.
      await this.#remove(file)
      throw error
    }
  }
}

function outline({ id, bytes, time }: StagedFile): Staged {
  return { id, bytes, time }
}
