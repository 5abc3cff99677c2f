import { closeSync, openSync, writeSync } from "node:fs"
import { cannotWrite } from "../files/local-file.ts"

const PIECE_CHARACTERS = 64 * 1024

/** A file of lines, written in pieces. */
export class LineFile implements Disposable {
  readonly #path: string
  readonly #handle: number
  #waiting = ""

  /** What is there is overwritten. @throws LandlineError local_file */
  constructor(path: string) {
    this.#path = path
    try {
      this.#handle = openSync(path, "w")
    } catch (error) {
      throw cannotWrite(path, error)
    }
  }

  /** @throws LandlineError local_file */
  add(line: string): void {
    this.#waiting += `${line}\n`
    if (this.#waiting.length >= PIECE_CHARACTERS) this.#flush()
  }

  /** Writes what waits. @throws LandlineError local_file */
  [Symbol.dispose](): void {
    try {
      this.#flush()
    } finally {
      closeSync(this.#handle)
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ""
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at)
    } catch (error) {
      throw cannotWrite(this.#path, error)
    }
  }
}
