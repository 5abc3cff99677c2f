import { createHash, randomFillSync } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, open } from "node:fs/promises"
import { dirname } from "node:path"

const pieceBytes = 4 * 1024 ** 2

/** A file that is sent. */
export interface Source {
  readonly path: string
  readonly sha256: string
}

/** Writes a file of random bytes, which nothing can compress or store as a hole. */
export async function randomFile(path: string, bytes: number): Promise<Source> {
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash("sha256")
  const piece = Buffer.allocUnsafe(Math.min(bytes, pieceBytes))
  await using file = await open(path, "w")
  for (let left = bytes; left > 0; left -= piece.length) {
    const part = randomFillSync(piece).subarray(0, left)
    hash.update(part)
    await file.write(part)
  }
  return { path, sha256: hash.digest("hex") }
}

export async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest("hex")
}

/** The bytes of a file. */
export const bytesOf = (path: string): AsyncIterable<Uint8Array> =>
  createReadStream(path, { highWaterMark: 1024 ** 2 })

/** The bytes at an address. @throws Error where it is not answered with 200 */
export async function* bytesAt(url: string): AsyncIterable<Uint8Array> {
  const response = await fetch(url)
  if (response.status !== 200 || !response.body) throw new Error(`GET ${url}: ${response.status}`)
  yield* response.body
}
