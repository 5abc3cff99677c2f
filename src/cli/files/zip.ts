/** Zip files (protocol/zip.ts) written while they are sent. */
import { crc32 } from "node:zlib"
import { descriptor, directory, localHeader, type ZipMember } from "../../protocol/zip.ts"

/** A file or an empty folder in the zip. */
export interface ZipEntry extends ZipMember {
  /** The bytes, as many as declared. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Pieces smaller than this are put together: a folder of small files is sent in few writes. */
const GATHER_BYTES = 256 * 1024

/** The zip, piece by piece. A piece is valid until the next is asked for. */
export async function* zip(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  yield* gathered(pieces(entries))
}

async function* pieces(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const crcs: number[] = []
  for (const entry of entries) {
    yield localHeader(entry)
    let crc = 0
    for await (const piece of entry.read()) {
      crc = crc32(piece, crc)
      yield piece
    }
    yield descriptor(entry, crc)
    crcs.push(crc)
  }
  yield* directory(entries, crcs)
}

async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(GATHER_BYTES)
  let used = 0
  for await (const piece of pieces) {
    if (used + piece.length > buffer.length) {
      if (used > 0) yield buffer.subarray(0, used)
      used = 0
    }
    if (piece.length > buffer.length) yield piece
    else {
      buffer.set(piece, used)
      used += piece.length
    }
  }
  if (used > 0) yield buffer.subarray(0, used)
}
