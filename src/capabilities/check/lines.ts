import type { Author } from "../../core/author.ts"
import { authorize } from "../../core/authorize.ts"
import type { Clock } from "../../core/clock.ts"
import { limits } from "../../protocol/limits.ts"
import type { Line, LineReport } from "../../protocol/line.ts"

/** Everyone's line: what each person's program measured last, so that it shows which seat is bad. */
export class Lines {
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes what was measured: what a report leaves out stays as it was said before. @throws LandlineError forbidden */
  report(who: Author, report: LineReport): void {
    authorize(who, "write")
    const before = this.#lines.get(who.name)
    this.#lines.delete(who.name) // the newest stands last
    this.#lines.set(who.name, { ...before, ...report, name: who.name, time: this.#clock.now() })
    if (this.#lines.size > limits.linesMax) this.#lines.delete(this.#lines.keys().next().value!)
  }

  /** The last measurement of each, the newest first. @throws LandlineError forbidden */
  all(who: Author): Line[] {
    authorize(who, "read")
    return [...this.#lines.values()].reverse()
  }
}
