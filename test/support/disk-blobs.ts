import type { BlobStore } from "../../src/core/blob-store.ts"
import { openDiskBlobs } from "../../src/storage/disk/blob-store.ts"
import { tempDir } from "./temp.ts"

/** A store in a folder of its own, which can be opened again as after a restart. */
export async function openStore(options: { freeFloorBytes?: number } = { freeFloorBytes: 0 }) {
  const folder = await tempDir()
  let blobs = await openDiskBlobs(folder.path, options)
  return {
    folder,
    get blobs(): BlobStore {
      return blobs
    },
    async reopen(again: { freeFloorBytes?: number } = options): Promise<BlobStore> {
      await blobs.close()
      blobs = await openDiskBlobs(folder.path, again)
      return blobs
    },
    async [Symbol.asyncDispose]() {
      await blobs.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
