import { createHash, randomBytes } from "node:crypto"
import type { BlobStore, Staged, StagedBlob } from "../../core/blob-store.ts"
import { LandlineError, toLandlineError } from "../../protocol/errors.ts"

interface StagedBytes {
  chunks: Buffer[]
  bytes: number
  time: number
}

/** Blobs that end with the process. */
export function openMemoryBlobs(): BlobStore {
  const stagings = new Map<string, StagedBytes>()
  const published = new Map<string, Buffer>()
  const writers = new Map<string, StagedBlob>()

  function known(id: string): StagedBytes {
    const staged = stagings.get(id)
    if (!staged) throw new LandlineError("unknown_upload")
    return staged
  }
  const outline = (id: string, { bytes, time }: StagedBytes): Staged => ({ id, bytes, time })

  const store: BlobStore = {
    async stage() {
      const id = randomBytes(16).toString("hex")
      stagings.set(id, { chunks: [], bytes: 0, time: Date.now() })
      return id
    },
    async open(id) {
      const staged = known(id)
      await writers.get(id)?.close()
      const writer = writerOf(staged, () => writers.delete(id))
      writers.set(id, writer)
      return writer
    },
    async staged(id) {
      const staged = stagings.get(id)
      return staged && outline(id, staged)
    },
    async allStaged() {
      return [...stagings].map(([id, staged]) => outline(id, staged))
    },
    async join(id, parts) {
      const chunks = parts.flatMap((part) => known(part).chunks)
      const blob = await store.open(id)
      await blob.append(chunks)
      await blob.close()
    },
    async digest(id) {
      const hash = createHash("sha256")
      for (const chunk of known(id).chunks) hash.update(chunk)
      return hash.digest("hex")
    },
    async publish(id, sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw new LandlineError("unknown_file")
      if (!published.has(sha256)) published.set(sha256, Buffer.concat(known(id).chunks))
      await store.discard(id)
    },
    async discard(id) {
      await writers.get(id)?.close()
      stagings.delete(id)
    },
    async size(sha256) {
      return published.get(sha256)?.length
    },
    async *read(sha256, from, to) {
      const blob = published.get(sha256)
      if (!blob) throw new LandlineError("unknown_file")
      if (to > blob.length)
        throw toLandlineError(new Error(`${sha256} ends at ${blob.length}, before ${to}.`))
      for (let at = from; at < to; at += PIECE_BYTES) yield blob.subarray(at, Math.min(to, at + PIECE_BYTES))
    },
    async remove(sha256) {
      published.delete(sha256)
    },
    async room() {
      return Infinity
    },
    async close() {
      for (const writer of writers.values()) await writer.close()
    },
  }
  return store
}

const PIECE_BYTES = 256 * 1024

function writerOf(staged: StagedBytes, closed: () => void): StagedBlob {
  let open = true
  function check(): void {
    if (!open) throw new LandlineError("stopping")
  }
  return {
    get bytes() {
      return staged.bytes
    },
    async append(chunks) {
      check()
      const added = Buffer.concat(chunks)
      staged.chunks.push(added)
      staged.bytes += added.length
      staged.time = Date.now()
    },
    async truncate(bytes) {
      check()
      if (bytes >= staged.bytes) return
      staged.chunks = [Buffer.concat(staged.chunks).subarray(0, bytes)]
      staged.bytes = bytes
    },
    async sync() {
      check()
    },
    async close() {
      if (open) closed()
      open = false
    },
  }
}
