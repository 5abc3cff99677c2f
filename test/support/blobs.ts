import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { BlobStore } from "../../src/core/blob-store.ts"
import { type ErrorCode, LandlineError } from "../../src/protocol/errors.ts"
import { random, SEED } from "./random.ts"

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Bytes that repeat nowhere, so that none can stand for another. */
export function bytesOf(length: number, seed = SEED): Buffer {
  const next = random(seed)
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(next() * 2 ** 32, at)
  return bytes
}

export function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(promise, (error) => error instanceof LandlineError && error.code === code)
}

/** Stages a blob of these bytes. @returns its id */
export async function stage(blobs: BlobStore, ...appends: Uint8Array[]): Promise<string> {
  const id = await blobs.stage()
  const blob = await blobs.open(id)
  for (const bytes of appends) await blob.append([bytes])
  await blob.close()
  return id
}

/** Publishes these bytes. @returns their SHA-256 */
export async function publish(blobs: BlobStore, bytes: Uint8Array): Promise<string> {
  const id = await stage(blobs, bytes)
  const sum = await blobs.digest(id)
  await blobs.publish(id, sum)
  return sum
}

export async function read(blobs: BlobStore, sum: string, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of blobs.read(sum, from, to)) pieces.push(piece)
  return Buffer.concat(pieces)
}
