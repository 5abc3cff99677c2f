import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { LandlineError } from "../../protocol/errors.ts"

/** Read, hashed and written in one go: large enough that the calls cost nothing, small enough for the CPU's cache. */
export const PIECE_BYTES = 512 * 1024

/** A file as it was when it was looked at. */
export interface Seen {
  readonly path: string
  readonly bytes: number
  readonly mtimeMs: number
  readonly mode: number
  /** Tells it from another that takes its name. */
  readonly inode: number
}

export const seen = (path: string, { size, mtimeMs, mode, ino }: Stats): Seen => ({
  path,
  bytes: size,
  mtimeMs,
  mode,
  inode: ino,
})

/** What is at a path, behind links. @throws LandlineError local_file */
export function lookAt(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw cannotRead(path, error)
  }
}

/** What a thing is that is neither file nor folder, which cannot be sent. */
export function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a pipe"
  if (stats.isSocket()) return "a socket"
  return "a device"
}

export function cannotRead(path: string, error: unknown): LandlineError {
  const { code } = error as NodeJS.ErrnoException
  const say: Record<string, string> = {
    ENOENT: `There is no file ${path}.`,
    EACCES: `${path} cannot be read: this user may not.`,
    EPERM: `${path} cannot be read: this user may not.`,
    ELOOP: `${path} is a link that leads to itself.`,
  }
  return localFile(path, say[code ?? ""] ?? `${path} cannot be read (${code ?? error}).`)
}

export function cannotWrite(path: string, error: unknown): LandlineError {
  const { code } = error as NodeJS.ErrnoException
  const say: Record<string, string> = {
    ENOSPC: `The disk is full: ${path} cannot be written. Make space and run the same command again to go on.`,
    EDQUOT: `${path} cannot be written: this user's share of the disk is used up. Make space and run the same command again to go on.`,
    EACCES: `${path} cannot be written: this user may not.`,
    EPERM: `${path} cannot be written: this user may not.`,
    EROFS: `${path} cannot be written: the file system is read-only.`,
    ENOENT: `${path} cannot be written: its folder is not there.`,
    ENOTDIR: `${path} cannot be written: what it should lie in is no folder.`,
    ENAMETOOLONG: `${path} cannot be written: the name is too long here. Choose another with -o.`,
    EFBIG: `${path} cannot be written: the file system takes no file of that size.`,
  }
  return localFile(path, say[code ?? ""] ?? `${path} cannot be written (${code ?? error}).`)
}

export const localFile = (path: string, say: string): LandlineError =>
  new LandlineError("local_file", { path }, say)

const changed = (path: string): LandlineError =>
  localFile(path, `${path} changed while it was sent, so it was not sent. Send it again when it is at rest.`)

/** @throws LandlineError local_file where the file is no longer as it was seen */
export function ensureUnchanged(file: Seen): void {
  const now = lookAt(file.path)
  if (now.size !== file.bytes || now.mtimeMs !== file.mtimeMs || now.ino !== file.inode)
    throw changed(file.path)
}

// Without it, a pipe that took a file's place since it was looked at would hold us for ever.
const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A small file at once. @throws LandlineError local_file, also where it changed since it was seen */
export function readSmall(file: Seen): Buffer {
  const bytes = Buffer.allocUnsafe(file.bytes)
  let handle: number | undefined
  try {
    handle = openSync(file.path, OPEN)
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(handle, bytes, at, bytes.length - at, at)
      if (count === 0) throw changed(file.path)
      at += count
    }
    const { size, mtimeMs, ino } = fstatSync(handle)
    if (size !== file.bytes || mtimeMs !== file.mtimeMs || ino !== file.inode) throw changed(file.path)
    return bytes
  } catch (error) {
    throw error instanceof LandlineError ? error : cannotRead(file.path, error)
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

/**
 * A file piece by piece, the next being read while one is used. A piece is valid until the next is asked for.
 * @throws LandlineError local_file, also where the file is shorter than it was seen, or changed
 */
export async function* readLarge(file: Seen, from = 0): AsyncGenerator<Buffer> {
  const handle = await open(file.path, OPEN).catch((error) => {
    throw cannotRead(file.path, error)
  })
  const buffers = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)] as const
  const read = async (turn: number, at: number) => {
    const { bytesRead } = await handle.read(buffers[turn & 1]!, 0, Math.min(PIECE_BYTES, file.bytes - at), at)
    return buffers[turn & 1]!.subarray(0, bytesRead)
  }
  let ahead: Promise<Buffer> | undefined
  try {
    if ((await handle.stat()).ino !== file.inode) throw changed(file.path)
    ahead = from < file.bytes ? read(0, from) : undefined
    for (let at = from, turn = 1; ahead; turn++) {
      const piece = await ahead
      if (piece.length === 0) throw changed(file.path)
      at += piece.length
      ahead = at < file.bytes ? read(turn, at) : undefined
      yield piece
    }
    ensureUnchanged(file)
  } catch (error) {
    throw error instanceof LandlineError ? error : cannotRead(file.path, error)
  } finally {
    await ahead?.catch(() => {})
    await handle.close()
  }
}
