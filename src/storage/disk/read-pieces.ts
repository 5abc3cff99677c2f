import { system } from "./system.ts"

const PIECE_BYTES = 512 * 1024 // smaller ones cost more to allocate than to read

/**
 * Bytes `from` to `to` of a file; the next piece is read while the reader has the last one. The file is opened
 * by the first pull, and closed however the reader ends.
 * @throws the system's error; an Error where the file ends before `to`
 */
export async function* readPieces(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const fd = await system.open(path, "r")
  let ahead: Promise<Uint8Array> | undefined
  try {
    for (let at = from; at < to; ) {
      const piece = await (ahead ?? readPiece(fd, at, to))
      if (piece.length === 0) throw new Error(`${path} ends at ${at}, before ${to}.`)
      at += piece.length
      ahead = at < to ? readPiece(fd, at, to) : undefined
      ahead?.catch(() => {}) // it is awaited in its turn
      yield piece
    }
  } finally {
    await ahead?.catch(() => {})
    await system.close(fd)
  }
}

async function readPiece(fd: number, at: number, to: number): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, to - at))
  const { bytesRead } = await system.read(fd, piece, 0, piece.length, at)
  return bytesRead === piece.length ? piece : piece.subarray(0, bytesRead)
}
