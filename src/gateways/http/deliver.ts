import type { ServerResponse } from "node:http"

/**
 * Writes pieces to a response whose head is sent, as fast as the peer takes them, and ends it. A peer that goes
 * away ends the reading.
 * @returns whether all was handed over
 * @throws what the pieces throw; the connection is then cut, so that nobody takes the answer for whole
 */
export async function deliver(response: ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return false
      if (!response.write(piece)) await writable(response)
    }
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

/** Resolves when more can be written, or nobody reads any more. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done)
      resolve()
    }
    response.on("drain", done).on("close", done)
    if (response.destroyed) done()
  })
}
