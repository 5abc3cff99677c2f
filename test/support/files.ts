import { createHash } from "node:crypto"
import { type FileSettings, Files } from "../../src/capabilities/files/files.ts"
import type { Author } from "../../src/core/author.ts"
import type { BlobStore } from "../../src/core/blob-store.ts"
import type { Directory } from "../../src/core/directory.ts"
import type { TopicLog } from "../../src/core/topic-log.ts"
import { Topics } from "../../src/core/topics.ts"
import { wireEntry } from "../../src/core/wire-entry.ts"
import type { WireEntry } from "../../src/protocol/entry.ts"
import { openMemoryBlobs } from "../../src/storage/memory/blob-store.ts"
import { openMemoryDirectory } from "../../src/storage/memory/directory.ts"
import { openMemoryLog } from "../../src/storage/memory/topic-log.ts"

export const ada: Author = { name: "ada", role: "member" }
export const bob: Author = { name: "bob", role: "member" }
export const guest: Author = { name: "~ada", role: "guest" }

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** The bytes as they might come over a line. */
export async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

/** Some bytes, and then the line drops. */
export async function* cut(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  yield* pieces(...parts)
  throw new Error("the line dropped")
}

/** Stores in memory, which outlive the capability that works on them. */
export interface Stores {
  readonly blobs: BlobStore
  readonly directory: Directory
  readonly log: TopicLog
}

export async function memoryStores(): Promise<Stores> {
  const stores = { blobs: openMemoryBlobs(), directory: openMemoryDirectory(), log: openMemoryLog() }
  await stores.log.create("room/lobby")
  await stores.directory.addRoom({ room: "lobby", topic: "room/lobby", line: "", createdBy: "", since: 0 })
  return stores
}

/** Files over the stores, begun; a clock that the test moves. */
export async function openFiles(stores: Stores, settings: Partial<FileSettings> = {}) {
  const clock = { time: 1_000_000, now: () => clock.time }
  const { blobs, directory, log } = stores
  const files = new Files({
    blobs,
    directory,
    topics: new Topics(log),
    clock,
    settings: { bytesMax: 0, bytesPerPersonMax: 0, keptMs: 0, ...settings },
  })
  await files.begin()
  return {
    files,
    clock,
    [Symbol.asyncDispose]: () => files.close(),
  }
}

/** What the lobby heard. */
export async function heard({ log }: Stores): Promise<WireEntry[]> {
  return (await log.read("room/lobby", 0, Infinity, Infinity)).map(wireEntry)
}

export async function content(files: Files, id: string, from?: number, to?: number): Promise<Buffer> {
  const read: Uint8Array[] = []
  for await (const piece of files.read(await files.file(ada, id), from, to)) read.push(Buffer.from(piece))
  return Buffer.concat(read)
}
