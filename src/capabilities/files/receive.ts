import type { Hash } from "node:crypto"
import type { StagedBlob } from "../../core/blob-store.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"

/** Half is being written while the other half comes in. */
const WRITE_BYTES = limits.uploadBufferBytes / 2

export interface Bounds {
  /** Size that the blob may reach. */
  readonly bytesMax: number
  /** Told before more is written than the blob had; may refuse by throwing. */
  grow(bytes: number): void
}

/**
 * Writes what the source gives to the end of a staged blob. What has come is written even where the source then
 * fails. @param hash counts the bytes, where somebody wants to know
 * @throws LandlineError too_large | storage_full | over_quota; what the source throws
 */
export async function receive(
  source: AsyncIterable<Uint8Array>,
  blob: StagedBlob,
  { bytesMax, grow }: Bounds,
  hash?: Hash,
): Promise<void> {
  let size = blob.bytes
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    await writing
    grow(size)
    writing = blob.append(gathered)
    writing.catch(() => {}) // it is awaited in its turn
    gathered = []
    gatheredBytes = 0
  }

  try {
    for await (const chunk of source) {
      if (size + chunk.length > bytesMax)
        throw new LandlineError("too_large", { bytesMax }, `More bytes came than the ${bytesMax} declared.`)
      size += chunk.length
      hash?.update(chunk)
      gathered.push(chunk)
      gatheredBytes += chunk.length
      if (gatheredBytes >= WRITE_BYTES) await write()
    }
  } finally {
    if (gatheredBytes > 0) await write()
    await writing
  }
}
