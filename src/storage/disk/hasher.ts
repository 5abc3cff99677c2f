import { createHash, type Hash } from "node:crypto"
import { closeSync, openSync, readSync } from "node:fs"
import { setPriority } from "node:os"
import { LandlineError } from "../../protocol/errors.ts"
import { serveCalls } from "../calls.ts"
import { diskError } from "./system.ts"

/** Bytes hashed in one call, some milliseconds: then it is the next blob's turn. */
const TURN_BYTES = 8 * 1024 * 1024
const buffer = Buffer.allocUnsafeSlow(256 * 1024) // fits the cache of a core

interface State {
  readonly hash: Hash
  bytes: number
  /** As the hash was at a place to which the blob may be cut back. */
  kept?: { readonly hash: Hash; readonly bytes: number }
}

// Who waits for a message waits less than who waits for a whole file. Elsewhere than on Linux it would hold for the
// whole hub, not for this thread.
if (process.platform === "linux") setPriority(10)

const states = new Map<string, State>()

/** The thread that hashes staged blobs, by reading back what was just written. */
const methods = {
  /** Hashes on towards `upTo`. @param mark the blob may be cut back to this size @returns bytes hashed */
  advance(id: string, path: string, upTo: number, mark: number): number {
    const fd = openSync(path, "r")
    const state = states.get(id) ?? { hash: createHash("sha256"), bytes: 0 }
    states.set(id, state)
    if (state.bytes === mark) state.kept = { hash: state.hash.copy(), bytes: mark }
    const end = Math.min(upTo, state.bytes + TURN_BYTES, state.bytes < mark ? mark : Infinity)
    try {
      while (state.bytes < end) {
        const read = readSync(fd, buffer, 0, Math.min(buffer.length, end - state.bytes), state.bytes)
        if (read === 0) throw new Error(`${path} has become shorter than ${end} bytes.`)
        state.hash.update(buffer.subarray(0, read))
        state.bytes += read
      }
    } finally {
      closeSync(fd)
    }
    return state.bytes
  },

  /** The blob is cut to `bytes`. @returns bytes whose hash is still known */
  cut(id: string, bytes: number): number {
    const state = states.get(id)
    if (!state || state.bytes <= bytes) return state?.bytes ?? 0
    const { kept } = state
    if (kept && kept.bytes <= bytes) {
      states.set(id, { hash: kept.hash.copy(), bytes: kept.bytes, kept })
      return kept.bytes
    }
    states.delete(id)
    return 0
  },

  /** SHA-256 in hex of a blob that was hashed whole. */
  digest(id: string, bytes: number): string {
    const state = states.get(id)
    if (state?.bytes !== bytes) throw new LandlineError("unknown_upload") // forgotten while it was hashed
    return state.hash.copy().digest("hex")
  },

  forget(id: string): void {
    states.delete(id)
  },
}

export type HasherMethods = typeof methods

serveCalls(methods, (error) => diskError(error, "unknown_upload"))
