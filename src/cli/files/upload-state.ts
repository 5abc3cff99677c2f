import { createHash } from "node:crypto"
import { openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { FileInfo } from "../../protocol/files.ts"
import { limits } from "../../protocol/limits.ts"
import { configFolder, makeFolder } from "../config-folder.ts"

/**
 * What is kept of uploads that are under way, so that the same command goes on with them after it was stopped or
 * killed: a small file for each. Where none can be kept, an upload just begins again; that is no reason to fail.
 */
export class UploadState {
  readonly #folder = join(configFolder(), "uploads")
  /** Where the files that this command has sent are noted. */
  #sent: number | undefined

  constructor() {
    attempt(() => makeFolder(this.#folder))
    attempt(() => {
      // The hub has thrown those away by now.
      for (const name of readdirSync(this.#folder)) {
        const path = this.#path(name)
        if (Date.now() - statSync(path).mtimeMs > limits.uploadKeptMs) rmSync(path)
      }
    })
  }

  /** Id of an upload at the hub. */
  upload(key: string): string | undefined {
    const id = attempt(() => readFileSync(this.#path(key), "utf8").trim())
    return id && /^[\w-]{1,100}$/.test(id) ? id : undefined
  }

  begun(key: string, id: string): void {
    attempt(() => writeFileSync(this.#path(key), `${id}\n`, { mode: 0o600 }))
  }

  /** Those files of a command with several that were sent before it was stopped, by their key. */
  sent(command: string): Map<string, FileInfo> {
    const sent = new Map<string, FileInfo>()
    for (const line of attempt(() => readFileSync(this.#path(command), "utf8"))?.split("\n") ?? [])
      attempt(() => {
        const { key, file } = JSON.parse(line)
        sent.set(key, file)
      })
    return sent
  }

  addSent(command: string, key: string, file: FileInfo): void {
    attempt(() => {
      this.#sent ??= openSync(this.#path(command), "a", 0o600)
      writeSync(this.#sent, `${JSON.stringify({ key, file })}\n`)
    })
  }

  forget(key: string): void {
    attempt(() => rmSync(this.#path(key), { force: true }))
  }

  #path(key: string): string {
    return join(this.#folder, key)
  }
}

/** The name of a state, from all that makes it this one. */
export const keyOf = (...facts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(facts)).digest("hex")

function attempt<T>(what: () => T): T | undefined {
  try {
    return what()
  } catch {
    return undefined
  }
}
