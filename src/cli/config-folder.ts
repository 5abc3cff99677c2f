import { mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, join } from "node:path"

/** Where this device's secret and what it was about to send are kept. */
export function configFolder(): string {
  const { LANDLINE_CONFIG, XDG_CONFIG_HOME } = process.env
  return LANDLINE_CONFIG || join(XDG_CONFIG_HOME || join(homedir(), ".config"), "landline")
}

/**
 * Makes a folder, and those it lies in, for their owner alone. Node's own recursive mkdir never ends where a
 * file system denies that a folder is there in which nothing can be made, as /proc does.
 */
export function makeFolder(path: string): void {
  if (made(path) || dirname(path) === path) return
  makeFolder(dirname(path))
  if (!made(path)) throw new Error(`${path} cannot be made.`)
}

/** @returns false where what it lies in is not there */
function made(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== "EEXIST") {
      if (code === "ENOENT") return false
      throw error
    }
  }
  return true
}
