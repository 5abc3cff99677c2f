import { mkdirSync } from "node:fs"
import { dirname } from "node:path"

/**
 * Makes a folder and those above it that are missing. (Node's own `recursive` never returns where a file system
 * answers ENOENT to every mkdir, as /proc does.)
 * @throws the system's error, where it cannot be made or is no folder
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return
    if (code !== "ENOENT" || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}
