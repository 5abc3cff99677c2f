import { system } from "./system.ts"

const PIECE_BYTES = 64 * 1024
const LARGE_PIECE_BYTES = 512 * 1024 // what is much to read is read faster with them
/** Even of a peer that takes nothing, the kernel takes a few MiB: only then is it known that somebody reads. */
const LARGE_AFTER_BYTES = 8 * 1024 * 1024
/** Bounds the memory of readers that wait: all others go on with small pieces. */
const LARGE_READERS_MAX = 32
let largeReaders = 0

/**
 * Bytes `from` to `to` of a file; the next piece is read while the reader has the last one. A piece is valid only
 * until the next is asked for: two buffers serve for all. The file is opened by the first pull, and closed however
 * the reader ends.
 * @throws the system's error; an Error where the file ends before `to`
 */
export async function* readPieces(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const fd = await system.open(path, "r")
  let buffers = buffersFor(PIECE_BYTES, to - from)
  let large = false
  const readPiece = async (at: number) => {
    if (!large && at - from >= LARGE_AFTER_BYTES && largeReaders < LARGE_READERS_MAX) {
      large = true
      largeReaders++
      buffers = buffersFor(LARGE_PIECE_BYTES, to - at)
    }
    const buffer = buffers.shift()!
    buffers.push(buffer)
    const { bytesRead } = await system.read(fd, buffer, 0, Math.min(buffer.length, to - at), at)
    return buffer.subarray(0, bytesRead)
  }
  let ahead: Promise<Uint8Array> | undefined
  try {
    for (let at = from; at < to; ) {
      const piece = await (ahead ?? readPiece(at))
      if (piece.length === 0) throw new Error(`${path} ends at ${at}, before ${to}.`)
      at += piece.length
      ahead = at < to ? readPiece(at) : undefined
      ahead?.catch(() => {}) // it is awaited in its turn
      yield piece
    }
  } finally {
    await ahead?.catch(() => {})
    if (large) largeReaders--
    await system.close(fd)
  }
}

/** One buffer where all fits into it, else two to take turns. */
function buffersFor(pieceBytes: number, bytes: number): Buffer[] {
  const first = Buffer.allocUnsafeSlow(Math.min(pieceBytes, bytes))
  return bytes > pieceBytes ? [first, Buffer.allocUnsafeSlow(pieceBytes)] : [first]
}
