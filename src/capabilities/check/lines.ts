import type { Author } from "../../core/author.ts"
import { Rules } from "../../core/authorize.ts"
import type { Clock } from "../../core/clock.ts"
import { limits } from "../../protocol/limits.ts"
import type { Line, LineReport } from "../../protocol/line.ts"

/** Everyone's line: what each person's program measured last, so that it shows which seat is bad. */
export class Lines {
  readonly #clock: Clock
  readonly #rules: Rules
  readonly #lines = new Map<string, Line>()

  constructor(clock: Clock, rules = new Rules()) {
    this.#clock = clock
    this.#rules = rules
  }

  /**
   * Notes what was measured. Throughput and verdict stay as they were said before where a report leaves them out; times
   * do not, since they are those of its samples. @throws LandlineError forbidden
   */
  report(who: Author, report: LineReport): void {
    this.#rules.authorize(who, "write")
    const { downBytesPerSecond, upBytesPerSecond, verdict } = this.#lines.get(who.name) ?? {}
    const before = {
      ...(downBytesPerSecond !== undefined && { downBytesPerSecond }),
      ...(upBytesPerSecond !== undefined && { upBytesPerSecond }),
      ...(verdict && { verdict }),
    }
    this.#lines.delete(who.name) // the newest stands last
    this.#lines.set(who.name, { ...before, ...report, name: who.name, time: this.#clock.now() })
    if (this.#lines.size > limits.linesMax) this.#lines.delete(this.#lines.keys().next().value!)
  }

  /** The last measurement of each, the newest first. @throws LandlineError forbidden */
  all(who: Author): Line[] {
    this.#rules.authorize(who, "read")
    return [...this.#lines.values()].reverse()
  }
}
