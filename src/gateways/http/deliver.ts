import type { ServerResponse } from "node:http"

export interface Delivered {
  /** Bytes that the kernel was given; of a piece that was cut, it may have got a part. */
  readonly bytes: number
  /** The peer left, or took nothing for too long. */
  readonly cut: boolean
}

/**
 * Writes pieces to a response whose head is sent, one at a time, as fast as the peer takes them, and ends it. A
 * peer that goes away ends the reading.
 * @throws what the pieces throw; the connection is then cut, so that nobody takes the answer for whole
 */
export async function deliver(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
): Promise<Delivered> {
  let bytes = 0
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      if (!(await taken(response, piece))) return { bytes, cut: true }
    }
  } catch (error) {
    response.destroy()
    throw error
  }
  const cut = response.destroyed
  response.end()
  return { bytes, cut }
}

/** Writes a piece, and resolves when its memory can be used again: whether it was taken, or nobody reads any more. */
function taken(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    const gone = () => resolve(false)
    response.once("close", gone)
    response.write(piece, (error) => {
      response.off("close", gone)
      resolve(!error)
    })
  })
}
