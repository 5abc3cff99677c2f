import type { Hash } from "node:crypto"
import type { StagedBlob } from "../../core/blob-store.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"

/** Half of the buffer is being written while the other half fills. */
const HALF_BYTES = limits.uploadBufferBytes / 2

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
  // Copied to these two, each chunk is garbage at once. Held until they are written, chunks would grow old, and V8
  // would collect all its heap for them some twenty times a second.
  const halfBytes = Math.min(HALF_BYTES, bytesMax - blob.bytes)
  let filling: Buffer = Buffer.allocUnsafe(halfBytes)
  let spare: Buffer | undefined
  let filled = 0
  let size = blob.bytes
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    await writing
    grow(size)
    writing = blob.append([filling.subarray(0, filled)])
    writing.catch(() => {}) // it is awaited in its turn
    const written = filling
    filling = spare ?? Buffer.allocUnsafe(halfBytes)
    spare = written
    filled = 0
  }

  try {
    for await (const chunk of source) {
      if (size + chunk.length > bytesMax)
        throw new LandlineError("too_large", { bytesMax }, `More bytes came than the ${bytesMax} declared.`)
      hash?.update(chunk)
      for (let rest = chunk; rest.length > 0; ) {
        const part = rest.subarray(0, halfBytes - filled)
        filling.set(part, filled)
        filled += part.length
        size += part.length
        rest = rest.subarray(part.length)
        if (filled === halfBytes) await write()
      }
    }
  } finally {
    if (filled > 0) await write()
    await writing
  }
}
