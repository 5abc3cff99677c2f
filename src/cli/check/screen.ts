import type { StepName } from "../../client/check/row.ts"
import type { Verdict } from "../../client/check/verdict.ts"
import { print } from "../output.ts"
import { type Look, renderProgress, renderRow, renderVerdict } from "./render.ts"
import type { Row, Step } from "./row.ts"
import type { Watcher } from "./run.ts"

const COLUMNS = 80
const REDRAW_MS = 100

/** Shows a check while it runs: rows on stdout; what is being done on stderr, where that is a terminal. */
export class Screen implements Watcher {
  readonly #rowsTo: NodeJS.WriteStream | undefined
  readonly #look: Look
  readonly #draws = process.stderr.isTTY
  #doing = ""
  #drawnAt = 0
  #drawn = false

  /** @param json rows are data of their own later, and here only progress */
  constructor(json: boolean) {
    const shown = json ? process.stderr : process.stdout
    this.#rowsTo = json && !this.#draws ? undefined : shown
    this.#look = {
      columns: shown.isTTY ? shown.columns || COLUMNS : undefined,
      colours: shown.isTTY && !process.env["NO_COLOR"],
    }
  }

  begin({ doing }: Step<StepName>): void {
    this.#doing = doing
    this.#drawnAt = 0
    this.progress(0)
  }

  progress(share: number, note?: string): void {
    if (!this.#draws) return
    const now = performance.now()
    if (this.#drawnAt > 0 && now - this.#drawnAt < REDRAW_MS) return
    this.#drawnAt = now
    // A line as wide as the terminal would wrap on some.
    const columns = (process.stderr.columns || COLUMNS) - 1
    this.clear()
    process.stderr.write(renderProgress(note ?? `${this.#doing} ...`, share, columns))
    this.#drawn = true
  }

  done(row: Row): void {
    this.#show(renderRow(row, this.#look))
  }

  verdict(verdict: Verdict): void {
    this.#show(["", ...renderVerdict(verdict, this.#look)])
  }

  clear(): void {
    if (this.#drawn) process.stderr.write("\r\x1b[J")
    this.#drawn = false
  }

  #show(lines: readonly string[]): void {
    this.clear()
    if (this.#rowsTo === process.stdout) for (const line of lines) print(line)
    else for (const line of lines) this.#rowsTo?.write(`${line}\n`)
  }
}
