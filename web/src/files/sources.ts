import { LandlineError } from "../../../src/client/main.ts"
import { fileName, relativePath } from "../../../src/protocol/file-names.ts"
import { zipBytes } from "../../../src/protocol/zip.ts"
import type { Chosen, FolderFile } from "./chosen.ts"
import { filePrint, folderPrint } from "./fingerprint.ts"
import { Digest } from "./hasher.ts"
import { type Member, zipSlice } from "./zip-slice.ts"

/** Something to send, whose bytes can be read again, and are never all in memory. */
export interface Source {
  /** Under which it is sent. */
  readonly name: string
  readonly bytes: number
  /** Files inside a folder; 0 for a file. */
  readonly items: number
  /** Tells it from others, also after a reload: name, size, time of the last change, and its first bytes. */
  fingerprint(): Promise<string>
  /** Begins to count its SHA-256. */
  digest(onRead: () => void): Digest
  /** Its bytes from start to end, when they are known. @param digest its own */
  slice(start: number, end: number, digest: Digest): Promise<Blob>
  /** Whether it is still there as it was chosen. */
  readable(): Promise<boolean>
}

/** More files than this in a folder are better packed before. */
const FOLDER_FILES_MAX = 50_000
const HEAD_BYTES = 64 * 1024
/** A file that its owner may write and all may read, as in a zip made on Unix. */
const MODE = 0o100644

/** @throws LandlineError local_file for a folder that cannot be sent */
export const sourceOf = (chosen: Chosen): Source =>
  "file" in chosen ? fileSource(chosen.file) : folderSource(chosen.folder, chosen.files)

function fileSource(file: File): Source {
  const name = fileName(file.name)
  return {
    name,
    bytes: file.size,
    items: 0,
    async fingerprint() {
      const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
      return filePrint(name, file.size, file.lastModified, head)
    },
    digest: (onRead) => new Digest(file, onRead),
    slice: async (start, end) => file.slice(start, end),
    readable: () => isReadable(file),
  }
}

/**
 * A folder goes as one zip, as `landline send` makes it: one line in the room, whatever is in it, its folders kept,
 * and `landline get` makes a folder of it again. The zip is never made: it is a list of headers and files, of which
 * each piece is put together when it is sent. A header follows what it tells the CRC of, so that what is sent
 * follows what the digest has read.
 */
function folderSource(folder: string, files: readonly FolderFile[]): Source {
  const members = membersOf(folder, files)
  const name = fileName(/\.zip$/i.test(folder) ? folder : `${folder}.zip`)
  const bytes = zipBytes(members)
  return {
    name,
    bytes,
    items: members.length,
    fingerprint: async () => folderPrint(name, members),
    digest: (onRead) => new Digest(members, onRead),
    async slice(start, end, digest) {
      await digest.reached(end)
      return zipSlice(members, digest.crcs, start, end)
    },
    async readable() {
      for (const { file } of members) if (!(await isReadable(file))) return false
      return true
    },
  }
}

/** Browsers refuse to read a file that was changed since it was chosen. */
const isReadable = (file: Blob): Promise<boolean> =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    )

function membersOf(folder: string, files: readonly FolderFile[]): Member[] {
  const refuse = (why: string) => new LandlineError("local_file", {}, `${folder} cannot be sent: ${why}`)
  if (files.length === 0) throw refuse("there is no file in it.")
  if (files.length > FOLDER_FILES_MAX)
    throw refuse(`it has more than ${FOLDER_FILES_MAX.toLocaleString()} files. Pack it, and send that.`)
  const taken = new Set<string>()
  const members = files.map(({ path, file }) => {
    const safe = relativePath(path)
    if (safe === undefined || taken.has(safe)) throw refuse(`give ${path} another name.`)
    taken.add(safe)
    return { path: safe, bytes: file.size, mtimeMs: file.lastModified, mode: MODE, file }
  })
  // By code unit: in whatever order the browser lists them, the zip is the same.
  return members.sort((a, b) => (a.path < b.path ? -1 : 1))
}
