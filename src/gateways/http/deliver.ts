import type { ServerResponse } from "node:http"

/**
 * Writes pieces to a response whose head is sent, one at a time, as fast as the peer takes them, and ends it. A
 * peer that goes away ends the reading.
 * @returns whether all was handed over
 * @throws what the pieces throw; the connection is then cut, so that nobody takes the answer for whole
 */
export async function deliver(response: ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const piece of pieces) if (!(await taken(response, piece))) return false
  } catch (error) {
    response.destroy()
    throw error
  }
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    response.once("close", () => resolve(response.writableFinished))
    response.end()
  })
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
