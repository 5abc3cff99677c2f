import { crc32 } from "../../../src/protocol/crc32.ts"
import type { ZipMember } from "../../../src/protocol/zip.ts"

/**
 * Tells a file from others, also after a reload of the page: what was begun goes on only with the same one.
 * @param mtimeMs of its last change
 * @param head its first bytes
 */
export const filePrint = (name: string, bytes: number, mtimeMs: number, head: Uint8Array): string =>
  `${crc32(head)} ${bytes} ${mtimeMs} ${name}`

/** The same for a folder: by the paths, sizes and times of all that is in it. */
export function folderPrint(name: string, members: readonly ZipMember[]): string {
  const list = JSON.stringify(members.map(({ path, bytes, mtimeMs }) => [path, bytes, mtimeMs]))
  return `${crc32(new TextEncoder().encode(list))} ${members.length} ${name}`
}
