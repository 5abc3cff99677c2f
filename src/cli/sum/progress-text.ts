import { clip } from "../width.ts"

const COLUMNS = 80

/** One line of progress on stderr, where that is a terminal. */
export class ProgressText {
  readonly #shows = process.stderr.isTTY

  show(text: string): void {
    if (this.#shows) process.stderr.write(`\r${clip(text, (process.stderr.columns || COLUMNS) - 1)}\x1b[K`)
  }

  clear(): void {
    if (this.#shows) process.stderr.write("\r\x1b[K")
  }
}
