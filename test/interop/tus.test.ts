import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { test } from "node:test"
import { type PreviousUpload, Upload, type UploadOptions } from "tus-js-client"
import type { FileInfo } from "../../src/protocol/files.ts"
import { startGateway, type TestGateway } from "../support/http-gateway.ts"
import { random, SEED } from "../support/random.ts"

/** tus-js-client as anybody has it from npm. It knows no checksums: those requests are in uploads.test.ts. */

const bounded = { timeout: 60_000 }

function someBytes(length: number): Buffer {
  const next = random(SEED)
  return Buffer.from(Uint32Array.from({ length: length / 4 }, () => next() * 2 ** 32).buffer)
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

interface Sending {
  readonly upload: Upload
  readonly done: Promise<void>
}

/** An upload that is not started yet. */
function sending(
  { address }: TestGateway,
  file: ConstructorParameters<typeof Upload>[0],
  options: Partial<UploadOptions> = {},
): Sending {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const upload = new Upload(file, {
    endpoint: `${address}/files/`,
    metadata: { filename: "straße.bin", room: "lobby" },
    retryDelays: null,
    fingerprint: async () => "this file",
    storeFingerprintForResuming: true,
    onSuccess: () => resolve(),
    onError: reject,
    ...options,
  })
  return { upload, done }
}

async function send(...wish: Parameters<typeof sending>): Promise<Upload> {
  const { upload, done } = sending(...wish)
  upload.start()
  await done
  return upload
}

/** Where tus-js-client notes uploads that it may go on with. */
function memoryUrls(): NonNullable<UploadOptions["urlStorage"]> {
  const uploads = new Map<string, PreviousUpload>()
  return {
    findAllUploads: async () => [...uploads.values()],
    findUploadsByFingerprint: async () => [...uploads.values()],
    removeUpload: async (key) => void uploads.delete(key),
    addUpload: async (fingerprint, upload) => {
      uploads.set(fingerprint, upload)
      return fingerprint
    },
  }
}

/** What there is, whose bytes are those of its SHA-256. */
async function listed({ address }: TestGateway): Promise<[string, string][]> {
  const response = await fetch(`${address}/files`, { headers: { accept: "application/json" } })
  const found: [string, string][] = []
  for (const { name, sha256: sum, path } of (await response.json()) as FileInfo[]) {
    const bytes = Buffer.from(await (await fetch(address + path)).arrayBuffer())
    assert.equal(sha256(bytes), sum)
    found.push([name, sum])
  }
  return found
}

for (const [way, options] of Object.entries({
  "in one request": {},
  "in chunks": { chunkSize: 300_000 },
  "with the creation": { uploadDataDuringCreation: true },
  "with the creation, in chunks": { uploadDataDuringCreation: true, chunkSize: 300_000 },
  "in four parts at once": { parallelUploads: 4 },
  "by POST alone": { overridePatchMethod: true },
}) as [string, Partial<UploadOptions>][])
  test(`tus-js-client: a file arrives ${way} (SEED=${SEED})`, bounded, async () => {
    await using gateway = await startGateway()
    const bytes = someBytes(3 * 1024 * 1024)
    await send(gateway, bytes, options)
    assert.deepEqual(await listed(gateway), [["straße.bin", sha256(bytes)]])
    assert.deepEqual(gateway.defects, [])
  })

test("tus-js-client: an empty file arrives", bounded, async () => {
  await using gateway = await startGateway()
  await send(gateway, Buffer.alloc(0))
  assert.deepEqual(await listed(gateway), [["straße.bin", sha256(Buffer.alloc(0))]])
})

test(`tus-js-client: a stream whose length is not known arrives (SEED=${SEED})`, bounded, async () => {
  await using gateway = await startGateway()
  const bytes = someBytes(1024 * 1024)
  const parts = Array.from({ length: 16 }, (_, nth) => bytes.subarray(nth * 65_536, (nth + 1) * 65_536))
  // The types know only the browser's streams; Node's are what it takes here.
  const stream = Readable.from(parts, { objectMode: false }) as unknown as Buffer
  await send(gateway, stream, { uploadLengthDeferred: true, chunkSize: 200_000 })
  assert.deepEqual(await listed(gateway), [["straße.bin", sha256(bytes)]])
})

for (const parallelUploads of [1, 4])
  test(
    `tus-js-client: an upload in ${parallelUploads} parts goes on after it was stopped (SEED=${SEED})`,
    bounded,
    async () => {
      await using gateway = await startGateway()
      const bytes = someBytes(8 * 1024 * 1024)
      const urlStorage = memoryUrls()
      const stopped = Promise.withResolvers<void>()
      const first = sending(gateway, bytes, {
        parallelUploads,
        chunkSize: 1024 * 1024,
        urlStorage,
        onProgress: (sent) => {
          if (sent > bytes.length / 3) first.upload.abort().then(stopped.resolve, stopped.reject)
        },
      })
      first.upload.start()
      await stopped.promise
      assert.deepEqual(await listed(gateway), [])

      let asked = 0
      const second = sending(gateway, bytes, {
        parallelUploads,
        urlStorage,
        onBeforeRequest: (request) => {
          if (request.getMethod() === "HEAD") asked++
        },
      })
      const [previous] = await second.upload.findPreviousUploads()
      second.upload.resumeFromPreviousUpload(previous!)
      second.upload.start()
      await second.done
      assert.equal(asked, parallelUploads)
      assert.deepEqual(await listed(gateway), [["straße.bin", sha256(bytes)]])
    },
  )

test("tus-js-client: an upload that is called off is gone", bounded, async () => {
  await using gateway = await startGateway()
  const bytes = someBytes(1024 * 1024)
  const gone = Promise.withResolvers<void>()
  const { upload } = sending(gateway, bytes, {
    chunkSize: 100_000,
    onChunkComplete: () => upload.abort(true).then(gone.resolve, gone.reject),
  })
  upload.start()
  await gone.promise
  assert.equal((await fetch(upload.url!)).status, 404)
  const whole = await send(gateway, bytes)
  await Upload.terminate(whole.url!)
  assert.deepEqual(await listed(gateway), [])
})

test("tus-js-client: what the hub refuses reaches the program in words", bounded, async () => {
  await using gateway = await startGateway()
  await assert.rejects(
    send(gateway, someBytes(1024 * 1024), { metadata: { room: "nope" } }),
    /response code: 404, response text: There is no room "nope"/,
  )
})
