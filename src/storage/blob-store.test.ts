import { describe } from "node:test"
import { tempDir } from "../../test/support/temp.ts"
import { blobStoreContract } from "./blob-store-contract.ts"
import { openDiskBlobs } from "./disk/blob-store.ts"
import { openMemoryBlobs } from "./memory/blob-store.ts"

describe("BlobStore contract: memory", () =>
  blobStoreContract(async () => {
    const blobs = openMemoryBlobs()
    return { blobs, [Symbol.asyncDispose]: () => blobs.close() }
  }))

describe("BlobStore contract: disk", () =>
  blobStoreContract(async () => {
    const folder = await tempDir()
    const blobs = await openDiskBlobs(folder.path)
    return {
      blobs,
      async [Symbol.asyncDispose]() {
        await blobs.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  }))
