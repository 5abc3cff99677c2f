/**
 * Counts SHA-256 of what is sent, in a thread of its own: several at a time, piece by piece. (The browser's own
 * crypto.subtle is missing on plain http, and takes only what is whole in memory.)
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { crc32 } from "../../../src/protocol/crc32.ts"
import { descriptor, directory, localHeader } from "../../../src/protocol/zip.ts"
import type { Asked, Told } from "./hasher.ts"

/** Read into one buffer again and again: what is left for the collector to find makes a tab grow by hundreds of MiB. */
const BUFFER_BYTES = 1024 * 1024
/** Where a browser cannot do that: a new buffer each time, which is small. */
const SLICE_BYTES = 256 * 1024
const TELL_BYTES = 2 * 1024 * 1024
const stopped = new Set<number>()

self.onmessage = ({ data }: MessageEvent<Asked | { readonly stop: number }>) => {
  if ("stop" in data) stopped.add(data.stop)
  else void count(data)
}

const tell = (told: Told) => self.postMessage(told)

async function count({ id, what }: Asked): Promise<void> {
  const hash = sha256.create()
  let at = 0
  let told = 0
  const add = (piece: Uint8Array) => {
    hash.update(piece)
    at += piece.length
  }
  try {
    if (typeof what === "string") {
      for await (const piece of fetched(what)) {
        add(piece)
        if (stopped.has(id)) return
      }
    } else if (what instanceof Blob) {
      for await (const piece of pieces(what)) {
        add(piece)
        if (stopped.has(id)) return
        if (at - told < TELL_BYTES) continue
        tell({ id, at })
        told = at
      }
    } else {
      const crcs: number[] = []
      for (const { file, ...member } of what) {
        add(localHeader(member))
        let crc = 0
        for await (const piece of pieces(file)) {
          crc = crc32(piece, 0, piece.length, crc)
          add(piece)
          if (stopped.has(id)) return
        }
        add(descriptor(member, crc))
        crcs.push(crc)
        tell({ id, at, crc })
      }
      for (const header of directory(what, crcs)) add(header)
    }
    tell({ id, at, sha256: bytesToHex(hash.digest()) })
  } catch {
    tell({ id, failed: "bytes" }) // changed, removed, or on a disk that is gone
  } finally {
    stopped.delete(id)
  }
}

/** A piece is valid until the next is asked for. */
async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = intoBuffer(blob)
  if (!reader) {
    for (let at = 0; at < blob.size; at += SLICE_BYTES)
      yield new Uint8Array(await blob.slice(at, at + SLICE_BYTES).arrayBuffer())
    return
  }
  try {
    for (let buffer = new ArrayBuffer(Math.min(blob.size, BUFFER_BYTES)); buffer.byteLength > 0; ) {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done) return
      yield value
      buffer = value.buffer
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

function intoBuffer(blob: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return blob.stream().getReader({ mode: "byob" })
  } catch {
    return undefined
  }
}

async function* fetched(path: string): AsyncGenerator<Uint8Array> {
  const { ok, body } = await fetch(path)
  if (!ok || !body) throw new TypeError(`${path} is not answered`)
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    reader.cancel().catch(() => {})
  }
}
