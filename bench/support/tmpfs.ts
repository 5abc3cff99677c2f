import { open, rm, statfs } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const tmpfsType = 0x01021994 // statfs(2)
const pieceBytes = 8 * 1024 ** 2

/** A folder in memory with so many bytes free; where there is none, the system's for temporary files, and says so. */
export async function tmpfsWith(bytes: number): Promise<string> {
  for (const folder of ["/dev/shm", tmpdir()]) {
    const { type, bavail, bsize } = await statfs(folder).catch(() => ({ type: 0, bavail: 0, bsize: 0 }))
    if (type === tmpfsType && bavail * bsize >= bytes) return folder
  }
  console.error(
    `No tmpfs has ${bytes / 1024 ** 3} GiB free: the files are in ${tmpdir()}, and its disk is measured.`,
  )
  return tmpdir()
}

/**
 * Fills so many bytes of a folder in memory and frees them. A virtual machine gives memory that has been free
 * for seconds back to its host, and to get it again takes three times as long as all the rest of a round.
 */
export async function warmMemory(dir: string, bytes: number): Promise<void> {
  const path = join(dir, "warm")
  await using file = await open(path, "w")
  const piece = Buffer.alloc(pieceBytes)
  for (let written = 0; written < bytes; written += pieceBytes) await file.write(piece)
  await rm(path)
}
