import { createInterface, type Interface } from "node:readline"
import { clip } from "../width.ts"

/** Rows of what is not stored yet; more are told as a number. */
const WAITING_ROWS_MAX = 5

export interface ScreenPorts {
  onLine(line: string): void
  /** Ctrl-C, or Ctrl-D on an empty line. */
  onLeave(): void
}

/**
 * A terminal with a line that one types on at the bottom, above it what waits to be stored, and above that everything
 * that was printed. What comes meanwhile is printed above the unfinished line, which stays as it is.
 */
export class Screen {
  readonly #out = process.stdout
  readonly #input = process.stdin
  readonly #lines: Interface
  readonly #onKeypress: (text: string, key: { name?: string }) => void
  #pending: string[] = []
  #flush: NodeJS.Immediate | undefined
  #waiting: readonly string[] = []
  /** Rows between what was printed and the prompt, as they stand on the screen. */
  #waitingRows = 0
  #typedRows = 0
  #closed = false

  constructor(prompt: string, { onLine, onLeave }: ScreenPorts) {
    this.#lines = createInterface({ input: this.#input, output: this.#out, prompt, historySize: 500 })
    // Before readline sees Enter: how far down the typed line reaches, so that it can be taken off.
    this.#onKeypress = (_, key) => {
      if (key?.name !== "return" && key?.name !== "enter") return
      this.#lines.write(null, { ctrl: true, name: "e" })
      this.#typedRows = this.#lines.getCursorPos().rows
    }
    this.#input.prependListener("keypress", this.#onKeypress)
    this.#lines.on("line", (line) => {
      this.#up(this.#typedRows + 1)
      this.#lines.prompt()
      onLine(line)
    })
    this.#lines.on("SIGINT", onLeave)
    this.#lines.on("close", onLeave)
    this.#lines.prompt()
  }

  get columns(): number {
    return this.#out.columns || 80
  }

  /** Prints above the unfinished line. */
  print(...lines: string[]): void {
    this.#pending.push(...lines)
    this.#schedule()
  }

  /** Shows these lines, one row each, between what was printed and the unfinished line. */
  setWaiting(lines: readonly string[]): void {
    this.#waiting = lines
    this.#schedule()
  }

  /** Takes the bottom off and gives the terminal back. */
  close(): void {
    if (this.#closed) return
    this.#waiting = []
    this.#redraw()
    this.#closed = true
    clearImmediate(this.#flush)
    this.#up(this.#lines.getCursorPos().rows)
    this.#input.off("keypress", this.#onKeypress)
    this.#lines.close()
  }

  #schedule(): void {
    if (this.#closed || this.#flush) return
    // A batch of entries is one redraw.
    this.#flush = setImmediate(() => this.#redraw())
  }

  #redraw(): void {
    this.#flush = undefined
    const { rows } = this.#lines.getCursorPos()
    this.#up(rows + this.#waitingRows)
    const waiting = this.#waiting.slice(0, WAITING_ROWS_MAX).map((line) => clip(line, this.columns - 1))
    const more = this.#waiting.length - waiting.length
    if (more > 0) waiting.push(`… and ${more} more`)
    this.#waitingRows = waiting.length
    const above = [...this.#pending, ...waiting.map((line) => this.#dim(line))]
    this.#pending = []
    // readline goes up by the rows that its line had, so it is put as far below.
    this.#out.write(above.map((line) => `${line}\n`).join("") + "\n".repeat(rows))
    this.#lines.prompt(true)
  }

  #dim(line: string): string {
    return process.env.NO_COLOR ? line : `\x1b[2m${line}\x1b[22m`
  }

  /** To the first column, so many rows up, and everything from there on off the screen. */
  #up(rows: number): void {
    this.#out.cursorTo(0)
    if (rows > 0) this.#out.moveCursor(0, -rows)
    this.#out.clearScreenDown()
  }
}
