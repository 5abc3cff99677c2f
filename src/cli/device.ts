import { randomBytes } from "node:crypto"
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { LandlineError } from "../protocol/errors.ts"
import { configFolder, makeFolder } from "./config-folder.ts"

const SECRET_BYTES = 32

/**
 * The secret by which hubs know this device again: whoever holds it can speak under the names claimed with it.
 * Made on first use, readable by its owner alone.
 * @throws LandlineError usage where it can be neither read nor made
 */
export function deviceSecret(): string {
  const folder = configFolder()
  const path = join(folder, "device")
  try {
    return read(path) ?? make(folder, path)
  } catch (error) {
    if (error instanceof LandlineError) throw error
    throw new LandlineError(
      "usage",
      { path },
      `The device's secret cannot be kept in ${path}. Name a folder that can be written with LANDLINE_CONFIG.`,
    )
  }
}

function read(path: string): string | undefined {
  let secret: string
  try {
    secret = readFileSync(path, "utf8").trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
  if (!/^[\w-]{16,200}$/.test(secret))
    throw new LandlineError(
      "usage",
      { path },
      `${path} holds no device secret. Remove it to get a new one; names claimed with the old one stay claimed.`,
    )
  return secret
}

function make(folder: string, path: string): string {
  makeFolder(folder)
  const part = join(folder, `device.${randomBytes(8).toString("hex")}`)
  writeFileSync(part, `${randomBytes(SECRET_BYTES).toString("base64url")}\n`, { mode: 0o600 })
  try {
    // A link is made whole or not at all, and never over one that another process has made meanwhile.
    linkSync(part, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    rmSync(part)
  }
  return read(path)!
}
