import { printable } from "../../protocol/text.ts"
import { print } from "../output.ts"
import { count } from "./amounts.ts"
import { progressLines, Rate, type Standing } from "./progress-line.ts"

const REDRAW_MS = 100
const COLUMNS = 80

/** One transfer, as Progress shows it. */
export interface Transfer {
  /** Bytes that an earlier try has moved. */
  begin(done: number): void
  /** Bytes so far; it goes on. */
  at(done: number): void
  /** Why nothing moves at the moment. */
  wait(why: string): void
  end(): void
}

interface Shown {
  readonly label: string
  readonly bytes: number | undefined
  readonly rate: Rate
  done: number
  /** By this run. */
  moved: number
  note: string | undefined
}

/** Of all files together. */
export interface Total {
  readonly files: number
  readonly bytes: number
}

/**
 * Progress on stderr where that is a terminal: a line for each transfer under way, and one for the total of
 * several. Elsewhere only what is said, once each.
 */
export class Progress {
  readonly #transfers = new Set<Shown>()
  readonly #total: Total | undefined
  readonly #totalRate = new Rate()
  readonly #timer: NodeJS.Timeout | undefined
  #files = 0
  /** Of files that are through. */
  #bytes = 0
  #moved = 0
  /** On the screen now. */
  #lines = 0
  #said = ""

  constructor(total?: Total) {
    this.#total = total && total.files > 1 ? total : undefined
    if (process.stderr.isTTY) this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref()
  }

  /** @param bytes undefined where it is not known */
  transfer(label: string, bytes: number | undefined): Transfer {
    const shown: Shown = { label, bytes, rate: new Rate(), done: 0, moved: 0, note: undefined }
    this.#transfers.add(shown)
    return {
      begin(done) {
        shown.done = done
        shown.note = undefined
      },
      at: (done) => {
        const moved = Math.max(0, done - shown.done)
        shown.moved += moved
        this.#moved += moved
        shown.done = done
        shown.note = undefined
      },
      wait(why) {
        shown.note = why
      },
      end: () => void this.#transfers.delete(shown),
    }
  }

  /** A file is through. @param moved by this run, outside of a transfer */
  finished(bytes: number, moved = 0): void {
    this.#files++
    this.#bytes += bytes
    this.#moved += moved
  }

  /** How far all of it is. */
  get standing(): { done: number; bytes: number | undefined } {
    const transfers = [...this.#transfers]
    const done = transfers.reduce((sum, shown) => sum + shown.done, this.#bytes)
    return { done, bytes: this.#total?.bytes ?? transfers[0]?.bytes }
  }

  /** Something to know, on stderr; the same twice in a row is said once. */
  say(text: string): void {
    if (text === this.#said) return
    this.#said = text
    this.#clear()
    console.error(printable(text))
  }

  /** Data, on stdout. */
  print(line: string): void {
    this.#clear()
    print(line)
  }

  /** Takes its lines from the screen. */
  close(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #clear(): void {
    if (this.#lines > 0) process.stderr.write(this.#home())
    this.#lines = 0
  }

  /** To the beginning of what is shown, which is wiped. */
  #home(): string {
    return `\r${this.#lines > 1 ? `\x1b[${this.#lines - 1}A` : ""}\x1b[J`
  }

  #draw(): void {
    const now = performance.now()
    const standings: Standing[] = [...this.#transfers].map((shown) => ({
      ...shown,
      rate: shown.rate.at(now, shown.moved),
    }))
    if (this.#total) standings.push(this.#totalStanding(this.#total, now))
    if (standings.length === 0) return
    // A line as wide as the terminal would wrap on some.
    const lines = progressLines(standings, (process.stderr.columns || COLUMNS) - 1)
    process.stderr.write((this.#lines > 0 ? this.#home() : "") + lines.join("\n"))
    this.#lines = lines.length
  }

  #totalStanding({ files, bytes }: Total, now: number): Standing {
    const label = `${this.#files.toLocaleString("en")} of ${count(files, "file")}`
    const rate = this.#totalRate.at(now, this.#moved)
    return { label, done: this.standing.done, bytes, rate, note: undefined }
  }
}
