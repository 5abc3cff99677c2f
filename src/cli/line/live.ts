import { paint } from "../chat/render.ts"
import { count } from "../files/amounts.ts"
import { exactSeconds, spanWords } from "../spans.ts"
import { displayWidth } from "../width.ts"
import { Course, liveLines } from "./live-lines.ts"
import type { ProgressSample } from "./measure.ts"

const REDRAW_MS = 100
const TOLD_MS = 10_000
const COLUMNS = 80

/** What shows how far a run is, on stderr. */
export interface Progress {
  add(samples: readonly ProgressSample[]): void
  close(): void
}

export interface Plan {
  /** Whom it measures, and how. */
  readonly title: string
  /** Probes of the whole run; undefined where only its length is set. */
  readonly probes: number | undefined
  readonly durationMs: number | undefined
}

/** Redrawn on a terminal, else a line now and then. */
export function progressOf(plan: Plan): Progress {
  return process.stderr.isTTY && process.env.TERM !== "dumb"
    ? new LiveProgress(plan)
    : new PlainProgress(plan)
}

class PlainProgress implements Progress {
  readonly #plan: Plan
  readonly #startedMs = performance.now()
  readonly #timer: NodeJS.Timeout
  #received = 0
  #lost = 0

  constructor(plan: Plan) {
    this.#plan = plan
    this.#timer = setInterval(() => this.#tell(), TOLD_MS)
  }

  add(samples: readonly ProgressSample[]): void {
    for (const { responseMs } of samples) {
      if (Number.isNaN(responseMs)) this.#lost++
      else this.#received++
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #tell(): void {
    const seconds = exactSeconds(performance.now() - this.#startedMs)
    const replies = this.#received === 1 ? "1 reply" : `${this.#received.toLocaleString("en")} replies`
    console.error(`${this.#plan.title}: ${seconds}, ${replies}, ${this.#lost.toLocaleString("en")} lost`)
  }
}

class LiveProgress implements Progress {
  readonly #plan: Plan
  readonly #out = process.stderr
  readonly #course = new Course()
  readonly #startedMs = performance.now()
  readonly #timer: NodeJS.Timeout
  readonly #draw = () => this.#redraw()
  /** Ctrl-Z: what a shell writes meanwhile must not be taken for ours. */
  readonly #stop = () => {
    this.#out.write(this.#home())
    this.#drawn = []
    process.kill(process.pid, "SIGSTOP")
    this.#redraw() // when it goes on
  }
  /** As it stands on the screen. */
  #drawn: readonly string[] = []

  constructor(plan: Plan) {
    this.#plan = plan
    this.#timer = setInterval(this.#draw, REDRAW_MS)
    this.#out.on("resize", this.#draw)
    process.on("SIGTSTP", this.#stop)
    this.#redraw()
  }

  add(samples: readonly ProgressSample[]): void {
    this.#course.add(samples)
  }

  /** Takes all of it from the screen. */
  close(): void {
    clearInterval(this.#timer)
    this.#out.off("resize", this.#draw)
    process.off("SIGTSTP", this.#stop)
    this.#out.write(this.#home())
    this.#drawn = []
  }

  #redraw(): void {
    const elapsedMs = performance.now() - this.#startedMs
    const { received, lost } = this.#course
    const answered = received + lost
    const { probes, durationMs } = this.#plan
    // Where only the length is set, the pace so far tells how many probes it will be.
    const total =
      probes ?? (durationMs === undefined ? 0 : (answered * durationMs) / Math.min(elapsedMs, durationMs))
    const title = `${this.#standing(elapsedMs, answered)}, ${this.#plan.title}`
    // A line as wide as the terminal would wrap on some.
    const lines = liveLines(title, this.#course, total, this.#columns - 1)
    const [heading = "", ...rest] = lines
    this.#out.write(this.#home() + [paint("dim", heading), ...rest].join("\n"))
    this.#drawn = lines
  }

  #standing(elapsedMs: number, answered: number): string {
    const { probes, durationMs } = this.#plan
    if (probes !== undefined) {
      const done = Math.min(answered, probes) // one that was given up may come all the same
      return `${done.toLocaleString("en")} of ${count(probes, "probe")}`
    }
    if (durationMs === undefined) return count(answered, "probe")
    return `${(Math.min(elapsedMs, durationMs) / 1_000).toFixed(1)} s of ${spanWords(durationMs)}`
  }

  /** To the beginning of what is drawn, which is wiped. A terminal made narrower since has broken its lines. */
  #home(): string {
    const rows = this.#drawn.map((line) => Math.max(1, Math.ceil(displayWidth(line) / this.#columns)))
    const up = rows.reduce((sum, row) => sum + row, -1)
    return this.#drawn.length === 0 ? "" : `\r${up > 0 ? `\x1b[${up}A` : ""}\x1b[J`
  }

  get #columns(): number {
    return this.#out.columns || COLUMNS
  }
}
