import type { ProbeRun } from "../../client/line/probe-run.ts"
import type { FreshMessage } from "./measure.ts"

/** What became known of a run since it was last asked. */
export class FreshSamples {
  readonly #run: ProbeRun
  readonly #lateMs: number
  readonly #answered: number[] = []
  /** Up to here each probe was answered, or given up. */
  #settled = 0

  constructor(run: ProbeRun, lateMs: number) {
    this.#run = run
    this.#lateMs = lateMs
  }

  noteAnswered(seq: number): void {
    this.#answered.push(seq)
  }

  /** @param nowMs from the beginning of the run: probes that were sent `lateMs` before have no reply any more */
  take(nowMs: number): FreshMessage {
    const seqs = this.#answered.splice(0)
    while (this.#settled < this.#run.sent && this.#run.sentMs(this.#settled + 1) + this.#lateMs < nowMs) {
      this.#settled++
      if (Number.isNaN(this.#run.responseMs(this.#settled))) seqs.push(this.#settled)
    }
    return {
      seqs: Uint32Array.from(seqs),
      responsesMs: Float64Array.from(seqs, (seq) => this.#run.responseMs(seq)),
    }
  }
}
