import { createHash } from "node:crypto"
import { basename, resolve } from "node:path"
import { LandlineError } from "../../protocol/errors.ts"
import { fileName } from "../../protocol/file-names.ts"
import { zipBytes } from "../../protocol/zip.ts"
import { walk } from "./folder.ts"
import { ensureUnchanged, kindOf, localFile, lookAt, readLarge, type Seen, seen } from "./local-file.ts"
import { zip } from "./zip.ts"

/** Something to send whose bytes can be read again. */
export interface Source {
  /** As given on the command line. */
  readonly path: string
  /** Under which it is sent. */
  readonly name: string
  readonly bytes: number
  /** Files inside a folder; 0 for a file. */
  readonly items: number
  /** Differs where anything about it that can be seen without reading it differs. */
  readonly mark: string
  /** Where it is a single file. */
  readonly file?: Seen
  /** A piece is valid until the next is asked for. @throws LandlineError local_file */
  read(from: number): AsyncIterable<Uint8Array>
  /** @throws LandlineError local_file where it changed since it was looked at */
  ensureUnchanged(): void
}

/** stdin on the command line. */
export const STDIN = "-"

/**
 * @param name in place of its own
 * @param leftOut is told what in a folder is not sent
 * @throws LandlineError local_file | usage
 */
export function sourceOf(
  path: string,
  name: string | undefined,
  leftOut: (path: string, what: string) => void,
): Source {
  if (path === "") throw new LandlineError("usage", {}, "The name of a file to send is empty.")
  const stats = lookAt(path)
  const own = fileName(name ?? basename(resolve(path)))
  if (stats.isDirectory()) return folderSource(path, own, leftOut)
  if (!stats.isFile())
    throw localFile(path, `${path} is ${kindOf(stats)}: only files and folders can be sent.`)
  const file = seen(path, stats)
  return {
    path,
    name: own,
    bytes: file.bytes,
    items: 0,
    mark: markOf([[resolve(path), file.bytes, file.mtimeMs]]),
    file,
    read: (from) => readLarge(file, from),
    ensureUnchanged: () => ensureUnchanged(file),
  }
}

function folderSource(path: string, name: string, leftOut: (path: string, what: string) => void): Source {
  const entries = walk(path, leftOut)
  if (entries.length === 0) throw localFile(path, `${path} is an empty folder: there is nothing to send.`)
  const list = entries.map((entry) => [entry.path, entry.bytes, entry.mtimeMs, entry.mode])
  const mark = markOf([[resolve(path)], ...list])
  return {
    path,
    name: fileName(/\.zip$/i.test(name) ? name : `${name}.zip`),
    bytes: zipBytes(entries),
    items: Math.max(1, entries.filter((entry) => !entry.path.endsWith("/")).length),
    mark,
    read: (from) => beginningAt(zip(entries), from),
    ensureUnchanged() {
      const now = walk(path, () => {}).map((entry) => [entry.path, entry.bytes, entry.mtimeMs, entry.mode])
      if (markOf([[resolve(path)], ...now]) !== mark)
        throw localFile(
          path,
          `${path} changed while it was sent, so it was not sent. Send it again when it is at rest.`,
        )
    },
  }
}

function markOf(facts: readonly (readonly (string | number)[])[]): string {
  const hash = createHash("sha256")
  for (const fact of facts) hash.update(`${JSON.stringify(fact)}\n`)
  return hash.digest("hex")
}

/** A stream from a place in it on. */
async function* beginningAt(pieces: AsyncIterable<Uint8Array>, from: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const piece of pieces) {
    const skip = Math.max(0, from - at)
    at += piece.length
    if (skip < piece.length) yield piece.subarray(skip)
  }
}
