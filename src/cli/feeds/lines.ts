import { isUtf8 } from "node:buffer"

/** A line of an input, with its number from 1 on. */
export interface Line {
  readonly number: number
  /** Without its line end (LF, or CR LF); undefined where it cannot be taken. */
  readonly text: string | undefined
  /** Why not. */
  readonly refusal?: "too_large" | "no_text"
}

/**
 * The lines of an input that is read only as fast as they are taken. A line that is too long costs no memory.
 * @param bytesMax of a line
 */
export async function* linesOf(
  input: AsyncIterable<Uint8Array | string>,
  bytesMax: number,
): AsyncGenerator<Line> {
  let number = 0
  let held: Buffer[] = []
  let heldBytes = 0
  const hold = (piece: Buffer) => {
    heldBytes += piece.length
    // A CR at its end may yet turn out not to be part of it.
    if (heldBytes > bytesMax + 1) held = []
    else held.push(piece)
  }
  const line = (): Line => {
    const bytes = heldBytes > bytesMax + 1 ? undefined : withoutReturn(Buffer.concat(held))
    held = []
    heldBytes = 0
    number++
    if (bytes === undefined || bytes.length > bytesMax)
      return { number, text: undefined, refusal: "too_large" }
    return isUtf8(bytes)
      ? { number, text: bytes.toString() }
      : { number, text: undefined, refusal: "no_text" }
  }
  for await (const chunk of input) {
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      hold(bytes.subarray(start, end))
      start = end + 1
      yield line()
    }
    hold(bytes.subarray(start))
  }
  if (heldBytes > 0) yield line()
}

const withoutReturn = (bytes: Buffer): Buffer => (bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes)
