import { createInterface, type Interface } from "node:readline"
import { Writable } from "node:stream"
import { clip } from "../width.ts"
import { paint } from "./render.ts"

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
 *
 * readline edits the line but draws nothing: what it believes of the screen would be wrong after each print.
 */
export class Screen {
  readonly #out = process.stdout
  readonly #prompt: string
  readonly #editor: Interface
  readonly #schedule = () => {
    // A batch of entries is one drawing.
    if (!this.#closed) this.#drawing ??= setImmediate(() => this.#draw())
  }
  readonly #resumed = () => {
    // A shell has written here meanwhile.
    this.#rowsAbove = 0
    this.#schedule()
  }
  #drawing: NodeJS.Immediate | undefined
  #pending: string[] = []
  #waiting: readonly string[] = []
  /** From the top of the bottom part to the cursor, as they stand on the screen. */
  #rowsAbove = 0
  #closed = false

  constructor(prompt: string, { onLine, onLeave }: ScreenPorts) {
    this.#prompt = prompt
    this.#editor = createInterface({ input: process.stdin, output: this.#nowhere(), prompt, terminal: true })
    this.#editor.on("line", onLine)
    this.#editor.on("SIGINT", onLeave)
    this.#editor.on("close", onLeave)
    process.stdin.on("keypress", this.#schedule)
    process.stdout.on("resize", this.#schedule)
    process.on("SIGCONT", this.#resumed)
    this.#schedule()
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

  /** Takes the bottom part off and gives the terminal back. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearImmediate(this.#drawing)
    this.#toTop()
    this.#out.write(this.#pending.map((line) => `${line}\n`).join(""))
    process.stdin.off("keypress", this.#schedule)
    process.stdout.off("resize", this.#schedule)
    process.off("SIGCONT", this.#resumed)
    this.#editor.close()
  }

  #draw(): void {
    this.#drawing = undefined
    this.#out.cork()
    this.#toTop()
    const waiting = this.#waiting.slice(0, WAITING_ROWS_MAX).map((line) => clip(line, this.columns - 1))
    const more = this.#waiting.length - waiting.length
    if (more > 0) waiting.push(`… and ${more} more`)
    const above = [...this.#pending, ...waiting.map((line) => paint("dim", line))]
    this.#pending = []
    this.#out.write(above.map((line) => `${line}\n`).join(""))
    this.#rowsAbove = waiting.length + this.#drawLine()
    this.#out.uncork()
  }

  /** @returns the row of the cursor within the line */
  #drawLine(): number {
    const at = this.#editor.getCursorPos()
    const end = this.#endOfLine()
    this.#out.write(this.#prompt + this.#editor.line)
    // A terminal stays on a full row until something follows.
    if (end.cols === 0) this.#out.write(" ")
    this.#out.moveCursor(0, at.rows - end.rows)
    this.#out.cursorTo(at.cols)
    return at.rows
  }

  #endOfLine(): { rows: number; cols: number } {
    const editor = this.#editor as { line: string; cursor: number } & Interface
    const { cursor } = editor
    editor.cursor = editor.line.length
    const end = editor.getCursorPos()
    editor.cursor = cursor
    return end
  }

  #toTop(): void {
    this.#out.moveCursor(0, -this.#rowsAbove)
    this.#out.cursorTo(0)
    this.#out.clearScreenDown()
    this.#rowsAbove = 0
  }

  /** readline asks its output how wide it is. */
  #nowhere(): Writable {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    return Object.defineProperty(nowhere, "columns", { get: () => this.columns })
  }
}
