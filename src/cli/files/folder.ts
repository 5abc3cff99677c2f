import { isUtf8 } from "node:buffer"
import { lstatSync, readdirSync, type Stats } from "node:fs"
import { join } from "node:path"
import { relativePath } from "../../protocol/file-names.ts"
import { cannotRead, kindOf, localFile, PIECE_BYTES, readLarge, readSmall, seen } from "./local-file.ts"
import type { ZipEntry } from "./zip.ts"

/**
 * What is in a folder, as entries of a zip, sorted by name: files, and folders that have none. Links, devices,
 * pipes and sockets are left out, and told.
 * @throws LandlineError local_file
 */
export function walk(root: string, leftOut: (path: string, what: string) => void): ZipEntry[] {
  const entries: ZipEntry[] = []
  const taken = new Set<string>()
  const enter = (folder: string, inside: string) => {
    const names = listed(folder, leftOut)
    if (names.length === 0 && inside !== "") entries.push(emptyFolder(folder, inside))
    for (const name of names) {
      const path = join(folder, name)
      const stats = look(path)
      if (stats.isSymbolicLink()) leftOut(path, "a link")
      else if (stats.isDirectory()) enter(path, `${inside}${name}/`)
      else if (stats.isFile()) entries.push(file(path, stats, safe(path, inside + name, taken)))
      else leftOut(path, kindOf(stats))
    }
  }
  enter(root, "")
  return entries
}

function listed(folder: string, leftOut: (path: string, what: string) => void): string[] {
  try {
    const names = readdirSync(folder, { encoding: "buffer" }).flatMap((bytes) => {
      if (isUtf8(bytes)) return [bytes.toString()]
      leftOut(join(folder, bytes.toString()), "a name that is not UTF-8")
      return []
    })
    // By code unit, as everywhere alike; the order of a locale would differ from machine to machine.
    return names.sort((a, b) => (a < b ? -1 : 1))
  } catch (error) {
    throw cannotRead(folder, error)
  }
}

function look(path: string): Stats {
  try {
    return lstatSync(path)
  } catch (error) {
    throw cannotRead(path, error)
  }
}

/** Names that no other system takes are changed as the receiver would; two that become one are refused. */
function safe(path: string, inside: string, taken: Set<string>): string {
  const name = relativePath(inside)
  if (name === undefined || taken.has(name))
    throw localFile(path, `${path} has a name that cannot be sent in a folder. Give it another.`)
  taken.add(name)
  return name
}

function emptyFolder(path: string, inside: string): ZipEntry {
  const { mtimeMs, mode } = look(path)
  const name = relativePath(inside.slice(0, -1))
  if (name === undefined)
    throw localFile(path, `${path} has a name that cannot be sent in a folder. Give it another.`)
  return { path: `${name}/`, bytes: 0, mtimeMs, mode, read: () => [] }
}

function file(path: string, stats: Stats, inside: string): ZipEntry {
  const it = seen(path, stats)
  const { bytes, mtimeMs, mode } = it
  const read = () => (bytes <= PIECE_BYTES ? [readSmall(it)] : readLarge(it))
  return { path: inside, bytes, mtimeMs, mode, read }
}
