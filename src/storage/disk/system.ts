import fs from "node:fs"
import { promisify } from "node:util"
import { type ErrorCode, LandlineError, toLandlineError } from "../../protocol/errors.ts"

/** The file system, by bare descriptors: where files are small, a FileHandle costs more than what is done with it. */
export const system = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: promisify(fs.read),
  writev: promisify(fs.writev),
  ftruncate: promisify(fs.ftruncate),
  fsync: promisify(fs.fsync),
  fdatasync: promisify(fs.fdatasync),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
  stat: promisify(fs.stat),
  statfs: promisify(fs.statfs),
  readdir: promisify(fs.readdir) as (path: string) => Promise<string[]>,
}

const FULL: Record<string, string | undefined> = {
  ENOSPC: "The hub's disk is full. What arrived is kept; go on when there is space.",
  EDQUOT: "The hub has used up its share of the disk. What arrived is kept; go on when there is space.",
  EFBIG: "The hub's disk takes no file of that size.",
}

/** What the file system says as an error of the table. @param missing what it means that a file is not there */
export function diskError(error: unknown, missing: ErrorCode = "internal"): LandlineError {
  const { code = "" } = error as NodeJS.ErrnoException
  const full = error instanceof LandlineError ? undefined : FULL[code]
  if (full !== undefined) return new LandlineError("storage_full", {}, full)
  return code === "ENOENT" && missing !== "internal" ? new LandlineError(missing) : toLandlineError(error)
}

/** Size of a file; undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await system.stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** Removes a file, where it is there. */
export async function unlinkIfThere(path: string): Promise<void> {
  try {
    await system.unlink(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

/** Writes all bytes at a place; a call of the system may write fewer than it was given. */
export async function writeAll(fd: number, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let rest = chunks.filter(({ length }) => length > 0)
  let at = position
  while (rest.length > 0) {
    let { bytesWritten } = await system.writev(fd, rest, at)
    at += bytesWritten
    while (rest.length > 0 && bytesWritten >= rest[0]!.length) {
      bytesWritten -= rest[0]!.length
      rest = rest.slice(1)
    }
    if (bytesWritten > 0) rest = [rest[0]!.subarray(bytesWritten), ...rest.slice(1)]
  }
}
