import type { FileInfo } from "../../protocol/files.ts"
import { RunningDigest } from "./digest.ts"
import type { HubHttp } from "./hub-http.ts"
import { keepTrying } from "./keep-trying.ts"
import { append, create, finish, standing, type Target } from "./tus.ts"
import type { Told } from "./upload.ts"

/** Kept until the hub has it. */
const BLOCK_BYTES = 4 * 1024 * 1024

/**
 * Sends a stream whose length nobody knows and which cannot be read again: a block is kept until the hub has it.
 * @throws LandlineError what the hub refuses for good
 */
export async function uploadStream(
  hub: HubHttp,
  input: AsyncIterable<Uint8Array>,
  name: string,
  target: Target,
  { transfer, failed }: Told,
): Promise<FileInfo> {
  const digest = new RunningDigest()
  let through = 0
  const persist = <T>(attempt: () => Promise<T>) =>
    keepTrying(attempt, { progress: () => through, reached: () => hub.reached, failed })
  const id = await persist(() => create(hub, { name, bytes: undefined, items: 0 }, target))
  for await (const block of blocksOf(input)) {
    const begin = digest.bytes
    digest.add(block, begin)
    let first = true
    await persist(async () => {
      const offset = first ? begin : ((await standing(hub, id))?.offset ?? begin)
      first = false
      through = Math.max(through, offset)
      const rest = block.subarray(offset - begin)
      if (rest.length > 0) await append(hub, id, offset, rest.length, rest)
    })
    through = digest.bytes
    transfer.at(through)
  }
  let first = true
  return persist(async () => {
    const stands = first ? undefined : await standing(hub, id)
    first = false
    return stands?.file ?? finish(hub, id, digest, { "upload-length": String(digest.bytes) })
  })
}

async function* blocksOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of input) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes < BLOCK_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(pieces)
}
