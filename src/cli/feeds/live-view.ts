import type { EntryEvent } from "../../client/main.ts"
import { printable } from "../../protocol/text.ts"
import { paint } from "../chat/render.ts"
import { Rate } from "../files/progress-line.ts"
import { displayWidth } from "../width.ts"
import type { Followed } from "./followed.ts"
import { statusLines } from "./status-lines.ts"
import { type Happening, messageLines, type View } from "./view.ts"

const REDRAW_MS = 50
/** The rate of a topic that says nothing falls all the same. */
const REFRESH_MS = 500
/** Nobody reads more in one drawing, and a terminal would hold up the line. */
const LINES_MAX = 100
const COLUMNS = 80

/** Follow on a terminal: messages scroll by, and below them stands how each topic is doing. */
export class LiveView implements View {
  readonly #out = process.stdout
  readonly #topics: readonly { readonly followed: Followed; readonly rate: Rate }[]
  readonly #block: number
  readonly #timer: NodeJS.Timeout
  readonly #draw = () => this.#redraw()
  /** Ctrl-Z: what a shell writes meanwhile must not be taken for the status. */
  readonly #stop = () => {
    this.#out.write(this.#home())
    this.#drawn = []
    process.kill(process.pid, "SIGSTOP")
    this.#redraw() // when it goes on
  }
  #drawing: NodeJS.Timeout | undefined
  #pending: string[] = []
  #skipped = 0
  /** The status as it stands on the screen. */
  #drawn: readonly string[] = []

  /** @param block messages of a block */
  constructor(followed: readonly Followed[], block: number) {
    this.#topics = followed.map((one) => ({ followed: one, rate: new Rate() }))
    this.#block = block
    this.#timer = setInterval(this.#draw, REFRESH_MS)
    this.#out.on("resize", this.#draw)
    process.on("SIGTSTP", this.#stop)
    this.#redraw()
  }

  entry(from: Followed, { entry }: EntryEvent): void {
    this.#print(messageLines(from, entry, this.#topics.length > 1).replaceAll("\t", "    "))
  }

  /** Blocks stand in the status. */
  happened(_from: Followed, what: Happening, words: string): void {
    if ("block" in what) this.#schedule()
    else this.say(words)
  }

  say(words: string): void {
    this.#print(paint("dim", printable(words)))
  }

  /** Takes the status from the screen. */
  close(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#drawing)
    this.#out.off("resize", this.#draw)
    process.off("SIGTSTP", this.#stop)
    this.#out.write(this.#home() + this.#takePending())
  }

  #print(lines: string): void {
    this.#pending.push(lines)
    if (this.#pending.length > LINES_MAX) {
      this.#pending.shift()
      this.#skipped++
    }
    this.#schedule()
  }

  #schedule(): void {
    this.#drawing ??= setTimeout(this.#draw, REDRAW_MS)
  }

  #redraw(): void {
    clearTimeout(this.#drawing)
    this.#drawing = undefined
    const now = performance.now()
    const standings = this.#topics.map(({ followed, rate }) => {
      const { name, messages, latenessMs, spansMs } = followed
      return { name, messages, latenessMs, spansMs, rate: rate.at(now, messages) }
    })
    const above = this.#home() + this.#takePending()
    // A line as wide as the terminal would wrap on some.
    const lines = statusLines(standings, this.#block, this.#columns - 1)
    const [heading = "", ...rest] = lines
    this.#out.write(`${above}${[paint("dim", heading), ...rest].join("\n")}`)
    this.#drawn = lines
  }

  #takePending(): string {
    const skipped = this.#skipped > 0 ? [paint("dim", `… ${this.#skipped.toLocaleString("en")} more`)] : []
    const lines = [...skipped, ...this.#pending].map((line) => `${line}\n`)
    this.#pending = []
    this.#skipped = 0
    return lines.join("")
  }

  /** To the beginning of the status, which is wiped. A terminal made narrower since has broken its lines. */
  #home(): string {
    const rows = this.#drawn.map((line) => Math.max(1, Math.ceil(displayWidth(line) / this.#columns)))
    const up = rows.reduce((sum, row) => sum + row, -1)
    return this.#drawn.length === 0 ? "" : `\r${up > 0 ? `\x1b[${up}A` : ""}\x1b[J`
  }

  get #columns(): number {
    return this.#out.columns || COLUMNS
  }
}
