import { descriptor, directory, localHeader, type ZipMember } from "../../../src/protocol/zip.ts"

/** A file inside a folder that goes as a zip. */
export interface Member extends ZipMember {
  readonly file: Blob
}

type Part = Blob | Uint8Array<ArrayBuffer>

/**
 * The bytes from start to end of the zip of these, without making the zip: headers, and pieces of the files where
 * they lie.
 * @param crcs of the members, in order, of as many as end before `end`
 */
export function zipSlice(
  members: readonly Member[],
  crcs: readonly number[],
  start: number,
  end: number,
): Blob {
  const found: Part[] = []
  let at = 0
  for (const part of parts(members, crcs)) {
    const bytes = part instanceof Blob ? part.size : part.length
    const from = Math.max(0, start - at)
    const to = Math.min(bytes, end - at)
    if (from < to) found.push(part instanceof Blob ? part.slice(from, to) : part.subarray(from, to))
    at += bytes
    if (at >= end) break
  }
  return new Blob(found)
}

/** All of the zip in order, as far as its CRCs are known. */
function* parts(members: readonly Member[], crcs: readonly number[]): Generator<Part> {
  for (const [index, member] of members.entries()) {
    yield localHeader(member)
    yield member.file
    const crc = crcs[index]
    if (crc === undefined) return
    yield descriptor(member, crc)
  }
  yield* directory(members, crcs)
}
