import { randomUUID } from "node:crypto"
import { createWriteStream, lstatSync, mkdirSync, rmSync, statfsSync } from "node:fs"
import { mkdir, rename, rmdir, utimes } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { pipeline } from "node:stream/promises"
import { type Entry, openPromise, type ZipFile } from "yauzl"
import { LandlineError } from "../../protocol/errors.ts"
import { relativePath } from "../../protocol/file-names.ts"
import { amount } from "./amounts.ts"
import { cannotWrite, localFile } from "./local-file.ts"
import { inTheWay } from "./part-file.ts"

/** Text shrinks to a twentieth or so; what grows more than this is made to fill a disk. */
const GROWTH_MAX = 200
const ENTRIES_MAX = 10_000_000
const EXECUTABLE = 0o111

/** A file to be unpacked. */
interface Packed {
  readonly entry: Entry
  /** Safe, relative. */
  readonly path: string
}

/**
 * Unpacks a folder that came as a zip. It appears under its name only when all of it is unpacked.
 * @param zip verified
 * @param bytes its size
 * @param force puts the files into a folder that is there, over those of the same name
 * @throws LandlineError local_file
 */
export async function unpack(zip: string, bytes: number, target: string, force: boolean): Promise<void> {
  const part = join(dirname(target), `.${basename(target)}.${randomUUID()}.landline-unpack`)
  try {
    await mkdir(part)
    const paths = await unpackInto(zip, bytes, part)
    await appear(part, target, paths, force)
  } catch (error) {
    if (error instanceof LandlineError) throw error
    if ((error as NodeJS.ErrnoException).code) throw cannotWrite(target, error)
    throw broken(target)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

async function unpackInto(zip: string, bytes: number, part: string): Promise<string[]> {
  const file = await openPromise(zip, { autoClose: false })
  try {
    const packed = await listed(file, bytes, part)
    for (const { entry, path } of packed) {
      const to = join(part, path)
      if (isFolder(entry)) {
        await mkdir(to, { recursive: true })
        continue
      }
      await mkdir(dirname(to), { recursive: true })
      const mode = 0o666 | ((entry.externalFileAttributes >>> 16) & EXECUTABLE)
      await pipeline(await file.openReadStreamPromise(entry), createWriteStream(to, { flags: "wx", mode }))
      const time = entry.getLastModDate()
      await utimes(to, time, time)
    }
    return packed.map(({ path }) => path)
  } finally {
    file.close()
  }
}

/** The entries, their paths made safe, and all of them together no more than the zip can hold. */
async function listed(file: ZipFile, bytes: number, part: string): Promise<Packed[]> {
  const packed: Packed[] = []
  const taken = new Set<string>()
  let stored = 0
  let unpacked = 0
  for await (const entry of file.eachEntry()) {
    const path = relativePath(entry.fileName.replace(/\/$/, ""))
    stored += entry.compressedSize
    unpacked += entry.uncompressedSize
    // Entries that share bytes of the zip are how a small one unpacks to anything.
    if (path === undefined || stored > bytes || packed.length >= ENTRIES_MAX) throw broken(part)
    if (!isFolder(entry) && taken.has(path)) throw broken(part)
    taken.add(path)
    packed.push({ entry, path })
  }
  const { bavail, bsize } = statfsSync(part)
  if (unpacked > bytes * GROWTH_MAX || unpacked > bavail * bsize)
    throw localFile(part, `The folder would take ${amount(unpacked)}, for which there is no space here.`)
  return packed
}

const isFolder = (entry: Entry): boolean => entry.fileName.endsWith("/")

const broken = (target: string): LandlineError =>
  localFile(target, "The folder cannot be unpacked: its zip is not in order.")

/** Gives the folder its name, in one step; or merges it into the one that is there. */
async function appear(part: string, target: string, paths: readonly string[], force: boolean): Promise<void> {
  try {
    // Ours from here on: a folder takes the place of an empty one, and of no other.
    mkdirSync(target)
    return await rename(part, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      await rmdir(target).catch(() => {})
      throw error
    }
    if (!force) throw inTheWay(target)
  }
  if (!lstatSync(target).isDirectory())
    throw localFile(target, `${target} is there already, and is no folder.`)
  for (const path of paths) await move(part, target, path)
}

/** Moves a file into a folder that is there. No link in it leads the file elsewhere. */
async function move(part: string, target: string, path: string): Promise<void> {
  let folder = target
  for (const step of path.split("/").slice(0, -1)) {
    folder = join(folder, step)
    await mkdir(folder).catch((error) => {
      if (error.code !== "EEXIST") throw error
    })
    if (!lstatSync(folder).isDirectory()) throw localFile(folder, `${folder} is in the way: it is no folder.`)
  }
  const to = join(target, path)
  if (lstatSync(join(part, path)).isDirectory()) await mkdir(to, { recursive: true })
  else await rename(join(part, path), to)
}
