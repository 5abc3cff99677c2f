import { system } from "./system.ts"

const PIECE_BYTES = 512 * 1024 // smaller ones cost more to allocate than to read

/**
 * Bytes `from` to `to` of a file; the next piece is read while the reader has the last one. A piece is valid only
 * until the next is asked for: two buffers serve for all. The file is opened by the first pull, and closed however
 * the reader ends.
 * @throws the system's error; an Error where the file ends before `to`
 */
export async function* readPieces(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const fd = await system.open(path, "r")
  const pieceBytes = Math.min(PIECE_BYTES, to - from)
  const buffers = [Buffer.allocUnsafeSlow(pieceBytes)]
  if (to - from > pieceBytes) buffers.push(Buffer.allocUnsafeSlow(pieceBytes))
  const readPiece = async (at: number) => {
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
    await system.close(fd)
  }
}
